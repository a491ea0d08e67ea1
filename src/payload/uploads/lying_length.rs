//! A `Content-Length` that is not the length.

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "lying-length",
    group: Group::Uploads,
    about: About {
        summary: "A `Content-Length` that is not the length.",
        provokes: "More announced than sent: a buffer of the announced size before the first byte has come, and a \
                   worker that waits for the rest. Less announced than sent: what is left over is taken for the \
                   next request of the connection.",
        seen: "minreq issue 63, httrack pull request 536 and pjproject pull request 5199 are the same in clients; \
               msgpack-c issue 1013 and protobuf issue 27102 trust announced lengths inside a message.",
        becomes: "64 KiB on the wire; 521 MiB in a Java handler that allocates what is announced.",
        safe: "413 for an announcement above the limit before the body is read; a buffer that grows with what has \
               come; 408 or a closed connection after a time without bytes; 400 for what is left over.",
    },
    parameters: &[
        Parameter {
            name: "announced",
            about: "what the header says",
            takes: Takes::Size { least: 0, most: 1 << 60, default: 512 << 20 },
        },
        Parameter {
            name: "sent",
            about: "what comes",
            takes: Takes::Size { least: 0, most: 1 << 40, default: 64 << 10 },
        },
        Parameter {
            name: "hold",
            about: "how long the client stays before it gives up",
            takes: Takes::Time { default: 5000 },
        },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let (announced, sent) = (values.number("announced"), values.number("sent"));
    let mut head = wire.head();
    head.extend(format!("content-length: {announced}\r\n\r\n").into_bytes());
    let bytes = once(head).chain(repeated(b"the body that came; ", sent));
    vec![Talk { hold: Some(values.time("hold")), ..Talk::new(bytes) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_parser_reads_the_announced_length_and_other_bytes_come() {
        for (announced, sent) in [(1 << 30, 70_000), (10, 50)] {
            let choice = Choice::of(FAMILY).with("announced", Value::Number(announced));
            let written = bare::written(&choice.with("sent", Value::Number(sent)), 0);
            let (head, body) = bare::parsed(&written);
            assert_eq!(head["content-length"], announced.to_string());
            assert_eq!(body.len() as u64, sent);
        }
    }
}
