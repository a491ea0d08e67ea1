//! Text at which backtracking expressions despair.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::series::escaped;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "regex-backtracking",
    group: Group::Work,
    about: About {
        summary: "Text that a backtracking regular expression tries in every way.",
        provokes: "One core is busy for seconds to hours. Where one thread serves all (Node) nothing is answered any \
                   more, elsewhere threads and their requests pile up: memory follows.",
        seen: "Stack Exchange, 20 July 2016 (34 minutes down; `\\\\s+$` and 20,000 spaces), Cloudflare, 2 July 2019 \
               (`.*.*=.*`).",
        becomes: "50 kB on the wire; 1.7 s of CPU in Node for `\\s+$`, and four times that for twice the size.",
        safe: "400 above a length, or 200 at once: linear engines (RE2, Rust, Go), possessive quantifiers, or plain \
               string functions.",
    },
    parameters: &[
        Parameter {
            name: "shape",
            about: "`spaces` in the middle (quadratic for `\\s+$`), `letters` with a wrong end (exponential for \
                    `(a+)+$`, a few dozen are enough), or `equals` (cubic for `.*.*=.*;`)",
            takes: Takes::Word(&["spaces", "letters", "equals"]),
        },
        Parameter {
            name: "size",
            about: "characters",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 50_000 },
        },
        Parameter { name: "field", about: "the JSON field that holds the text", takes: Takes::Name("text") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (start, letter, end) = match values.text("shape") {
        "letters" => ("", b"a", "!"),
        "equals" => ("x=", b"x", ""),
        _ => ("x", b" ", "x"),
    };
    let before = format!("{{\"{}\":\"{start}", escaped(values.text("field")));
    let after = format!("{end}\"}}");
    let size = values.number("size").saturating_add((before.len() + after.len()) as u64);
    Body::new("application/json", size, chunks(before, letter, values.number("size"), after))
}

fn chunks(before: String, letter: &[u8; 1], size: u64, after: String) -> impl Iterator<Item = Bytes> + Send + use<> {
    once(before).chain(repeated(letter, size)).chain(once(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Value;

    /// Steps of the simplest backtracking matcher for `\s+$`, tried at every place.
    fn steps(text: &str) -> usize {
        let letters: Vec<char> = text.chars().collect();
        let spaces = |from: usize| letters[from..].iter().take_while(|letter| letter.is_whitespace()).count();
        (0..letters.len()).map(|from| 1 + 2 * spaces(from)).sum()
    }

    fn text(shape: &str, size: u64) -> String {
        let values = Values::defaults(FAMILY).with("shape", Value::Text(shape.into()));
        let body = make(&values.with("size", Value::Number(size)), &Turn { index: 0, unique: 0, key: [0; 32] });
        let text: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(text.len() as u64, body.size);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        value["text"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_real_parser_reads_each_shape() {
        assert_eq!(text("spaces", 3), "x   x");
        assert_eq!(text("letters", 3), "aaa!");
        assert_eq!(text("equals", 3), "x=xxx");
    }

    #[test]
    fn twice_the_spaces_are_four_times_the_steps() {
        let (once, twice) = (steps(&text("spaces", 1000)), steps(&text("spaces", 2000)));
        assert!(twice > once * 39 / 10 && twice < once * 41 / 10, "{once} {twice}");
    }
}
