//! A client that hardly reads.

use crate::payload::{About, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "slow-reader",
    group: Group::Connections,
    about: About {
        summary: "A client that hardly reads its answer, or not at all.",
        provokes: "Answers that are written without waiting for the client: the whole rest of each waits in the \
                   service's memory.",
        seen: "OpenCTI-Platform/opencti issue 13908 (events), dust-tt/dust issue 24357 (24,000 streams, OOM).",
        becomes: "One request on the wire; in Node, 10 clients that do not read 50 MB each: 22 MB with `pipe`, \
                  538 MB with a loop of `res.write`, not returned afterwards.",
        safe: "Back-pressure: memory stays flat, and a write time-out ends the connection.",
    },
    parameters: &[
        Parameter {
            name: "rate",
            about: "bytes of the answer that are read in a second; 0: none",
            takes: Takes::Size { least: 0, most: 1 << 40, default: 1024 },
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
    let reading = match values.number("rate") {
        0 => Reading::Nothing,
        rate => Reading::Slowly(rate),
    };
    let hold = Some(values.time("hold"));
    vec![Talk { narrow: true, reading, hold, ..Talk::new(wire.polite()) }]
}
