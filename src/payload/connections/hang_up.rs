//! A client that leaves in the middle of the answer.

use crate::payload::{About, Ending, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "hang-up",
    group: Group::Connections,
    about: About {
        summary: "A client that leaves in the middle of the answer.",
        provokes: "Answers in the making that nobody cancels: request graphs, cursors, upstream calls and buffers \
                   that stay until a time-out, or for ever.",
        seen: "cloudfoundry/gorouter issue 333 (1 MB a request), nodejs/undici issue 5462, expressjs/express issue \
               4463, anomalyco/opencode issue 15645 (to 60 GB).",
        becomes: "One request on the wire; whatever the answer needs, kept: look at the slope, not at the peak.",
        safe: "Work that stops with the connection; nothing stays.",
    },
    parameters: &[
        Parameter {
            name: "after",
            about: "bytes of the answer that are read before; 0: leaves as soon as the request is sent",
            takes: Takes::Size { least: 0, most: 1 << 40, default: 0 },
        },
        Parameter { name: "reset", about: "with an RST instead of a FIN", takes: Takes::Flag },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let ending = if values.flag("reset") { Ending::Reset } else { Ending::Close };
    vec![Talk { reading: Reading::Until(values.number("after")), ending, ..Talk::new(wire.polite()) }]
}
