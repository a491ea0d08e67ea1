//! The whole gate through the binary, with real services: what a pipeline sees from first run to verdict.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may say that this cannot fail here")]

mod incomparable;
mod misbehaviour;
#[path = "../common/port.rs"]
mod port;
mod runtimes;
mod scene;
mod waivers;
