//! A hundred thousand headers.

use std::io::Write as _;

use crate::payload::series::{digits, series};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "many-headers",
    group: Group::Text,
    about: About {
        summary: "A request with a hundred thousand headers.",
        provokes: "A limit on the length of a line does not limit their number: each is a name, a value and an entry \
                   of a map, before any route is known, and often once more in logs, traces and forwarded requests.",
        seen: "hyper issue 187; CVE-2013-1752 (Python read headers without end, cpython issue 60241; now 100).",
        becomes: "1.2 MB on the wire; 17 MiB in Go's net/http with a raised limit, and 63 MiB for 400,000.",
        safe: "431 or 400 and a closed connection after some hundred headers.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "headers",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 100_000 },
        },
        Parameter {
            name: "cookies",
            about: "as cookies, one a header, instead of names of their own",
            takes: Takes::Flag,
        },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let (count, cookies) = (values.number("count"), values.flag("cookies"));
    let width = digits(count);
    let headers = series(count, move |chunk, number| {
        // Writing to a vector cannot fail.
        let _ = match cookies {
            true => write!(chunk, "cookie: c{number:0width$}=1\r\n"),
            false => write!(chunk, "x-{number:0width$}: 1\r\n"),
        };
    });
    vec![super::head::after_headers(wire, headers)]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::head;
    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_every_header_and_the_body_after_them() {
        for (count, cookies) in [(1, 0), (11, 1), (100_000, 0)] {
            let values = Values::defaults(FAMILY).with("count", Value::Number(count));
            let values = values.with("cookies", Value::Number(cookies));
            let turn = Turn { index: 0, unique: 0, key: [0; 32] };
            let (line, headers, body) = head::read(make(&values, &turn, head::wire()).remove(0));
            assert_eq!((line.as_str(), &body[..]), ("POST /p", &b"hello"[..]));
            let ours = headers.iter().filter(|(name, _)| name.starts_with("x-") || name == "cookie");
            assert_eq!(ours.collect::<BTreeSet<_>>().len() as u64, count);
        }
    }
}
