//! A connection that is kept alive, with one request on it at a time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body::Body as _;
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, Connection};
use hyper::client::conn::http2;
use hyper::{HeaderMap, Response};

use super::address::Address;
use super::meter::Meter;
use super::outcome::{Failure, Seen};
use super::outgoing::Outgoing;
use super::wire::Wire;

/// Servers close idle connections after 2 s (gunicorn) to 75 s (nginx); a request written at that moment
/// is lost. So a connection that was idle for this long is replaced before it is used.
const STALE: Duration = Duration::from_secs(1);

/// Bytes of an answer that are read at once, and of its head, at most.
const LARGEST_READ: usize = 64 << 10;

/// See the module. Hyper's connection is polled within the request's own future: no second task.
pub(super) struct Line {
    speaks: Speaks,
    pub(super) meter: Arc<Meter>,
    idle_since: Instant,
}

enum Speaks {
    /// A connection of its own.
    Http1 {
        sender: http1::SendRequest<Outgoing>,
        /// `None` once it ended.
        connection: Option<Box<Connection<Wire, Outgoing>>>,
    },
    /// Streams of a connection that others use too.
    Http2 { sender: http2::SendRequest<Outgoing> },
}

impl Line {
    /// Opens a connection, or with HTTP/2 joins one.
    pub(super) async fn open(address: &Address) -> Result<Self, Failure> {
        let meter = Arc::new(Meter::default());
        let speaks = match address.streams() {
            Some(streams) => {
                meter.count_only_given();
                Speaks::Http2 { sender: streams.join(address).await? }
            }
            None => {
                let stream = address.connect(false, false).await?;
                let (sender, connection) = http1::Builder::new()
                    .max_buf_size(LARGEST_READ)
                    .handshake(Wire::new(stream, meter.clone()))
                    .await?;
                Speaks::Http1 { sender, connection: Some(Box::new(connection)) }
            }
        };
        Ok(Self { speaks, meter, idle_since: Instant::now() })
    }

    /// Waits until the service closes the idle connection.
    pub(super) async fn closed(&mut self) {
        match &mut self.speaks {
            Speaks::Http1 { connection, .. } => {
                poll_fn(|cx| if advance(connection, cx) { Poll::Pending } else { Poll::Ready(()) }).await;
            }
            // Somebody else looks after it.
            Speaks::Http2 { .. } => std::future::pending().await,
        }
    }

    /// Whether a request may be put on it at this time.
    pub(super) fn fresh(&self, now: Instant) -> bool {
        match &self.speaks {
            Speaks::Http1 { sender, connection } => {
                connection.is_some() && !sender.is_closed() && now.saturating_duration_since(self.idle_since) < STALE
            }
            Speaks::Http2 { sender } => !sender.is_closed(),
        }
    }

    /// Sends a request and reads the whole answer; `seen` tells how far it came, even if the future is
    /// dropped half-way.
    pub(super) async fn exchange(&mut self, request: Request<Outgoing>, seen: &mut Seen) -> Result<u16, Failure> {
        let response = self.head(request).await?;
        let status = response.status().as_u16();
        seen.status = Some(status);
        // As `Answer::refuses`.
        let refusal = status >= 400 && response.body().size_hint().exact().is_none();
        match self.body(response.into_body(), |data| seen.bytes_in += data.len() as u64).await {
            Err(Failure::Reset) if refusal => Ok(status),
            ended => ended.map(|()| status),
        }
    }

    /// Sends a request and keeps its answer; of a long body only the beginning.
    pub(super) async fn whole(&mut self, request: Request<Outgoing>) -> Result<Whole, Failure> {
        let response = self.head(request).await?;
        let (parts, incoming) = response.into_parts();
        let mut body = Vec::new();
        let keep = |data: &[u8]| body.extend_from_slice(&data[..data.len().min(LARGEST_BODY - body.len())]);
        self.body(incoming, keep).await?;
        Ok(Whole { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    async fn head(&mut self, request: Request<Outgoing>) -> Result<Response<Incoming>, Failure> {
        let Speaks::Http1 { sender, connection } = &mut self.speaks else {
            return self.shared_head(request).await;
        };
        poll_fn(|cx| {
            advance(connection, cx);
            sender.poll_ready(cx)
        })
        .await?;
        let mut response = pin!(sender.send_request(request));
        let response = poll_fn(|cx| {
            advance(connection, cx);
            response.as_mut().poll(cx)
        });
        Ok(response.await?)
    }

    async fn shared_head(&mut self, request: Request<Outgoing>) -> Result<Response<Incoming>, Failure> {
        let Speaks::Http2 { sender } = &mut self.speaks else { return Err(Failure::Reset) };
        sender.ready().await?;
        Ok(sender.send_request(request).await?)
    }

    async fn body(&mut self, mut body: Incoming, mut take: impl FnMut(&[u8])) -> Result<(), Failure> {
        loop {
            let frame = poll_fn(|cx| match (Pin::new(&mut body).poll_frame(cx), &mut self.speaks) {
                (Poll::Pending, Speaks::Http1 { connection, .. }) => {
                    advance(connection, cx);
                    Pin::new(&mut body).poll_frame(cx)
                }
                (polled, _) => polled,
            });
            match frame.await {
                Some(frame) => take(frame?.data_ref().map_or(&[], |data| &data[..])),
                None => break,
            }
        }
        self.idle_since = Instant::now();
        Ok(())
    }
}

/// An answer with all that belongs to it.
pub(super) struct Whole {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// A longer body holds nothing that a login could want.
const LARGEST_BODY: usize = 1 << 20;

/// Lets the connection work; whether it still lives. Its errors reach the request.
fn advance(connection: &mut Option<Box<Connection<Wire, Outgoing>>>, cx: &mut Context<'_>) -> bool {
    if let Some(living) = connection
        && Pin::new(living.as_mut()).poll(cx).is_ready()
    {
        *connection = None;
    }
    connection.is_some()
}
