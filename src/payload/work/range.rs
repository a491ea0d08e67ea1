//! The whole file, a thousand times, in one answer.

use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "range-amplification",
    group: Group::Work,
    about: About {
        summary: "A `Range` header that asks for the whole file a thousand times.",
        provokes: "File servers, previews, object stores, caches: an answer of many times the file, often made in \
                   memory; where ranges are merged, a list that is compared with itself.",
        seen: "CVE-2011-3192 (Apache httpd), CVE-2025-62727 (Starlette), cpp-httplib issue 1766 (dozens of GB).",
        becomes: "3 kB on the wire; 1000 MiB in a Python service that puts the parts of a file of 1 MiB together.",
        safe: "416, or 200 with the file once (RFC 9110 section 14.2 allows to ignore ranges that overlap), or 206 \
               with the ranges merged.",
    },
    parameters: &[
        Parameter {
            name: "ranges",
            about: "ranges in the header, three to five bytes each",
            takes: Takes::Count { least: 1, most: 20_000, default: 1000 },
        },
        Parameter {
            name: "as",
            about: "all of the file each time, or its first byte each time (many parts of little)",
            takes: Takes::Word(&["all", "first"]),
        },
    ],
    form: Form::Request(change),
};

fn change(values: &Values, _: &Turn, request: &mut Request) {
    let range = if values.text("as") == "first" { "0-0" } else { "0-" };
    let ranges = vec![range; values.number("ranges") as usize];
    request.set_header("range", format!("bytes={}", ranges.join(",")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_every_range() {
        for (word, text) in [("all", "0-"), ("first", "0-0")] {
            for count in [1, 3, 1000] {
                let values = Values::defaults(FAMILY).with("ranges", Value::Number(count));
                let values = values.with("as", Value::Text(word.into()));
                let headers = vec![("range".into(), "bytes=5-6".into())];
                let mut request = Request { method: "GET".into(), path: "/f".into(), headers, body: None };
                change(&values, &Turn { index: 0, unique: 0, key: [0; 32] }, &mut request);
                assert_eq!(request.headers.len(), 1, "the request's own range is replaced");
                let header = request.headers[0].1.as_str();
                let ranges = http_range_header::parse_range_header(header).unwrap().ranges;
                assert_eq!(ranges.len() as u64, count, "{text}");
            }
        }
    }
}
