//! A list of ten thousand GraphQL queries.

use crate::payload::pieces::{once, repeated};
use crate::payload::series::{escaped, joined};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "graphql-batch",
    group: Group::Work,
    about: About {
        summary: "One request with a list of ten thousand GraphQL queries.",
        provokes: "Servers that accept batches run all of them, mostly at the same time, each with its own context \
                   and loaders, and hold every answer until the last is there. Limits on requests count one.",
        seen: "birkir/prime issue 544, terra-money/hive-graph issue 25.",
        becomes: "250 kB on the wire; 65 MiB in graphql-js. With a field of a hundred objects, 2,000 queries are 99 \
               MiB.",
        safe: "400: no batches, or some ten queries at most.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "queries",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 10_000 },
        },
        Parameter {
            name: "field",
            about: "the field that each asks for, with arguments and selection but without spaces",
            takes: Takes::Name("__typename"),
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let query = format!("{{\"query\":\"{{{}}}\"}},", escaped(values.text("field")));
    let queries = joined(values.number("count"), query.len() as u64 - 1);
    let chunks = once("[").chain(repeated(query.as_bytes(), queries)).chain(once("]"));
    Body::new("application/json", queries.saturating_add(2), chunks)
}

#[cfg(test)]
mod tests {
    use graphql_parser::query::parse_query;

    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_every_query() {
        for count in [1, 2, 10_000] {
            let values = Values::defaults(FAMILY).with("count", Value::Number(count));
            let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
            let text: Vec<u8> = body.chunks.flatten().collect();
            assert_eq!(text.len() as u64, body.size);
            let batch: Vec<serde_json::Value> = serde_json::from_slice(&text).unwrap();
            assert_eq!(batch.len() as u64, count);
            let parse = |query: &serde_json::Value| parse_query::<String>(query["query"].as_str().unwrap()).is_ok();
            assert!(batch.iter().take(100).all(parse));
            assert!(batch.iter().all(|query| query == &batch[0]));
        }
    }
}
