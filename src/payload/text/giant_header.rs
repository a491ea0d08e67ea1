//! One header of megabytes.

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "giant-header",
    group: Group::Text,
    about: About {
        summary: "A request with one header of megabytes.",
        provokes: "Heads are collected whole before any limit on bodies, any login and any route is asked: as bytes, \
                   as text, as a value in a map, in the access log and in whatever is forwarded.",
        seen: "hyper issues 187 and 256, uhttpd GHSA-vhx4-3p5q-m59q; servers whose limit was raised for large \
               cookies or tokens (--max-http-header-size, MaxHeaderBytes, maxHttpHeaderSize).",
        becomes: "8 MiB on the wire; 24 MiB in Go's net/http with a raised limit, and 128 MiB for 32 MiB.",
        safe: "431 or 400 and a closed connection, before the header has been read to its end.",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "bytes of the header's value",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 8 << 20 },
        },
        Parameter { name: "name", about: "the header's name", takes: Takes::Name("x-plimsoll") },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let value = repeated(b"plimsoll", values.number("size"));
    let name = format!("{}: ", values.text("name"));
    vec![super::head::after_headers(wire, once(name).chain(value).chain(once("\r\n")))]
}

#[cfg(test)]
mod tests {
    use super::super::head;
    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_the_header_among_the_others_and_the_body_after_them() {
        for size in [1, 8, 1_000_000] {
            let values = Values::defaults(FAMILY).with("size", Value::Number(size));
            let turn = Turn { index: 0, unique: 0, key: [0; 32] };
            let (line, headers, body) = head::read(make(&values, &turn, head::wire()).remove(0));
            assert_eq!((line.as_str(), &body[..]), ("POST /p", &b"hello"[..]));
            let giant = headers.iter().find(|(name, _)| name == "x-plimsoll").unwrap();
            assert_eq!(giant.1.len() as u64, size);
            assert!(headers.iter().any(|(name, value)| name == "accept" && value == "*/*"));
        }
    }
}
