//! A host that is new in each request.

use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-host",
    group: Group::Keys,
    about: About {
        summary: "A `Host` header that is new in each request.",
        provokes: "Configuration, certificates, connection pools and metrics by virtual host, made on demand for \
                   names that nobody serves.",
        seen: "caddyserver/caddy issue 7208 (hosts as metric labels), ratpack/ratpack pull request 1624 (hosts \
               tracked for ever).",
        becomes: "One small request; 18 kB for each in a Node service that keeps a histogram by host: look at the \
                  slope, not at the peak.",
        safe: "421 or 404 for hosts that are not served, or 200 with memory that stays flat.",
    },
    parameters: &[Parameter { name: "suffix", about: "what the hosts end with", takes: Takes::Name("example.test") }],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    request.set_header("host", format!("h{:016x}.{}", turn.unique, values.text("suffix")));
}
