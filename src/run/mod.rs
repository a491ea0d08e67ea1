//! A run: starts the service, loads it, samples it, captures its heap, stops it. Never judges.
//!
//! The only part with a clock and an async runtime.

mod cgroup;
mod clock;
pub mod keeper;
pub mod load;
pub mod probe;
mod sample;
mod tree;

pub use clock::{Clock, now, today};
