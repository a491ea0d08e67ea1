//! Another load engine: started once for each phase of the ordinary mix, its counts read as they come.
//!
//! Plimsoll keeps the phases, the samples, the floors and the ugly payloads; the engine sends. What it counted, by
//! name and status, becomes the same [`LoadTally`](crate::record::LoadTally) as that of Plimsoll's own engine, so that
//! growth is stated by *completed request*, however many of them one iteration of a script makes.
//!
//! * The engine runs under a keeper of its own: its whole tree ends however Plimsoll ends. It gets no token of a CI job.
//! * Its counts come through a named pipe: nothing is stored, and memory is bounded by the number of request names.
//! * What it sends is not byte-identical: the digest of such a phase covers the script and what the engine was told.

mod counts;
mod error;
mod feed;
mod format;
mod invocation;
mod running;

pub use error::EngineError;
pub(super) use running::{Running, Task};
