//! Posts one verdict, and remembers what became of it.

use super::Args;
use super::channel::{Channel, Message};
use crate::commands::checkout::Checkout;
use crate::commands::judge::Judged;
use crate::commands::output::print;
use crate::github::{CheckRun, Conclusion, Event, Note, PullRequest, Severity, command};
use crate::report::annotation::{Annotation, Loudness, annotations};
use crate::report::comment::{Setting, is_change, render};
use crate::report::source::Tree as _;
use crate::report::{Report, clean, markdown};
use crate::verdict::Outcome;

/// Annotations of one kind that the log of a step may carry.
const MOST_COMMANDS: usize = 10;

/// A verdict on its way.
pub(super) struct Poster<'a> {
    args: &'a Args,
    judged: &'a Judged,
    tree: &'a Checkout,
    pub channel: Channel<'a>,
}

impl<'a> Poster<'a> {
    pub(super) fn new(args: &'a Args, judged: &'a Judged, tree: &'a Checkout, channel: Channel<'a>) -> Self {
        Self { args, judged, tree, channel }
    }

    pub(super) fn report(&self) -> Report<'a> {
        self.judged.report()
    }

    /// Posts comment and check; what is refused is remembered.
    pub(super) fn post(&mut self) {
        if !self.channel.is_open() {
            return;
        }
        if let Some(pull_request) = self.channel.target.pull_request.clone() {
            let message = self.message(&pull_request);
            self.channel.comment(&message, self.args.comment);
        }
        self.post_mark();
        self.channel.close();
    }

    fn message(&self, pull_request: &PullRequest) -> Message {
        let outcome = self.judged.verdict.outcome;
        let base = self.base(pull_request);
        let command = self.command();
        let address = self.channel.context.address();
        let note = self.policy_note(pull_request);
        let setting = Setting {
            base: Some(&base),
            head: Some(&self.channel.target.head),
            command: Some(&command),
            address: address.as_deref(),
            policy_note: note.as_deref(),
        };
        let report = self.report();
        Message {
            comment: render(&report, setting, false),
            update: render(&report, setting, !is_change(outcome)),
            regressed: outcome == Outcome::Regressed,
            change: is_change(outcome),
        }
    }

    /// What the change was compared with: the branch, and the commits of the runs in the baseline.
    fn base(&self, pull_request: &PullRequest) -> String {
        let short = |commit: &str| commit.chars().take(7).collect::<String>();
        let commits: Vec<String> = self.judged.base_commits.iter().map(|commit| short(commit)).collect();
        let runs = if commits.is_empty() { String::new() } else { format!(", baseline of {}", commits.join(", ")) };
        format!("{} at {}{runs}", pull_request.base_branch, short(&pull_request.base_sha))
    }

    /// The command that does the same on a laptop.
    fn command(&self) -> String {
        let config = self.args.judging.config.display().to_string();
        let plain = config.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
        match (config.as_str(), plain) {
            ("plimsoll.toml", _) | (_, false) => "plimsoll run".to_owned(),
            (config, true) => format!("plimsoll run --config {config}"),
        }
    }

    /// Whose rules the second stage judged by: it runs on the default branch, whatever the pull request's base is.
    fn policy_note(&self, pull_request: &PullRequest) -> Option<String> {
        let context = self.channel.context;
        let base = &pull_request.base_branch;
        match (&context.event, &context.branch) {
            (Event::WorkflowRun(_), Some(branch)) if branch != base => {
                Some(format!("The rules are those of `{}`, not of `{}`.", clean(branch), clean(base)))
            }
            (Event::WorkflowRun(_), _) => {
                Some("The rules are those of the base branch, whatever the pull request does to them.".to_owned())
            }
            _ => None,
        }
    }

    fn post_mark(&mut self) {
        let report = self.report();
        let notes = self.notes();
        let name = format!("plimsoll / {}", clean(report.recordings.first().map_or("", |one| &one.scenario)));
        let headline = clean(&self.judged.verdict.headline).replace('`', "");
        let title = format!("{}: {headline}", self.judged.verdict.outcome.name());
        let summary = markdown::render(&report);
        let (address, head) = (self.channel.context.address(), self.channel.target.head.clone());
        let check = CheckRun {
            name: &name,
            head: &head,
            conclusion: conclusion(self.judged),
            title: &title,
            summary: &summary,
            address: address.as_deref(),
            notes: &notes,
        };
        self.channel.mark(&check, self.args.check);
    }

    /// Every finding at its policy line, and once more where its owner is written down; worst first.
    fn placed(&self) -> Vec<(Annotation, Option<(String, u32)>)> {
        let mut placed = Vec::new();
        for one in annotations(&self.report()) {
            let source = one.owner.as_ref().and_then(|owner| self.tree.place(owner));
            let rule = one.path.as_deref().map(|path| (self.tree.name(path), one.line));
            let again = source.map(|source| (one.clone(), Some(source)));
            placed.push((one, rule));
            placed.extend(again);
        }
        placed
    }

    /// Annotations for a check run, which wants a file for each.
    fn notes(&self) -> Vec<Note> {
        let config = self.tree.name(&self.args.judging.config.to_string_lossy());
        let note = |(one, place): (Annotation, Option<(String, u32)>)| {
            let (path, line) = place.unwrap_or_else(|| (config.clone(), 1));
            let severity = match one.loudness {
                Loudness::Failure => Severity::Failure,
                Loudness::Warning => Severity::Warning,
                Loudness::Notice => Severity::Notice,
            };
            Note { path, line: line.max(1), severity, title: one.title, message: one.message }
        };
        self.placed().into_iter().map(note).collect()
    }

    /// Says the findings in the log of the job, where no check run carries them.
    pub(super) fn annotate(&self) -> anyhow::Result<()> {
        if self.channel.annotated || std::env::var_os("GITHUB_ACTIONS").is_none() {
            return Ok(());
        }
        let all = self.placed();
        for (loudness, name) in
            [(Loudness::Failure, "error"), (Loudness::Warning, "warning"), (Loudness::Notice, "notice")]
        {
            for (one, place) in all.iter().filter(|(one, _)| one.loudness == loudness).take(MOST_COMMANDS) {
                print(&format!("{}\n", as_command(name, one, place.as_ref())))?;
            }
        }
        Ok(())
    }

    /// What became of what, for programs.
    pub(super) fn view(&self) -> serde_json::Value {
        let told: Vec<_> =
            self.channel.told.iter().map(|(what, text)| serde_json::json!({ "what": what, "told": text })).collect();
        serde_json::json!({
            "schema": 1,
            "outcome": self.judged.verdict.outcome.name(),
            "pull-request": self.channel.target.pull_request.as_ref().map(|one| one.number),
            "head": self.channel.target.head,
            "comment": self.channel.comment,
            "posted": told,
        })
    }
}

fn as_command(name: &str, one: &Annotation, place: Option<&(String, u32)>) -> String {
    let mut properties = Vec::new();
    if let Some((path, line)) = place {
        properties.push(("file", path.clone()));
        properties.push(("line", line.to_string()));
    }
    properties.push(("title", one.title.clone()));
    command(name, &properties, &one.message)
}

/// What the verdict comes to as a check: red only where the exit code is.
fn conclusion(judged: &Judged) -> Conclusion {
    match (judged.verdict.exit_code(), judged.verdict.outcome) {
        (0, Outcome::Pass | Outcome::Waived) => Conclusion::Success,
        (0, _) => Conclusion::Neutral,
        _ => Conclusion::Failure,
    }
}
