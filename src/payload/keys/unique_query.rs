//! A query value that is new in each request.

use super::{LENGTH, key};
use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-query",
    group: Group::Keys,
    about: About {
        summary: "A query value that is new in each request.",
        provokes: "Caches, rate limiters, metrics and logs that are keyed by the whole URL: an entry for each \
                   request, for ever.",
        seen: "vercel/next.js issue 94890 and pull request 96229 (some 120 bytes and the URL for each request, in a \
               cache that was thought to be bounded).",
        becomes: "One small request; 37 kB for each in a Node service that caches pages of 500 rows by URL: look at \
                  the slope, not at the peak.",
        safe: "200 with memory that stays flat: caches with a bound, keys made of the parameters that matter.",
    },
    parameters: &[Parameter { name: "name", about: "the query parameter", takes: Takes::Name("q") }, LENGTH],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    request.add_query(values.text("name"), &key(values, turn));
}
