//! A client without a session, or with one that nobody gave it.

use super::{LENGTH, key};
use crate::payload::{About, Family, Form, Group, Parameter, Request, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "unique-cookie",
    group: Group::Keys,
    about: About {
        summary: "A client without a session in each request, or with one that nobody gave it.",
        provokes: "Session stores in memory without expiry: a session for each request of a client that keeps no \
                   cookies, which is what crawlers and health checks are.",
        seen: "expressjs/session issue 284, gin-contrib/sessions issue 156, litestar-org/litestar issue 5085.",
        becomes: "One small request; 37 kB for each in a Node service with a session store in memory: look at the \
                  slope, not at the peak.",
        safe: "200 with memory that stays flat: a session is kept when something was put into it, with an expiry and \
               a bound.",
    },
    parameters: &[
        Parameter { name: "name", about: "the cookie", takes: Takes::Name("session") },
        Parameter { name: "send", about: "what is sent", takes: Takes::Word(&["unknown", "none"]) },
        LENGTH,
    ],
    form: Form::Request(change),
};

fn change(values: &Values, turn: &Turn, request: &mut Request) {
    request.headers.retain(|(name, _)| name != "cookie");
    if values.text("send") == "unknown" {
        request.set_header("cookie", format!("{}={}", values.text("name"), key(values, turn)));
    }
}
