//! `plimsoll check`: judge again, without running.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::judge::{self, Judged};
use super::{Global, policy};
use crate::policy::Rules;
use crate::run::today;
use crate::store::{self, Baselines};

/// Arguments of `plimsoll check`.
#[derive(Debug, clap::Args)]
// `accept` and `report` flatten these: a second group called `Args` in one command is refused by clap.
#[group(skip)]
pub(super) struct Args {
    /// Recordings: folders below .plimsoll/runs, several for the repeats of one run. The newest if none is given.
    pub recordings: Vec<PathBuf>,
    /// The policy to judge by.
    #[arg(long, short, visible_alias = "policy", default_value = "plimsoll.toml", value_name = "FILE")]
    pub config: PathBuf,
    /// The day for which waivers are looked at, such as 2027-01-31; today if none is given.
    #[arg(long, value_name = "DAY")]
    pub date: Option<jiff::civil::Date>,
    /// Where the baselines are [default: .plimsoll/baselines beside the policy].
    #[arg(long, value_name = "DIR")]
    pub baseline: Option<PathBuf>,
}

/// A folder that belongs to a policy: beside it, wherever the command is given.
pub(super) fn beside(config: &Path, folder: &str) -> PathBuf {
    config.parent().map_or_else(|| PathBuf::from(folder), |parent| parent.join(folder))
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let policy = match policy::read(&args.config, global) {
        Ok(policy) => policy,
        Err(code) => return Ok(code),
    };
    args.judge(&policy.rules)?.print(global)
}

impl Args {
    /// Reads the recordings and judges them on the wanted day.
    pub(super) fn judge(&self, rules: &Rules) -> anyhow::Result<Judged> {
        let read = judge::read(&self.recordings, &beside(&self.config, store::RUNS))?;
        judge::judge(rules, read, &self.baselines(), self.date.unwrap_or_else(today))
    }

    /// The baselines to compare with.
    pub(super) fn baselines(&self) -> Baselines {
        Baselines::open(self.baseline.clone().unwrap_or_else(|| beside(&self.config, store::BASELINES)))
    }
}
