//! A small request for very much from a model.

use super::prompt::{WORD, around};
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "long-sequence",
    group: Group::Work,
    about: About {
        summary: "A model request with many long answers and probabilities for every token.",
        provokes: "A few numbers in the request multiply: sequences side by side, tokens of each, and for every token \
                   of prompt and answer a row over the whole vocabulary or its best candidates.",
        seen: "vllm pull request 52054 (prompt_logprobs: 7.5 GiB), vllm issues 1532 and 5907, gonka-ai/gonka issue \
               1171 (8 crashes in a day), local-inference-lab/vllm issue 264 (62 GiB).",
        becomes: "12 kB on the wire; 245 MiB for a row over a vocabulary of 32,000 for each token of the prompt.",
        safe: "400: limits on each number and on their product.",
    },
    parameters: &[
        Parameter {
            name: "words",
            about: "words of the prompt",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 2000 },
        },
        Parameter {
            name: "n",
            about: "answers; also as best_of",
            takes: Takes::Count { least: 1, most: 1 << 30, default: 128 },
        },
        Parameter {
            name: "tokens",
            about: "tokens of each answer",
            takes: Takes::Count { least: 1, most: 1 << 40, default: 100_000 },
        },
        Parameter {
            name: "logprobs",
            about: "candidates for every token of prompt and answer",
            takes: Takes::Count { least: 0, most: 1 << 30, default: 20 },
        },
        Parameter { name: "model", about: "name of the model", takes: Takes::Name("default") },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let [n, tokens, logprobs] = ["n", "tokens", "logprobs"].map(|name| values.number(name));
    let also = format!(
        ",\"max_tokens\":{tokens},\"n\":{n},\"best_of\":{n},\"logprobs\":{logprobs},\"prompt_logprobs\":{logprobs}"
    );
    let (before, after) = around(false, values.text("model"), &also);
    let text = values.number("words").saturating_mul(WORD.len() as u64);
    let size = text.saturating_add((before.len() + after.len()) as u64);
    Body::new("application/json", size, once(before).chain(repeated(WORD, text)).chain(once(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_reads_every_number() {
        let body = make(&Values::defaults(FAMILY), &Turn { index: 0, unique: 0, key: [0; 32] });
        let text: Vec<u8> = body.chunks.flatten().collect();
        assert_eq!(text.len() as u64, body.size);
        assert!(text.len() < 13_000);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(value["prompt"].as_str().unwrap().split_whitespace().count(), 2000);
        for (name, number) in
            [("n", 128), ("best_of", 128), ("max_tokens", 100_000), ("logprobs", 20), ("prompt_logprobs", 20)]
        {
            assert_eq!(value[name].as_u64(), Some(number), "{name}");
        }
    }
}
