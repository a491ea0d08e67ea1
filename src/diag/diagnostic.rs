//! One mistake, and the collection of all mistakes.

use super::{Code, Mark};

/// One mistake in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake.
    pub code: Code,
    /// What is wrong, lower case, the value in backticks.
    pub message: String,
    /// Where.
    pub mark: Mark,
    /// What to do about it.
    pub cure: String,
}

/// All mistakes of a policy, in the order of files and lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a mistake.
    pub fn push(&mut self, code: Code, mark: &Mark, message: impl Into<String>, cure: impl Into<String>) {
        self.all.push(Diagnostic { code, message: message.into(), mark: mark.clone(), cure: cure.into() });
    }

    /// The mistakes, in the order of their files and places.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// `value` if nothing is wrong, else all mistakes, sorted by place, each once.
    pub fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.all.is_empty() {
            return Ok(value);
        }
        // Files keep the order in which they were read: the user's own comes first.
        let mut files: Vec<String> = Vec::new();
        for diagnostic in &self.all {
            if !files.contains(&diagnostic.mark.source.name) {
                files.push(diagnostic.mark.source.name.clone());
            }
        }
        let file = |d: &Diagnostic| files.iter().position(|name| *name == d.mark.source.name);
        self.all.sort_by_key(|d| (file(d), d.mark.span.start, d.mark.span.end, d.code));
        self.all.dedup();
        Err(self)
    }
}

impl std::fmt::Display for Diagnostics {
    /// The plain rendering.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
