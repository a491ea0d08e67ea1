//! One JSON object with the same key again and again.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::{escaped, joined};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "json-duplicates",
    group: Group::Documents,
    about: About {
        summary: "One JSON object with the same key a million times.",
        provokes: "What most parsers overwrite, others collect: lists of pairs, multi-value maps, event streams. The \
                   result looks small while the way there was not, so a limit on keys does not see it.",
        seen: "RFC 8259 section 4 leaves open what duplicate names mean; parsers that collect pairs first and look at \
               names afterwards are the rule (object_pairs_hook in Python, tokens in V8).",
        becomes: "7 MB on the wire; 150 MiB in Python where the pairs are collected as lists by key.",
        safe: "400 at the second key of a name, or 413.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "how often the key comes",
            takes: Takes::Count { least: 1, most: 10_000_000_000, default: 1_000_000 },
        },
        Parameter { name: "key", about: "the key", takes: Takes::Name("a") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let entry = format!("\"{}\":[],", escaped(values.text("key")));
    let entries = joined(values.number("count"), entry.len() as u64 - 1);
    Body::new("application/json", entries.saturating_add(2), chunks(&entry, entries))
}

fn chunks(entry: &str, entries: u64) -> impl Iterator<Item = Bytes> + Send + use<> {
    once("{").chain(repeated(entry.as_bytes(), entries)).chain(once("}"))
}

#[cfg(test)]
mod tests {
    use serde::de::{MapAccess, Visitor};

    use super::*;

    struct Keys;

    impl<'de> Visitor<'de> for Keys {
        type Value = (u64, bool);

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut count, mut same) = (0, true);
            while let Some((key, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                (count, same) = (count + 1, same && key == "a");
            }
            Ok((count, same))
        }
    }

    #[test]
    fn a_real_parser_sees_the_one_key_every_time() {
        for count in [1, 2, 70_000] {
            let entry = "\"a\":[],";
            let text: Vec<u8> = chunks(entry, joined(count, entry.len() as u64 - 1)).flatten().collect();
            let mut parser = serde_json::Deserializer::from_slice(&text);
            assert_eq!(serde::Deserializer::deserialize_map(&mut parser, Keys).unwrap(), (count, true));
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), serde_json::json!({"a": []}));
        }
    }
}
