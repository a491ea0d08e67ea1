//! `plimsoll check`: judge again, without running.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Global;
use super::baseline::place;
use super::judge::{self, Judged};
use super::ruling::{self, Ruling};
use crate::policy::Policy;
use crate::run::today;
use crate::store::{self, Baselines};

/// Arguments of `plimsoll check`.
// Other commands flatten these arguments into theirs, where a second group of this name would clash.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Recordings: folders below .plimsoll/runs, several for the repeats of one run. The newest if none is given.
    pub recordings: Vec<PathBuf>,
    /// The policy to judge by.
    #[arg(long, short, visible_alias = "policy", default_value = "plimsoll.toml", value_name = "FILE")]
    pub config: PathBuf,
    #[command(flatten)]
    pub ruling: ruling::Args,
    /// The day for which waivers are looked at, such as 2027-01-31; today if none is given.
    #[arg(long, value_name = "DAY")]
    pub date: Option<jiff::civil::Date>,
    /// Where the baselines are: a folder, git+branch://NAME, github+artifacts://NAME, s3://BUCKET/FOLDER, gs://…, az://…
    /// [default: what `run --against` measured in turn, else .plimsoll/baselines beside the policy].
    #[arg(long, value_name = "PLACE")]
    pub baseline: Option<String>,
    /// An older level to hold the run against as well, such as that of the last release: a place as for --baseline.
    #[arg(long, value_name = "PLACE")]
    pub anchor: Option<String>,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let ruling = match args.read_rules(global) {
        Ok((_, ruling)) => ruling,
        Err(code) => return Ok(code),
    };
    args.judge(&ruling)?.print(global)
}

impl Args {
    /// Reads the policy and finds the rules that count. What is wrong is printed, and its exit code comes back.
    pub(super) fn read_rules(&self, global: &Global) -> Result<(Policy, Ruling), ExitCode> {
        ruling::read_both(&self.ruling, &self.config, global)
    }

    /// Reads the recordings and judges them on the wanted day.
    pub(super) fn judge(&self, ruling: &Ruling) -> anyhow::Result<Judged> {
        self.judge_read(ruling, judge::read(&self.recordings, &self.folder().join(store::RUNS))?)
    }

    /// Reads the recordings and judges them against the stored baseline, whatever else they were measured with.
    pub(super) fn judge_stored(&self, ruling: &Ruling) -> anyhow::Result<Judged> {
        let mut read = judge::read(&self.recordings, &self.folder().join(store::RUNS))?;
        read.against.clear();
        self.judge_read(ruling, read)
    }

    /// Judges recordings that were read already.
    pub(super) fn judge_read(&self, ruling: &Ruling, mut read: judge::Read) -> anyhow::Result<Judged> {
        if self.baseline.is_some() {
            read.against.clear();
        }
        let references = place::references(self.baseline.as_deref(), self.anchor.as_deref(), self.folder())?;
        judge::judge(ruling, read, &references, self.date.unwrap_or_else(today))
    }

    /// The stored baselines that the recordings are compared with.
    pub(super) fn baselines(&self) -> anyhow::Result<Baselines> {
        place::baselines(self.baseline.as_deref(), self.folder())
    }

    /// Where the policy stands: `run` keeps its recordings beside it.
    pub(super) fn folder(&self) -> &Path {
        self.config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}
