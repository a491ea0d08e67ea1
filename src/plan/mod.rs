//! The plan: everything random or defaulted is decided here, before anything runs.
//!
//! Two things come out: the steps of a run ([`plan()`]), and request *i* of a phase as a pure function
//! of seed, kind of phase and *i* ([`request`], [`Requests`]). Nothing here knows the time or sends
//! anything.

mod body;
mod client;
mod digest;
mod draw;
mod mix;
mod request;
pub mod route;
mod steps;
mod template;

pub use body::PayloadBody;
pub use client::PlannedClient;
pub use request::{PlannedBody, PlannedRequest, Requests, request};
pub use steps::plan;
pub(crate) use steps::round_of;

use crate::payload::Turn;
use crate::policy::Load;
use crate::record::Phase;

/// What a run will do, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Name of the scenario.
    pub scenario: String,
    /// Hex digest over everything that decides what is sent; equal plans send the same bytes.
    pub digest: String,
    /// The load profile it was made from.
    pub load: Load,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
}

/// One step of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum PlannedStep {
    /// Send the requests of a phase, drain, settle, read the floor.
    Load {
        /// Which phase.
        phase: Phase,
        /// Number of its first request among all requests of its kind: fields depend on it, so that
        /// `unique` is unique over the whole run. Warm-up, steady and diagnosis rounds are one kind
        /// (the ordinary mix), each ugly payload is its own.
        first: u64,
        /// How many requests.
        requests: u64,
    },
    /// No load for the length of `load.cool_down`, then settle.
    CoolDown,
    /// Take a heap dump of every process that can give one.
    Dump(crate::record::DumpPoint),
}

/// What a payload is given for request `index`, outside of any policy.
pub fn turn(seed: u64, index: u64) -> Turn {
    draw::Source::new(seed, 1).turn(index)
}
