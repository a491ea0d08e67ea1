//! The load engine against servers that look closely.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod behaviours;
mod failures;
mod model;
mod payloads;
mod profile;
mod protocols;
mod runtimes;
mod server;
