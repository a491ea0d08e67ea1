//! `plimsoll report`: the report of a recording, in any format. Its exit code says only whether it could be made.

use std::process::ExitCode;

use super::{Global, check};

/// Arguments of `plimsoll report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    check: check::Args,
}

/// Runs the command.
pub(super) fn execute(Args { check: args }: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let ruling = match args.read_rules(global) {
        Ok((_, ruling)) => ruling,
        Err(code) => return Ok(code),
    };
    args.judge(&ruling)?.print(global)?;
    Ok(ExitCode::SUCCESS)
}
