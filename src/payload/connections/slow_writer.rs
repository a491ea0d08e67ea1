//! A client that sends by drops.

use bytes::Bytes;

use super::connections;
use crate::payload::filler::filled;
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Act, Chunks, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "slow-writer",
    group: Group::Connections,
    about: About {
        summary: "Clients that send head or body by drops.",
        provokes: "A thread, its stack and its buffers for each connection for as long as the client likes, in \
                   services with a time limit for each read but none for the whole request.",
        seen: "slowloris and slow POST (slowhttptest sends both); Apache httpd CVE-2007-6750.",
        becomes: "Some hundred bytes on each of 20 connections; 20 threads for 5 s in a Python service with a thread \
                  for each connection.",
        safe: "408 or a closed connection when the whole request takes too long; threads stay few.",
    },
    parameters: &[
        connections(20),
        Parameter { name: "part", about: "what comes by drops", takes: Takes::Word(&["body", "head"]) },
        Parameter { name: "drop", about: "bytes at a time", takes: Takes::Size { least: 1, most: 4096, default: 1 } },
        Parameter {
            name: "drops",
            about: "how many, before the rest comes at once",
            takes: Takes::Count { least: 1, most: 1_000_000, default: 50 },
        },
        Parameter { name: "every", about: "time between drops", takes: Takes::Time { default: 100 } },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let (drop, drops) = (values.number("drop"), values.number("drops"));
    let every = values.time("every");
    let slow = drop.saturating_mul(drops);
    let in_head = values.text("part") == "head";
    let wire = if in_head { wire } else { filled(wire, slow) };
    let copies = wire.copies();
    let talk = |_| {
        let copy = copies.closing();
        let (before, rest) = if in_head { slow_head(copy, slow) } else { slow_body(copy) };
        let mut dripping = Dripping { drop: drop as usize, left: drops, chunk: Bytes::new(), rest };
        let drops = std::iter::from_fn(move || dripping.next());
        let drops = drops.flat_map(move |(bytes, slow)| {
            let pause = slow.then_some(Act::Pause(every));
            std::iter::once(Act::Write(bytes)).chain(pause)
        });
        Talk::acting(std::iter::once(Act::Write(before)).chain(drops))
    };
    (0..values.number("connections")).map(talk).collect()
}

/// What goes at once, and what goes by drops.
fn slow_body(mut copy: Chunks) -> (Bytes, Chunks) {
    (copy.next().unwrap_or_default(), copy)
}

/// The drops are the value of a header at the end of the head.
fn slow_head(mut copy: Chunks, slow: u64) -> (Bytes, Chunks) {
    const BLANK: usize = b"\r\n".len();
    let mut head = copy.next().unwrap_or_default().to_vec();
    head.truncate(head.len().saturating_sub(BLANK));
    head.extend(b"x-slow: ");
    (head.into(), Box::new(repeated(b"s", slow).chain(once(&b"\r\n\r\n"[..])).chain(copy)))
}

struct Dripping {
    drop: usize,
    left: u64,
    chunk: Bytes,
    rest: Chunks,
}

impl Dripping {
    /// The next bytes, and whether they are a drop.
    fn next(&mut self) -> Option<(Bytes, bool)> {
        if self.chunk.is_empty() {
            self.chunk = self.rest.next()?;
        }
        if self.left == 0 {
            return Some((std::mem::take(&mut self.chunk), false));
        }
        self.left -= 1;
        Some((self.chunk.split_to(self.drop.min(self.chunk.len())), true))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn drops_make_a_whole_request_and_take_their_time() {
        for (part, body) in [("body", None), ("body", Some("hello")), ("head", None), ("head", Some("hello"))] {
            let choice = Choice::of(FAMILY).with("part", Value::Text(part.into())).with("drops", Value::Number(3));
            let talks = bare::talks(&choice, bare::request("POST", body));
            assert_eq!(talks.len(), 20);
            for talk in talks {
                let (written, paused) = bare::acted(talk);
                let (head, read) = bare::parsed(&written);
                assert_eq!((&*head["connection"], paused), ("close", Duration::from_millis(300)));
                assert_eq!(head["content-length"], read.len().to_string());
                assert_eq!(head.get("x-slow").map(String::as_str), (part == "head").then_some("sss"));
                if let Some(body) = body {
                    assert_eq!(read, body.as_bytes());
                }
            }
        }
    }
}
