//! `[service]`: how the service under test is built, started, found ready and stopped.

use std::collections::BTreeMap;

use crate::units::{Bytes, Elapsed};

/// The service under test.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Program and arguments; no shell.
    pub command: Vec<String>,
    /// Build command, run before the start by `--against` and `bisect`.
    pub build: Option<Vec<String>>,
    /// Working directory, relative to the policy file.
    pub directory: Option<String>,
    /// Variables added to the environment.
    pub env: BTreeMap<String, String>,
    /// When it is ready.
    pub ready: Readiness,
    /// How long it may take to get ready.
    pub ready_within: Elapsed,
    /// How long it may take to end after SIGTERM before it is killed.
    pub stop_within: Elapsed,
    /// Memory limit of its private control group.
    pub memory_limit: Option<Bytes>,
    /// Whether heap dumps are taken.
    pub dumps: DumpPolicy,
    /// How long one heap dump may take before it is given up.
    pub dump_within: Elapsed,
    /// Time between two samples of the process tree.
    pub sample_every: Elapsed,
}

/// How it is known that the service is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// A GET of this URL answers 2xx or 3xx.
    Http(String),
    /// This `host:port` accepts a connection.
    Tcp(String),
    /// A line on standard output or standard error contains this text.
    Log(String),
}

/// Whether heap dumps are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DumpPolicy {
    /// In every run.
    Always,
    /// When the floors rise as if something were kept.
    OnSuspicion,
    /// Never: owners stay unknown.
    Never,
}
