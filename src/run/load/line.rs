//! A connection that is kept alive, with one request on it at a time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body::Body as _;
use hyper::Request;
use hyper::client::conn::http1::{self, Connection, SendRequest};

use super::address::Address;
use super::meter::Meter;
use super::outcome::{Failure, Seen};
use super::outgoing::Outgoing;
use super::wire::Wire;

/// Servers close idle connections after 2 s (gunicorn) to 75 s (nginx); a request written at that moment
/// is lost. So a connection that was idle for this long is replaced before it is used.
const STALE: Duration = Duration::from_secs(1);

/// See the module. Hyper's connection is polled within the request's own future: no second task.
pub(super) struct Line {
    sender: SendRequest<Outgoing>,
    /// `None` once it ended.
    connection: Option<Connection<Wire, Outgoing>>,
    pub(super) meter: Arc<Meter>,
    idle_since: Instant,
}

impl Line {
    /// Opens a connection.
    pub(super) async fn open(address: &Address) -> Result<Self, Failure> {
        let stream = address.connect(false, false).await?;
        let meter = Arc::new(Meter::default());
        let (sender, connection) = http1::handshake(Wire::new(stream, meter.clone())).await?;
        Ok(Self { sender, connection: Some(connection), meter, idle_since: Instant::now() })
    }

    /// Waits until the service closes the idle connection.
    pub(super) async fn closed(&mut self) {
        poll_fn(|cx| if advance(&mut self.connection, cx) { Poll::Pending } else { Poll::Ready(()) }).await;
    }

    /// Whether a request may be put on it.
    pub(super) fn fresh(&self) -> bool {
        self.connection.is_some() && !self.sender.is_closed() && self.idle_since.elapsed() < STALE
    }

    /// Sends a request and reads the whole answer; `seen` tells how far it came, even if the future is
    /// dropped half-way.
    pub(super) async fn exchange(&mut self, request: Request<Outgoing>, seen: &mut Seen) -> Result<u16, Failure> {
        let connection = &mut self.connection;
        let sender = &mut self.sender;
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
        let response = response.await?;
        let status = response.status().as_u16();
        seen.status = Some(status);
        let mut body = response.into_body();
        loop {
            let frame = poll_fn(|cx| match Pin::new(&mut body).poll_frame(cx) {
                Poll::Pending => {
                    advance(connection, cx);
                    Pin::new(&mut body).poll_frame(cx)
                }
                ready => ready,
            });
            match frame.await {
                Some(frame) => seen.bytes_in += frame?.data_ref().map_or(0, |data| data.len() as u64),
                None => break,
            }
        }
        self.idle_since = Instant::now();
        Ok(status)
    }
}

/// Lets the connection work; whether it still lives. Its errors reach the request.
fn advance(connection: &mut Option<Connection<Wire, Outgoing>>, cx: &mut Context<'_>) -> bool {
    if let Some(living) = connection
        && Pin::new(living).poll(cx).is_ready()
    {
        *connection = None;
    }
    connection.is_some()
}
