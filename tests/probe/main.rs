//! The probes against real services of every runtime, each leak beside its fixed twin.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod floor;
#[path = "../common/interpreters.rs"]
mod interpreters;
mod jvm;
mod node;
#[path = "../common/port.rs"]
mod port;
mod python;
mod service;
