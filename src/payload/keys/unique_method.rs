//! A method that is new in each request.

use crate::payload::{About, Family, Form, Group, Request, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-method",
    group: Group::Keys,
    about: About {
        summary: "An HTTP method that is new in each request.",
        provokes: "Metrics labelled by method, which looks like a handful of words and is any token that the client \
                   sends.",
        seen: "otelhttp CVE-2023-45142, sigstore/timestamp-authority pull request 1374.",
        becomes: "One small request; 9.6 kB for each in a Go service that keeps a histogram by method: look at the \
                  slope, not at the peak.",
        safe: "405 or 501 with memory that stays flat: unknown methods share one label.",
    },
    parameters: &[],
    form: Form::Request(change),
};

fn change(_: &Values, turn: &Turn, request: &mut Request) {
    request.method = format!("M{:016X}", turn.unique);
}
