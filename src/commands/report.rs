//! `plimsoll report`: the report of a recording, in any format. Its exit code says only whether it could be made.

use std::process::ExitCode;

use super::{Global, check, policy};

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
    args.judge(&policy.rules)?.print(global)?;
    Ok(ExitCode::SUCCESS)
}
