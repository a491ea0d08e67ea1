//! A request that is cancelled after a time and sent again.

use std::time::Duration;

use crate::payload::{About, Ending, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "cancel-retry",
    group: Group::Retries,
    about: About {
        summary: "A request that is cancelled after a time and sent again.",
        provokes: "Work that nobody waits for any more and that goes on beside its own repetition: the memory of \
                   one request, as many times as the client was impatient.",
        seen: "cloudfoundry/gorouter issue 333 (1 MB for each cancelled request), nodejs/undici issue 5462.",
        becomes: "A small request 10 times in 2 s; 116 MiB in a Node service whose work takes a second and 20 MiB.",
        safe: "Work that stops with its connection: at no time more than one at work.",
    },
    parameters: &[
        Parameter {
            name: "times",
            about: "how often it is sent; the last time it waits",
            takes: Takes::Count { least: 1, most: 10_000, default: 10 },
        },
        Parameter { name: "after", about: "when it is cancelled and sent again", takes: Takes::Time { default: 200 } },
        Parameter { name: "reset", about: "with an RST instead of a FIN", takes: Takes::Flag },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let (times, after, copies) = (values.number("times"), values.number("after"), wire.copies());
    let ending = if values.flag("reset") { Ending::Reset } else { Ending::Close };
    let talk = |number: u64| Talk {
        after: Duration::from_millis(after.saturating_mul(number)),
        hold: (number + 1 < times).then_some(Duration::from_millis(after)),
        ending,
        ..Talk::new(copies.closing())
    };
    (0..times).map(talk).collect()
}
