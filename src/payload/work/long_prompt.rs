//! A prompt of a hundred thousand words.

use bytes::Bytes;

use super::prompt::{WORD, around};
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "long-prompt",
    group: Group::Work,
    about: About {
        summary: "A prompt of a hundred thousand words for a model server.",
        provokes: "Keys and values of every layer for every token, attention of each with each, logits for the whole \
                   vocabulary: tokens that are counted after they were given memory.",
        seen: "vllm issues 1532 and 5907, vllm pull request 52054 (8,192 tokens × 152,000 words of the vocabulary: \
               7.5 GiB).",
        becomes: "600 kB on the wire; 1.6 GB for keys and values of 16 KiB a token, which is a small model (8 layers \
               of 512).",
        safe: "400: the length is counted, or bounded by the body's size, before anything is allocated for it.",
    },
    parameters: &[
        Parameter {
            name: "words",
            about: "words; each is about one token",
            takes: Takes::Count { least: 1, most: 10_000_000_000, default: 100_000 },
        },
        Parameter {
            name: "shape",
            about: "`/v1/chat/completions` or `/v1/completions`",
            takes: Takes::Word(&["chat", "completion"]),
        },
        Parameter { name: "model", about: "name of the model", takes: Takes::Name("default") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (before, after) = around(values.text("shape") == "chat", values.text("model"), ",\"max_tokens\":1");
    let text = values.number("words").saturating_mul(WORD.len() as u64);
    let size = text.saturating_add((before.len() + after.len()) as u64);
    Body::new("application/json", size, chunks(before, text, after))
}

fn chunks(before: String, text: u64, after: String) -> impl Iterator<Item = Bytes> + Send {
    once(before).chain(repeated(WORD, text)).chain(once(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::Value;

    #[test]
    fn a_real_parser_reads_every_word() {
        for (shape, place) in [("chat", "/messages/0/content"), ("completion", "/prompt")] {
            for words in [1, 100_000] {
                let values = Values::defaults(FAMILY).with("words", Value::Number(words));
                let values = values.with("shape", Value::Text(shape.into()));
                let body = make(&values, &Turn { index: 0, unique: 0, key: [0; 32] });
                let text: Vec<u8> = body.chunks.flatten().collect();
                assert_eq!(text.len() as u64, body.size);
                let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
                let prompt = value.pointer(place).unwrap().as_str().unwrap();
                assert_eq!(prompt.split_whitespace().count() as u64, words);
                assert_eq!((value["model"].as_str(), value["max_tokens"].as_u64()), (Some("default"), Some(1)));
            }
        }
    }
}
