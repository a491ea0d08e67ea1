//! `plimsoll report`: the report of a recording, in any format. Its exit code says only whether it could be made.

use std::process::ExitCode;

use super::{Global, check, judge, policy};
use crate::run::today;
use crate::store::Baselines;

/// Arguments of `plimsoll report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    check: check::Args,
}

/// Runs the command.
pub(super) fn execute(Args { check: args }: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let policy = match policy::read(&args.config, global) {
        Ok(policy) => policy,
        Err(code) => return Ok(code),
    };
    let judged = judge::judge(&policy.rules, judge::read(&args.recordings)?, &Baselines::open(args.baseline), today())?;
    judged.print(global)?;
    Ok(ExitCode::SUCCESS)
}
