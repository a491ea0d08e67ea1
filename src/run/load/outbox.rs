//! What of a request still has to go into the socket: its head, and a little of its body at a time.

use std::collections::VecDeque;
use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use tokio::io::AsyncWrite;

use super::outgoing::Outgoing;
use super::request_head::RequestHead;
use crate::plan::PlannedBody;

/// No more of a body is made while so many bytes wait for the socket.
const ENOUGH: usize = 16 << 10;

/// Pieces that go into the socket with one call, at most.
const AT_ONCE: usize = 16;

/// See the module.
#[derive(Default)]
pub(super) struct Outbox {
    waiting: VecDeque<Piece>,
    body: Option<Outgoing>,
    chunked: bool,
    began: bool,
    /// Bytes of the body that the socket took, without framing.
    sent: u64,
    whole: bool,
}

struct Piece {
    bytes: Bytes,
    /// Whether it is of the body itself: neither head nor framing.
    of_body: bool,
}

impl Outbox {
    /// A new request begins.
    pub(super) fn begin(&mut self, head: &RequestHead, body: &PlannedBody) {
        self.waiting.clear();
        self.waiting.push_back(Piece { bytes: head.wire.clone(), of_body: false });
        self.body = (body.size() > 0).then(|| Outgoing::new(body));
        self.chunked = body.chunked();
        (self.began, self.sent, self.whole) = (false, 0, false);
    }

    /// Writes as much as the socket takes; ready when the request was sent whole.
    pub(super) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        mut socket: Pin<&mut impl AsyncWrite>,
    ) -> Poll<Result<()>> {
        while !self.whole {
            self.fill()?;
            let written = match self.waiting.front() {
                None => {
                    ready!(socket.as_mut().poll_flush(cx))?;
                    self.whole = true;
                    break;
                }
                // One piece is cheaper to send than a list of one.
                Some(piece) if self.waiting.len() == 1 => socket.as_mut().poll_write(cx, &piece.bytes),
                Some(_) => {
                    let mut slices = [IoSlice::new(&[]); AT_ONCE];
                    let count = self.waiting.len().min(AT_ONCE);
                    for (slice, piece) in slices.iter_mut().zip(&self.waiting) {
                        *slice = IoSlice::new(&piece.bytes);
                    }
                    socket.as_mut().poll_write_vectored(cx, &slices[..count])
                }
            };
            match ready!(written)? {
                0 => return Poll::Ready(Err(ErrorKind::WriteZero.into())),
                count => self.took(count),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Whether the socket took anything of the request.
    pub(super) fn began(&self) -> bool {
        self.began
    }

    /// Bytes of the body that the socket took.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Whether all of the request went out.
    pub(super) fn whole(&self) -> bool {
        self.whole
    }

    /// Makes more of the body, if there is room.
    fn fill(&mut self) -> Result<()> {
        let mut waiting: usize = self.waiting.iter().map(|piece| piece.bytes.len()).sum();
        while waiting < ENOUGH
            && self.waiting.len() < AT_ONCE
            && let Some(body) = &mut self.body
        {
            let Some(bytes) = body.next() else {
                // Less than was announced.
                return Err(Error::from(ErrorKind::UnexpectedEof));
            };
            waiting += bytes.len();
            let last = body.left() == 0;
            self.add(bytes, last);
            if last {
                self.body = None;
            }
        }
        Ok(())
    }

    fn add(&mut self, bytes: Bytes, last: bool) {
        let size = bytes.len();
        let mut framing = |bytes: Bytes, of_body| self.waiting.push_back(Piece { bytes, of_body });
        if !self.chunked {
            return framing(bytes, true);
        }
        framing(format!("{size:X}\r\n").into(), false);
        framing(bytes, true);
        framing(Bytes::from_static(if last { b"\r\n0\r\n\r\n" } else { b"\r\n" }), false);
    }

    fn took(&mut self, mut count: usize) {
        self.began = true;
        while count > 0
            && let Some(piece) = self.waiting.front_mut()
        {
            let of_piece = count.min(piece.bytes.len());
            count -= of_piece;
            piece.bytes.advance(of_piece);
            self.sent += if piece.of_body { of_piece as u64 } else { 0 };
            if piece.bytes.is_empty() {
                self.waiting.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Waker;

    use super::*;
    use crate::payload::{Choice, Turn, Value, find};
    use crate::plan::{PayloadBody, PlannedRequest};
    use crate::policy::Expect;

    /// Takes so many bytes each time, and lets wait each second time.
    struct Narrow {
        taken: Vec<u8>,
        step: usize,
        ready: bool,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
            self.ready = !self.ready;
            if !self.ready {
                return Poll::Pending;
            }
            let count = bytes.len().min(self.step);
            self.taken.extend_from_slice(&bytes[..count]);
            Poll::Ready(Ok(count))
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<Result<usize>> {
            let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).take(self.step).collect();
            self.taken.extend_from_slice(&all);
            Poll::Ready(Ok(all.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn upload(size: u64, chunked: bool) -> PlannedBody {
        let choice = Choice::of(find("upload").unwrap()).with("size", Value::Number(size));
        let choice = if chunked { choice.with("chunked", Value::Number(1)) } else { choice };
        PlannedBody::Payload(PayloadBody::new(Arc::new(choice), Turn { index: 0, unique: 0, key: [1; 32] }).unwrap().0)
    }

    fn head(body: &PlannedBody) -> RequestHead {
        let (name, method, path, body) = ("a".into(), "POST".into(), "/".to_owned(), body.clone());
        let expect = Expect::Class(2);
        let planned = PlannedRequest { name, method, path, headers: vec![], body, client: None, key: None, expect };
        RequestHead::new(&planned, "h").unwrap()
    }

    /// What the socket took, however little at a time; and never was much more of the body made than it took.
    fn sent(body: &PlannedBody, step: usize) -> Vec<u8> {
        let (mut outbox, mut socket) = (Outbox::default(), Narrow { taken: vec![], step, ready: false });
        outbox.begin(&head(body), body);
        let cx = &mut Context::from_waker(Waker::noop());
        while outbox.poll_send(cx, Pin::new(&mut socket)).map(|sent| sent.unwrap()).is_pending() {
            let waiting: usize = outbox.waiting.iter().map(|piece| piece.bytes.len()).sum();
            assert!(waiting < 2 * ENOUGH + 200, "{waiting}");
            assert!(!outbox.whole() && outbox.sent() <= socket.taken.len() as u64);
        }
        assert!(outbox.whole() && outbox.began());
        assert_eq!(outbox.sent(), body.size());
        socket.taken
    }

    #[test]
    fn a_request_goes_out_however_little_the_socket_takes() {
        for size in [1, 5000, 100_000] {
            let PlannedBody::Payload(payload) = upload(size, false) else { unreachable!() };
            let data: Vec<u8> = payload.chunks().flatten().collect();
            let plain =
                [format!("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {size}\r\n\r\n").as_bytes(), &data].concat();
            for step in [1, 3, 1000, 40_000, usize::MAX] {
                assert!(sent(&upload(size, false), step) == plain, "{size} by {step}");
                let chunked = sent(&upload(size, true), step);
                let body = chunked.strip_prefix(b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n");
                let (mut chunks, mut read) = (super::super::chunked::Chunked::default(), Vec::new());
                let body = body.unwrap();
                assert_eq!(chunks.read(body, |bytes| read.extend_from_slice(bytes)), Ok(body.len()));
                assert!(chunks.ended() && read == data, "{size} by {step}");
            }
        }
        assert_eq!(sent(&PlannedBody::Empty, 2), b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(
            sent(&PlannedBody::Text("hello".into()), 7),
            b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nhello"
        );
    }
}
