//! A path with a query of megabytes.

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "giant-url",
    group: Group::Text,
    about: About {
        summary: "A request with a URL of megabytes.",
        provokes: "The URL is copied more often than anything else of a request: decoded, split into parameters, a \
                   key of route caches, a label of metrics and traces, a line of the log, a part of redirects.",
        seen: "hyper issue 256; CVE-2022-41323 (Django, internationalized URLs), CVE-2023-41164 (Django, \
               uri_to_iri).",
        becomes: "8 MiB on the wire; 29 MiB in Go's net/http with a raised limit, and 183 MiB for 32 MiB.",
        safe: "414 or 431 and a closed connection, before the line has been read to its end.",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "bytes of the query parameter's value",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 8 << 20 },
        },
        Parameter { name: "name", about: "the query parameter's name", takes: Takes::Name("q") },
        Parameter { name: "encoded", about: "every character percent-encoded", takes: Takes::Flag },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let separator = if wire.request.path.contains('?') { '&' } else { '?' };
    let mut before = separator.to_string();
    crate::payload::request::encode(&mut before, values.text("name"));
    before.push('=');
    // Whole escapes only: half a one is another error.
    let size = values.number("size");
    let value = if values.flag("encoded") { repeated(b"%C3%A4", size / 6 * 6) } else { repeated(b"plimsoll", size) };
    vec![super::head::after_path(wire, once(before).chain(value))]
}

#[cfg(test)]
mod tests {
    use super::super::head;
    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_the_url_and_the_body_after_it() {
        for (size, encoded, read) in [(1, 0, 1), (1_000_000, 0, 1_000_000), (11, 1, 6), (1_000_000, 1, 999_996)] {
            let values = Values::defaults(FAMILY).with("size", Value::Number(size));
            let values = values.with("encoded", Value::Number(encoded));
            let mut wire = head::wire();
            wire.request.path = "/p?page=1".into();
            let turn = Turn { index: 0, unique: 0, key: [0; 32] };
            let (line, _, body) = head::read(make(&values, &turn, wire).remove(0));
            let value = line.strip_prefix("POST /p?page=1&q=").unwrap();
            assert_eq!((value.len(), &body[..]), (read, &b"hello"[..]));
        }
    }
}
