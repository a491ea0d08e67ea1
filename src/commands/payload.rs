//! `plimsoll payload`: the catalogue of ugly payloads, usable from anywhere.

mod render;
mod write;

use std::process::ExitCode;

use super::output::print;
use super::{Format, Global};
use crate::diag::nearest;
use crate::payload::{Family, families, find};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the families, by group.
    List,
    /// Show what a family provokes, where that was seen, what it becomes, and its parameters.
    Show {
        /// Name of the family.
        name: String,
    },
    /// Write what a family sends to a file or to standard output, byte for byte.
    Write(write::Args),
}

/// Runs the command.
pub(super) fn execute(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    match command {
        Command::List => {
            print(&match global.format {
                Format::Json => format!("{:#}\n", render::json(families())),
                Format::Terminal => render::list(),
                Format::Markdown | Format::Html | Format::Junit | Format::Sarif => render::markdown(families()),
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Show { name } => {
            let Some(family) = known(&name) else { return Ok(ExitCode::from(2)) };
            print(&match global.format {
                Format::Json => format!("{:#}\n", render::json(std::iter::once(family))),
                Format::Terminal => render::page(family),
                Format::Markdown | Format::Html | Format::Junit | Format::Sarif => {
                    render::markdown(std::iter::once(family))
                }
            })?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Write(args) => match known(&args.name) {
            Some(family) => write::execute(family, &args),
            None => Ok(ExitCode::from(2)),
        },
    }
}

/// The family of this name, or an error on standard error.
fn known(name: &str) -> Option<&'static Family> {
    let family = find(name);
    if family.is_none() {
        let cure = match nearest(name, families().map(|family| family.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`plimsoll payload list` shows them".to_owned(),
        };
        anstream::eprintln!("error: there is no payload `{}`: {cure}", name.escape_debug());
    }
    family
}
