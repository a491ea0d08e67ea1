//! Connections on which a request begins and does not go on.

use bytes::Bytes;

use super::{connections, hold};
use crate::payload::pieces::once;
use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "half-open",
    group: Group::Connections,
    about: About {
        summary: "Connections on which a request begins and does not go on.",
        provokes: "A thread, a descriptor and read buffers for each connection that says nothing, until no other \
                   can come in.",
        seen: "Apache httpd CVE-2007-6750; the reason for header time-outs in every server since.",
        becomes: "Some hundred bytes on each of 200 connections; 201 threads and 203 descriptors in a Python service \
                  with a thread for each connection.",
        safe: "408 or a closed connection after some seconds without a whole head; threads stay few.",
    },
    parameters: &[
        connections(200),
        Parameter {
            name: "sent",
            about: "what comes before the silence",
            takes: Takes::Word(&["head", "line", "nothing"]),
        },
        hold(5000),
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let mut head = wire.head();
    match values.text("sent") {
        "nothing" => head.clear(),
        "line" => head.truncate(head.iter().position(|byte| *byte == b'\r').unwrap_or(0)),
        // All but the blank line.
        _ => {}
    }
    let head = Bytes::from(head);
    let talk = |_| Talk { hold: Some(values.time("hold")), ..Talk::new(once(head.clone())) };
    (0..values.number("connections")).map(talk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_parser_waits_for_more() {
        for (sent, length) in [("head", 52), ("line", 20), ("nothing", 0)] {
            let choice = Choice::of(FAMILY).with("sent", Value::Text(sent.into()));
            let written = bare::written(&choice, 199);
            assert_eq!(written.len(), length, "{}", String::from_utf8_lossy(&written));
            let mut headers = [httparse::EMPTY_HEADER; 8];
            assert!(httparse::Request::new(&mut headers).parse(&written).unwrap().is_partial());
        }
    }
}
