//! How much of a request really went into the socket.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// Counts of one connection, for the request that is on it. Shared by the connection's two ends: what
/// the body gave, and what the socket took.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// Bytes that the socket took, head included.
    taken: AtomicU64,
    /// Bytes after the head that the socket took: the body with its framing.
    after_head: AtomicU64,
    /// How much of the blank line that ends the head was seen: 4 is all.
    blank: AtomicU8,
    given: AtomicU64,
    whole: AtomicBool,
    only_given: AtomicBool,
    /// The body, while it waits for the socket.
    waiting: Mutex<Option<Waker>>,
}

/// A body gives no more while so many bytes wait for the socket: hyper would queue 400 KiB for each connection.
const ENOUGH: u64 = 16 << 10;

const BLANK_LINE: &[u8; 4] = b"\r\n\r\n";

impl Meter {
    /// A new request begins.
    pub(super) fn begin(&self) {
        for count in [&self.taken, &self.after_head, &self.given] {
            count.store(0, Relaxed);
        }
        self.blank.store(0, Relaxed);
        self.whole.store(false, Relaxed);
    }

    /// The socket took these bytes.
    pub(super) fn take(&self, bytes: &[u8]) {
        self.taken.fetch_add(bytes.len() as u64, Relaxed);
        let mut blank = usize::from(self.blank.load(Relaxed));
        let mut body = bytes;
        while blank < BLANK_LINE.len() {
            let Some((byte, rest)) = body.split_first() else { break };
            blank = if *byte == BLANK_LINE[blank] { blank + 1 } else { usize::from(*byte == b'\r') };
            body = rest;
        }
        self.blank.store(blank as u8, Relaxed);
        self.after_head.fetch_add(body.len() as u64, Relaxed);
        if let Some(body) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            body.wake();
        }
    }

    /// Ready when the body may give more: the socket took almost all that it gave.
    pub(super) fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let untaken = self.given.load(Relaxed).saturating_sub(self.after_head.load(Relaxed));
        if untaken < ENOUGH || self.only_given.load(Relaxed) {
            return Poll::Ready(());
        }
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
        Poll::Pending
    }

    /// The body gave so many bytes.
    pub(super) fn give(&self, bytes: u64) {
        self.given.fetch_add(bytes, Relaxed);
    }

    /// What the socket takes is not told, as where requests share a connection: what the body gave counts.
    pub(super) fn count_only_given(&self) {
        self.only_given.store(true, Relaxed);
    }

    /// Bytes after the head that the socket took.
    pub(super) fn after_head(&self) -> u64 {
        self.after_head.load(Relaxed)
    }

    /// The body gave all it has.
    pub(super) fn end(&self) {
        self.whole.store(true, Relaxed);
    }

    /// Whether the body gave all it has.
    pub(super) fn whole(&self) -> bool {
        self.whole.load(Relaxed)
    }

    /// Whether the socket took anything of the request.
    pub(super) fn began(&self) -> bool {
        self.taken.load(Relaxed) > 0 || self.only_given.load(Relaxed)
    }

    /// Bytes of the body that the socket took. With chunked framing and a body that broke off, too many by
    /// at most the framing of what was taken.
    pub(super) fn body(&self) -> u64 {
        let given = self.given.load(Relaxed);
        if self.only_given.load(Relaxed) { given } else { self.after_head.load(Relaxed).min(given) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_does_not_count_as_body_however_it_is_cut() {
        let wire = b"POST / HTTP/1.1\r\nhost: a\r\n\r\nbody\r\n\r\n";
        for cut in 0..wire.len() {
            let meter = Meter::default();
            meter.give(100);
            meter.take(&wire[..cut]);
            meter.take(&wire[cut..]);
            assert_eq!(meter.body(), 8, "cut at {cut}");
        }
    }

    #[test]
    fn a_body_waits_until_the_socket_took_what_it_gave() {
        let meter = Meter::default();
        let room = || meter.poll_room(&Context::from_waker(Waker::noop()));
        meter.take(b"\r\n\r\n");
        meter.give(64 << 10);
        assert_eq!(room(), Poll::Pending);
        meter.take(&vec![0; 63 << 10]);
        assert_eq!(room(), Poll::Ready(()));
    }

    #[test]
    fn what_the_body_gave_and_the_socket_never_took_does_not_count() {
        let meter = Meter::default();
        meter.give(100);
        meter.take(b"\r\n\r\n1234567");
        assert_eq!(meter.body(), 7);
        meter.begin();
        assert!(!meter.began());
    }
}
