//! A planned request in the shape in which hyper sends it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::Request;
use hyper::header::{HOST, HeaderName, HeaderValue};

use super::LoadError;
use super::meter::Meter;
use crate::payload::Chunks;
use crate::plan::{PlannedBody, PlannedRequest};

/// A body on its way out: generated while it is sent.
pub(super) struct Outgoing {
    chunks: Chunks,
    left: u64,
    chunked: bool,
    meter: Arc<Meter>,
}

/// The head of a request: method, path, headers with `host`.
pub(super) fn head(planned: &PlannedRequest, host: &str) -> Result<Request<()>, LoadError> {
    let unsendable = |why: String| LoadError::Unsendable { name: planned.name.to_string(), why };
    let mut request = Request::builder().method(&*planned.method).uri(planned.path.as_str());
    if let Some(headers) = request.headers_mut() {
        let host = HeaderValue::from_str(host).map_err(|error| unsendable(error.to_string()))?;
        headers.insert(HOST, host);
        for (name, value) in &planned.headers {
            let wrong = |error: &dyn std::error::Error| unsendable(format!("header `{name}`: {error}"));
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(&error))?;
            let value = HeaderValue::from_str(value).map_err(|error| wrong(&error))?;
            headers.insert(name, value);
        }
    }
    let request = request.body(()).map_err(|error| unsendable(error.to_string()))?;
    if !planned.path.starts_with('/') {
        return Err(unsendable(format!("path `{}` does not start with `/`", planned.path)));
    }
    Ok(request)
}

impl Outgoing {
    /// Starts the body of a request from its beginning.
    pub(super) fn new(body: &PlannedBody, meter: Arc<Meter>) -> Self {
        let chunks: Chunks = match body {
            PlannedBody::Empty => Box::new(std::iter::empty()),
            PlannedBody::Text(text) => Box::new(std::iter::once(text.clone())),
            PlannedBody::Payload(payload) => payload.chunks(),
        };
        let (left, chunked) = (body.size(), body.chunked());
        meter.begin();
        if left == 0 {
            meter.end();
        }
        Self { chunks, left, chunked, meter }
    }

    /// The next chunk, told to the meter.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        let chunk = self.chunks.next().filter(|_| self.left > 0)?;
        self.left = self.left.saturating_sub(chunk.len() as u64);
        self.meter.give(chunk.len() as u64);
        if self.left == 0 {
            self.meter.end();
        }
        Some(chunk)
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        ready!(self.meter.poll_room(cx));
        Poll::Ready(self.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked { SizeHint::default() } else { SizeHint::with_exact(self.left) }
    }
}
