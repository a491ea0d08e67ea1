//! The string table: positions in the file, decoded when somebody asks for a name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::sections::end_of_string;
use crate::heap::HeapError;

/// Every so many strings the position is kept.
const STRIDE: usize = 16;

/// Positions of strings, and the few whose text matters for sizes.
#[derive(Debug, Default)]
pub(super) struct Strings {
    section: Range<usize>,
    positions: Vec<u64>,
    count: usize,
    /// Index of each of [`KNOWN`].
    known: HashMap<&'static str, u32>,
    /// Names of ephemeron edges, with the id of the table in their text.
    ephemerons: HashMap<u32, u64>,
}

/// Texts that are looked for while scanning.
pub(super) const EXTERNAL_STRING: &str = "system / ExternalStringData";
pub(super) const DOM_TREES: &str = "(Document DOM trees)";
pub(super) const NATIVE_CONTEXT: &str = "system / NativeContext";
const KNOWN: [&str; 6] = [EXTERNAL_STRING, DOM_TREES, NATIVE_CONTEXT, "context", "shared", "previous"];

impl Strings {
    /// Scans the content of the `strings` array.
    pub(super) fn scan(file: &[u8], section: Range<usize>) -> Result<Self, HeapError> {
        let mut strings = Self { section: section.clone(), ..Self::default() };
        let bytes = &file[section.clone()];
        let mut at = 0;
        while let Some(quote) = memchr::memchr(b'"', &bytes[at..]) {
            at += quote;
            let Some(end) = end_of_string(bytes, at + 1) else {
                let offset = (section.start + at) as u64;
                return Err(HeapError::Malformed {
                    offset,
                    what: "a string has no end; take the snapshot again".into(),
                });
            };
            if strings.count.is_multiple_of(STRIDE) {
                strings.positions.push(at as u64);
            }
            strings.note(&bytes[at + 1..end - 1]);
            strings.count += 1;
            at = end;
        }
        Ok(strings)
    }

    fn note(&mut self, text: &[u8]) {
        let index = self.count as u32;
        if text.ends_with(b")") && text.first().is_some_and(u8::is_ascii_digit) {
            if let Some(table) = ephemeron_table(text) {
                self.ephemerons.insert(index, table);
            }
        } else if let Some(known) = KNOWN.iter().find(|known| known.as_bytes() == text) {
            self.known.entry(known).or_insert(index);
        }
    }

    /// The index of one of the texts that are looked for; `u32::MAX` if the snapshot has it not.
    pub(super) fn known(&self, text: &str) -> u32 {
        self.known.get(text).copied().unwrap_or(u32::MAX)
    }

    /// The id of the table, if this is the name of an edge from or to the value of a weak map.
    pub(super) fn ephemeron(&self, index: u32) -> Option<u64> {
        self.ephemerons.get(&index).copied()
    }

    /// The text of a string; empty for an index that is not in the table.
    pub(super) fn get<'a>(&self, file: &'a [u8], index: u32) -> Cow<'a, str> {
        let Some(bytes) = file.get(self.section.clone()) else { return Cow::Borrowed("") };
        self.find(bytes, index as usize).map_or(Cow::Borrowed(""), unescape)
    }

    fn find<'a>(&self, bytes: &'a [u8], index: usize) -> Option<&'a [u8]> {
        let mut at = *self.positions.get(index / STRIDE)? as usize;
        for _ in 0..index % STRIDE {
            at = end_of_string(bytes, at + 1)?;
            at += memchr::memchr(b'"', bytes.get(at..)?)?;
        }
        bytes.get(at + 1..end_of_string(bytes, at + 1)? - 1)
    }
}

/// `N / part of key (K @id) -> value (V @id) pair in WeakMap (table @id)`: the id of the table.
fn ephemeron_table(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(" / part of key (")?;
    let (_, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    table.strip_suffix(')')?.parse().ok()
}

fn unescape(text: &[u8]) -> Cow<'_, str> {
    if !text.contains(&b'\\') {
        return String::from_utf8_lossy(text);
    }
    let quoted = [b"\"", text, b"\""].concat();
    let decoded = serde_json::from_slice::<String>(&quoted);
    // V8 writes characters beyond the basic plane wrong, so lone surrogates do occur.
    decoded.map_or_else(|_| Cow::Owned(String::from_utf8_lossy(text).replace('\\', "?")), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_by_index_and_unescaped() {
        let mut text: Vec<String> = (0..100).map(|i| format!("\"s{i}\"")).collect();
        text[37] = r#""a\"b\u00e4,""#.to_owned();
        let file = format!("xx{}", text.join(",\n"));
        let strings = Strings::scan(file.as_bytes(), 2..file.len()).unwrap();
        assert_eq!(strings.get(file.as_bytes(), 37), "a\"bä,");
        assert_eq!(strings.get(file.as_bytes(), 38), "s38");
        assert_eq!(strings.get(file.as_bytes(), 99), "s99");
        assert_eq!(strings.get(file.as_bytes(), 100), "");
    }

    #[test]
    fn names_of_weak_map_edges_tell_their_table() {
        let text = b"12 / part of key (Object @5) -> value ((x) @7) pair in WeakMap (table @99)";
        assert_eq!(ephemeron_table(text), Some(99));
        assert_eq!(ephemeron_table(b"12 / part of key (table @99)"), None);
    }
}
