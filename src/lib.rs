//! Plimsoll: a memory-regression gate for CI.
//!
//! The stages, in the order in which a run passes through them, and what each may know of the
//! others, are in `ARCHITECTURE.md`; a test keeps that table true.

pub mod commands;
pub mod compare;
pub mod diag;
pub mod git;
pub mod github;
pub mod heap;
pub mod payload;
pub mod plan;
pub mod policy;
pub mod record;
pub mod report;
pub mod run;
pub mod stats;
pub mod store;
pub mod units;
pub mod verdict;
