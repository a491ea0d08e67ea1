//! A run: starts the service, loads it, samples it, captures its heap, stops it. Never judges.
//!
//! The only part with a clock and an async runtime.

mod build;
mod capture;
mod cgroup;
mod clock;
mod delegate;
mod engine;
mod error;
mod execute;
mod fingerprint;
mod hang;
mod interrupt;
mod journal;
pub mod keeper;
mod live;
pub mod load;
mod output;
mod phase;
pub mod probe;
mod ready;
mod recovery;
mod sample;
mod settle;
mod setup;
mod start;
mod tree;

pub use build::{BuildError, build};
pub use clock::{Clock, now, today};
pub use engine::EngineError;
pub use error::RunError;
pub use execute::execute;
pub use interrupt::{Interrupt, Watch};
pub use setup::{End, Finished, Observer, Overhead, Sent, Setup};
