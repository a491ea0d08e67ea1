//! WebSocket clients that ask and never read.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::websocket::{Opcode, add_frame, upgrade};
use super::{connections, hold};
use crate::payload::{About, Act, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "websocket-reader",
    group: Group::Connections,
    about: About {
        summary: "WebSocket clients that ask and never read.",
        provokes: "Broadcasts and answers that are sent without a look at what still waits: a queue for each client, \
                   in the memory of the service.",
        seen: "levy-street/world-of-claudecraft issue 950, matter-js/matterjs-server issue 825.",
        becomes: "One request and one frame on each of 10 connections; 87 MiB in Node after 2 s of 64 KiB each 10 \
                  ms, and ever more.",
        safe: "101, then a bound on what waits for each client and a closed connection above it; memory stays flat.",
    },
    parameters: &[
        connections(10),
        Parameter { name: "message", about: "the text that asks", takes: Takes::Name("subscribe") },
        Parameter {
            name: "asks",
            about: "how often each client asks",
            takes: Takes::Count { least: 0, most: 10_000_000, default: 1 },
        },
        hold(5000),
    ],
    form: Form::Client(make),
};

/// The head of the answer is not read either, so the client gives the service this long to upgrade.
const UPGRADED: Duration = Duration::from_millis(200);

fn make(values: &Values, turn: &Turn, wire: Wire) -> Vec<Talk> {
    let asks = values.number("asks");
    let talk = |number| {
        let mut generator = ChaCha8Rng::from_seed(turn.key);
        generator.set_stream(number);
        let head = upgrade(&wire, &mut generator);
        let message = values.text("message").as_bytes().to_vec();
        let frames = (0..asks).map(move |_| {
            let mut frame = Vec::new();
            add_frame(&mut frame, Opcode::Text, true, &message, &mut generator);
            Act::Write(frame.into())
        });
        let acts = [Act::Write(head.into()), Act::Pause(UPGRADED)].into_iter().chain(frames);
        let hold = Some(values.time("hold"));
        Talk { narrow: true, reading: Reading::Nothing, hold, ..Talk::acting(acts) }
    };
    (0..values.number("connections")).map(talk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_server_upgrades_and_reads_each_question() {
        let choice = Choice::of(FAMILY).with("asks", Value::Number(3)).with("connections", Value::Number(2));
        let mut keys = Vec::new();
        for talk in bare::talks(&choice, bare::request("GET", None)) {
            assert_eq!((talk.narrow, &talk.reading), (true, &Reading::Nothing));
            let (written, _) = bare::acted(talk);
            keys.push(bare::parsed(&written).0["sec-websocket-key"].clone());
            let mut server = tungstenite::accept(bare::Deaf::new(&written)).unwrap();
            for _ in 0..3 {
                assert_eq!(server.read().unwrap(), tungstenite::Message::text("subscribe"));
            }
            assert!(server.read().is_err());
        }
        assert_ne!(keys[0], keys[1]);
    }
}
