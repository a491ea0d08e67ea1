//! HTTP/2 streams whose answers nobody takes, and header blocks that never end.

use super::hold;
use super::http2::{Kind, LONGEST, add_field, add_frame, add_request, beginning, block, stream};
use crate::payload::pieces::{entries, once};
use crate::payload::{About, Chunks, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "http2-streams",
    group: Group::Connections,
    about: About {
        summary: "HTTP/2 streams whose answers nobody takes, or headers that never end.",
        provokes: "`streams`: very many requests on one connection with a window of 0, so that every answer waits \
                   in the memory of the service. `continuation`: a header block in frame after frame, which is \
                   collected before any limit on headers is asked.",
        seen: "CVE-2019-9517 and CVE-2019-9511 (answers that wait); Go CVE-2023-45288, Node CVE-2024-27983, Apache \
               httpd CVE-2024-27316, Envoy CVE-2024-30255 (CONTINUATION).",
        becomes: "Streams: 39 kB on the wire, 289 MiB in a Node service that answers 256 KiB each. Headers: 8.2 MB \
                  on the wire, 142 MiB in a gateway that collects the fields.",
        safe: "REFUSED_STREAM above the limit on streams, which is around a hundred, and answers that are made as \
               the window opens; ENHANCE_YOUR_CALM or 431 after some KiB of headers; memory stays flat.",
    },
    parameters: &[
        Parameter {
            name: "flood",
            about: "what there is too much of",
            takes: Takes::Word(&["streams", "continuation"]),
        },
        Parameter {
            name: "streams",
            about: "how many requests at once",
            takes: Takes::Count { least: 1, most: 1 << 30, default: 1000 },
        },
        Parameter {
            name: "frames",
            about: "how many CONTINUATION frames of 16 KiB",
            takes: Takes::Count { least: 1, most: 1 << 30, default: 500 },
        },
        hold(5000),
    ],
    form: Form::Client(make),
};

/// SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113, section 6.5.2).
const WINDOW: u16 = 4;

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let chunks = match values.text("flood") {
        "continuation" => continuation(&wire, values.number("frames")),
        _ => streams(&wire, values.number("streams")),
    };
    vec![Talk { http2: true, reading: Reading::Everything, hold: Some(values.time("hold")), ..Talk::new(chunks) }]
}

fn streams(wire: &Wire, count: u64) -> Chunks {
    let block = block(wire);
    let requests = entries(count, move |chunk, number| add_request(chunk, stream(number), &block));
    Box::new(once(beginning(&[(WINDOW, 0)])).chain(requests))
}

fn continuation(wire: &Wire, frames: u64) -> Chunks {
    let mut first = beginning(&[]);
    // A request that is not told to be complete.
    let block = block(wire);
    add_frame(&mut first, Kind::Headers, 0, 1, block.get(..LONGEST).unwrap_or(&block));
    let mut fields = Vec::new();
    while fields.len() + 16 < LONGEST {
        // Small ones: to keep a field costs far more than to send it.
        add_field(&mut fields, b"x", b"y");
    }
    let frames = entries(frames, move |chunk, _| add_frame(chunk, Kind::Continuation, 0, 1, &fields));
    Box::new(once(first).chain(frames))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    fn written(flood: &str, name: &str, count: u64) -> Vec<u8> {
        let choice = Choice::of(FAMILY).with("flood", Value::Text(flood.into())).with(name, Value::Number(count));
        bare::written(&choice, 0)
    }

    #[test]
    fn a_real_server_has_every_request_open_at_once() {
        let (requests, ended) = bare::served(written("streams", "streams", 100));
        assert_eq!((requests.len(), ended), (100, 0));
    }

    #[test]
    fn a_real_server_sees_no_request_before_the_headers_end() {
        let mut bytes = written("continuation", "frames", 2);
        assert_eq!(bare::served(bytes.clone()).0.len(), 0);
        add_frame(&mut bytes, Kind::Continuation, super::super::http2::END_HEADERS, 1, &[]);
        let (requests, _) = bare::served(bytes);
        let values = requests[0].headers().get_all("x").iter();
        assert_eq!(values.count(), 2 * (LONGEST - 15).div_ceil(5), "fields of two frames");
    }

    #[test]
    fn eight_megabytes_of_headers_are_five_hundred_frames() {
        assert_eq!(written("continuation", "frames", 500).len() >> 20, 7);
    }
}
