//! Text in HTML and XML: markup of a name is shown, never obeyed.

use super::text::clean;

/// For the text and the attributes of an element. Control characters, which XML 1.0 cannot hold, are replaced.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '<' => quoted.push_str("&lt;"),
            '>' => quoted.push_str("&gt;"),
            '&' => quoted.push_str("&amp;"),
            '"' => quoted.push_str("&quot;"),
            '\'' => quoted.push_str("&#39;"),
            // XML 1.0 section 2.2 leaves these two out.
            '\u{fffe}' | '\u{ffff}' => quoted.push('\u{fffd}'),
            c => quoted.push(c),
        }
    }
    quoted
}

/// As [`quote`]; what stands between backticks is shown as code (HTML).
pub(super) fn with_code(text: &str) -> String {
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        match (i % 2, part) {
            (_, "") => {}
            (0, part) => out.push_str(&quote(part)),
            (_, part) => out.push_str(&format!("<code>{}</code>", quote(part))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_control_characters_go() {
        assert_eq!(
            quote("<a href='x'>&\"\u{0}\u{b}\u{ffff}"),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}\u{fffd}\u{fffd}"
        );
        assert_eq!(with_code("`<b>` & c"), "<code>&lt;b&gt;</code> &amp; c");
    }
}
