//! `plimsoll heap owners`.

use std::path::PathBuf;

use globset::GlobMatcher;

use super::reading::{Progress, Reading};
use super::selection::{Most, Tree, glob};
use super::{json, terminal};
use crate::commands::{Format, Global};
use crate::heap::{HeapSummary, Limits};
use crate::units::Bytes;

pub(super) const HELP: &str = "\
An owner is a path of named references from a root: a static field, a global of a module, a thread, and
down to the data structure. Internals of containers are folded (`entries` are what is filed in them),
equal siblings are merged and counted. `retained` is what would be freed if the owner went.

`--match` is a glob in the language of the policy's `[[owner]] match`: it fits the printed path as a
whole or one of its steps; `*` stands for anything.

  plimsoll heap owners app.hprof
  plimsoll heap owners app.hprof --match 'static *Cache*' --depth 3
  plimsoll heap owners app.heapsnapshot --least '100 KiB'";

/// Arguments of `plimsoll heap owners`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The dump.
    pub(super) file: PathBuf,
    /// Steps of a path that are shown.
    #[arg(long, value_name = "STEPS", default_value_t = 4)]
    depth: usize,
    /// Show owners whose path or step this glob fits, and what they hold.
    #[arg(long = "match", value_name = "GLOB", value_parser = glob)]
    pattern: Option<GlobMatcher>,
    /// Leave out owners that retain less; a hundredth of the heap where nothing is asked.
    #[arg(long, value_name = "SIZE")]
    least: Option<Bytes>,
    #[command(flatten)]
    pub(super) most: Most,
    #[command(flatten)]
    reading: Reading,
}

impl Args {
    /// Whether the rows were narrowed down.
    pub(super) fn asks(&self) -> bool {
        self.pattern.is_some() || self.least.is_some()
    }

    /// The rows to show.
    pub(super) fn tree(&self, summary: &HeapSummary, top: usize) -> Tree<'_> {
        // Without a question, what is not even a hundredth only hides the rest, if there is a rest.
        let hundredth = Bytes(summary.total.0 / 100);
        let hides = self.pattern.is_none() && summary.owners.iter().any(|owner| owner.retained >= hundredth);
        let least = self.least.unwrap_or(if hides { hundredth } else { Bytes(0) });
        Tree { depth: self.depth, pattern: self.pattern.as_ref(), top, least }
    }
}

/// Reads and renders.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<String> {
    let summary = {
        let progress = Progress::new(global);
        let usual = Limits::default();
        let rows = if args.least.is_some() { 50_000 } else { usual.rows };
        let limits = Limits { rows_least: args.least, rows, depth: usual.depth.max(args.depth), ..usual };
        let snapshot = args.reading.open(&args.file, limits, &progress)?;
        progress.stage("finding owners");
        snapshot.owners().summary()
    };
    match global.format {
        Format::Json => Ok(json::owners(args, &summary)?),
        _ => Ok(terminal::owners(args, &summary, terminal::width())),
    }
}
