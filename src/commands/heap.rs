//! `plimsoll heap`: one dump, or several, from anywhere. One file a command.

mod diff;
mod histogram;
mod json;
mod memory;
mod owners;
mod path;
mod reading;
mod redact;
mod selection;
mod summary;
mod terminal;

use std::process::ExitCode;

use super::output::print;
use super::{Format, Global};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Totals, suspects, roots, largest owners, objects and classes of a dump; with `--waste`, what it keeps for nothing.
    #[command(after_help = summary::HELP)]
    Summary(summary::Args),
    /// Who holds the memory: the owner tree of a dump.
    #[command(after_help = owners::HELP)]
    Owners(owners::Args),
    /// What grew between two dumps or more, named at the place where it accumulates.
    #[command(after_help = diff::HELP)]
    Diff(diff::Args),
    /// Why objects live: the shortest paths from GC roots to them, merged.
    #[command(after_help = path::HELP)]
    Path(path::Args),
    /// All classes with objects, own and retained bytes; of two dumps, what changed.
    #[command(after_help = histogram::HELP)]
    Histogram(histogram::Args),
    /// Write a dump without its values: sizes, references and names stay, text and numbers go.
    #[command(after_help = redact::HELP)]
    Redact(redact::Args),
}

/// The question cannot be answered as it was put: exit code 2, not 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refusal(String);

/// Runs the command.
pub(super) fn execute(command: Command, global: &Global) -> anyhow::Result<ExitCode> {
    if global.format == Format::Markdown && !matches!(command, Command::Redact(_)) {
        anstream::eprintln!("error: `plimsoll heap` has no `markdown`: use `--format terminal` or `--format json`");
        return Ok(ExitCode::from(2));
    }
    let text = match command {
        Command::Summary(args) => summary::execute(&args, global),
        Command::Owners(args) => owners::execute(&args, global),
        Command::Diff(args) => diff::execute(&args, global),
        Command::Path(args) => path::execute(&args, global),
        Command::Histogram(args) => histogram::execute(&args, global),
        Command::Redact(args) => return redact::execute(&args, global),
    };
    match text {
        Ok(text) => {
            print(&harmless(&text))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.is::<Refusal>() => {
            anstream::eprintln!("error: {error}");
            Ok(ExitCode::from(2))
        }
        Err(error) => Err(error),
    }
}

/// A result for standard output. A workflow log obeys lines that start with `::`, and a class may be called so.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len() + 1);
    for line in text.trim_end().lines() {
        let plain = anstream::adapter::strip_str(line).to_string();
        if plain.trim_start().starts_with("::") {
            harmless.push('·');
        }
        harmless.push_str(line);
        harmless.push('\n');
    }
    harmless
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn no_line_is_an_order_to_a_workflow_log() {
        assert_eq!(harmless("a\n  ::error::x\n\u{1b}[1m::warning::\n"), "a\n·  ::error::x\n·\u{1b}[1m::warning::\n");
    }
}
