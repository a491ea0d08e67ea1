//! `plimsoll check`: judge again, without running.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Global, judge, policy};
use crate::run::today;
use crate::store::{self, Baselines};

/// Arguments of `plimsoll check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Recordings: folders below .plimsoll/runs, several for the repeats of one run. The newest if none is given.
    pub recordings: Vec<PathBuf>,
    /// The policy to judge by.
    #[arg(long, short, default_value = "plimsoll.toml")]
    pub config: PathBuf,
    /// The folder of the baselines.
    #[arg(long, default_value = store::BASELINES)]
    pub baseline: PathBuf,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let policy = match policy::read(&args.config, global) {
        Ok(policy) => policy,
        Err(code) => return Ok(code),
    };
    judge::judge(&policy.rules, judge::read(&args.recordings)?, &Baselines::open(args.baseline), today())?.print(global)
}
