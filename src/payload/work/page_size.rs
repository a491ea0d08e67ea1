//! A page of a billion rows.

use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "page-size",
    group: Group::Work,
    about: About {
        summary: "A list asked for with a page size of a billion.",
        provokes: "The whole table, as rows of the driver, objects of the mapper, maps of the serializer and text of \
                   the answer, all at once. Needs a data set of production size behind the service.",
        seen: "OmniRoute issue 13428 (36,000 rows: out of heap), PostHog issue 5959, apache/ozone issue 9994.",
        becomes: "One line on the wire; 71 MiB in Python for 100,000 rows of SQLite, an answer of 9 MB.",
        safe: "200 with the largest page that the service allows, or 400.",
    },
    parameters: &[
        Parameter { name: "name", about: "the query parameter", takes: Takes::Name("limit") },
        Parameter {
            name: "value",
            about: "how many are asked for",
            takes: Takes::Count { least: 0, most: u64::MAX, default: 1_000_000_000 },
        },
    ],
    form: Form::Request(change),
};

fn change(values: &Values, _: &Turn, request: &mut Request) {
    request.set_query(values.text("name"), &values.number("value").to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_size_of_the_request_is_replaced() {
        for (path, read) in [
            ("/list", "/list?limit=1000000000"),
            ("/list?limit=20", "/list?limit=1000000000"),
            ("/list?page=2&limit=20&sort=a", "/list?page=2&sort=a&limit=1000000000"),
            ("/list?limits=3", "/list?limits=3&limit=1000000000"),
        ] {
            let mut request = Request { method: "GET".into(), path: path.into(), headers: vec![], body: None };
            change(&Values::defaults(FAMILY), &Turn { index: 0, unique: 0, key: [0; 32] }, &mut request);
            assert_eq!(request.path, read);
        }
    }
}
