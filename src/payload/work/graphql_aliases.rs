//! A GraphQL query that asks for one field ten thousand times.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::{digits, escaped, joined, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "graphql-aliases",
    group: Group::Work,
    about: About {
        summary: "A GraphQL query for the same field under ten thousand aliases.",
        provokes: "Each alias is resolved by itself: its own query to the database, its own objects, its own copy in \
                   the answer. Limits on depth and on requests do not see it.",
        seen: "HarperFast/harper issue 1291 (the answer stays flat: a limit on its size does not catch it), \
               terra-money/hive-graph issue 25, mozilla/fxa issue 6876, OpenCTI issue 6898.",
        becomes: "170 kB on the wire; 45 MiB in graphql-js, 369 MiB with a field of a hundred objects.",
        safe: "400 before anything is resolved: a limit on tokens, aliases or cost.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "aliases",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 10_000 },
        },
        Parameter {
            name: "field",
            about: "the field, with arguments and selection but without spaces, such as products(first:100){name}",
            takes: Takes::Name("__typename"),
        },
    ],
    form: Form::Body(make),
};

const BEFORE: &str = "{\"query\":\"{";
const AFTER: &str = "}\"}";

fn make(values: &Values, _: &Turn) -> Body {
    let (count, field) = (values.number("count"), escaped(values.text("field")));
    let each = ("a:".len() + digits(count) + field.len()) as u64;
    let size = joined(count, each).saturating_add((BEFORE.len() + AFTER.len()) as u64);
    Body::new("application/json", size, chunks(count, field))
}

fn chunks(count: u64, field: String) -> impl Iterator<Item = Bytes> + Send {
    let width = digits(count);
    let aliases = series(count, move |chunk, number| {
        let space = if number == 0 { "" } else { " " };
        // Writing to a vector cannot fail.
        let _ = write!(chunk, "{space}a{number:0width$}:{field}");
    });
    once(BEFORE).chain(aliases).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use graphql_parser::query::{Definition, OperationDefinition, Selection, parse_query};

    use super::*;

    #[test]
    fn a_real_parser_finds_the_field_under_every_alias() {
        for count in [1, 10, 5000] {
            let text: Vec<u8> = chunks(count, escaped("user(name:\"x\"){id}")).flatten().collect();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            let document = parse_query::<String>(value["query"].as_str().unwrap()).unwrap();
            let Definition::Operation(OperationDefinition::SelectionSet(set)) = &document.definitions[0] else {
                panic!("not a selection")
            };
            let alias = |selection: &Selection<'_, String>| match selection {
                Selection::Field(field) if field.name == "user" => field.alias.clone(),
                _ => None,
            };
            let aliases: BTreeSet<String> = set.items.iter().filter_map(alias).collect();
            assert_eq!(aliases.len() as u64, count);
        }
    }
}
