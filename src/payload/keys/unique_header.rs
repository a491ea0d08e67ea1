//! A header whose value, or name, is new in each request.

use super::{LENGTH, key};
use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-header",
    group: Group::Keys,
    about: About {
        summary: "A header whose value, or name, is new in each request.",
        provokes: "Traces, contexts and limiters that are keyed by a request id, metrics labelled by a header such \
                   as the user agent (name = user-agent), tables of interned header names (vary = name).",
        seen: "otelhttp CVE-2023-45142 (user agent and method as metric labels), \
               open-telemetry/opentelemetry-go-contrib issue 3071.",
        becomes: "One small request; 37 kB for each in a Node service that keeps a context by request id: look at \
                  the slope, not at the peak.",
        safe: "200 with memory that stays flat: no label, key or interned name from the client without a bound.",
    },
    parameters: &[
        Parameter { name: "vary", about: "what is new each time", takes: Takes::Word(&["value", "name"]) },
        Parameter { name: "name", about: "the header, or how its name begins", takes: Takes::Name("x-request-id") },
        LENGTH,
    ],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    let (name, key) = (values.text("name"), key(values, turn));
    match values.text("vary") {
        "name" => request.set_header(&format!("{name}-{key}"), "1"),
        _ => request.set_header(name, key),
    }
}
