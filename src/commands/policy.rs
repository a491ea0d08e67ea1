//! `plimsoll policy`.

use std::process::ExitCode;

use super::Global;

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {}

/// Runs the command.
pub(super) fn execute(_command: Command, _global: &Global) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not here yet")
}
