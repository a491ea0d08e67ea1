//! Dumps for programs. The shapes are their own, with a version: fields may be added to version 1, not changed.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::selection::Selection;
use crate::heap::{self, Format, HeapSummary, Owner, OwnerTrend};

const SCHEMA: &str = "plimsoll.heap/1";

#[derive(Serialize)]
struct Document<T> {
    schema: &'static str,
    #[serde(flatten)]
    content: T,
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

#[derive(Serialize)]
struct SummaryShape {
    #[serde(flatten)]
    totals: Totals,
    owners: Vec<OwnerShape>,
    classes: Vec<ClassShape>,
}

#[derive(Serialize)]
struct OwnersShape {
    #[serde(flatten)]
    totals: Totals,
    owners: Vec<OwnerShape>,
}

/// Owners are a flat list, each with its whole path: a tree of any depth is easy to read so.
#[derive(Serialize)]
struct OwnerShape {
    path: String,
    steps: Vec<StepShape>,
    count: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    entries: Option<u64>,
}

#[derive(Serialize)]
struct StepShape {
    edge: String,
    class: String,
}

#[derive(Serialize)]
struct ClassShape {
    class: String,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
struct DiffShape {
    dumps: Vec<Totals>,
    owners: Vec<GrowthShape>,
}

#[derive(Serialize)]
struct GrowthShape {
    path: String,
    change: &'static str,
    growth_bytes: i64,
    retained_bytes_before: u64,
    retained_bytes_after: u64,
    count_before: u64,
    count_after: u64,
    entries_before: Option<u64>,
    entries_after: Option<u64>,
    bytes_per_entry: Option<u64>,
    interval_growth_bytes: Vec<i64>,
    every_interval: bool,
    pattern: Option<&'static str>,
    advice: Option<&'static str>,
}

/// Totals, owners, classes.
pub(super) fn summary(file: &Path, summary: &HeapSummary, selection: &Selection) -> serde_json::Result<String> {
    let class = |row: &heap::ClassRow| ClassShape {
        class: row.class.clone(),
        objects: row.objects,
        shallow_bytes: row.shallow.0,
        retained_bytes: row.retained.0,
    };
    let classes = summary.classes.iter().take(selection.top()).map(class).collect();
    print(SummaryShape { totals: totals(file, summary), owners: rows(summary, selection), classes })
}

/// The owner tree.
pub(super) fn owners(file: &Path, summary: &HeapSummary, selection: &Selection) -> serde_json::Result<String> {
    print(OwnersShape { totals: totals(file, summary), owners: rows(summary, selection) })
}

/// What grew.
pub(super) fn diff(files: &[PathBuf], summaries: &[HeapSummary], selection: &Selection) -> serde_json::Result<String> {
    let dumps = files.iter().zip(summaries).map(|(file, summary)| totals(file, summary)).collect();
    let trends = heap::trend(summaries);
    let fitting = trends.iter().filter(|trend| selection.fits(&trend.growth.path));
    print(DiffShape { dumps, owners: fitting.take(selection.top()).map(growth).collect() })
}

fn print(content: impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document { schema: SCHEMA, content })
}

fn totals(file: &Path, summary: &HeapSummary) -> Totals {
    Totals {
        file: file.display().to_string(),
        format: match summary.format {
            Format::Hprof => "hprof",
            Format::V8 => "v8",
            Format::Python => "python",
        },
        total_bytes: summary.total.0,
        objects: summary.objects,
        references: summary.references,
        roots: summary.roots,
        unreachable_objects: summary.unreachable.0,
        unreachable_bytes: summary.unreachable.1.0,
        caveats: summary.caveats.clone(),
    }
}

fn rows(summary: &HeapSummary, selection: &Selection) -> Vec<OwnerShape> {
    let shape = |path: &heap::OwnerPath, owner: &Owner| OwnerShape {
        path: path.to_string(),
        steps: path.0.iter().map(|step| StepShape { edge: step.edge.clone(), class: step.class.clone() }).collect(),
        count: owner.count,
        shallow_bytes: owner.shallow.0,
        retained_bytes: owner.retained.0,
        entries: owner.entries,
    };
    selection.rows(&summary.owners, summary.total).iter().map(|row| shape(&row.path, row.owner)).collect()
}

fn growth(trend: &OwnerTrend) -> GrowthShape {
    let growth = &trend.growth;
    GrowthShape {
        path: growth.path.to_string(),
        change: growth.change.name(),
        growth_bytes: growth.delta.0,
        retained_bytes_before: growth.retained_before.0,
        retained_bytes_after: growth.retained_after.0,
        count_before: growth.count.0,
        count_after: growth.count.1,
        entries_before: growth.entries.map(|(before, _)| before),
        entries_after: growth.entries.map(|(_, after)| after),
        bytes_per_entry: growth.bytes_per_entry.map(|bytes| bytes.0),
        interval_growth_bytes: trend.intervals.iter().map(|delta| delta.0).collect(),
        every_interval: trend.every_interval,
        pattern: growth.pattern.map(|(name, _)| name),
        advice: growth.pattern.map(|(_, advice)| advice),
    }
}
