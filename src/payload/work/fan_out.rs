//! A list of ten thousand ids in one request.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::{digits_of_all, escaped, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "fan-out",
    group: Group::Work,
    about: About {
        summary: "One request with a list of ten thousand ids.",
        provokes: "A backend call for each id, all at once: promises, goroutines or threads, sockets, buffers, and \
                   all the answers until the last one is there.",
        seen: "lobehub issue 16498 (60 files with Promise.all over whatever came), kriskowal/q issue 621 (out of \
               memory), opentelemetry-ecosystem-explorer pull request 628.",
        becomes: "49 kB on the wire; 656 MiB in Go with a goroutine for each id and answers of 64 KiB.",
        safe: "400 above some hundred ids; a bounded number of calls at a time.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "ids",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 10_000 },
        },
        Parameter {
            name: "first",
            about: "the first id; the others follow",
            takes: Takes::Count { least: 0, most: 1 << 50, default: 1 },
        },
        Parameter { name: "name", about: "the field or query parameter", takes: Takes::Name("ids") },
        Parameter {
            name: "where",
            about: "as a JSON list in the body, or with commas in the query (at most 10,000)",
            takes: Takes::Word(&["body", "query"]),
        },
    ],
    form: Form::Request(change),
};

/// A well-behaved client holds the URL: above this it would be a giant one, which is another family.
const MOST_IN_QUERY: u64 = 10_000;

fn change(values: &Values, _: &Turn, request: &mut Request) {
    let (count, first, name) = (values.number("count"), values.number("first"), values.text("name"));
    if values.text("where") == "query" {
        let ids = (first..first + count.min(MOST_IN_QUERY)).map(|id| id.to_string());
        request.set_query(name, &ids.collect::<Vec<_>>().join(","));
        return;
    }
    let before = format!("{{\"{}\":[", escaped(name));
    let size = (before.len() + "]}".len()) as u64 + digits_of_all(first, count) + count - 1;
    request.body = Some(Body::new("application/json", size, chunks(before, first, count)));
}

fn chunks(before: String, first: u64, count: u64) -> impl Iterator<Item = Bytes> + Send {
    let ids = series(count, move |chunk, number| {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "{comma}{}", first + number);
    });
    once(before).chain(ids).chain(once("]}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Value;

    fn changed(place: &str, first: u64, count: u64) -> Request {
        let values = Values::defaults(FAMILY).with("where", Value::Text(place.into()));
        let values = values.with("first", Value::Number(first)).with("count", Value::Number(count));
        let mut request = Request { method: "POST".into(), path: "/many".into(), headers: vec![], body: None };
        change(&values, &Turn { index: 0, unique: 0, key: [0; 32] }, &mut request);
        request
    }

    #[test]
    fn a_real_parser_reads_every_id() {
        for (first, count) in [(0, 1), (1, 10_000), (95, 11)] {
            let body = changed("body", first, count).body.unwrap();
            let size = body.size;
            let text: Vec<u8> = body.chunks.flatten().collect();
            assert_eq!(text.len() as u64, size);
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let ids = value["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap());
            assert!(ids.eq(first..first + count));
        }
    }

    #[test]
    fn in_the_query_the_ids_are_joined_by_encoded_commas() {
        assert_eq!(changed("query", 9, 3).path, "/many?ids=9%2C10%2C11");
    }
}
