//! `plimsoll heap`: one dump, or several, from anywhere.

mod json;
mod redact;
mod selection;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};

use self::selection::Selection;
use super::output::print;
use super::{Format, Global};
use crate::heap::{self, HeapSummary, Limits, Options};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Totals, largest owners and largest classes of a dump.
    #[command(after_help = SUMMARY_HELP)]
    Summary(One),
    /// Who holds the memory: the owner tree of a dump.
    #[command(after_help = OWNERS_HELP)]
    Owners(One),
    /// What grew between two dumps or more, named at the place where it accumulates.
    #[command(after_help = DIFF_HELP)]
    Diff(Several),
    /// Write a dump without its values: sizes, references and names stay, text and numbers go.
    #[command(after_help = redact::HELP)]
    Redact(redact::Args),
}

const SUMMARY_HELP: &str = "\
Reads HPROF (JVM: `jcmd PID GC.heap_dump FILE`), V8 heap snapshots (Node.js: `v8.writeHeapSnapshot()`,
Chrome: Memory tab) and Plimsoll's Python graphs, any of them also as .gz: the content decides.

  plimsoll heap summary app.hprof
  plimsoll heap summary --format json app.heapsnapshot";

const OWNERS_HELP: &str = "\
An owner is a path of named references from a root. Internals of containers are folded, equal siblings
are merged. `retained` is what would be freed if the owner went.

  plimsoll heap owners app.hprof --depth 3
  plimsoll heap owners app.hprof --match 'static *Cache*'";

const DIFF_HELP: &str = "\
Give the dumps in the order in which they were taken: of one process, or of two builds under the same
load. Owners are matched by their names, never by addresses. Each growth is told once, at the container
or holder where it accumulates.

  plimsoll heap diff before.hprof after.hprof
  plimsoll heap diff 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --top 5";

/// One dump.
#[derive(Debug, clap::Args)]
pub(super) struct One {
    /// The dump.
    file: PathBuf,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    selection: Selection,
}

/// Two dumps or more.
#[derive(Debug, clap::Args)]
pub(super) struct Several {
    /// The dumps, in the order in which they were taken.
    #[arg(required = true, num_args = 2..)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    selection: Selection,
}

/// How dumps are read.
#[derive(Debug, clap::Args)]
struct Reading {
    /// Count objects that no root reaches as well.
    #[arg(long)]
    keep_unreachable: bool,
    /// Which reference objects of a JVM keep alive what they refer to.
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = Referents::NotWeak)]
    referents: Referents,
}

/// Which reference objects of a JVM keep alive what they refer to.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Referents {
    /// Strong and soft references.
    NotWeak,
    /// All, as Eclipse MAT counts by default.
    Mat,
}

/// Runs the command.
pub(super) fn execute(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    let text = match (&command, global.format) {
        (Command::Redact(args), _) => return redact::execute(args, global),
        (_, Format::Markdown) => {
            anstream::eprintln!("error: `plimsoll heap` has no `markdown`: use `--format terminal` or `--format json`");
            return Ok(ExitCode::from(2));
        }
        (Command::Summary(one), Format::Json) => {
            json::summary(&one.file, &read(&one.file, &one.reading, global)?, &one.selection)?
        }
        (Command::Owners(one), Format::Json) => {
            json::owners(&one.file, &read(&one.file, &one.reading, global)?, &one.selection)?
        }
        (Command::Diff(several), Format::Json) => {
            json::diff(&several.files, &several.read(global)?, &several.selection)?
        }
        (Command::Summary(one), _) => terminal::summary(&read(&one.file, &one.reading, global)?, &one.selection),
        (Command::Owners(one), _) => terminal::owners(&read(&one.file, &one.reading, global)?, &one.selection),
        (Command::Diff(several), _) => terminal::diff(&several.read(global)?, &several.selection),
    };
    print(&format!("{}\n", text.trim_end()))?;
    Ok(ExitCode::SUCCESS)
}

impl Several {
    fn read(&self, global: &Global) -> anyhow::Result<Vec<HeapSummary>> {
        let mut summaries: Vec<HeapSummary> = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let summary = read(file, &self.reading, global)?;
            if let Some(first) = summaries.first().filter(|first| first.format != summary.format) {
                let (format, other) = (terminal::name(first.format), terminal::name(summary.format));
                bail!(
                    "`{}` is of another kind ({other}) than the first dump ({format}): give dumps of one runtime",
                    file.display()
                );
            }
            summaries.push(summary);
        }
        Ok(summaries)
    }
}

fn read(file: &Path, reading: &Reading, global: &Global) -> anyhow::Result<HeapSummary> {
    let progress = if global.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    progress.set_style(
        ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    progress.set_message(format!("reading `{}`", file.display()));
    progress.enable_steady_tick(std::time::Duration::from_millis(120));
    let referents = match reading.referents {
        Referents::NotWeak => heap::Referents::NotWeak,
        Referents::Mat => heap::Referents::Mat,
    };
    let options = Options { limits: Limits::default(), referents, keep_unreachable: reading.keep_unreachable, memory: None };
    let summary = heap::summarize(file, &options);
    progress.finish_and_clear();
    Ok(summary?)
}
