//! Very many connections at once, each with a request, held open afterwards.

use super::{connections, hold};
use crate::payload::{About, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "connection-storm",
    group: Group::Connections,
    about: About {
        summary: "Very many connections at once, each with a request, held open afterwards.",
        provokes: "A thread or a session for each connection; descriptors until there are none; buffers that were \
                   grown for a request and are kept while the connection idles.",
        seen: "Every service behind a load balancer that restarts; dust-tt/dust issue 24357 (24,000 open streams, \
               OOM).",
        becomes: "Some hundred bytes on each of 500 connections; 500 threads and 500 descriptors in a Python service \
                  with a thread for each connection. With the megabyte of stack that a thread reserves elsewhere it \
                  is the end of a small container.",
        safe: "200 for those that are served, 503 or a closed connection above a limit, idle connections closed \
               after some seconds; memory and threads bounded.",
    },
    parameters: &[
        connections(500),
        hold(5000),
        Parameter {
            name: "over",
            about: "time over which they come; 0: all at once",
            takes: Takes::Time { default: 0 },
        },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let count = values.number("connections");
    let (over, hold) = (values.number("over"), values.time("hold"));
    let copies = wire.copies();
    let talk = |number: u64| Talk {
        after: std::time::Duration::from_millis(over.saturating_mul(number) / count.max(1)),
        reading: Reading::Everything,
        hold: Some(hold),
        ..Talk::new(copies.keeping())
    };
    (0..count).map(talk).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn each_connection_has_the_whole_request_in_its_time() {
        let choice = Choice::of(FAMILY).with("over", Value::Number(1000)).with("connections", Value::Number(4));
        let talks = bare::talks(&choice, bare::request("POST", Some("hello")));
        let due: Vec<_> = talks.iter().map(|talk| talk.after).collect();
        assert_eq!(due, [0, 250, 500, 750].map(Duration::from_millis));
        for talk in talks {
            let (head, body) = bare::parsed(&bare::acted(talk).0);
            assert_eq!((head.get("connection"), &body[..]), (None, &b"hello"[..]));
        }
    }
}
