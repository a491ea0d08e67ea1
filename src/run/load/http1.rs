//! A connection of HTTP/1.1 (RFC 9112), plain or under TLS, with one request on it at a time.
//!
//! Why not hyper's, which speaks HTTP/2 here: it hands requests to its connection over a channel of blocks of 32, and
//! reads into a buffer of 8 KiB or more for each. Measured with `cargo bench --bench load -- closed`, that was 8.4 us of
//! CPU a request at 64 connections and 25 MB at 1,000, now 6.1 us and 7.2 MB: the future that sends also reads, all
//! connections share a buffer on the stack, and an idle one holds its socket and hardly anything else.
//!
//! Requests are not pipelined (section 9.3.2); a connection carries no other after an answer that has no end of its own
//! (section 6.3), that says so (section 9.6), or that changes the language (RFC 9110, section 7.8).

use std::future::poll_fn;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead as _, ReadBuf};

use super::address::Address;
use super::incoming::{Incoming, Taker};
use super::outbox::Outbox;
use super::outcome::Failure;
use super::request_head::RequestHead;
use super::socket::Socket;
use crate::plan::PlannedBody;

/// Bytes that are read with one call, at most. They are counted and forgotten.
const LARGEST_READ: usize = 16 << 10;

/// See the module.
pub(super) struct Http1 {
    socket: Socket,
    outbox: Outbox,
    /// A write failed: the service stopped reading.
    deaf: bool,
    /// Whether another request may follow.
    usable: bool,
}

impl Http1 {
    /// A new connection.
    pub(super) async fn open(address: &Address) -> Result<Self, Failure> {
        let socket = address.connect(false, false).await?;
        Ok(Self { socket, outbox: Outbox::default(), deaf: false, usable: true })
    }

    /// Sends a request and reads the whole answer, at the same time: a service may answer before it has read all.
    pub(super) async fn exchange(
        &mut self,
        head: &RequestHead,
        body: &PlannedBody,
        taker: &mut impl Taker,
    ) -> Result<u16, Failure> {
        self.usable = false;
        self.outbox.begin(head, body);
        if poll_fn(|cx| Poll::Ready(self.poll_closed(cx))).await.is_ready() {
            return Err(Failure::Reset);
        }
        let mut incoming = Incoming::new(head.asked);
        poll_fn(|cx| self.poll_exchange(cx, &mut incoming, taker)).await
    }

    /// What was sent of the request that is on it.
    pub(super) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Whether another request may be put on it.
    pub(super) fn usable(&self) -> bool {
        self.usable
    }

    /// Ready when the service closed the idle connection, or says something without being asked.
    pub(super) fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut byte = [0];
        Pin::new(&mut self.socket).poll_read(cx, &mut ReadBuf::new(&mut byte)).map(drop)
    }

    fn poll_exchange(
        &mut self,
        cx: &mut Context<'_>,
        incoming: &mut Incoming,
        taker: &mut impl Taker,
    ) -> Poll<Result<u16, Failure>> {
        // A service that refuses a body answers and closes: writing fails, and the answer waits to be read. So a failed
        // write ends nothing; what can be read decides: an answer, or the end of the connection.
        if !self.deaf && !self.outbox.whole() {
            self.deaf = matches!(self.outbox.poll_send(cx, Pin::new(&mut self.socket)), Poll::Ready(Err(_)));
        }
        let end = ready!(self.poll_answer(cx, incoming, taker));
        let status = incoming.answered().map(|head| head.status).ok_or(Failure::Reset);
        Poll::Ready(match end {
            Err(Failure::Reset) if incoming.refuses() => status,
            Err(failure) => Err(failure),
            Ok(()) => status,
        })
    }

    /// Reads until the answer is whole.
    fn poll_answer(
        &mut self,
        cx: &mut Context<'_>,
        incoming: &mut Incoming,
        taker: &mut impl Taker,
    ) -> Poll<Result<(), Failure>> {
        let mut space = [const { MaybeUninit::uninit() }; LARGEST_READ];
        loop {
            let mut read = ReadBuf::uninit(&mut space);
            if ready!(Pin::new(&mut self.socket).poll_read(cx, &mut read)).is_err() {
                return Poll::Ready(Err(Failure::Reset));
            }
            let bytes = read.filled();
            if bytes.is_empty() {
                let whole = incoming.ends_with_connection();
                return Poll::Ready(if whole { Ok(()) } else { Err(Failure::Reset) });
            }
            let used = incoming.read(bytes, taker)?;
            if let Some(head) = incoming.answered().filter(|_| incoming.whole()) {
                // After an answer that came before the request's end the connection is in the middle of a request;
                // what nobody asked for is no answer to the next one.
                self.usable = self.outbox.whole() && !head.ends && used == bytes.len();
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;
