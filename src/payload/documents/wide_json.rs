//! One JSON object with very many different keys.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::{digits, joined, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "wide-json",
    group: Group::Documents,
    about: About {
        summary: "One JSON object with very many different keys.",
        provokes: "A hash table and a key string for each entry, key caches and hidden classes that grow, mass assignment into maps.",
        seen: "Every JSON API without a limit on keys; colliding keys are a different attack.",
        becomes: "About 14 bytes a key on the wire; unique keys became 10 (Node) to 11 (Python) times as much memory.",
        safe: "413 or 400 above a size limit, or 200 with memory that comes back.",
    },
    parameters: &[Parameter {
        name: "keys",
        about: "keys of the object",
        takes: Takes::Count { least: 1, most: 1_000_000_000, default: 200_000 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let keys = values.number("keys");
    Body::new("application/json", size(keys), chunks(keys))
}

/// `"k000":1` without the digits.
const AROUND: u64 = 5;

fn size(keys: u64) -> u64 {
    joined(keys, digits(keys) as u64 + AROUND).saturating_add(2)
}

fn chunks(keys: u64) -> impl Iterator<Item = Bytes> + Send {
    let width = digits(keys);
    let entry = move |chunk: &mut Vec<u8>, key: u64| {
        let comma = if key == 0 { "" } else { "," };
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "{comma}\"k{key:0width$}\":1");
    };
    once("{").chain(series(keys, entry)).chain(once("}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_finds_every_key() {
        for keys in [0, 1, 10, 11, 20_000] {
            let text: Vec<u8> = chunks(keys).flatten().collect();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value.as_object().unwrap().len() as u64, keys);
        }
    }
}
