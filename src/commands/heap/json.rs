//! Dumps for programs. The shapes are their own, with a version: fields may be added to version 1, not changed.
//! `docs/reference.md` tells what is in them.

mod diff;
mod histogram;
mod path;
mod summary;
mod waste;

pub(super) use diff::diff;
pub(super) use histogram::histogram;
pub(super) use path::path;
pub(super) use summary::{owners, summary};

use std::path::Path;

use serde::Serialize;

use crate::heap::{Format, HeapSummary, OwnerPath};

const SCHEMA: &str = "plimsoll.heap/1";

#[derive(Serialize)]
struct Document<T> {
    schema: &'static str,
    #[serde(flatten)]
    content: T,
}

fn print(content: impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document { schema: SCHEMA, content })
}

/// What a format is called.
pub(super) fn format(format: Format) -> &'static str {
    match format {
        Format::Hprof => "hprof",
        Format::V8 => "v8",
        Format::Python => "python",
    }
}

#[derive(Serialize)]
struct Totals {
    file: String,
    format: &'static str,
    total_bytes: u64,
    objects: u64,
    references: u64,
    roots: u64,
    unreachable_objects: u64,
    unreachable_bytes: u64,
    caveats: Vec<String>,
}

impl Totals {
    fn of(file: &Path, summary: &HeapSummary) -> Self {
        Self {
            file: file.display().to_string(),
            format: format(summary.format),
            total_bytes: summary.total.0,
            objects: summary.objects,
            references: summary.references,
            roots: summary.roots,
            unreachable_objects: summary.unreachable.0,
            unreachable_bytes: summary.unreachable.1.0,
            caveats: summary.caveats.clone(),
        }
    }
}

#[derive(Serialize)]
struct StepShape {
    edge: String,
    class: String,
}

fn steps(path: &OwnerPath) -> Vec<StepShape> {
    path.0.iter().map(|step| StepShape { edge: step.edge.clone(), class: step.class.clone() }).collect()
}

#[derive(Serialize)]
struct PatternShape {
    name: &'static str,
    advice: &'static str,
}

impl PatternShape {
    fn of(pattern: Option<(&'static str, &'static str)>) -> Option<Self> {
        pattern.map(|(name, advice)| Self { name, advice })
    }
}
