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
mod error;
mod exchange;
mod goal;
mod line;
mod meter;
mod metronome;
mod outcome;
mod outgoing;
mod phase;
mod sender;
mod session;
mod slots;
mod socket;
mod streams;
mod talk;
mod tallies;
mod tls;
mod wire;

pub use error::LoadError;
pub use sender::{Progress, Sender};
pub(super) use tallies::Times;

/// Refuses what no engine may load: what cannot be resolved, and public addresses.
pub(super) fn check_target(base_url: &str) -> Result<(), LoadError> {
    address::Address::resolve(base_url, None, false).map(|_| ())
}
