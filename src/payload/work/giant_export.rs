//! Everything since the beginning of time, as a file.

use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "giant-export",
    group: Group::Work,
    about: About {
        summary: "An export of everything from year 1 to year 9999.",
        provokes: "Exports that make the file in memory before they send it: rows, then lines, then one text, then \
                   its bytes. Needs a data set of production size behind the service.",
        seen: "OmniRoute issue 13428 (export of 36,000 rows: out of heap), PostHog issue 5959.",
        becomes: "One line on the wire; 202 MiB in Node for 500,000 rows that are joined first, an answer of 27 MB; 28 \
               MiB where they are written one by one.",
        safe: "200 that is written row by row with flat memory, 202 with a job that does so, or 400 for the range.",
    },
    parameters: &[
        Parameter { name: "from", about: "the query parameter of the first day", takes: Takes::Name("from") },
        Parameter { name: "first", about: "the first day", takes: Takes::Name("0001-01-01") },
        Parameter { name: "to", about: "the query parameter of the last day", takes: Takes::Name("to") },
        Parameter { name: "last", about: "the last day", takes: Takes::Name("9999-12-31") },
        Parameter { name: "format", about: "the query parameter of the format", takes: Takes::Name("format") },
        Parameter { name: "as", about: "the format", takes: Takes::Name("csv") },
    ],
    form: Form::Request(change),
};

fn change(values: &Values, _: &Turn, request: &mut Request) {
    for (name, value) in [("from", "first"), ("to", "last"), ("format", "as")] {
        request.set_query(values.text(name), values.text(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_and_the_format_of_the_request_are_replaced() {
        let path = "/export?from=2026-01-01&team=7".to_owned();
        let mut request = Request { method: "GET".into(), path, headers: vec![], body: None };
        change(&Values::defaults(FAMILY), &Turn { index: 0, unique: 0, key: [0; 32] }, &mut request);
        assert_eq!(request.path, "/export?team=7&from=0001-01-01&to=9999-12-31&format=csv");
    }
}
