//! A JSON number that is far too long, or far too large.

use crate::payload::pieces::{once, repeated};
use crate::payload::series::escaped;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "json-number",
    group: Group::Documents,
    about: About {
        summary: "A JSON number of a million digits, or of a huge exponent.",
        provokes: "Parsers that keep numbers exact: the decimal text becomes a big integer in quadratic time. With an \
                   exponent, twelve bytes stay small until somebody takes the integer part.",
        seen: "CVE-2018-18853 (spray-json), CVE-2026-59171 (JSON-java), jackson-databind issue 2141, dsl-json issue \
               124 (13 s for a million digits), quickjs-ng issue 205.",
        becomes: "1 MB on the wire; 13 s of CPU in the BigInteger of Java 17 (1.3 s for 300,000 digits).",
        safe: "400: a limit on the length of numbers and on exponents (Jackson: 1,000 characters; Python: 4,300 \
               digits), or numbers that stay floating point.",
    },
    parameters: &[
        Parameter {
            name: "digits",
            about: "decimal digits of the number",
            takes: Takes::Count { least: 1, most: 1 << 40, default: 1_000_000 },
        },
        Parameter {
            name: "as",
            about: "written out (`999…`), or as an exponent (`1e999999`)",
            takes: Takes::Word(&["digits", "exponent"]),
        },
        Parameter { name: "field", about: "the field that holds the number", takes: Takes::Name("number") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let digits = values.number("digits");
    let before = format!("{{\"{}\":", escaped(values.text("field")));
    let (exponent, written) = match values.text("as") {
        "exponent" => (format!("1e{}", digits - 1), 0),
        _ => (String::new(), digits),
    };
    let size = written.saturating_add((before.len() + exponent.len() + 1) as u64);
    let chunks = once(before).chain(once(exponent)).chain(repeated(b"9", written)).chain(once("}"));
    Body::new("application/json", size, chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Value;

    fn text(digits: u64, word: &str) -> String {
        let values = Values::defaults(FAMILY).with("digits", Value::Number(digits));
        let values = values.with("as", Value::Text(word.to_owned()));
        let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
        String::from_utf8(body.chunks.flatten().collect()).unwrap()
    }

    #[test]
    fn a_real_parser_reads_the_number() {
        for (digits, word, read) in
            [(1, "digits", 9.0), (6, "digits", 999_999.0), (1, "exponent", 1.0), (301, "exponent", 1e300)]
        {
            let value: serde_json::Value = serde_json::from_str(&text(digits, word)).unwrap();
            assert_eq!(value["number"].as_f64(), Some(read), "{digits} {word}");
        }
        let refused = serde_json::from_str::<serde_json::Value>(&text(1_000_000, "digits"));
        assert!(refused.unwrap_err().to_string().contains("number out of range"));
    }

    #[test]
    fn an_exponent_is_a_few_bytes_for_any_number_of_digits() {
        assert_eq!(text(1_000_000_000, "exponent"), "{\"number\":1e999999999}");
        assert_eq!(text(1_000_000, "digits").len(), 1_000_011);
    }
}
