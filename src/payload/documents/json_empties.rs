//! `[{},{},…]`: the shape of JSON that grows most.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::joined;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "json-empties",
    group: Group::Documents,
    about: About {
        summary: "One JSON array of very many empty objects or arrays.",
        provokes: "Three bytes on the wire are an object with a header, a shape and perhaps a table of its own. A \
                   limit on the size of bodies that was chosen for ordinary JSON lets many times its size through.",
        seen: "Every JSON API whose only limit is the size of the body; msgpack and protobuf have the same shape in \
               one or two bytes an element (protocolbuffers/protobuf issue 27102).",
        becomes: "9 MB on the wire; 230 MiB in Python's json, 320 MiB in V8's JSON.parse.",
        safe: "413 or 400: a limit on the number of elements, or on the size of the body at a thirtieth of what a \
               request may take.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "elements",
            takes: Takes::Count { least: 0, most: 10_000_000_000, default: 3_000_000 },
        },
        Parameter { name: "of", about: "what the elements are", takes: Takes::Word(&["objects", "arrays"]) },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (count, of) = (values.number("count"), values.text("of"));
    let list = joined(count, 2);
    Body::new("application/json", list.saturating_add(2), chunks(list, of))
}

fn chunks(list: u64, of: &str) -> impl Iterator<Item = Bytes> + Send + use<> {
    let element: &[u8] = if of == "arrays" { b"[]," } else { b"{}," };
    once("[").chain(repeated(element, list)).chain(once("]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_finds_every_element_empty() {
        for (of, empty) in [("objects", serde_json::json!({})), ("arrays", serde_json::json!([]))] {
            for count in [0, 1, 2, 50_000] {
                let text: Vec<u8> = chunks(joined(count, 2), of).flatten().collect();
                let value: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
                assert_eq!(value, vec![empty.clone(); count as usize]);
            }
        }
    }

    #[test]
    fn three_million_elements_are_nine_megabytes() {
        let body = make(&Values::defaults(FAMILY), &Turn { index: 0, unique: 0, key: [0; 32] });
        assert_eq!(body.size, 9_000_001);
    }
}
