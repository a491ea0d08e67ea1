//! A WebSocket message in very many fragments that never ends.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::hold;
use super::websocket::{Opcode, add_frame, upgrade};
use crate::payload::pieces::entries;
use crate::payload::{About, Act, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "websocket-fragments",
    group: Group::Connections,
    about: About {
        summary: "A WebSocket message in very many fragments that never ends.",
        provokes: "Receivers that keep a list of fragments until the last one: an object for each byte, while the \
                   size of the message stays below every limit.",
        seen: "ws CVE-2026-48779 (GHSA-96hv-2xvq-fx4p) and websockets/ws issue 2331, c4punks/CWIST issue 161.",
        becomes: "3.5 MB on the wire for half a megabyte of message; 102 MiB in a Node receiver that keeps a list of \
                  fragments.",
        safe: "1008 or 1009 and a closed connection after some thousand fragments; memory stays flat.",
    },
    parameters: &[
        Parameter {
            name: "fragments",
            about: "how many",
            takes: Takes::Count { least: 1, most: 1_000_000_000, default: 500_000 },
        },
        Parameter {
            name: "length",
            about: "bytes in each",
            takes: Takes::Size { least: 0, most: 16 << 10, default: 1 },
        },
        hold(10_000),
    ],
    form: Form::Client(make),
};

fn make(values: &Values, turn: &Turn, wire: Wire) -> Vec<Talk> {
    let mut generator = ChaCha8Rng::from_seed(turn.key);
    let head = upgrade(&wire, &mut generator);
    let data = vec![b'x'; values.number("length") as usize];
    let fragments = entries(values.number("fragments"), move |chunk, fragment| {
        let opcode = if fragment == 0 { Opcode::Binary } else { Opcode::Continuation };
        add_frame(chunk, opcode, false, &data, &mut generator);
    });
    let acts = [Act::Write(head.into()), Act::AwaitHead].into_iter().chain(fragments.map(Act::Write));
    vec![Talk { reading: Reading::Everything, hold: Some(values.time("hold")), ..Talk::acting(acts) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_server_collects_every_fragment_and_waits_for_the_last() {
        for (fragments, length) in [(20_000, 1), (3, 125), (3, 126), (9, 16 << 10)] {
            let choice = Choice::of(FAMILY).with("fragments", Value::Number(fragments));
            let talks = bare::talks(&choice.with("length", Value::Number(length)), bare::request("GET", None));
            let (mut written, _) = bare::acted(talks.into_iter().next().unwrap());
            let mut unended = tungstenite::accept(bare::Deaf::new(&written)).unwrap();
            assert!(unended.read().unwrap_err().to_string().contains("without"), "no message was ended");
            // With a last fragment it is one message of all.
            let mut generator = ChaCha8Rng::from_seed([0; 32]);
            add_frame(&mut written, Opcode::Continuation, true, b"end", &mut generator);
            let mut server = tungstenite::accept(bare::Deaf::new(&written)).unwrap();
            assert_eq!(server.read().unwrap().len() as u64, fragments * length + 3);
        }
    }

    #[test]
    fn a_byte_costs_seven_on_the_wire() {
        let choice = Choice::of(FAMILY).with("fragments", Value::Number(100_000));
        let (_, frames) = bare::parsed(&bare::written(&choice, 0));
        assert_eq!(frames.len(), 700_000);
    }
}
