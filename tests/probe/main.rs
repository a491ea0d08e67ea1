//! The probes against real services of every runtime, each leak beside its fixed twin.

mod floor;
mod jvm;
mod node;
mod python;
mod service;
