//! A query value that is new in each request.

use super::{LENGTH, key};
use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-query",
    group: Group::Keys,
    about: About {
        summary: "A query value that is new in each request.",
        provokes: "Caches, rate limiters, metrics and logs that are keyed by the whole URL: an entry for each request, for ever.",
        seen: "vercel/next.js issue 96229 (some 120 bytes and the key for each request), BerriAI/litellm issue 12159.",
        becomes: "@@",
        safe: "200 with memory that stays flat: caches with a bound, keys made of the parameters that matter.",
    },
    parameters: &[Parameter { name: "name", about: "the query parameter", takes: Takes::Name("q") }, LENGTH],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    request.add_query(values.text("name"), &key(values, turn));
}
