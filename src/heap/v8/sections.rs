//! Where the parts of a snapshot are: one pass over the top level of the JSON object, nothing decoded.

use std::collections::BTreeMap;
use std::ops::Range;

use super::parts::PACE;
use crate::heap::{HeapError, Mapping};

/// Keys whose values hold numbers only, nearly the whole file: the next bracket ends them.
const FLAT: [&str; 7] = ["nodes", "edges", "samples", "locations", "trace_function_infos", "scopes", "scope_uses"];

/// Byte ranges of the values of the top-level keys, brackets included.
#[derive(Debug, Default)]
pub(super) struct Sections {
    parts: BTreeMap<String, Range<usize>>,
    /// Inside which value the file ends too early, and where that value starts.
    cut: Option<(String, usize)>,
    length: usize,
}

/// Why a scan stopped.
enum Stop {
    /// The file ends inside a value, or between two.
    End,
    /// What is here does not belong here.
    Foreign(HeapError),
}

impl Sections {
    /// Scans a file. That it was cut is no error yet: [`Self::get`] tells whether the part that is asked for is whole.
    ///
    /// # Errors
    /// [`HeapError::Malformed`] if the file is no JSON object.
    pub(super) fn of(file: &Mapping) -> Result<Self, HeapError> {
        Self::scan(file, |range| file.forget(range))
    }

    /// As [`Self::of`]; `read` is told what was read.
    fn scan(bytes: &[u8], read: impl Fn(Range<usize>)) -> Result<Self, HeapError> {
        let mut scan = Scan { bytes, at: 0, key: String::new(), start: 0, read };
        let mut sections = Self { length: bytes.len(), ..Self::default() };
        match scan.object(&mut sections.parts) {
            Ok(()) => {}
            Err(Stop::End) => sections.cut = Some((scan.key, scan.start)),
            Err(Stop::Foreign(error)) => return Err(error),
        }
        Ok(sections)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`HeapError::Malformed`] if it is not there, or not whole.
    pub(super) fn get(&self, key: &str) -> Result<Range<usize>, HeapError> {
        let inside = |inside: &str| if inside.is_empty() { "the snapshot".to_owned() } else { format!("`{inside}`") };
        self.parts.get(key).cloned().ok_or_else(|| match &self.cut {
            Some((last, _)) => HeapError::Malformed {
                offset: self.length as u64,
                what: format!(
                    "the file ends inside {}, before all of `{key}` is there: the snapshot was cut \
                     (process killed, disk full, or still being written); take it again",
                    inside(last)
                ),
            },
            None => HeapError::Malformed {
                offset: 0,
                what: format!(
                    "there is no `{key}` in it: it is no V8 heap snapshot, or a sampling profile; take a heap snapshot"
                ),
            },
        })
    }

    /// The content of an array.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub(super) fn array(&self, key: &str) -> Result<Range<usize>, HeapError> {
        let range = self.get(key)?;
        Ok((range.start + 1).min(range.end)..range.end.saturating_sub(1).max(range.start + 1))
    }

    /// The content of an array as far as it is there, and whether it was cut.
    ///
    /// # Errors
    /// As [`Self::get`], if nothing of it is there.
    pub(super) fn cut_array(&self, key: &str) -> Result<(Range<usize>, bool), HeapError> {
        match &self.cut {
            Some((inside, start)) if inside == key && start + 1 < self.length => Ok((start + 1..self.length, true)),
            _ => self.array(key).map(|range| (range, false)),
        }
    }
}

struct Scan<'a, R> {
    bytes: &'a [u8],
    at: usize,
    /// The key whose value is being scanned, and where that starts.
    key: String,
    start: usize,
    read: R,
}

impl<R: Fn(Range<usize>)> Scan<'_, R> {
    fn object(&mut self, parts: &mut BTreeMap<String, Range<usize>>) -> Result<(), Stop> {
        self.expect(b'{')?;
        loop {
            match self.peek()? {
                b'}' => return Ok(()),
                b',' => self.at += 1,
                b'"' => {
                    let key = self.string()?;
                    self.key = String::from_utf8_lossy(&self.bytes[key.start + 1..key.end - 1]).into_owned();
                    self.expect(b':')?;
                    self.peek()?;
                    self.start = self.at;
                    self.value()?;
                    parts.entry(std::mem::take(&mut self.key)).or_insert(self.start..self.at);
                }
                _ => return Err(self.foreign()),
            }
        }
    }

    fn peek(&mut self) -> Result<u8, Stop> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Stop::End)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Stop> {
        if self.peek()? != wanted {
            return Err(self.foreign());
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Range<usize>, Stop> {
        let start = self.at;
        self.at = end_of_string(self.bytes, start + 1).ok_or(Stop::End)?;
        Ok(start..self.at)
    }

    fn value(&mut self) -> Result<(), Stop> {
        match self.peek()? {
            b'[' if FLAT.contains(&self.key.as_str()) => {
                self.flat()?;
            }
            b'{' | b'[' => self.nested()?,
            b'"' => {
                self.string()?;
            }
            _ => self.at += memchr::memchr2(b',', b'}', &self.bytes[self.at..]).ok_or(Stop::End)?,
        }
        Ok(())
    }

    /// Skips an array of numbers.
    fn flat(&mut self) -> Result<(), Stop> {
        for start in (self.at..self.bytes.len()).step_by(PACE) {
            let piece = start..(start + PACE).min(self.bytes.len());
            let end = memchr::memchr(b']', &self.bytes[piece.clone()]);
            (self.read)(piece);
            if let Some(end) = end {
                self.at = start + end + 1;
                return Ok(());
            }
        }
        Err(Stop::End)
    }

    /// Skips an object or array.
    fn nested(&mut self) -> Result<(), Stop> {
        let mut depth = 0_u64;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => self.at = end_of_string(self.bytes, self.at + 1).ok_or(Stop::End)?,
                b'{' | b'[' => (depth, self.at) = (depth + 1, self.at + 1),
                b'}' | b']' => {
                    (depth, self.at) = (depth - 1, self.at + 1);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        Err(Stop::End)
    }

    fn foreign(&self) -> Stop {
        Stop::Foreign(HeapError::Malformed {
            offset: self.at as u64,
            what: "the snapshot is no JSON object here; take the snapshot again".to_owned(),
        })
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
,3],"trace_tree":[1,[2,"]"]],"x":7,"strings":["a\"]","b"]}"#;
        let sections = Sections::scan(text, |_| {}).unwrap();
        let part = |key| String::from_utf8_lossy(&text[sections.array(key).unwrap()]).into_owned();
        assert_eq!(part("nodes"), "1,2\n,3");
        assert_eq!(part("trace_tree"), r#"1,[2,"]"]"#);
        assert_eq!(part("strings"), r#""a\"]","b""#);
        assert!(sections.get("edges").unwrap_err().to_string().contains("no `edges` in it"));
    }

    #[test]
    fn a_cut_file_says_where_it_was_cut_and_keeps_what_is_whole() {
        let text = br#"{"snapshot":{"a":"b"},"nodes":[1,2],"strings":["a","b"]}"#;
        for end in 1..text.len() - 1 {
            let sections = Sections::scan(&text[..end], |_| {}).unwrap();
            let error = sections.get("strings").err().map(|error| error.to_string()).unwrap_or_default();
            let whole = end == text.len() - 1;
            assert_eq!(error.contains("the file ends inside"), !whole, "{end} {error}");
            assert_eq!(sections.get("nodes").is_ok(), end >= 35, "{end}");
        }
        let sections = Sections::scan(&text[..51], |_| {}).unwrap();
        assert_eq!(sections.cut_array("strings").unwrap(), (47..51, true));
        assert!(sections.get("strings").unwrap_err().to_string().contains("inside `strings`"));
        assert_eq!(Sections::scan(text, |_| {}).unwrap().cut_array("strings").unwrap(), (47..54, false));
        assert!(Sections::scan(&text[..30], |_| {}).unwrap().cut_array("strings").is_err());
    }
}
