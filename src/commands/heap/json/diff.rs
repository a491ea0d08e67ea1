//! `heap diff` as JSON.

use serde::Serialize;

use super::{Totals, print};
use crate::commands::heap::diff::{Args, View};
use crate::heap::OwnerTrend;

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
    retained_bytes: Vec<u64>,
    interval_growth_bytes: Vec<i64>,
    every_interval: bool,
    retention: bool,
    pattern: Option<&'static str>,
    advice: Option<&'static str>,
}

/// What changed; rows never overlap.
pub(in crate::commands::heap) fn diff(args: &Args, view: &View) -> serde_json::Result<String> {
    let dumps = args.files.iter().zip(&view.summaries).map(|(file, summary)| Totals::of(file, summary)).collect();
    print(DiffShape { dumps, owners: view.largest(args.most.or_all()).into_iter().map(growth).collect() })
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
        retained_bytes: trend.retained.iter().map(|bytes| bytes.0).collect(),
        interval_growth_bytes: trend.intervals.iter().map(|delta| delta.0).collect(),
        every_interval: trend.every_interval,
        retention: trend.is_retention(),
        pattern: growth.pattern.map(|(name, _)| name),
        advice: growth.pattern.map(|(_, advice)| advice),
    }
}
