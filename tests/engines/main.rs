//! Other load engines: a real k6, a real locust with workers, and an engine of somebody's own that misbehaves.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail here")]

mod misbehaviour;
#[path = "../common/port.rs"]
mod port;
mod real;
mod scene;
