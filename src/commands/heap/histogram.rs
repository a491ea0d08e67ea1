//! `plimsoll heap histogram`.

use std::cmp::Reverse;
use std::path::PathBuf;

use globset::GlobMatcher;

use super::reading::{Progress, Reading, caveats};
use super::selection::{Most, fits_class, glob};
use super::{json, terminal};
use crate::commands::{Format, Global};
use crate::heap::{ClassChange, ClassRow, Snapshot, class_changes};

pub(super) const HELP: &str = "\
`retained` is what the objects of a class retain together; objects below others of their class count once.
With two dumps, classes are matched by name (what a compiler or run numbered in it left out), and the
columns tell what changed; the largest change in either direction comes first.

  plimsoll heap histogram app.hprof --sort retained
  plimsoll heap histogram app.hprof --match 'com.shop.**'
  plimsoll heap histogram before.hprof after.hprof --sort objects";

/// Arguments of `plimsoll heap histogram`.
#[derive(Debug, clap::Args)]
pub(in crate::commands) struct Args {
    /// The dump; with a second one, the earlier dump.
    #[arg(required = true, num_args = 1..=2, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// What comes first.
    #[arg(long, value_enum, value_name = "COLUMN", default_value_t = Sort::Shallow)]
    sort: Sort,
    /// Show classes whose name this glob fits.
    #[arg(long = "match", value_name = "GLOB", value_parser = glob)]
    pattern: Option<GlobMatcher>,
    #[command(flatten)]
    pub(super) most: Most,
    #[command(flatten)]
    reading: Reading,
}

/// The order of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    /// Own bytes.
    Shallow,
    /// Retained bytes.
    Retained,
    /// Number of objects.
    Objects,
    /// By name.
    Class,
}

/// What a histogram tells.
pub(super) struct View {
    pub(super) rows: Rows,
    pub(super) caveats: Vec<String>,
}

/// Its rows.
pub(super) enum Rows {
    /// Of one dump.
    One(Vec<ClassRow>),
    /// Of two.
    Two(Vec<ClassChange>),
}

/// Reads and renders.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<String> {
    let ask = |snapshot: &Snapshot| (snapshot.histogram(), snapshot.caveats().to_vec());
    let told = args.reading.several(&args.files, &Progress::new(global), ask)?;
    let (rows, notes): (Vec<_>, Vec<_>) = told.into_iter().map(|(_, told)| told).unzip();
    let mut rows = rows.into_iter();
    let (first, second) = (rows.next().unwrap_or_default(), rows.next());
    let rows = match second {
        None => Rows::One(args.one(first)),
        Some(second) => Rows::Two(args.two(class_changes(&first, &second))),
    };
    let view = View { rows, caveats: caveats(&notes) };
    match global.format {
        Format::Json => Ok(json::histogram(args, &view)?),
        _ => Ok(terminal::histogram(args, &view, terminal::width())),
    }
}

impl Args {
    /// Whether the rows were narrowed down.
    pub(super) fn asks(&self) -> bool {
        self.pattern.is_some()
    }

    fn fits(&self, class: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| fits_class(pattern, class))
    }

    fn one(&self, mut rows: Vec<ClassRow>) -> Vec<ClassRow> {
        rows.retain(|row| self.fits(&row.class));
        rows.sort_by(|a, b| a.class.cmp(&b.class));
        match self.sort {
            Sort::Shallow => rows.sort_by_key(|row| Reverse(row.shallow)),
            Sort::Retained => rows.sort_by_key(|row| Reverse(row.retained)),
            Sort::Objects => rows.sort_by_key(|row| Reverse(row.objects)),
            Sort::Class => {}
        }
        rows
    }

    fn two(&self, mut rows: Vec<ClassChange>) -> Vec<ClassChange> {
        rows.retain(|row| self.fits(&row.class) && row.before != row.after);
        rows.sort_by(|a, b| a.class.cmp(&b.class));
        match self.sort {
            Sort::Shallow => rows.sort_by_key(|row| Reverse(row.shallow().0.unsigned_abs())),
            Sort::Retained => rows.sort_by_key(|row| Reverse(row.retained().0.unsigned_abs())),
            Sort::Objects => rows.sort_by_key(|row| Reverse(row.objects().unsigned_abs())),
            Sort::Class => {}
        }
        rows
    }
}
