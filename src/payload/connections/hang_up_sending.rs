//! A client that leaves in the middle of its own body.

use crate::payload::filler::filled;
use crate::payload::pieces::{first, once};
use crate::payload::request::framed;
use crate::payload::{About, Ending, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "hang-up-sending",
    group: Group::Connections,
    about: About {
        summary: "A client that leaves in the middle of its own body.",
        provokes: "Uploads that are entered somewhere when they begin and removed when they end, but not when they \
                   break off: buffers, temporary files and descriptors that stay for ever.",
        seen: "oven-sh/bun issue 33699 (5 MB of each broken upload stay), expressjs/multer pull requests 971 and \
               1120 (open files), node-formidable/formidable pull request 460.",
        becomes: "1 MiB on the wire; in Node 1.1 MB for each broken upload, kept for ever: look at the slope, not at \
                  the peak.",
        safe: "No answer is owed; what was received goes with the connection.",
    },
    parameters: &[
        Parameter {
            name: "after",
            about: "bytes of the body that are sent before",
            takes: Takes::Size { least: 0, most: 1 << 40, default: 1 << 20 },
        },
        Parameter {
            name: "size",
            about: "size of the body that is announced, if the request names none",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 8 << 20 },
        },
        Parameter { name: "reset", about: "with an RST instead of a FIN", takes: Takes::Flag },
    ],
    form: Form::Client(make),
};

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let ending = if values.flag("reset") { Ending::Reset } else { Ending::Close };
    let mut wire = filled(wire, values.number("size"));
    let head = wire.polite_head();
    let body = first(framed(wire.request.body.take()), values.number("after"));
    vec![Talk { reading: Reading::Until(0), ending, ..Talk::new(once(head).chain(body)) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn more_is_announced_than_sent() {
        let choice = Choice::of(FAMILY).with("after", Value::Number(70_000));
        let (head, body) = bare::parsed(&bare::written(&choice, 0));
        assert_eq!((&*head["content-length"], body.len()), ("8388608", 70_000));
        let own = bare::talks(&choice.with("after", Value::Number(3)), bare::request("PUT", Some("hello"))).remove(0);
        let (head, body) = bare::parsed(&bare::acted(own).0);
        assert_eq!((&*head["content-length"], &body[..]), ("5", &b"hel"[..]));
    }
}
