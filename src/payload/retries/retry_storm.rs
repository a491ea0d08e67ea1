//! The same request again and again, without waiting for the answer.

use std::time::Duration;

use crate::payload::{About, Family, Form, Group, Parameter, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "retry-storm",
    group: Group::Retries,
    about: About {
        summary: "The same request again and again, without waiting for the answer.",
        provokes: "Queues without a bound in a service that is slower than its clients are patient: each retry \
                   adds its body to the work that waits, which makes everything slower still.",
        seen: "google/knative-gcp issue 1102 (what waits for a retry grows until the service is evicted); the usual \
               end of an outage that began as a slow database.",
        becomes: "A small request 50 times in 2.5 s; 134 MiB in a Node service that does one job of 100 ms at a time \
                  and holds 4 MiB for each that waits.",
        safe: "503 or 429 with Retry-After above a bound on what waits, memory flat.",
    },
    parameters: &[
        Parameter { name: "times", about: "how often", takes: Takes::Count { least: 1, most: 10_000, default: 50 } },
        Parameter { name: "every", about: "time between two", takes: Takes::Time { default: 50 } },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let (every, copies) = (values.number("every"), wire.copies());
    let after = |number: u64| Duration::from_millis(every.saturating_mul(number));
    (0..values.number("times")).map(|number| Talk { after: after(number), ..Talk::new(copies.closing()) }).collect()
}
