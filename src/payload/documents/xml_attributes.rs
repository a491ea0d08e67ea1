//! One XML element with very many attributes.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::series::{digits, series};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "xml-attributes",
    group: Group::Documents,
    about: About {
        summary: "One XML element with very many attributes, or namespaces.",
        provokes: "No two attributes may have one name, so all of them are held until the tag ends, also by streaming \
                   parsers, and compared: with a hash table at best, each with each at worst. With namespaces, every \
                   attribute also declares and looks up a prefix.",
        seen: "CVE-2026-45186 (libexpat: 200,000 attributes took a minute), jdk.xml.elementAttributeLimit of the JDK.",
        becomes: "3.6 MB on the wire; 102 MiB in lxml with huge_tree. As namespaces: 7.2 MB and 81 MiB.",
        safe: "400 or 413: a limit on attributes of an element (the JDK's is 10,000).",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "attributes",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 300_000 },
        },
        Parameter { name: "namespaces", about: "every attribute declares a namespace", takes: Takes::Flag },
    ],
    form: Form::Body(make),
};

const BEFORE: &[u8] = b"<?xml version=\"1.0\"?><r";
const AFTER: &[u8] = b"/>";

fn make(values: &Values, _: &Turn) -> Body {
    let (count, namespaces) = (values.number("count"), values.flag("namespaces"));
    Body::new("application/xml", size(count, namespaces), chunks(count, namespaces))
}

fn size(count: u64, namespaces: bool) -> u64 {
    let width = digits(count) as u64;
    let each = if namespaces { " xmlns:n=\"n\"".len() as u64 + 2 * width } else { " a=\"1\"".len() as u64 + width };
    count.saturating_mul(each).saturating_add((BEFORE.len() + AFTER.len()) as u64)
}

fn chunks(count: u64, namespaces: bool) -> impl Iterator<Item = Bytes> + Send {
    let width = digits(count);
    let attribute = move |chunk: &mut Vec<u8>, number: u64| {
        // Writing to a vector cannot fail.
        let _ = match namespaces {
            true => write!(chunk, " xmlns:n{number:0width$}=\"n{number:0width$}\""),
            false => write!(chunk, " a{number:0width$}=\"1\""),
        };
    };
    once(BEFORE).chain(series(count, attribute)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_finds_every_attribute_under_its_own_name() {
        for (count, namespaces) in [(1, false), (11, false), (3_000, false), (1, true), (3_000, true)] {
            let text: Vec<u8> = chunks(count, namespaces).flatten().collect();
            assert_eq!(text.len() as u64, size(count, namespaces));
            let text = String::from_utf8(text).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            let root = document.root_element();
            let declared = root.namespaces().filter(|namespace| namespace.uri().starts_with('n')).count();
            let (attributes, declared) = (root.attributes().count() as u64, declared as u64);
            assert_eq!((attributes, declared), if namespaces { (0, count) } else { (count, 0) });
        }
    }
}
