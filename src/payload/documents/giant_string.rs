//! A JSON object with one giant string.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "giant-string",
    group: Group::Documents,
    about: About {
        summary: "A JSON object with one giant string.",
        provokes: "Buffers of the whole body, then its decoded copy, then the parsed string: three at once is common.",
        seen: "Every framework that reads a body before it parses it; log lines and error messages that quote the input keep it for longer.",
        becomes: "64 MiB on the wire; twice as much memory in Python and Node, four times if one character is not Latin-1.",
        safe: "413.",
    },
    parameters: &[Parameter {
        name: "size",
        about: "length of the string",
        takes: Takes::Size { least: 1, most: 1 << 40, default: 64 << 20 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let length = values.number("size");
    Body::new("application/json", size(length), chunks(length))
}

const BEFORE: &[u8] = br#"{"data":""#;
const AFTER: &[u8] = br#""}"#;
/// No two neighbouring bytes are equal, so that a run-length trick cannot hide the size.
const PATTERN: &[u8] = b"the quick brown fox jumps over a lazy dog; 0123456789 ";

fn size(string: u64) -> u64 {
    string.saturating_add((BEFORE.len() + AFTER.len()) as u64)
}

fn chunks(string: u64) -> impl Iterator<Item = Bytes> + Send {
    once(BEFORE).chain(repeated(PATTERN, string)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_reads_a_string_of_the_size() {
        for size in [0, 1, 100_000] {
            let text: Vec<u8> = chunks(size).flatten().collect();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value["data"].as_str().unwrap().len() as u64, size);
        }
    }
}
