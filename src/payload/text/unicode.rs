//! A letter that normalization makes eighteen of.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::escaped;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unicode-expansion",
    group: Group::Text,
    about: About {
        summary: "Text of one character (U+FDFA) that becomes eighteen when it is normalized.",
        provokes: "Search, slugs, user names, deduplication: NFKC and NFKD make 33 bytes of 3, in strings of two bytes \
                   a character, after the length was checked.",
        seen: "CVE-2023-46695 and CVE-2025-27556 (Django, NFKC of user names and redirects), github/securitylab issue \
               813.",
        becomes: "4 MiB on the wire; 147 MiB in Python's json and unicodedata.normalize.",
        safe: "400 or 413: a limit on the length before normalization, and on what it makes.",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "bytes of the text, rounded down to whole characters of three",
            takes: Takes::Size { least: 3, most: 1 << 40, default: 4 << 20 },
        },
        Parameter { name: "field", about: "the JSON field that holds the text", takes: Takes::Name("text") },
    ],
    form: Form::Body(make),
};

/// ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM.
const LETTER: &str = "\u{fdfa}";

fn make(values: &Values, _: &Turn) -> Body {
    let before = format!("{{\"{}\":\"", escaped(values.text("field")));
    let text = values.number("size") / LETTER.len() as u64 * LETTER.len() as u64;
    let size = text.saturating_add((before.len() + AFTER.len()) as u64);
    Body::new("application/json", size, chunks(before, text))
}

const AFTER: &str = "\"}";

fn chunks(before: String, text: u64) -> impl Iterator<Item = Bytes> + Send {
    once(before).chain(repeated(LETTER.as_bytes(), text)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn a_real_parser_reads_it_and_a_real_normalization_makes_eleven_times_as_many_bytes() {
        let values = Values::defaults(FAMILY).with("size", crate::payload::Value::Number(3_000_001));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        let text: Vec<u8> = body.chunks.flatten().collect();
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let text = value["text"].as_str().unwrap();
        assert_eq!(text.len(), 3_000_000);
        assert_eq!(text.nfkc().map(char::len_utf8).sum::<usize>(), 33_000_000);
        assert_eq!(text.nfkc().count(), 18_000_000);
    }
}
