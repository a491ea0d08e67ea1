//! HTTP/2 requests that are cancelled as soon as they are sent.

use super::hold;
use super::http2::{Kind, add_frame, add_request, beginning, block, stream};
use crate::payload::pieces::{entries, once};
use crate::payload::{About, Family, Form, Group, Parameter, Reading, Takes, Talk, Turn, Values, Wire};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "http2-rapid-reset",
    group: Group::Connections,
    about: About {
        summary: "HTTP/2 requests that are cancelled as soon as they are sent.",
        provokes: "Work for each request that goes on after it was cancelled: a cancelled stream does not count \
                   against the limit on streams, so one connection begins as many as it likes.",
        seen: "CVE-2023-44487 (every HTTP/2 server in October 2023), CVE-2019-9514.",
        becomes: "520 kB on the wire; 368 MiB in a Node service whose lookups hold 256 KiB for a second and are not \
                  cancelled, although Node itself ends the connection after a thousand resets.",
        safe: "GOAWAY and a closed connection after some hundred resets, and work that ends with its stream; \
               memory stays flat.",
    },
    parameters: &[
        Parameter {
            name: "streams",
            about: "how many requests",
            takes: Takes::Count { least: 1, most: 1 << 30, default: 10_000 },
        },
        hold(5000),
    ],
    form: Form::Client(make),
};

/// CANCEL (RFC 9113, section 7).
const CANCEL: u32 = 8;

fn make(values: &Values, _: &Turn, wire: Wire) -> Vec<Talk> {
    let block = block(&wire);
    let requests = entries(values.number("streams"), move |chunk, number| {
        let stream = stream(number);
        add_request(chunk, stream, &block);
        add_frame(chunk, Kind::ResetStream, 0, stream, &CANCEL.to_be_bytes());
    });
    let hold = Some(values.time("hold"));
    let reading = Reading::Everything;
    vec![Talk { http2: true, reading, hold, ..Talk::new(once(beginning(&[])).chain(requests)) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::{Choice, Value, bare};

    #[test]
    fn a_real_server_sees_each_request_and_that_it_was_cancelled() {
        for path in ["/p?a=1".to_owned(), format!("/{}", "long".repeat(10_000))] {
            let choice = Choice::of(FAMILY).with("streams", Value::Number(15));
            let talk =
                bare::talks(&choice, crate::payload::Request { path: path.clone(), ..bare::request("GET", None) })
                    .remove(0);
            assert!(talk.http2);
            let (requests, ended) = bare::served(bare::acted(talk).0);
            assert_eq!((requests.len(), ended), (15, 15));
            for request in requests {
                assert_eq!(
                    (request.method().as_str(), request.uri().path_and_query().unwrap().as_str()),
                    ("GET", &*path)
                );
                assert_eq!(request.uri().authority().unwrap(), "service:80");
                assert_eq!(request.headers()["x-token"], "t");
            }
        }
    }

    #[test]
    fn ten_thousand_requests_are_under_a_megabyte() {
        assert!((500_000..1_000_000).contains(&bare::written(&Choice::of(FAMILY), 0).len()));
    }
}
