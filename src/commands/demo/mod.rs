//! `plimsoll demo`.

use std::process::ExitCode;

use super::Global;

/// Arguments of `plimsoll demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

/// Runs the command.
pub(super) fn execute(_args: Args, _global: &Global) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not here yet")
}
