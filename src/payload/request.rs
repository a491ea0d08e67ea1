//! What a family is given: a plain request, and its number.

use std::sync::Arc;

use bytes::Bytes;

use super::{Again, Body, Chunks};

/// Which request of a run it is. Equal turns make equal bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Number of the request among those of its payload, from 0.
    pub index: u64,
    /// A number that no other request of the run has; looks random.
    pub unique: u64,
    /// A key for everything random in this request.
    pub key: [u8; 32],
}

/// A request as the policy names it, to be made ugly.
pub struct Request {
    /// HTTP method, capital letters.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case; without `content-length`, `transfer-encoding` and `connection`. A `host` takes the
    /// place of the target's.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Body>,
}

/// A request that is about to be written by hand.
pub struct Wire {
    /// What the policy names.
    pub request: Request,
    /// The `host` header: `host:port`.
    pub host: String,
}

impl Request {
    /// Adds a query parameter; name and value are encoded.
    pub fn add_query(&mut self, name: &str, value: &str) {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        encode(&mut self.path, name);
        self.path.push('=');
        encode(&mut self.path, value);
    }

    /// Sets a query parameter, replacing those of the same name; name and value are encoded.
    pub fn set_query(&mut self, name: &str, value: &str) {
        let mut encoded = String::new();
        encode(&mut encoded, name);
        if let Some((path, query)) = self.path.split_once('?') {
            let same = |part: &&str| part.split('=').next() != Some(encoded.as_str());
            let others = query.split('&').filter(same).collect::<Vec<_>>().join("&");
            self.path = if others.is_empty() { path.to_owned() } else { format!("{path}?{others}") };
        }
        self.add_query(name, value);
    }

    /// Sets a header, replacing one of the same name.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        let name = name.to_ascii_lowercase();
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
    }

    /// Sets a text as body.
    pub fn set_text(&mut self, content_type: &str, text: impl Into<Bytes>) {
        let text = text.into();
        let size = text.len() as u64;
        self.body = Some(Body::new(content_type, size, pieces(text)));
    }
}

impl Wire {
    /// Request line and headers with `host`, up to and without the blank line that ends them.
    pub fn head(&self) -> Vec<u8> {
        let Request { method, path, headers, .. } = &self.request;
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.authority()).into_bytes();
        for (name, value) in headers.iter().filter(|(name, _)| name != "host") {
            head.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        head
    }

    /// What the request says its host is.
    pub fn authority(&self) -> &str {
        let own = self.request.headers.iter().find(|(name, _)| name == "host");
        own.map_or(&self.host, |(_, host)| host)
    }

    /// The whole head of a request that carries its body in the usual way and then closes.
    pub fn polite_head(&self) -> Vec<u8> {
        self.whole_head(Some("close"))
    }

    /// The whole head of a request that carries its body in the usual way, with a `connection` header of
    /// this value.
    pub fn whole_head(&self, connection: Option<&str>) -> Vec<u8> {
        let mut head = self.head();
        match &self.request.body {
            Some(body) => {
                for (name, value) in &body.headers {
                    if !self.request.headers.iter().any(|(given, _)| given == name) {
                        head.extend(format!("{name}: {value}\r\n").into_bytes());
                    }
                }
                match body.chunked {
                    true => head.extend(b"transfer-encoding: chunked\r\n"),
                    false => head.extend(format!("content-length: {}\r\n", body.size).into_bytes()),
                }
            }
            None if matches!(self.request.method.as_str(), "POST" | "PUT" | "PATCH") => {
                head.extend(b"content-length: 0\r\n");
            }
            None => {}
        }
        if let Some(connection) = connection {
            head.extend(format!("connection: {connection}\r\n").into_bytes());
        }
        head.extend(b"\r\n");
        head
    }

    /// The whole request, as a polite client writes it.
    pub fn polite(mut self) -> impl Iterator<Item = Bytes> + Send {
        let head = self.polite_head();
        std::iter::once(Bytes::from(head)).chain(framed(self.request.body.take()))
    }

    /// The whole request, to be written several times.
    pub fn copies(mut self) -> Copies {
        let [closing, keeping] = [Some("close"), None].map(|connection| self.whole_head(connection).into());
        let body = self.request.body.take();
        let chunked = body.as_ref().is_some_and(|body| body.chunked);
        let again = body.map(|body| body.again.unwrap_or_else(|| held(body.chunks)));
        Copies { closing, keeping, chunked, again }
    }
}

/// A request that is written several times: all share what of it is held, and the rest is generated for
/// each.
pub struct Copies {
    closing: Bytes,
    keeping: Bytes,
    chunked: bool,
    again: Option<Again>,
}

impl Copies {
    /// The request, after which the connection is to close.
    pub fn closing(&self) -> Chunks {
        self.copy(&self.closing)
    }

    /// The request, after which the connection stays.
    pub fn keeping(&self) -> Chunks {
        self.copy(&self.keeping)
    }

    fn copy(&self, head: &Bytes) -> Chunks {
        let chunks = self.again.as_ref().map_or_else(|| Box::new(std::iter::empty()) as Chunks, |again| again());
        Box::new(std::iter::once(head.clone()).chain(frames(self.chunked, chunks)))
    }
}

/// What stands after a head that [`Wire::whole_head`] wrote.
pub(super) fn framed(body: Option<Body>) -> impl Iterator<Item = Bytes> + Send {
    let chunked = body.as_ref().is_some_and(|body| body.chunked);
    frames(chunked, body.into_iter().flat_map(|body| body.chunks))
}

fn frames(chunked: bool, chunks: impl Iterator<Item = Bytes> + Send) -> impl Iterator<Item = Bytes> + Send {
    let last = chunked.then(|| Bytes::from_static(b"0\r\n\r\n"));
    chunks.map(move |chunk| if chunked { frame(&chunk) } else { chunk }).chain(last)
}

/// Chunks that are in memory as they are.
fn held(chunks: Chunks) -> Again {
    let chunks: Arc<[Bytes]> = chunks.collect();
    Arc::new(move || {
        let chunks = chunks.clone();
        Box::new((0..chunks.len()).filter_map(move |at| chunks.get(at).cloned()))
    })
}

/// A chunk of a chunked body (RFC 9112, section 7.1).
fn frame(chunk: &Bytes) -> Bytes {
    let mut framed = format!("{:x}\r\n", chunk.len()).into_bytes();
    framed.extend_from_slice(chunk);
    framed.extend(b"\r\n");
    framed.into()
}

fn pieces(mut text: Bytes) -> impl Iterator<Item = Bytes> + Send {
    std::iter::from_fn(move || {
        let piece = text.split_to(text.len().min(super::pieces::CHUNK));
        (!piece.is_empty()).then_some(piece)
    })
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
pub(super) fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            _ => into.push_str(&format!("%{byte:02X}")),
        }
    }
}
