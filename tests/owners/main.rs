//! Owner paths on dumps of real programs: containers are one row, names last, leaks are told by their kind.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod attributes;
mod builds;
mod containers;
mod dump;
mod hidden;
#[path = "../common/interpreters.rs"]
mod interpreters;
mod leaks;
mod modules;
mod tasks;
