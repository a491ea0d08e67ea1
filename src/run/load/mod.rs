//! The load engine: sends a phase, exactly as planned, at its rate.
//!
//! * **Open model.** Arrivals follow an absolute schedule and do not wait for answers, up to
//!   `in_flight`; then they wait and the schedule moves. Nothing is dropped: the planned number is
//!   sent, whatever the service does.
//! * **Own sockets.** One connection for each request in flight, kept alive within a phase, closed at
//!   its end. No pool that retries, no redirects, no decompression.
//! * **Own thread.** The pace does not depend on what else the program does.
//! * **Only here.** Only to the host of `base-url`, and only on this machine or a private network.

mod address;
mod answer;
mod answer_head;
mod chunked;
mod error;
mod exchange;
mod goal;
mod http1;
mod incoming;
mod line;
mod meter;
mod metronome;
mod outbox;
mod outcome;
mod outgoing;
mod phase;
mod request_head;
mod sender;
mod session;
mod slots;
mod socket;
mod streams;
mod talk;
mod tallies;
mod tls;

use answer_head::Asked;
pub use error::LoadError;
use incoming::Incoming;
use outcome::Seen;
pub use sender::{Progress, Sender};
pub(super) use tallies::Times;

/// Reads an HTTP/1 answer to a `GET` as a well-behaved client does, `step` bytes at a time: its status, if its head is
/// whole, the bytes of its body, and how many of `bytes` were the answer's. `None` if it is malformed.
pub fn read_answer(bytes: &[u8], step: usize) -> Option<(Option<u16>, u64, usize)> {
    let (mut incoming, mut seen, mut used) = (Incoming::new(Asked::Other), Seen::default(), 0);
    for piece in bytes.chunks(step.max(1)) {
        used += incoming.read(piece, &mut seen).ok()?;
    }
    Some((seen.status, seen.bytes_in, used))
}

/// Refuses what no engine may load: what cannot be resolved, and public addresses.
pub(super) fn check_target(base_url: &str) -> Result<(), LoadError> {
    address::Address::resolve(base_url, None, false).map(|_| ())
}
