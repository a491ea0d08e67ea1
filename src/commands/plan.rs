//! `plimsoll plan`: what a run would send, sample and dump, without running.

mod bytes;
mod outline;
mod render;

use std::path::PathBuf;
use std::process::ExitCode;

use super::output::print;
use super::{Format, Global, policy};
use outline::Outline;

/// Arguments of `plimsoll plan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The policy.
    #[arg(long, short, default_value = "plimsoll.toml", value_name = "FILE")]
    config: PathBuf,
    /// Requests to show of each name.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=1000))]
    requests: u64,
    /// Make every request and print the digest of what each phase sends: two plans with one digest send the
    /// same bytes. The digests stand in recordings too.
    #[arg(long)]
    bytes: bool,
}

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let policy = match policy::read(&args.config, global) {
        Ok(policy) => policy,
        Err(code) => return Ok(code),
    };
    if args.bytes {
        let digests = bytes::digests(&policy);
        print(&match global.format {
            Format::Json => format!("{:#}\n", bytes::json(&digests)),
            _ => bytes::terminal(&digests),
        })?;
        return Ok(ExitCode::SUCCESS);
    }
    let outline = Outline::of(&policy, args.requests);
    print(&match global.format {
        Format::Json => format!("{:#}\n", render::json(&outline)),
        Format::Terminal => render::terminal(&outline),
        Format::Markdown | Format::Html | Format::Junit | Format::Sarif => render::markdown(&outline),
    })?;
    Ok(ExitCode::SUCCESS)
}
