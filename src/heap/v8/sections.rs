//! Where the parts of a snapshot are: one pass over the top level of the JSON object, nothing decoded.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::heap::HeapError;

/// Byte ranges of the values of the top-level keys, brackets included.
#[derive(Debug, Default)]
pub(super) struct Sections(BTreeMap<String, Range<usize>>);

impl Sections {
    /// Scans a file. An end of file inside a value is an error: a cut snapshot has no names.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, HeapError> {
        let mut scan = Scan { bytes, at: 0, inside: "the snapshot".to_owned() };
        scan.expect(b'{')?;
        let mut sections = BTreeMap::new();
        loop {
            match scan.peek()? {
                b'}' => return Ok(Self(sections)),
                b',' => scan.at += 1,
                b'"' => {
                    let key = scan.string()?;
                    let key = String::from_utf8_lossy(&bytes[key.start + 1..key.end - 1]).into_owned();
                    scan.expect(b':')?;
                    scan.inside = format!("`{key}`");
                    let value = scan.value()?;
                    sections.entry(key).or_insert(value);
                }
                _ => return Err(scan.error("is no JSON object")),
            }
        }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Result<Range<usize>, HeapError> {
        self.0.get(key).cloned().ok_or_else(|| HeapError::Malformed {
            offset: 0,
            what: format!(
                "there is no `{key}` in it: it is no V8 heap snapshot, or a sampling profile; take a heap snapshot"
            ),
        })
    }

    /// The content of an array.
    pub(super) fn array(&self, key: &str) -> Result<Range<usize>, HeapError> {
        let range = self.get(key)?;
        Ok((range.start + 1).min(range.end)..range.end.saturating_sub(1).max(range.start + 1))
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    inside: String,
}

impl Scan<'_> {
    fn peek(&mut self) -> Result<u8, HeapError> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(self.cut())
    }

    fn expect(&mut self, wanted: u8) -> Result<(), HeapError> {
        if self.peek()? != wanted {
            return Err(self.error("is no JSON object"));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Range<usize>, HeapError> {
        let start = self.at;
        self.at = end_of_string(self.bytes, start + 1).ok_or_else(|| self.cut())?;
        Ok(start..self.at)
    }

    fn value(&mut self) -> Result<Range<usize>, HeapError> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'{' | b'[' => self.nested()?,
            b'"' => {
                self.string()?;
            }
            _ => {
                let rest = &self.bytes[self.at..];
                self.at += memchr::memchr2(b',', b'}', rest).ok_or_else(|| self.cut())?;
            }
        }
        Ok(start..self.at)
    }

    /// Skips an object or array. Arrays of numbers, nearly the whole file, are one search for `]`.
    fn nested(&mut self) -> Result<(), HeapError> {
        let mut depth = 0_u64;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => self.at = end_of_string(self.bytes, self.at + 1).ok_or_else(|| self.cut())?,
                b'{' | b'[' => (depth, self.at) = (depth + 1, self.at + 1),
                b'}' | b']' => {
                    (depth, self.at) = (depth - 1, self.at + 1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                b'0'..=b'9' => {
                    let rest = &self.bytes[self.at..];
                    let number = rest.iter().position(|byte| !byte.is_ascii_digit() && !b", \r\n".contains(byte));
                    self.at += number.ok_or_else(|| self.cut())?;
                }
                _ => self.at += 1,
            }
        }
        Err(self.cut())
    }

    fn cut(&self) -> HeapError {
        HeapError::Malformed {
            offset: self.bytes.len() as u64,
            what: format!(
                "the file ends inside {}: the snapshot was cut (process killed, disk full, or still being written); take it again",
                self.inside
            ),
        }
    }

    fn error(&self, what: &str) -> HeapError {
        HeapError::Malformed {
            offset: self.at as u64,
            what: format!("{} {what}; take the snapshot again", self.inside),
        }
    }
}

/// The position after the closing quote of a string whose content starts at `at`.
pub(super) fn end_of_string(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_without_decoding_them() {
        let text = br#"{"snapshot":{"a":[1,{"b":"]}"}]}, "nodes":[1,2
,3],"x":7,"strings":["a\"]","b"]}"#;
        let sections = Sections::of(text).unwrap();
        let part = |key| String::from_utf8_lossy(&text[sections.array(key).unwrap()]).into_owned();
        assert_eq!(part("nodes"), "1,2\n,3");
        assert_eq!(part("strings"), r#""a\"]","b""#);
        assert!(sections.get("edges").is_err());
    }

    #[test]
    fn a_cut_file_says_where_it_was_cut() {
        for end in 1..30 {
            let text = &br#"{"snapshot":{"a":"b"},"nodes":[1,2],"strings":["a"]}"#[..end];
            assert!(Sections::of(text).unwrap_err().to_string().contains("the file ends inside"), "{end}");
        }
    }
}
