//! A chunked body of one byte a chunk.

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "tiny-chunks",
    group: Group::Uploads,
    about: About {
        summary: "A chunked body of one byte a chunk.",
        provokes: "Handlers that keep a list of what came until all is there: an object for each byte, which in \
                   some runtimes holds on to the whole read buffer that it was cut from.",
        seen: "ws CVE-2026-48779 (tiny fragments and data chunks) is the same with WebSocket.",
        becomes: "6 MB on the wire for 1 MB of body; 424 MiB in a Node handler that pushes each chunk into an array.",
        safe: "2xx with one buffer that grows by what came, or 413; memory stays flat.",
    },
    parameters: &[
        Parameter {
            name: "chunks",
            about: "how many",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 1_000_000 },
        },
        Parameter { name: "length", about: "bytes in each", takes: Takes::Size { least: 1, most: 4096, default: 1 } },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let mut head = wire.head();
    head.extend(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    let length = values.number("length") as usize;
    let chunk = format!("{length:x}\r\n{}\r\n", "x".repeat(length));
    let chunks = repeated(chunk.as_bytes(), values.number("chunks").saturating_mul(chunk.len() as u64));
    vec![Talk::new(once(head).chain(chunks).chain(once(&b"0\r\n\r\n"[..])))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_decoder_reads_every_byte() {
        for (chunks, length) in [(1, 1), (20_000, 1), (100, 300)] {
            let choice = Choice::of(FAMILY).with("chunks", Value::Number(chunks));
            let written = bare::written(&choice.with("length", Value::Number(length)), 0);
            let (_, body) = bare::parsed(&written);
            assert_eq!(bare::unchunked(&body), (vec![b'x'; (chunks * length) as usize], chunks as usize));
        }
    }

    #[test]
    fn a_byte_costs_six_on_the_wire() {
        let choice = Choice::of(FAMILY).with("chunks", Value::Number(100_000));
        let (_, body) = bare::parsed(&bare::written(&choice, 0));
        assert_eq!(body.len(), 600_005);
    }
}
