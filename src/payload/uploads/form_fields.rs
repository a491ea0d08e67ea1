//! A URL-encoded form of very many fields.

use std::io::Write as _;

use crate::payload::pieces::{digits, entries};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "form-fields",
    group: Group::Uploads,
    about: About {
        summary: "A URL-encoded form of very many fields.",
        provokes: "Parsers that make a name, a value, a list and a map entry of each ten bytes.",
        seen: "tornado CVE-2026-82397, starlette CVE-2026-54283; Python's max_num_fields (bpo-34866), Django's \
               DATA_UPLOAD_MAX_NUMBER_FIELDS and PHP's max_input_vars exist for it.",
        becomes: "10 MB on the wire, 251 MiB in Python's parse_qs.",
        safe: "413 or 400 after some hundred fields; memory stays flat.",
    },
    parameters: &[Parameter {
        name: "fields",
        about: "how many",
        takes: Takes::Count { least: 1, most: 1_000_000_000, default: 1_000_000 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let fields = values.number("fields");
    let width = digits(fields);
    let chunks = entries(fields, move |chunk, field| {
        let and = if field == 0 { "" } else { "&" };
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "{and}k{field:0width$}=1");
    });
    Body::new("application/x-www-form-urlencoded", size(fields), chunks)
}

/// `&k000=1` for each, and the first has no `&`.
fn size(fields: u64) -> u64 {
    fields.saturating_mul(digits(fields) as u64 + 4) - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::payload::{Choice, Value};

    #[test]
    fn a_real_parser_finds_every_field() {
        for fields in [1, 10, 20_001] {
            let choice = Choice::of(FAMILY).with("fields", Value::Number(fields));
            let body = choice.body(&Turn { index: 0, unique: 0, key: [0; 32] }).unwrap();
            let text: Vec<u8> = body.chunks.flatten().collect();
            assert_eq!(text.len() as u64, body.size);
            let map: BTreeMap<_, _> = form_urlencoded::parse(&text).collect();
            assert_eq!(map.len() as u64, fields);
            assert!(map.values().all(|value| value == "1"));
        }
    }

    #[test]
    fn a_million_fields_are_ten_megabytes_on_the_wire() {
        assert_eq!(size(1_000_000), 9_999_999);
    }
}
