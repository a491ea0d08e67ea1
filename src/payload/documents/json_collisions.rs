//! JSON keys that all have one hash.

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::{joined, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "json-collisions",
    group: Group::Documents,
    about: About {
        summary: "One JSON object whose keys all have the same hash.",
        provokes: "Hash tables whose hash has no secret: every insertion walks the chain of all keys before it. \
                   HashMap of Java 8 and later turns the chain into a tree (slower and twice as large, but alive); \
                   Hashtable, older maps, own interning tables and PHP arrays do not.",
        seen: "CERT VU#903934 (Tomcat: 2 MB of form keys took 44 minutes of CPU), jawn issue 220, CVE-2012-6051 \
               (CityHash).",
        becomes: "1.9 MB on the wire; 7.6 s of CPU in a Hashtable of Java 17, and four times that for twice the keys.",
        safe: "400 above some thousands of keys in an object; a table with a secret in its hash, or a tree.",
    },
    parameters: &[
        Parameter {
            name: "keys",
            about: "keys of the object",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 50_000 },
        },
        Parameter {
            name: "hash",
            about: "`java`: String.hashCode (h·31 + c); `php`: times33 (h·33 + c)",
            takes: Takes::Word(&["java", "php"]),
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let keys = values.number("keys");
    Body::new("application/json", size(keys), chunks(keys, values.text("hash")))
}

/// Two pairs of letters with equal hashes (`a·31 + b`, `a·33 + b`): any two sequences of them that are
/// equally long collide.
fn pairs(hash: &str) -> [&'static [u8; 2]; 2] {
    match hash {
        "php" => [b"Ez", b"FY"],
        _ => [b"Aa", b"BB"],
    }
}

/// Pairs of letters that are enough for so many keys: each is a bit of the key's number.
fn length(keys: u64) -> u32 {
    (u64::BITS - keys.saturating_sub(1).leading_zeros()).max(1)
}

fn size(keys: u64) -> u64 {
    joined(keys, u64::from(length(keys)) * 2 + r#""":1"#.len() as u64) + 2
}

fn chunks(keys: u64, hash: &str) -> impl Iterator<Item = Bytes> + Send + use<> {
    let (pairs, length) = (pairs(hash), length(keys));
    let entry = move |chunk: &mut Vec<u8>, key: u64| {
        chunk.extend_from_slice(if key == 0 { b"\"" } else { b",\"" });
        for bit in 0..length {
            chunk.extend_from_slice(pairs[(key >> bit & 1) as usize]);
        }
        chunk.extend_from_slice(b"\":1");
    };
    once("{").chain(series(keys, entry)).chain(once("}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_keys_differ_and_their_hashes_do_not() {
        for (hash, factor, start) in [("java", 31u64, 0), ("php", 33, 5381)] {
            for keys in [1, 2, 3, 5000] {
                let text: Vec<u8> = chunks(keys, hash).flatten().collect();
                assert_eq!(text.len() as u64, size(keys));
                let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
                let read = value.as_object().unwrap();
                assert_eq!(read.len() as u64, keys);
                let of =
                    |key: &String| key.bytes().fold(start, |h: u64, c| h.wrapping_mul(factor).wrapping_add(c.into()));
                assert_eq!(read.keys().map(of).collect::<BTreeSet<_>>().len(), 1, "{hash} {keys}");
            }
        }
    }
}
