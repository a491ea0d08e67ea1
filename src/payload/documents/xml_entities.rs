//! XML whose entities expand: a thousand laughs in a line.

use std::io::Write as _;

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "xml-entities",
    group: Group::Documents,
    about: About {
        summary: "XML whose entities expand: the billion laughs, or one long entity very often.",
        provokes: "Parsers that replace entities while they read. `nested` multiplies by ten on every level; \
                   `quadratic` needs no nesting, so that limits on depth and on the number of references pass it.",
        seen: "CVE-2013-0340 (libexpat issue 466), CVE-2026-33036 (fast-xml-parser), CVE-2026-40260 (pypdf, XMP), \
               CVE-2019-5442 (pippo), node-expat issue 237 (683 bytes to 300 million characters).",
        becomes: "350 bytes on the wire; 680 MiB and 6.6 s of CPU in the DOM of Java 17 without its limits. \
               `quadratic`: 24 kB and 290 MiB.",
        safe: "400: no document types at all, or a limit on amplification (libexpat from 2.4, lxml without \
               huge_tree and the JDK with its default limits refuse most of it by themselves).",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "size of the text after expansion (rounded down to what the entities can make)",
            takes: Takes::Size { least: 16, most: 1 << 50, default: 48_000_000 },
        },
        Parameter {
            name: "shape",
            about: "entities of entities, or one long entity many times",
            takes: Takes::Word(&["nested", "quadratic"]),
        },
    ],
    form: Form::Body(make),
};

const BEFORE: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE r [\n";
const MIDDLE: &str = "]>\n<r>";
const AFTER: &str = "</r>\n";
/// What the entities are made of in the end.
const LAUGH: &str = "ha ha ha ha ha! ";

fn make(values: &Values, _: &Turn) -> Body {
    let size = values.number("size");
    match values.text("shape") {
        "quadratic" => quadratic(size),
        _ => {
            let text = nested(size);
            Body::new("application/xml", text.len() as u64, once(text))
        }
    }
}

/// Entities `a`, `b`, `c`…, each ten times the one before; the digits of the size in laughs say how often
/// each is used. A few hundred bytes for any size.
fn nested(size: u64) -> Vec<u8> {
    let digits: Vec<u8> = (size / LAUGH.len() as u64).to_string().bytes().rev().map(|digit| digit - b'0').collect();
    let mut text = BEFORE.as_bytes().to_vec();
    let name = |level: usize| char::from(b'a' + level as u8);
    let _ = writeln!(text, "<!ENTITY a \"{LAUGH}\">");
    for level in 1..digits.len() {
        let _ = writeln!(text, "<!ENTITY {} \"{}\">", name(level), format!("&{};", name(level - 1)).repeat(10));
    }
    text.extend_from_slice(MIDDLE.as_bytes());
    for (level, digit) in digits.iter().enumerate().rev() {
        text.extend_from_slice(format!("&{};", name(level)).repeat(usize::from(*digit)).as_bytes());
    }
    text.extend_from_slice(AFTER.as_bytes());
    text
}

/// One entity of `√(3·size)` bytes and as many references of three bytes as make the size: the least that
/// one level can do.
fn quadratic(size: u64) -> Body {
    let (length, times) = lengths(size);
    let before = format!("{BEFORE}<!ENTITY a \"");
    let middle = format!("\">\n{MIDDLE}");
    let around = (before.len() + middle.len() + AFTER.len()) as u64;
    let chunks = once(before)
        .chain(repeated(LAUGH.as_bytes(), length))
        .chain(once(middle))
        .chain(repeated(b"&a;", times * 3))
        .chain(once(AFTER));
    Body::new("application/xml", around + length + times * 3, chunks)
}

/// Length of the entity, and how often it is used.
fn lengths(size: u64) -> (u64, u64) {
    let length = size.saturating_mul(3).isqrt().clamp(1, size);
    (length, size / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(size: u64, shape: &str) -> String {
        let values = Values::defaults(FAMILY).with("size", crate::payload::Value::Number(size));
        let values = values.with("shape", crate::payload::Value::Text(shape.to_owned()));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        let text: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(text.len() as u64, body.size);
        String::from_utf8(text).unwrap()
    }

    /// Length of what the root element holds when a real parser has expanded it.
    fn expanded(text: &str) -> u64 {
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(text, options).unwrap();
        document.root_element().text().unwrap_or_default().len() as u64
    }

    #[test]
    fn a_real_parser_expands_it_to_the_size() {
        for size in [16, 160, 1600 - 16] {
            assert_eq!(expanded(&text(size, "nested")), size);
        }
        assert_eq!(expanded(&text(1 << 20, "quadratic")), {
            let (length, times) = lengths(1 << 20);
            length * times
        });
    }

    #[test]
    fn forty_eight_megabytes_are_400_bytes_nested_and_24_kilobytes_flat() {
        let nested = text(48_000_000, "nested").len();
        assert!((300..400).contains(&nested), "{nested}");
        let flat = text(48_000_000, "quadratic").len();
        assert!((24_000..25_000).contains(&flat), "{flat}");
        let (length, times) = lengths(48_000_000);
        assert!(length * times <= 48_000_000 && length * times > 47_900_000);
    }
}
