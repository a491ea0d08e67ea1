//! Bytes put into the head of a polite request, without ever holding them.

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::{Talk, Wire};

/// The request with further bytes at the end of its path.
pub(super) fn after_path(wire: Wire, bytes: impl Iterator<Item = Bytes> + Send + 'static) -> Talk {
    let path = wire.request.method.len() + 1 + wire.request.path.len();
    with(wire, move |_| path, bytes)
}

/// The request with further bytes after its last header, before the empty line.
pub(super) fn after_headers(wire: Wire, bytes: impl Iterator<Item = Bytes> + Send + 'static) -> Talk {
    with(wire, |head| head.saturating_sub(2), bytes)
}

fn with(wire: Wire, place: impl Fn(usize) -> usize, bytes: impl Iterator<Item = Bytes> + Send + 'static) -> Talk {
    let mut polite = wire.polite();
    let mut head = polite.next().unwrap_or_default();
    let rest = head.split_off(place(head.len()).min(head.len()));
    Talk::new(once(head).chain(bytes).chain(once(rest)).chain(polite))
}

/// What a server reads, for tests: request line, headers, body.
#[cfg(test)]
pub(super) fn read(talk: Talk) -> (String, Vec<(String, String)>, Vec<u8>) {
    let mut bytes = Vec::new();
    for act in talk.acts {
        if let crate::payload::Act::Write(chunk) = act {
            assert!(chunk.len() <= 64 << 10);
            bytes.extend_from_slice(&chunk);
        }
    }
    let mut headers = vec![httparse::EMPTY_HEADER; 200_000];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(&bytes).unwrap() else { panic!("the head does not end") };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let read = request.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    (format!("{} {}", request.method.unwrap(), request.path.unwrap()), read, bytes[head..].to_vec())
}

/// A request for tests, with a body.
#[cfg(test)]
pub(super) fn wire() -> Wire {
    let headers = vec![("accept".to_owned(), "*/*".to_owned())];
    let mut request = crate::payload::Request { method: "POST".into(), path: "/p".into(), headers, body: None };
    request.set_text("text/plain", "hello");
    Wire { request, host: "service".into() }
}
