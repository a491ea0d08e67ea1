//! `plimsoll run --against`: a real repository with a commit that leaks and its fixed twin, both ways.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may say that this cannot fail")]

mod endings;
mod mistakes;
#[path = "../common/port.rs"]
mod port;
mod shop;
mod verdicts;
