//! Diagnostics: what is wrong with a policy, where, and how to cure it. All at once, with a caret.

/// A place in a policy file.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// File name as the user gave it, or `web-service (built in)`.
    pub file: String,
    /// Line, from 1; 0 where the thing stands in no file (a default).
    pub line: u32,
    /// The text of that line, trimmed.
    pub text: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { write!(f, "{}", self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}
