//! The string table: positions in the file, decoded when somebody asks for a name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::sections::end_of_string;
use crate::heap::HeapError;

/// One full position for so many strings; the others count from it.
const STRIDE: usize = 64;

/// Positions of strings, and the few whose text matters for sizes.
#[derive(Debug, Default)]
pub(super) struct Strings {
    section: Range<usize>,
    /// Of each opening quote: offset of the file for every so many, and the rest from there.
    bases: Vec<u64>,
    positions: Vec<u32>,
    /// Indexes of each of [`KNOWN`].
    known: [Vec<u32>; KNOWN.len()],
    /// Names of ephemeron edges, with the id of the table in their text.
    ephemerons: HashMap<u32, u64>,
}

/// Texts that are looked for while scanning.
pub(super) const EXTERNAL_STRING: &str = "system / ExternalStringData";
pub(super) const DOM_TREES: &str = "(Document DOM trees)";
pub(super) const NATIVE_CONTEXT: &str = "system / NativeContext";
/// What holds all roots but the global objects.
pub(super) const GC_ROOTS: &str = "(GC roots)";
pub(super) const CONTEXT: &str = "context";
pub(super) const SHARED: &str = "shared";
pub(super) const PREVIOUS: &str = "previous";
pub(super) const GLOBAL: &str = "global_object";
/// What a suspended call keeps of its stack.
pub(super) const REGISTERS: &str = "parameters_and_registers";
pub(super) const TABLE: &str = "table";
/// What a cell of a `FinalizationRegistry` calls the object that it waits for.
pub(super) const TARGET: &str = "target";
const KNOWN: [&str; 10] =
    [EXTERNAL_STRING, DOM_TREES, NATIVE_CONTEXT, CONTEXT, SHARED, PREVIOUS, GLOBAL, REGISTERS, TABLE, TARGET];

impl Strings {
    /// Scans the content of the `strings` array. A string without an end is left out if the file was cut there.
    ///
    /// # Errors
    /// [`HeapError::Malformed`] for a string without an end elsewhere, [`HeapError::TooLarge`] from 2^32 strings on.
    pub(super) fn scan(file: &[u8], section: Range<usize>, cut: bool) -> Result<Self, HeapError> {
        let mut strings = Self { section: section.clone(), ..Self::default() };
        let bytes = &file[..section.end];
        let mut at = section.start;
        while let Some(quote) = memchr::memchr(b'"', &bytes[at..]) {
            at += quote;
            let Some(end) = end_of_string(bytes, at + 1) else {
                if cut {
                    break;
                }
                let what = "a string has no end; take the snapshot again".into();
                return Err(HeapError::Malformed { offset: at as u64, what });
            };
            strings.place(at)?;
            strings.note(&bytes[at + 1..end - 1]);
            at = end;
        }
        Ok(strings)
    }

    fn place(&mut self, at: usize) -> Result<(), HeapError> {
        if self.positions.len().is_multiple_of(STRIDE) {
            self.bases.push(at as u64);
        }
        let base = self.bases.last().copied().unwrap_or_default();
        let position = u32::try_from(at as u64 - base).ok().filter(|_| self.positions.len() < u32::MAX as usize);
        self.positions.push(position.ok_or(HeapError::TooLarge { objects: self.positions.len() as u64 })?);
        Ok(())
    }

    fn note(&mut self, text: &[u8]) {
        let index = self.positions.len() as u32 - 1;
        if text.ends_with(b")") && text.first().is_some_and(u8::is_ascii_digit) {
            if let Some(table) = ephemeron_table(text) {
                self.ephemerons.insert(index, table);
            }
        } else if let Some(known) = KNOWN.iter().position(|known| known.as_bytes() == text) {
            self.known[known].push(index);
        }
    }

    /// Strings that are there.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// The indexes of one of the texts that are looked for: one, or none if the snapshot has it not.
    pub(super) fn known(&self, text: &str) -> &[u32] {
        KNOWN.iter().position(|known| *known == text).map_or(&[], |known| &self.known[known])
    }

    /// The id of the table, if this is the name of an edge from or to the value of a weak map.
    pub(super) fn ephemeron(&self, index: u32) -> Option<u64> {
        self.ephemerons.get(&index).copied()
    }

    /// Names of edges to the values of weak maps.
    pub(super) fn ephemerons(&self) -> impl Iterator<Item = u32> + '_ {
        self.ephemerons.keys().copied()
    }

    /// The text of a string; empty for an index that is not in the table.
    pub(super) fn get<'a>(&self, file: &'a [u8], index: u32) -> Cow<'a, str> {
        self.find(file, index as usize).map_or(Cow::Borrowed(""), unescape)
    }

    fn find<'a>(&self, file: &'a [u8], index: usize) -> Option<&'a [u8]> {
        let start = *self.bases.get(index / STRIDE)? as usize + *self.positions.get(index)? as usize + 1;
        file.get(start..end_of_string(file, start)? - 1)
    }

    /// Where the strings are in the file.
    pub(super) fn section(&self) -> Range<usize> {
        self.section.clone()
    }
}

/// `N / part of key (K @id) -> value (V @id) pair in WeakMap (table @id)`: the id of the table. A text that
/// spans lines is none, as for Chrome DevTools, so that sizes agree.
pub(super) fn ephemeron_table(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix(" / part of key (")?;
    let (pair, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    let names = pair.strip_suffix(')').filter(|names| ends_with_id(names) && !spans_lines(names))?;
    names.match_indices(") -> value (").find(|(at, _)| ends_with_id(&names[..*at]))?;
    table.strip_suffix(')')?.parse().ok()
}

/// Whether a text ends with ` @123`.
fn ends_with_id(text: &str) -> bool {
    let name = text.trim_end_matches(|c: char| c.is_ascii_digit());
    name.len() < text.len() && name.ends_with(" @")
}

fn spans_lines(escaped: &str) -> bool {
    let mut rest = escaped;
    while let Some((_, behind)) = rest.split_once('\\') {
        if ["n", "r", "u2028", "u2029"].iter().any(|end| behind.starts_with(end)) {
            return true;
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    false
}

fn unescape(text: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text).is_none() {
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
        let strings = Strings::scan(file.as_bytes(), 2..file.len(), false).unwrap();
        assert_eq!(strings.get(file.as_bytes(), 37), "a\"bä,");
        assert_eq!(strings.get(file.as_bytes(), 38), "s38");
        assert_eq!(strings.get(file.as_bytes(), 99), "s99");
        assert_eq!(strings.get(file.as_bytes(), 100), "");
    }

    #[test]
    fn a_string_that_was_cut_is_left_out() {
        let file = br#"["a","context","b"#;
        let strings = Strings::scan(file, 1..file.len(), true).unwrap();
        assert_eq!((strings.len(), strings.known("context")), (2, &[1][..]));
        assert!(Strings::scan(file, 1..file.len(), false).is_err());
    }

    #[test]
    fn names_of_weak_map_edges_tell_their_table() {
        let name = |key: &str| format!("12 / part of key ({key} @5) -> value ((x) @7) pair in WeakMap (table @99)");
        assert_eq!(ephemeron_table(name("Object").as_bytes()), Some(99));
        assert_eq!(ephemeron_table(name("a) -> value (b").as_bytes()), Some(99));
        assert_eq!(ephemeron_table(name(r"back\\nslash").as_bytes()), Some(99));
        assert_eq!(ephemeron_table(name(r"line\nend").as_bytes()), None);
        assert_eq!(ephemeron_table(b"12 / part of key (table @99)"), None);
        assert_eq!(ephemeron_table(b"12 / part of key (a) -> value (b @7) pair in WeakMap (table @99)"), None);
    }
}
