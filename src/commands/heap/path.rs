//! `plimsoll heap path`.

use std::path::PathBuf;

use globset::GlobMatcher;

use super::reading::{Progress, Reading, object};
use super::selection::{Most, fits, fits_class, glob};
use super::{Refusal, json, terminal};
use crate::commands::{Format, Global};
use crate::heap::{Limits, Node, Paths, Snapshot};

pub(super) const HELP: &str = "\
The owner tree says who would have to go so that memory is freed; this says how the program gets at the
objects. Of each object a shortest path is taken; those that go by the same names are one, with the number
of objects they lead to. Weak, phantom and finalizer references are not followed; `--referents mat` follows
them as well.

  plimsoll heap path app.hprof --class '*.Session'
  plimsoll heap path app.hprof --owner 'static *Cache*'
  plimsoll heap path app.hprof --id 0x80a86000
  plimsoll heap path app.heapsnapshot --id @4711";

/// Arguments of `plimsoll heap path`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("target").required(true).args(["owner", "class", "id"])))]
pub(in crate::commands) struct Args {
    /// The dump.
    pub(super) file: PathBuf,
    /// To the objects of owners whose path or step this glob fits.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    owner: Option<GlobMatcher>,
    /// To the objects of classes whose name this glob fits.
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    class: Option<GlobMatcher>,
    /// To one object: its address (JVM), its id as in Chrome DevTools (V8) or its `id()` (Python).
    #[arg(long, value_name = "ID", value_parser = id)]
    id: Option<u64>,
    /// Show every path, also those to less than a hundredth of the objects and bytes.
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) most: Most,
    #[command(flatten)]
    reading: Reading,
}

/// `0x80a86000`, `@4711` or `4711`.
fn id(text: &str) -> Result<u64, String> {
    let digits = text.trim_start_matches('@');
    let number = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    number.map_err(|_| format!("`{text}` is no id of an object: write `0x80a86000`, `@4711` or `4711`"))
}

/// Reads and renders.
pub(super) fn execute(args: &Args, global: &Global) -> anyhow::Result<String> {
    let (paths, caveats) = {
        let progress = Progress::new(global);
        let usual = Limits::default();
        let limits = match args.owner {
            Some(_) => Limits { rows_least: Some(usual.least), rows: 200_000, ..usual },
            None => usual,
        };
        let snapshot = args.reading.open_for_paths(&args.file, limits, &progress)?;
        let holders = snapshot.owners();
        progress.stage("looking for paths");
        let targets = match (&args.owner, &args.class, args.id) {
            (Some(pattern), ..) => holders.members(&|path| fits(pattern, path)),
            (_, Some(pattern), _) => snapshot.of_class(&|class| fits_class(pattern, class)),
            (.., id) => one(&snapshot, id.unwrap_or_default())?,
        };
        if targets.is_empty() {
            return Err(Refusal(
                "no reachable object fits: `plimsoll heap owners` and `plimsoll heap histogram` show what there is"
                    .to_owned(),
            )
            .into());
        }
        (holders.paths(&targets), snapshot.caveats().to_vec())
    };
    Ok(render(args, &paths, &caveats, global)?)
}

fn one(snapshot: &Snapshot, id: u64) -> Result<Vec<Node>, Refusal> {
    let name = object(snapshot.format(), id);
    match snapshot.find(id) {
        Some((node, true)) => Ok(vec![node]),
        Some(_) => Err(Refusal(format!("no root reaches object `{name}`: give `--keep-unreachable` to see it"))),
        None => Err(Refusal(format!("there is no object `{name}` in the dump: `plimsoll heap summary` shows ids"))),
    }
}

fn render(args: &Args, paths: &Paths, caveats: &[String], global: &Global) -> serde_json::Result<String> {
    match global.format {
        Format::Json => json::path(args, paths, caveats),
        _ => Ok(terminal::path(args, paths, caveats, terminal::width())),
    }
}
