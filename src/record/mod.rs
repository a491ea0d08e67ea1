//! What happened in a run: the closed set of events, and the recording they fold into.
//!
//! No clock and no file here: [`crate::run`] sends events, [`crate::store`] keeps them. The file
//! schema (`schema`) has types of its own, so that the types here may change freely.

mod event;
mod recording;
pub mod schema;

pub use event::{Event, Incident};
pub use recording::{
    Dump, DumpPoint, Fingerprint, LoadTally, Pacing, Phase, PhaseRecord, ProcessReading, Reading, Recording,
    RequestTally, Runtime, Sample, Unseen,
};
