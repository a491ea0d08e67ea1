//! Clients of an event stream that never read it.

use super::{connections, hold};
use crate::payload::{About, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "sse-reader",
    group: Group::Connections,
    about: About {
        summary: "Clients of an event stream (SSE) that never read it.",
        provokes: "Every event is written to every client, read or not: the unread ones wait in the memory of the \
                   service, for each client its own, until the connection dies.",
        seen: "OpenCTI-Platform/opencti issue 13908, dust-tt/dust issue 24357 (24,000 streams, OOM).",
        becomes: "One request on each of 10 connections; 119 MiB in Node after 2 s of 64 KiB each 10 ms, and ever \
                  more.",
        safe: "A bound on what waits for each client, and a closed connection above it; memory stays flat.",
    },
    parameters: &[
        connections(10),
        Parameter { name: "wide", about: "an ordinary receive buffer instead of a small one", takes: Takes::Flag },
        hold(5000),
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, mut wire: Wire) -> Vec<Talk> {
    wire.request.set_header("accept", "text/event-stream");
    let copies = wire.copies();
    let talk = |_| Talk {
        narrow: !values.flag("wide"),
        reading: Reading::Nothing,
        hold: Some(values.time("hold")),
        ..Talk::new(copies.keeping())
    };
    (0..values.number("connections")).map(talk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, bare};

    #[test]
    fn each_client_asks_for_events_and_reads_none() {
        let talks = bare::talks(&Choice::of(FAMILY), bare::request("GET", None));
        assert_eq!(talks.len(), 10);
        for talk in talks {
            assert_eq!((talk.narrow, &talk.reading), (true, &Reading::Nothing));
            assert_eq!(bare::parsed(&bare::acted(talk).0).0["accept"], "text/event-stream");
        }
    }
}
