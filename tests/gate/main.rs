//! The whole gate through the binary, with real services: what a pipeline sees from first run to verdict.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail here")]

mod incomparable;
mod misbehaviour;
mod runtimes;
mod scene;
mod waivers;
