//! The command line: each command reads its inputs, calls the stages, writes the outputs.

mod accept;
mod against;
mod baseline;
mod check;
mod checkout;
mod demo;
mod explain;
mod heap;
mod init;
mod judge;
mod measure;
mod merge;
mod output;
mod payload;
mod plan;
mod policy;
mod progress;
mod publish;
mod report;
mod ruling;
mod run;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// A memory-regression gate for CI: names the data structure that owns the growth, and stops the release.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Start here:
  plimsoll demo             see it catch a leak and pass its fixed twin, nothing to configure
  plimsoll init             write a plimsoll.toml for the project in this folder
  plimsoll run              start the service, load it, judge it

Exit codes:
  0  pass (warnings, waivers and a first run without baseline included)
  1  regressed: a rule is broken, or the service died, hung or was killed for memory under a payload
  2  usage, policy or configuration error
  3  could not measure: the service did not start, or load or capture failed
  4  inconclusive or incomparable, where the policy says that this fails";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// How to print the result.
    #[arg(long, global = true, value_enum, default_value_t = Format::Terminal)]
    pub format: Format,
    /// Print the result only: no progress.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Whether to use color.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// Output formats. A command that has no such view says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Terminal,
    /// For pull requests (not of heap dumps).
    Markdown,
    /// For programs; carries a schema version.
    Json,
    /// One page for a browser, without scripts (verdicts only).
    Html,
    /// For test views of CI (verdicts only).
    Junit,
    /// For code scanning (verdicts only).
    Sarif,
}

impl Format {
    /// Whether only a verdict has this view.
    pub(crate) fn is_for_verdicts(self) -> bool {
        matches!(self, Self::Html | Self::Junit | Self::Sarif)
    }
}

/// When to use color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at the project and write a commented plimsoll.toml.
    Init(init::Args),
    /// Plan, run, record, judge, report.
    Run(run::Args),
    /// Judge a recording again, against the baseline, under any policy.
    Check(check::Args),
    /// Make a recording the baseline, after showing what changes.
    Accept(accept::Args),
    /// Print the report of a recording.
    Report(report::Args),
    /// The stored baselines: list, show, fetch, push.
    #[command(subcommand)]
    Baseline(baseline::Command),
    /// Post the verdict to GitHub: comment, check, summary; also as the second stage for forks.
    Publish(publish::Args),
    /// Merge the JSON reports of many jobs into one verdict.
    Merge(merge::Args),
    /// The catalogue of ugly payloads: list, show, write.
    #[command(subcommand)]
    Payload(payload::Command),
    /// Show what would be sent, sampled and dumped, without running.
    Plan(plan::Args),
    /// Check a policy.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Explain a finding, diagnostic, metric or rule.
    Explain(explain::Args),
    /// Analyze heap dumps from anywhere: HPROF, V8 heapsnapshot, Plimsoll's Python graph.
    #[command(subcommand)]
    Heap(heap::Command),
    /// The whole story on an embedded leaky service and its fixed twin, nothing to configure.
    Demo(demo::Args),
    /// Keeps a service; for plimsoll's own use.
    #[command(name = "__keeper", hide = true)]
    Keeper,
}

impl Command {
    fn tells_a_verdict(&self) -> bool {
        matches!(self, Self::Run(_) | Self::Check(_) | Self::Report(_))
    }
}

/// Runs the command line of the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color_choice() {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    match cli.execute() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {}", output::told(&error));
            ExitCode::from(3)
        }
    }
}

impl Cli {
    fn color_choice(&self) -> Color {
        self.global.color
    }

    fn execute(self) -> anyhow::Result<ExitCode> {
        let global = &self.global;
        if global.format.is_for_verdicts() && !self.command.tells_a_verdict() {
            anstream::eprintln!("error: only `run`, `check` and `report` have this format: use `--format json`");
            return Ok(ExitCode::from(2));
        }
        match self.command {
            Command::Init(args) => init::execute(args, global),
            Command::Run(args) => run::execute(args, global),
            Command::Check(args) => check::execute(args, global),
            Command::Accept(args) => accept::execute(args, global),
            Command::Report(args) => report::execute(args, global),
            Command::Baseline(command) => baseline::execute(command, global),
            Command::Publish(args) => publish::execute(args, global),
            Command::Merge(args) => merge::execute(args, global),
            Command::Payload(command) => payload::execute(command, global),
            Command::Plan(args) => plan::execute(args, global),
            Command::Policy(command) => policy::execute(command, global),
            Command::Explain(args) => explain::execute(args, global),
            Command::Heap(command) => heap::execute(command, global),
            Command::Demo(args) => demo::execute(args, global),
            Command::Keeper => Ok(crate::run::keeper::main()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_in_every_command() {
        super::Cli::command().debug_assert();
    }
}
