//! The edge to GitHub, against a small server that keeps state and can fail in every way that the real one does.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a scene that cannot be set is a failed test")]

mod act;
mod artifacts;
mod checks;
mod comments;
mod events;
mod fake;
mod install;
mod job;
mod manners;
mod openapi;
#[path = "../common/port.rs"]
mod port;
mod publish;
mod rules;
mod scene;
mod sources;
