//! `plimsoll heap diff`.

use std::cmp::Reverse;
use std::path::PathBuf;

use globset::GlobMatcher;

use super::reading::{Progress, Reading};
use super::selection::{Most, fits, glob};
use super::{json, terminal};
use crate::commands::{Format, Global};
use crate::heap::{self, HeapSummary, OwnerTrend};

pub(super) const HELP: &str = "\
Give the dumps in the order in which they were taken: of one process, or of two builds under the same
load. Owners are matched by their names, never by addresses. Each growth is told once, at the container
or holder where it accumulates; what is above and below it is not told again, so no byte is in two rows.
Small growth beside a large one is not told; the last line says how much of all growth the rows tell.

With three dumps or more, an owner that grew in every interval is marked as retention: a cache that
fills stops growing, a leak does not. Only such an owner gets advice then. Take the dumps after equal
numbers of requests.

  plimsoll heap diff before.hprof after.hprof
  plimsoll heap diff base.heapsnapshot new.heapsnapshot --match '**Cache**'
  plimsoll heap diff 1.hprof 2.hprof 3.hprof --top 5";

/// Arguments of `plimsoll heap diff`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The dumps, in the order in which they were taken.
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Show owners whose path or step this glob fits.
    #[arg(long = "match", value_name = "GLOB", value_parser = glob)]
    pattern: Option<GlobMatcher>,
    #[command(flatten)]
    pub(super) most: Most,
    #[command(flatten)]
    reading: Reading,
}

/// What a comparison tells.
pub(super) struct View {
    pub(super) summaries: Vec<HeapSummary>,
    /// Those that fit.
    pub(super) trends: Vec<OwnerTrend>,
    /// How many do not.
    pub(super) others: usize,
}

impl View {
    /// The largest changes in either direction, in the order of all.
    pub(super) fn largest(&self, most: usize) -> Vec<&OwnerTrend> {
        let mut places: Vec<usize> = (0..self.trends.len()).collect();
        places.sort_by_key(|place| Reverse(self.trends[*place].growth.delta.0.unsigned_abs()));
        places.truncate(most);
        places.sort_unstable();
        places.into_iter().map(|place| &self.trends[place]).collect()
    }
}

/// Reads and renders.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<String> {
    let summaries = args.reading.summaries(&args.files, &Progress::new(global))?;
    let mut trends = heap::trend(&summaries);
    let all = trends.len();
    trends.retain(|trend| args.pattern.as_ref().is_none_or(|pattern| fits(pattern, &trend.growth.path)));
    let view = View { summaries, others: all - trends.len(), trends };
    match global.format {
        Format::Json => Ok(json::diff(args, &view)?),
        _ => Ok(terminal::diff(args, &view, terminal::width())),
    }
}
