//! `plimsoll run` with real services: what is recorded, what is left behind, how it fails.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail here")]

mod endings;
mod failures;
mod incidents;
mod measuring;
#[path = "../common/port.rs"]
mod port;
mod residue;
mod scene;
mod tls;
