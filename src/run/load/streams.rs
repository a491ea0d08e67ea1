//! Connections of HTTP/2, each shared by many requests.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::Mutex;

use super::address::Address;
use super::incoming::Taker;
use super::outcome::Failure;
use super::outgoing::Outgoing;
use super::request_head::RequestHead;
use crate::plan::PlannedBody;

/// Requests that one connection carries at a time: what servers allow at least (RFC 9113, section 6.5.2).
const STREAMS: usize = 100;

/// The connections of a phase.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Vec<Shared>>);

#[derive(Debug)]
struct Shared {
    sender: SendRequest<Upload>,
    /// One more for each [`Stream`] that is on it.
    seats: Arc<()>,
}

impl Streams {
    /// Room on a connection that stands, or on a new one.
    pub(super) async fn join(&self, address: &Address) -> Result<Stream, Failure> {
        let mut connections = self.0.lock().await;
        connections.retain(|shared| !shared.sender.is_closed());
        if let Some(shared) = connections.iter().find(|shared| Arc::strong_count(&shared.seats) <= STREAMS) {
            return Ok(shared.seat());
        }
        let stream = address.connect(false, true).await?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        // Its errors reach the requests on it. It ends with the phase's runtime.
        tokio::spawn(connection);
        let shared = Shared { sender, seats: Arc::default() };
        let stream = shared.seat();
        connections.push(shared);
        Ok(stream)
    }
}

impl Shared {
    fn seat(&self) -> Stream {
        Stream { sender: self.sender.clone(), given: Arc::default(), _seat: self.seats.clone() }
    }
}

/// Room for one request at a time on a shared connection.
pub(super) struct Stream {
    sender: SendRequest<Upload>,
    given: Arc<Given>,
    /// Leaves room for another when it is dropped.
    _seat: Arc<()>,
}

/// What the connection took of a body. What its socket took of that is not told.
#[derive(Debug, Default)]
pub(super) struct Given {
    bytes: AtomicU64,
    whole: AtomicBool,
}

impl Stream {
    /// Sends a request and reads the whole answer.
    pub(super) async fn exchange(
        &mut self,
        head: &RequestHead,
        body: &PlannedBody,
        taker: &mut impl Taker,
    ) -> Result<u16, Failure> {
        self.given = Arc::new(Given { whole: AtomicBool::new(body.size() == 0), ..Given::default() });
        let upload = Upload { body: Outgoing::new(body), chunked: body.chunked(), given: self.given.clone() };
        self.sender.ready().await?;
        let response = self.sender.send_request(head.fields.clone().map(|()| upload)).await?;
        let (parts, mut body) = response.into_parts();
        let status = parts.status.as_u16();
        taker.head(status, &mut parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
        // As `Incoming::refuses`.
        let refuses = status >= 400 && body.size_hint().exact().is_none();
        while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
            match frame.map_err(Failure::from) {
                Ok(frame) => taker.data(frame.data_ref().map_or(&[], |data| &data[..])),
                Err(Failure::Reset) if refuses => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok(status)
    }

    /// Whether another request may be put on the connection.
    pub(super) fn usable(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Bytes of the body that were given to the connection.
    pub(super) fn sent(&self) -> u64 {
        self.given.bytes.load(Relaxed)
    }

    /// Whether the connection was given all of the body.
    pub(super) fn whole(&self) -> bool {
        self.given.whole.load(Relaxed)
    }
}

/// A body in the shape in which hyper sends it.
struct Upload {
    body: Outgoing,
    chunked: bool,
    given: Arc<Given>,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let piece = self.body.next();
        let size = piece.as_ref().map_or(0, Bytes::len);
        self.given.bytes.fetch_add(size as u64, Relaxed);
        self.given.whole.store(self.body.left() == 0, Relaxed);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.chunked { SizeHint::default() } else { SizeHint::with_exact(self.body.left()) }
    }
}
