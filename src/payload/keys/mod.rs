//! Keys of which there are ever more: each request adds an entry somewhere.

mod tenants;
mod unique_cookie;
mod unique_header;
mod unique_host;
mod unique_method;
mod unique_path;
mod unique_query;

use super::{Family, Parameter, Takes, Turn, Values};

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    tenants::FAMILY,
    unique_cookie::FAMILY,
    unique_header::FAMILY,
    unique_host::FAMILY,
    unique_method::FAMILY,
    unique_path::FAMILY,
    unique_query::FAMILY,
];

/// How long a key is.
const LENGTH: Parameter = Parameter {
    name: "length",
    about: "letters of the key",
    takes: Takes::Count { least: 16, most: 4096, default: 16 },
};

/// A key that no other request of the run has: 16 hexadecimal digits, and letters up to the length.
fn key(values: &Values, turn: &Turn) -> String {
    let more = values.number(LENGTH.name).saturating_sub(16) as usize;
    format!("{:016x}{}", turn.unique, "k".repeat(more))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::payload::{Choice, Request, Value, Wire, bare};

    fn made(choice: &Choice, index: u64) -> Request {
        let mut request = bare::request("GET", None);
        choice.change(&bare::turn(index), &mut request);
        request
    }

    #[test]
    fn each_request_differs_from_all_others_in_one_place_and_is_one() {
        for family in FAMILIES.iter().filter(|family| family.name != "tenants") {
            let mut seen = BTreeSet::new();
            for index in 0..300 {
                let Request { method, path, headers, .. } = made(&Choice::of(family), index);
                // The client itself refuses what is no method, path or header.
                let mut builder = http::Request::builder().method(&*method).uri(&*path);
                for (name, value) in &headers {
                    builder = builder.header(name, value);
                }
                let request = builder.body(()).unwrap();
                assert_eq!(request.headers()["x-token"], "t");
                assert!(path.starts_with("/p") && path.contains("a=1"), "{path}");
                assert!(seen.insert((method, path, headers)), "{} {index}", family.name);
            }
        }
    }

    #[test]
    fn a_host_takes_the_place_of_the_targets() {
        let request = made(&Choice::of(unique_host::FAMILY), 3);
        let head = Wire { request, host: "service:80".into() }.polite_head();
        let head = String::from_utf8(head).unwrap();
        let hosts: Vec<&str> = head.lines().filter(|line| line.starts_with("host: ")).collect();
        assert!(matches!(hosts[..], [host] if host.ends_with(".example.test")), "{head}");
    }

    #[test]
    fn keys_are_as_long_as_wanted() {
        let choice = Choice::of(unique_query::FAMILY).with("length", Value::Number(1000));
        assert_eq!(made(&choice, 1).path.len(), "/p?a=1&q=".len() + 1000);
    }

    #[test]
    fn there_are_as_many_tenants_as_wanted() {
        for (of, count) in [("header", 1), ("query", 7), ("path", 100)] {
            let choice = Choice::of(tenants::FAMILY).with("in", Value::Text(of.into()));
            let choice = choice.with("tenants", Value::Number(count));
            let places = |index| {
                let Request { path, headers, .. } = made(&choice, index);
                (path, headers)
            };
            let seen: BTreeSet<_> = (0..2000).map(places).collect();
            assert_eq!(seen.len() as u64, count, "{of}");
        }
    }
}
