//! The policy: scenario (service, load) and rules. Text in, a [`Policy`] or all its diagnostics out.

mod applies;
mod builtin;
mod complete;
mod draft;
pub mod engine;
mod load;
mod overlay;
mod parse;
mod rows;
mod rules;
mod section;
mod service;
mod statement;

pub use builtin::{BUILT_IN, built_in};
pub use engine::{Engine, EngineKind, TallyFormat};
pub use load::{
    AfterStall, Arrivals, Body, Connections, Exchange, Expect, Field, Load, Login, Request, Round, Taken, Ugly,
};
pub use parse::parse;
pub use rules::{Bound, Growth, Headroom, Level, OwnerRule, PhaseFilter, Recovery, Rules, Slope, Waiver};
pub use service::{DumpPolicy, Readiness, Service};
pub use statement::Statement;

/// A validated policy: every default is filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Name of the scenario: the file's `name`, else the folder it stands in, with the file's own name where that is
    /// not `plimsoll.toml`.
    pub name: String,
    /// How the service is started.
    pub service: Service,
    /// What is sent.
    pub load: Load,
    /// What is allowed.
    pub rules: Rules,
}
