//! A connection that is kept for the next request: one of HTTP/1.1, or room on a shared one of HTTP/2.

use std::future::poll_fn;
use std::time::{Duration, Instant};

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use super::address::Address;
use super::http1::Http1;
use super::incoming::Taker;
use super::outcome::{Failure, Seen};
use super::request_head::RequestHead;
use super::streams::Stream;
use crate::plan::PlannedBody;

/// Servers close idle connections after 2 s (gunicorn) to 75 s (nginx); a request written at that moment
/// is lost. So a connection that was idle for this long is replaced before it is used.
const STALE: Duration = Duration::from_secs(1);

/// A longer body holds nothing that a login could want.
const LARGEST_BODY: usize = 1 << 20;

/// See the module.
pub(super) struct Line {
    speaks: Speaks,
    idle_since: Instant,
}

enum Speaks {
    Http1(Http1),
    Http2(Stream),
}

impl Line {
    /// Opens a connection, or with HTTP/2 joins one.
    pub(super) async fn open(address: &Address) -> Result<Self, Failure> {
        let speaks = match address.streams() {
            Some(streams) => Speaks::Http2(streams.join(address).await?),
            None => Speaks::Http1(Http1::open(address).await?),
        };
        Ok(Self { speaks, idle_since: Instant::now() })
    }

    /// Waits until the service closes the idle connection.
    pub(super) async fn closed(&mut self) {
        match &mut self.speaks {
            Speaks::Http1(connection) => poll_fn(|cx| connection.poll_closed(cx)).await,
            // Somebody else looks after it.
            Speaks::Http2(_) => std::future::pending().await,
        }
    }

    /// Whether a request may be put on it at this time.
    pub(super) fn fresh(&self, now: Instant) -> bool {
        match &self.speaks {
            Speaks::Http1(connection) => connection.usable() && now.saturating_duration_since(self.idle_since) < STALE,
            Speaks::Http2(stream) => stream.usable(),
        }
    }

    /// Sends a request and reads the whole answer; `seen` tells how far it came, even if the future is
    /// dropped half-way.
    pub(super) async fn exchange(
        &mut self,
        head: &RequestHead,
        body: &PlannedBody,
        seen: &mut Seen,
    ) -> Result<u16, Failure> {
        let status = self.converse(head, body, seen).await?;
        self.idle_since = Instant::now();
        Ok(status)
    }

    /// Sends a request and keeps its answer; of a long body only the beginning.
    pub(super) async fn whole(&mut self, head: &RequestHead, body: &PlannedBody) -> Result<Whole, Failure> {
        let mut whole = Whole::default();
        self.converse(head, body, &mut whole).await?;
        Ok(whole)
    }

    async fn converse(
        &mut self,
        head: &RequestHead,
        body: &PlannedBody,
        taker: &mut impl Taker,
    ) -> Result<u16, Failure> {
        match &mut self.speaks {
            Speaks::Http1(connection) => connection.exchange(head, body, taker).await,
            Speaks::Http2(stream) => stream.exchange(head, body, taker).await,
        }
    }

    /// Whether anything of the request went out.
    pub(super) fn began(&self) -> bool {
        match &self.speaks {
            Speaks::Http1(connection) => connection.outbox().began(),
            // It cannot be told.
            Speaks::Http2(_) => true,
        }
    }

    /// Bytes of the request's body that went out.
    pub(super) fn sent(&self) -> u64 {
        match &self.speaks {
            Speaks::Http1(connection) => connection.outbox().sent(),
            Speaks::Http2(stream) => stream.sent(),
        }
    }

    /// Whether another request may follow the answered one. After an answer that came before the body's end the
    /// connection is in the middle of a request.
    pub(super) fn goes_on(&self) -> bool {
        match &self.speaks {
            Speaks::Http1(connection) => connection.usable(),
            Speaks::Http2(stream) => stream.whole(),
        }
    }
}

/// An answer with all that belongs to it.
#[derive(Default)]
pub(super) struct Whole {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Taker for Whole {
    fn head(&mut self, status: u16, fields: &mut dyn Iterator<Item = (&str, &[u8])>) {
        self.status = status;
        for (name, value) in fields {
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
                self.headers.append(name, value);
            }
        }
    }

    fn data(&mut self, data: &[u8]) {
        self.body.extend_from_slice(&data[..data.len().min(LARGEST_BODY - self.body.len())]);
    }
}

impl Taker for Seen {
    fn head(&mut self, status: u16, _: &mut dyn Iterator<Item = (&str, &[u8])>) {
        self.status = Some(status);
    }

    fn data(&mut self, data: &[u8]) {
        self.bytes_in += data.len() as u64;
    }
}
