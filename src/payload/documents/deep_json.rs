//! `[[[…]]]`.

use bytes::Bytes;

use crate::payload::pieces::repeated;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "deep-json",
    group: Group::Documents,
    about: About {
        summary: "JSON arrays in arrays in arrays.",
        provokes: "Parsers and visitors that recurse: stack overflow, or a node object for each level.",
        seen: "jackson-databind CVE-2020-36518, jackson-core CVE-2026-29062, json-smart CVE-2023-1370, fastjson2 issue 7864.",
        becomes: "200 kB of depth 100,000 became 62 times as much in Node and a RecursionError in Python.",
        safe: "400 with flat memory; parsers that limit depth (Jackson: 1,000) do so by themselves.",
    },
    parameters: &[Parameter {
        name: "depth",
        about: "levels",
        takes: Takes::Count { least: 1, most: 1_000_000_000, default: 100_000 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let depth = values.number("depth");
    Body::new("application/json", size(depth), chunks(depth))
}

fn size(depth: u64) -> u64 {
    depth.saturating_mul(2)
}

fn chunks(depth: u64) -> impl Iterator<Item = Bytes> + Send {
    repeated(b"[", depth).chain(repeated(b"]", depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_balance_and_a_real_parser_reads_them() {
        let text: Vec<u8> = chunks(100).flatten().collect();
        let mut value = &serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        let mut depth = 1;
        while let Some(inner) = value.get(0) {
            (value, depth) = (inner, depth + 1);
        }
        assert_eq!(depth, 100);
        let deep: Vec<u8> = chunks(100_000).flatten().collect();
        assert!(serde_json::from_slice::<serde_json::Value>(&deep).unwrap_err().to_string().contains("recursion"));
    }
}
