//! A token: used in one header, printed nowhere.

use std::fmt;

/// A GitHub token. `Debug` does not show it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token without the white space that secrets are pasted with; nothing if nothing is left, or if it holds what no
    /// header can carry.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let sound = !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        sound.then(|| Self(text.to_owned()))
    }

    /// The value of the `Authorization` header.
    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// The text without the token in it, for messages that come from elsewhere.
    pub(super) fn hide(&self, text: &str) -> String {
        text.replace(&self.0, "***")
    }

    /// The workflow command that has the runner hide the token in every log.
    pub fn mask(&self) -> String {
        format!("::add-mask::{}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_trimmed_and_never_shown() {
        let token = Token::new(" ghs_secret\r\n").unwrap();
        assert_eq!(token.header(), "Bearer ghs_secret");
        assert_eq!(format!("{token:?}"), "Token(***)");
        assert_eq!(token.hide("bad credentials ghs_secret"), "bad credentials ***");
        assert_eq!((Token::new(" \n"), Token::new("a\nb"), Token::new("a b")), (None, None, None));
    }
}
