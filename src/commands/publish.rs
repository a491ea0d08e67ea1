//! `plimsoll publish`: tells GitHub the verdict. Whatever fails here is said, and changes no verdict.

pub(super) mod channel;
mod evidence;
mod post;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::check;
use super::checkout::Checkout;
use super::judge::Judged;
use super::output::{print, told};
use super::{Format, Global};
use crate::github::{Client, Context, Event, Patience, PullRequest, find, get};
use crate::report::{clean, html, junit, markdown, sarif};
use channel::{Channel, Target};
use post::Poster;

/// Arguments of `plimsoll publish`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    judging: check::Args,
    /// When to comment on the pull request. A comment that is there is always kept up to date.
    #[arg(long, value_enum, default_value_t = When::Regressions)]
    comment: When,
    /// What to put on the commit.
    #[arg(long, value_enum, default_value_t = Mark::Run)]
    check: Mark,
    /// The pull request, where the event does not tell.
    #[arg(long, value_name = "NUMBER")]
    pr: Option<u64>,
    /// The first stage's artifacts begin with this name (second stage only).
    #[arg(long, default_value = "plimsoll-recording", value_name = "NAME")]
    artifact: String,
    /// Keep the report as a page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Keep the report as JUnit XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Keep the report as SARIF.
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
}

/// When to comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum When {
    /// When a rule that blocks is broken.
    Regressions,
    /// When there is anything but a pass.
    Changes,
    /// On every pull request.
    Always,
    /// Never.
    Never,
}

/// What to put on the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Mark {
    /// A check run with annotations; a status where the token may not make one.
    Run,
    /// A status.
    Status,
    /// Nothing.
    Never,
}

const AFTER_HELP: &str = "\
Run it after `plimsoll run` in a job of GitHub Actions, with the token in GITHUB_TOKEN. It needs `pull-requests: write`
to comment and `checks: write` (or `statuses: write`) for the check; without, it says so and writes the summary of the
job and annotations, which need nothing.

In a workflow that runs `on: workflow_run` it is the second stage for forks: it downloads the recording of the first
stage, distrusts it, judges it by the policy and the baseline that are checked out here, finds the pull request by
itself, and posts.

The exit code says only whether there was something to publish, never the verdict.";

/// Runs the command.
pub(super) fn execute(args: Args, global: &Global) -> anyhow::Result<ExitCode> {
    let (policy, ruling) = match args.judging.read_rules(global) {
        Ok(both) => both,
        Err(code) => return Ok(code),
    };
    let context = match Context::from_env() {
        Ok(context) => context,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            return Ok(ExitCode::from(2));
        }
    };
    if let Some(token) = context.token.as_ref().filter(|_| std::env::var_os("GITHUB_ACTIONS").is_some()) {
        print(&format!("{}\n", token.mask()))?;
    }
    let client = context.client(Patience::default());
    let judged = match &context.event {
        Event::WorkflowRun(run) if args.judging.recordings.is_empty() => {
            match evidence::of_run(&client, &context, run, &args.artifact, &policy.name)? {
                Some(read) => args.judging.judge_read(&ruling, read)?,
                None => {
                    print(&format!("run {} kept no `{}` artifact: nothing to publish\n", run.id, args.artifact))?;
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
        _ => args.judging.judge(&ruling)?,
    };
    let tree = Checkout::of(context.workspace.as_deref()).with(&policy.service, args.judging.folder());
    args.keep(&judged, &tree)?;
    let target =
        Target { head: context.event.head().to_owned(), pull_request: pull_request(&context, &client, args.pr) };
    let mut poster = Poster::new(&args, &judged, &tree, Channel::new(&context, &client, target));
    poster.post();
    let summary = markdown::summary(&poster.report());
    match context.job.summarize(&summary).context("failed to write the summary of the job") {
        Ok(false) if context.job.summary.is_some() => {
            anstream::eprintln!("warning: the summary of this step has no room left: the report is not in it");
        }
        Ok(_) => {}
        Err(error) => anstream::eprintln!("warning: {}", told(&error)),
    }
    poster.annotate()?;
    for (name, value) in [
        ("outcome", judged.verdict.outcome.name().to_owned()),
        ("exit-code", judged.verdict.exit_code().to_string()),
        ("comment", poster.channel.comment.clone().unwrap_or_default()),
    ] {
        context.job.output(name, &value).context("failed to write the outputs of the step")?;
    }
    print(&match global.format {
        Format::Json => format!("{:#}\n", poster.view()),
        _ => poster.channel.lines(),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The pull request that a job is about: the one that is named, else that of the event.
pub(super) fn pull_request(context: &Context, client: &Client, number: Option<u64>) -> Option<PullRequest> {
    let found = match (&context.event, number) {
        (_, Some(number)) => get(client, context, number).map(Some),
        (Event::PullRequest(pull_request), None) => Ok(Some(pull_request.clone())),
        (Event::WorkflowRun(run), None) => find(client, context, run),
        (Event::Push { .. } | Event::Other { .. }, None) => Ok(None),
    };
    found.unwrap_or_else(|error| {
        anstream::eprintln!("warning: {}", clean(&error.to_string()));
        None
    })
}

impl Args {
    /// Keeps the report in the files that were asked for.
    fn keep(&self, judged: &Judged, tree: &Checkout) -> anyhow::Result<()> {
        let report = judged.report();
        let files = [
            (&self.html, html::render(&report)),
            (&self.junit, junit::render(&report)),
            (&self.sarif, sarif::render(&report, tree)?),
        ];
        for (path, text) in files {
            if let Some(path) = path {
                std::fs::write(path, text).with_context(|| format!("failed to write `{}`", path.display()))?;
            }
        }
        Ok(())
    }
}
