//! A body that is generated while it is taken.

use std::sync::Arc;

use bytes::Bytes;

use super::pieces::once;

/// The chunks of a body, in order, none empty, each of at most 64 KiB.
pub type Chunks = Box<dyn Iterator<Item = Bytes> + Send>;

/// Makes the chunks of a body once more.
pub type Again = Arc<dyn Fn() -> Chunks + Send + Sync>;

/// A generated body.
pub struct Body {
    /// Headers that tell what it is, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Bytes on the wire, without framing.
    pub size: u64,
    /// Whether it goes with `Transfer-Encoding: chunked` instead of a `Content-Length`.
    pub chunked: bool,
    /// Its bytes.
    pub chunks: Chunks,
    /// Makes them once more, for clients that send the same again; `None` where the bytes are held anyway.
    pub again: Option<Again>,
}

impl Body {
    /// A body of a content type, of a size that is known without generating it.
    pub fn new(content_type: &str, size: u64, chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { headers, size, chunked: false, chunks: Box::new(chunks), again: None }
    }

    /// A body of a content type whose size is found by generating it once.
    pub fn counted<I>(content_type: &str, chunks: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = Bytes> + Send + 'static,
    {
        let size = chunks().map(|chunk| chunk.len() as u64).sum();
        Self::new(content_type, size, chunks())
    }

    /// With a further header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The body as the one file of a form (RFC 7578), in the field of this name.
    pub fn in_form(self, field: &str, file: &str) -> Self {
        const BOUNDARY: &str = "plimsoll-7d1f0b2e9c";
        let of = |name: &str| self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let content_type = of("content-type").unwrap_or("application/octet-stream");
        let before = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{file}\"\r\n\
             content-type: {content_type}\r\n\r\n"
        );
        let after = format!("\r\n--{BOUNDARY}--\r\n");
        let size = self.size.saturating_add((before.len() + after.len()) as u64);
        let chunks = once(before).chain(self.chunks).chain(once(after));
        let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
        Self { chunked: self.chunked, ..Self::new(&content_type, size, chunks) }
    }
}
