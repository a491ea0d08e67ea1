//! A snapshot without its values: the table of strings, with everything blanked that nothing is named by.
//!
//! Names are what nodes that are no text are called (classes, functions, scripts), what edges are called
//! (properties, variables, slots) and what allocation traces call functions. Everything else in the table
//! is text of the program, source code included. A name may hold text in three places: the edges of a weak
//! map are called by what they lead to, windows by their address with its query, and elements of a page with
//! their attributes.

use std::io::{BufWriter, Write};
use std::ops::Range;

use super::class;
use super::layout::{EdgeKind, Layout, NodeKind};
use super::numbers::Numbers;
use super::sections::{Sections, end_of_string};
use super::strings::ephemeron_table;
use crate::heap::redact::RedactError;
use crate::heap::{HeapError, Mapping};

/// What V8 itself calls text and numbers whose content it does not show.
const OWN: [&[u8]; 5] = [b"(concatenated string)", b"(sliced string)", b"heap number", b"bigint", b"number"];

/// Position of a function's name and of its script's among the six numbers of a traced function.
const TRACED: [usize; 2] = [1, 2];
const TRACED_FIELDS: usize = 6;

/// Writes the snapshot without its values; the answer is the number of bytes that were overwritten, and what stayed.
pub(in crate::heap) fn redact(file: &Mapping, out: &mut dyn Write) -> Result<(u64, Vec<String>), RedactError> {
    let sections = Sections::of(file)?;
    let header = sections.get("snapshot")?;
    let layout = Layout::read(&file[header.clone()], header.start)?;
    let strings = sections.array("strings")?;
    // Each string takes two quotes at least, so a lying index cannot ask for more memory.
    let mut names = Names(vec![Use::Text; strings.len() / 2 + 1]);
    names.of_nodes(file, sections.array("nodes")?, &layout)?;
    names.of_edges(file, sections.array("edges")?, &layout)?;
    if let Ok(traced) = sections.array("trace_function_infos") {
        names.of_traces(file, traced)?;
    }
    let mut out = BufWriter::with_capacity(1 << 16, out);
    out.write_all(&file[..strings.start])?;
    let blanked = names.write(file, strings.clone(), &mut out)?;
    out.write_all(&file[strings.end..])?;
    out.flush()?;
    Ok((blanked, names.caveats()))
}

/// What a string is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Text,
    /// The name of a property, and of nothing else.
    Property,
    Name,
}

/// By index of the string.
struct Names(Vec<Use>);

impl Names {
    fn note(&mut self, index: u64, found: Use) {
        let known = usize::try_from(index).ok().and_then(|index| self.0.get_mut(index));
        if let Some(known) = known.filter(|known| **known != Use::Name) {
            *known = found;
        }
    }

    fn caveats(&self) -> Vec<String> {
        let kept = self.0.iter().filter(|known| **known == Use::Property).count();
        let told = || {
            format!(
                "{kept} names of properties are kept; the keys of objects that are used as dictionaries are among them"
            )
        };
        (kept > 0).then(told).into_iter().collect()
    }

    fn of_nodes(&mut self, file: &[u8], section: Range<usize>, layout: &Layout) -> Result<(), HeapError> {
        rows(file, section, layout.node_fields, |row| {
            let kind = layout.node_kind(row[layout.node_type]);
            if !matches!(kind, NodeKind::Text | NodeKind::Number | NodeKind::BigInt | NodeKind::RegExp) {
                self.note(row[layout.node_name], Use::Name);
            }
        })
    }

    fn of_edges(&mut self, file: &[u8], section: Range<usize>, layout: &Layout) -> Result<(), HeapError> {
        rows(file, section, layout.edge_fields, |row| match layout.edge_kind(row[layout.edge_type]) {
            kind if kind.numbered() => {}
            EdgeKind::Property => self.note(row[layout.edge_name], Use::Property),
            _ => self.note(row[layout.edge_name], Use::Name),
        })
    }

    fn of_traces(&mut self, file: &[u8], section: Range<usize>) -> Result<(), HeapError> {
        rows(file, section, TRACED_FIELDS, |row| TRACED.iter().for_each(|field| self.note(row[*field], Use::Name)))
    }

    fn write(&self, file: &[u8], section: Range<usize>, out: &mut dyn Write) -> Result<u64, RedactError> {
        let bytes = &file[section.clone()];
        let (mut at, mut blanked) = (0, 0);
        for index in 0.. {
            let Some(quote) = memchr::memchr(b'"', &bytes[at..]).map(|quote| at + quote) else { break };
            let Some(end) = end_of_string(bytes, quote + 1) else {
                let what = "a string has no end; take the snapshot again".to_owned();
                return Err(HeapError::Malformed { offset: (section.start + quote) as u64, what }.into());
            };
            let text = &bytes[quote + 1..end - 1];
            out.write_all(&bytes[at..=quote])?;
            let written = if self.0.get(index).is_some_and(|known| *known != Use::Text) || OWN.contains(&text) {
                name(text)
            } else {
                std::iter::repeat_n(b'*', characters(text)).collect()
            };
            blanked += if written == text { 0 } else { text.len() as u64 };
            out.write_all(&written)?;
            out.write_all(b"\"")?;
            at = end;
        }
        out.write_all(&bytes[at..])?;
        Ok(blanked)
    }
}

/// Rows of so many numbers each.
fn rows(file: &[u8], section: Range<usize>, width: usize, mut tell: impl FnMut(&[u64])) -> Result<(), HeapError> {
    let mut numbers = Numbers::new(file, section);
    let mut row = Vec::with_capacity(width);
    while let Some(number) = numbers.next() {
        row.push(number);
        if row.len() == width {
            tell(&row);
            row.clear();
        }
    }
    numbers.finish()
}

/// Characters of a text as it stands in the file, an escape counted as one.
fn characters(text: &[u8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while let Some(byte) = text.get(at) {
        at += match (byte, text.get(at + 1)) {
            (b'\\', Some(b'u')) => 6,
            (b'\\', _) => 2,
            _ => 1,
        };
        // The later bytes of a character outside of ASCII.
        count += usize::from(byte & 0xc0 != 0x80);
    }
    count
}

/// In the name of each edge that stands for an entry of a weak map.
const PAIR: &[u8] = b" / part of key (";

/// A name, without the text that may be in it.
fn name(text: &[u8]) -> Vec<u8> {
    if memchr::memmem::find(text, PAIR).is_some() {
        // What only looks like a pair holds somebody's text all the same, and must not become one.
        let pair = ephemeron_table(text).and_then(|_| weak_pair(std::str::from_utf8(text).ok()?));
        return pair.map(String::into_bytes).unwrap_or_else(|| vec![b'*'; characters(text)]);
    }
    if let Some(element) = class::element(&String::from_utf8_lossy(text)) {
        return format!("{element}>").into_bytes();
    }
    match memchr::memmem::find(text, b"://")
        .and_then(|scheme| text[scheme..].iter().position(|byte| b"?#".contains(byte)).map(|query| scheme + query + 1))
    {
        Some(query) => [&text[..query], b"*"].concat(),
        None => text.to_owned(),
    }
}

/// `N / part of key (K @id) -> value (V @id) pair in WeakMap (table @id)` without K and V.
fn weak_pair(text: &str) -> Option<String> {
    let (number, rest) = text.split_once(" / part of key (")?;
    let (pair, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    let id = |part: &str| part.rsplit_once(" @")?.1.trim_end_matches(')').parse::<u64>().ok();
    let key = id(pair.split_once(") -> value (")?.0)?;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let (number, value, table) = (digits(number), id(pair)?, digits(table));
    Some(format!("{number} / part of key (* @{key}) -> value (* @{value}) pair in WeakMap (table @{table})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNAPSHOT: &str = concat!(
        r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"#,
        r#""node_types":[["object","string","regexp"],"string","number","number","number"],"#,
        r#""edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","element"],"string_or_number","node"]},"#,
        r#""node_count":4,"edge_count":3},"nodes":[0,0,1,0,3,1,1,3,24,0,1,2,5,24,0,2,3,7,40,0],"#,
        r#""edges":[0,4,5,1,1,10,0,2,15],"strings":["Client","pass\u00e4\"wörd","user","^[a-z]$","token","never"]}"#,
    );

    fn redacted(snapshot: &str) -> String {
        let mut out = Vec::new();
        redact(&Mapping::held(snapshot.as_bytes().to_vec()), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_is_blanked_and_names_stay() {
        let strings = redacted(SNAPSHOT).split_once(r#""strings":"#).unwrap().1.to_owned();
        // `user` is both text and the name of a property.
        assert_eq!(strings, r#"["Client","**********","user","*******","token","*****"]}"#);
    }

    #[test]
    fn names_of_properties_that_stay_are_counted() {
        let told = redact(&Mapping::held(SNAPSHOT.as_bytes().to_vec()), &mut Vec::new()).unwrap().1;
        assert!(told.len() == 1 && told[0].starts_with("2 names of properties are kept"), "{told:?}");
    }

    #[test]
    fn numbers_stay_as_they_are() {
        let before = SNAPSHOT.split_once(r#""strings":"#).unwrap().0;
        assert_eq!(redacted(SNAPSHOT).split_once(r#""strings":"#).unwrap().0, before);
    }

    #[test]
    fn names_lose_the_text_that_is_in_them() {
        let said = |text: &str| String::from_utf8(name(text.as_bytes())).unwrap();
        assert_eq!(
            said("12 / part of key (Object @5) -> value (my ) -> value (secret @7) pair in WeakMap (table @99)"),
            "12 / part of key (* @5) -> value (* @7) pair in WeakMap (table @99)"
        );
        let broken = "2 / part of key (Object @9) o_fielue (secret @11) pair in WeakMap (table @7)";
        assert_eq!(said(broken), "*".repeat(broken.len()), "no pair before, none afterwards");
        let nearly = "2 / part of key (Object @9) -> value (Object @1)) pair in WeakMap (table @7)";
        assert_eq!(said(nearly), "*".repeat(nearly.len()), "one bracket too many is no pair either");
        assert_eq!(said("Window / https://shop.example/pay?token=1"), "Window / https://shop.example/pay?*");
        assert_eq!(said("file:///srv/app.js"), "file:///srv/app.js");
        assert_eq!(said(r#"<a href=\"/pay?token=1\" class=\"x\">"#), "<a>");
        assert_eq!(said(r#"Detached <li id=\"ann@example.org\">"#), "Detached <li>");
        assert_eq!(said("<instance_members_initializer>"), "<instance_members_initializer>");
    }
}
