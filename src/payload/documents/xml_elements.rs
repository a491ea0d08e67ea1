//! `<a/><a/><a/>…`

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "xml-elements",
    group: Group::Documents,
    about: About {
        summary: "XML of millions of empty elements: the bomb without entities.",
        provokes: "Every parser that builds a tree: four bytes on the wire are a node of a hundred bytes and more. No \
                   protection against entity expansion sees it.",
        seen: "SOAP and SAML endpoints, feeds, SVG, office documents: whatever is read with a DOM, ElementTree or \
               lxml and limited by the size of the body alone.",
        becomes: "8 MB on the wire; 250 MiB in lxml.",
        safe: "413, or a streaming parser (SAX, StAX, iterparse with clear) that counts elements.",
    },
    parameters: &[
        Parameter {
            name: "count",
            about: "elements",
            takes: Takes::Count { least: 0, most: 10_000_000_000, default: 2_000_000 },
        },
        Parameter { name: "nested", about: "each inside the one before instead of after it", takes: Takes::Flag },
    ],
    form: Form::Body(make),
};

const BEFORE: &[u8] = b"<?xml version=\"1.0\"?><r>";
const AFTER: &[u8] = b"</r>";

fn make(values: &Values, _: &Turn) -> Body {
    let (count, nested) = (values.number("count"), values.flag("nested"));
    let each = if nested { b"<a></a>".len() } else { b"<a/>".len() } as u64;
    let size = count.saturating_mul(each).saturating_add((BEFORE.len() + AFTER.len()) as u64);
    Body::new("application/xml", size, chunks(count, nested))
}

fn chunks(count: u64, nested: bool) -> impl Iterator<Item = Bytes> + Send {
    let (opening, closing): (&[u8], &[u8]) = if nested { (b"<a>", b"</a>") } else { (b"<a/>", b"") };
    let of = move |element: &[u8]| repeated(element, count.saturating_mul(element.len() as u64));
    once(BEFORE).chain(of(opening)).chain(of(closing)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_finds_every_element() {
        for (count, nested) in [(0, false), (1, false), (60_000, false), (1, true), (500, true)] {
            let text: Vec<u8> = chunks(count, nested).flatten().collect();
            let text = String::from_utf8(text).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            let found = document.descendants().filter(|node| node.has_tag_name("a"));
            let depth = found.clone().map(|node| node.ancestors().count() as u64 - 2).max().unwrap_or(0);
            assert_eq!((found.count() as u64, depth), (count, if nested { count } else { count.min(1) }));
        }
    }
}
