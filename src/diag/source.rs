//! Files under diagnosis, and places in them.

use std::ops::Range;
use std::sync::Arc;

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

/// A policy file: its name and its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// File name as the user gave it, or `web-service (built in)`.
    pub name: String,
    /// Name of the folder it stands in; names the scenario of a policy without `name`.
    pub folder: Option<String>,
    /// The text.
    pub text: String,
}

/// A range of bytes in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The file.
    pub source: Arc<Source>,
    /// Bytes within its text.
    pub span: Range<usize>,
}

impl Source {
    /// A source that stands in no known folder.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), folder: None, text: text.into() }
    }

    /// The same source, standing in the folder of this name.
    pub fn in_folder(self, folder: impl Into<String>) -> Self {
        Self { folder: Some(folder.into()), ..self }
    }

    /// The bytes of the line that holds the offset, without its line end.
    pub(super) fn line_at(&self, offset: usize) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let offset = offset.min(bytes.len());
        let start = bytes[..offset].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let length = bytes[start..].iter().position(|b| *b == b'\n').unwrap_or(bytes.len() - start);
        let end = start + length;
        start..if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
    }
}

impl Mark {
    /// Line and column of its start, both from 1; the column counts characters.
    pub fn line_column(&self) -> (u32, u32) {
        let text = &self.source.text;
        let line = self.source.line_at(self.span.start);
        let number = text.as_bytes()[..line.start].iter().filter(|b| **b == b'\n').count() + 1;
        let before = self.span.start.clamp(line.start, line.end) - line.start;
        let column = text[line].char_indices().take_while(|(at, _)| *at < before).count() + 1;
        (u32::try_from(number).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// The place for findings.
    pub fn place(&self) -> Place {
        let text = self.source.text[self.source.line_at(self.span.start)].trim().to_owned();
        Place { file: self.source.name.clone(), line: self.line_column().0, text }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { write!(f, "{}", self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_knows_its_line_and_column() {
        let source = Arc::new(Source::new("a.toml", "one = 1\r\n  ünü = 2\n"));
        let mark = |start| Mark { source: Arc::clone(&source), span: start..start };
        assert_eq!(mark(0).line_column(), (1, 1));
        assert_eq!(mark(source.text.find('=').unwrap()).line_column(), (1, 5));
        assert_eq!(mark(source.text.rfind('=').unwrap()).line_column(), (2, 7));
        assert_eq!(mark(10_000).line_column(), (3, 1));
        assert_eq!(mark(12).place(), Place { file: "a.toml".into(), line: 2, text: "ünü = 2".into() });
        assert_eq!(mark(3).place().text, "one = 1");
    }
}
