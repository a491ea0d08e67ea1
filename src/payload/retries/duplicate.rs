//! The same request more than once at the same moment.

use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "duplicate",
    group: Group::Retries,
    about: About {
        summary: "The same request more than once at the same moment.",
        provokes: "The same expensive answer made as often as it is asked for, because the cache knows it only \
                   when the first is done; entries that are made twice.",
        seen: "uptimepage/uptimepage issue 81, alookai/alook issue 157 (cache stampedes); double clicks; proxies \
               that send a request again.",
        becomes: "Two small requests, and twice the memory of one: with 10 copies 162 MiB in a Node service whose \
                  report takes 16 MiB.",
        safe: "One answer is made, and all that ask for it meanwhile share it.",
    },
    parameters: &[Parameter {
        name: "copies",
        about: "how many at once",
        takes: Takes::Count { least: 2, most: 10_000, default: 2 },
    }],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let copies = wire.copies();
    (0..values.number("copies")).map(|_| Talk::new(copies.closing())).collect()
}
