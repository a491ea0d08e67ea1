//! Very many requests on one connection, none of which waits for an answer.

use bytes::Bytes;

use super::hold;
use crate::payload::pieces::repeated;
use crate::payload::{About, Chunks, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "pipelining",
    group: Group::Connections,
    about: About {
        summary: "Very many requests on one connection, none of which waits for an answer.",
        provokes: "Services that begin each request as soon as it was parsed: limits on connections do not count \
                   them, and answers wait in memory for those before them.",
        seen: "Node CVE-2013-4450 (a flood of pipelined requests).",
        becomes: "450 kB on the wire; 220 MiB in a Node service whose handlers wait 300 ms for a backend and hold 16 \
                  KiB each.",
        safe: "200 for each, few at a time: the service reads on when it has answered; or a closed connection.",
    },
    parameters: &[
        Parameter {
            name: "requests",
            about: "how many",
            takes: Takes::Count { least: 1, most: 100_000_000, default: 10_000 },
        },
        Parameter { name: "unread", about: "the client never reads an answer", takes: Takes::Flag },
        hold(10_000),
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let unread = values.flag("unread");
    let reading = if unread { Reading::Nothing } else { Reading::Everything };
    let chunks = all(wire, values.number("requests"));
    vec![Talk { narrow: unread, reading, hold: Some(values.time("hold")), ..Talk::new(chunks) }]
}

/// Without a body many requests go in one piece. The last one asks the service to close.
fn all(wire: Wire, requests: u64) -> Chunks {
    let before = requests.saturating_sub(1);
    let bodiless = wire.request.body.is_none().then(|| Bytes::from(wire.whole_head(None)));
    let copies = wire.copies();
    let last = copies.closing();
    match bodiless {
        Some(head) => Box::new(repeated(&head, before.saturating_mul(head.len() as u64)).chain(last)),
        None => Box::new((0..before).flat_map(move |_| copies.keeping()).chain(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_parser_reads_one_request_after_the_other() {
        for body in [None, Some("hello")] {
            let choice = Choice::of(FAMILY).with("requests", Value::Number(700));
            let (mut written, _) = bare::acted(bare::talks(&choice, bare::request("POST", body)).remove(0));
            for number in 1..=700 {
                let (head, rest) = bare::parsed(&written);
                assert_eq!(head.contains_key("connection"), number == 700);
                let length = body.unwrap_or_default().len();
                assert_eq!(head["content-length"], length.to_string());
                written = rest[length..].to_vec();
            }
            assert_eq!(written, b"");
        }
    }
}
