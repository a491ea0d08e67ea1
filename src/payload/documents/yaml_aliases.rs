//! YAML lists of aliases of lists of aliases.

use std::io::Write as _;

use bytes::Bytes;

use crate::payload::series::series;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "yaml-aliases",
    group: Group::Documents,
    about: About {
        summary: "YAML whose aliases multiply on every level.",
        provokes: "Loaded, it is small: every alias is the same list. Whoever then walks it, as JSON writers, \
                   validators, merges, deep copies and log lines do, meets width to the power of levels values.",
        seen: "kubernetes issue 83253 (CVE-2019-11253), js-yaml issue 742 (308 bytes to 269 MB), yaml-spec issue 45.",
        becomes: "400 bytes on the wire; 197 MiB where what PyYAML's safe_load gives is written as JSON.",
        safe: "400: no aliases from outside, or a limit on their number (js-yaml and go-yaml have one) and on the \
               values that are written.",
    },
    parameters: &[
        Parameter { name: "levels", about: "lists of lists", takes: Takes::Count { least: 1, most: 64, default: 7 } },
        Parameter {
            name: "width",
            about: "aliases in each list",
            takes: Takes::Count { least: 1, most: 400, default: 10 },
        },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (levels, width) = (values.number("levels"), values.number("width"));
    Body::counted("application/yaml", || lines(levels, width))
}

/// A line is at most 2 kB, all of them 130 kB.
fn lines(levels: u64, width: u64) -> impl Iterator<Item = Bytes> + Send {
    series(levels, move |chunk, level| {
        let item = if level == 0 { "ha".to_owned() } else { format!("*l{}", level - 1) };
        let items = vec![item; width as usize].join(", ");
        // Writing to a vector cannot fail.
        let _ = writeln!(chunk, "l{level}: &l{level} [{items}]");
    })
}

#[cfg(test)]
mod tests {
    use saphyr_parser::{Event, Parser};

    use super::*;

    #[test]
    fn a_real_parser_sees_each_list_once_and_its_aliases() {
        for (levels, width) in [(1, 1), (7, 10), (64, 400)] {
            let text: Vec<u8> = lines(levels, width).flatten().collect();
            let text = String::from_utf8(text).unwrap();
            let (mut lists, mut aliases, mut laughs) = (0, 0, 0);
            for event in Parser::new_from_str(&text) {
                match event.unwrap().0 {
                    Event::SequenceStart(..) => lists += 1,
                    Event::Alias(_) => aliases += 1,
                    Event::Scalar(text, ..) if text == "ha" => laughs += 1,
                    _ => {}
                }
            }
            assert_eq!((lists, aliases, laughs), (levels, (levels - 1) * width, width));
        }
    }

    #[test]
    fn ten_million_values_are_under_500_bytes() {
        let wire: usize = lines(7, 10).map(|chunk| chunk.len()).sum();
        assert!(wire < 500, "{wire}");
    }
}
