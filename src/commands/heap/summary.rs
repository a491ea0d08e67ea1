//! `plimsoll heap summary`.

use std::path::PathBuf;

use super::reading::{Progress, Reading};
use super::selection::Most;
use super::{json, terminal};
use crate::commands::{Format, Global};
use crate::heap::{HeapSummary, LargeObject, Limits, Roots, Suspect, Waste, suspects};

pub(super) const HELP: &str = "\
Reads HPROF (JVM: `jcmd PID GC.heap_dump FILE`), V8 heap snapshots (Node.js: `v8.writeHeapSnapshot()`,
Chrome: Memory tab) and Plimsoll's Python graphs, any of them also as .gz: the content decides.

`retained` is what would be freed if the object or owner went. A suspect is a place where a tenth of the
heap or more accumulates; whether it should, you know. `--waste` reads the contents once more and tells
duplicate strings (never their text), empty and sparse collections, boxed numbers and arrays of zeros.

  plimsoll heap summary app.hprof
  plimsoll heap summary app.heapsnapshot --waste
  plimsoll heap summary app.hprof.gz --format json | jq '.suspects[0]'";

/// Arguments of `plimsoll heap summary`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The dump.
    pub(super) file: PathBuf,
    /// Tell what is kept for nothing: duplicate strings, empty and sparse collections, boxed numbers, zeros.
    #[arg(long)]
    waste: bool,
    #[command(flatten)]
    pub(super) most: Most,
    #[command(flatten)]
    reading: Reading,
}

/// What a summary tells.
pub(super) struct View {
    pub(super) summary: HeapSummary,
    pub(super) suspects: Vec<Suspect>,
    pub(super) roots: Roots,
    pub(super) largest: Vec<LargeObject>,
    pub(super) waste: Option<Waste>,
}

/// Objects that are told one by one.
const LARGEST: usize = 100;

/// Reads and renders.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<String> {
    let view = {
        let progress = Progress::new(global);
        let snapshot = args.reading.open(&args.file, Limits::default(), &progress)?;
        progress.stage("finding owners");
        let holders = snapshot.owners();
        let (summary, largest) = holders.summary_and_largest(LARGEST.min(args.most.or(LARGEST)));
        let waste = args.waste.then(|| {
            progress.stage("looking for waste");
            holders.waste()
        });
        View { suspects: suspects(&summary), roots: snapshot.roots(), summary, largest, waste }
    };
    match global.format {
        Format::Json => Ok(json::summary(args, &view)?),
        _ => Ok(terminal::summary(args, &view, terminal::width())),
    }
}
