//! A path that is new in each request.

use super::{LENGTH, key};
use crate::payload::{About, Family, Form, Group, Request, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-path",
    group: Group::Keys,
    about: About {
        summary: "A path that is new in each request: a further segment.",
        provokes: "Metrics labelled by path, compiled routes, 404s that are cached or logged with their own series: \
                   one for each request.",
        seen: "mirendev/runtime pull request 1188 (780,000 paths, 71 % of the heap), sigstore/timestamp-authority \
               pull request 1374, vercel/next.js issue 89033.",
        becomes: "One small request; 18 kB for each in a Node service that keeps a histogram by path: look at the \
                  slope, not at the peak.",
        safe: "404 or 200 with memory that stays flat: metrics labelled by route, caches with a bound.",
    },
    parameters: &[LENGTH],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    let end = request.path.find('?').unwrap_or(request.path.len());
    let slash = if request.path[..end].ends_with('/') { "" } else { "/" };
    request.path.insert_str(end, &format!("{slash}{}", key(values, turn)));
}
