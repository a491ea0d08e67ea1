//! The way to GitHub: posts a comment and a mark, and remembers what became of each.

use super::{Mark, When};
use crate::github::{
    CheckRun, Client, Context, Draft, Event, GithubError, Permission, Posted, PullRequest, cure, post, post_check,
    post_status,
};
use crate::report::clean;
use crate::report::comment::Comment;

/// What the verdict is about.
pub(in crate::commands) struct Target {
    pub head: String,
    pub pull_request: Option<PullRequest>,
}

/// A comment as it is made, and as it replaces an earlier one.
pub(in crate::commands) struct Message {
    pub comment: Comment,
    pub update: Comment,
    /// Whether a rule that blocks is broken.
    pub regressed: bool,
    /// Whether there is anything but a pass.
    pub change: bool,
}

/// Where a verdict is posted.
pub(in crate::commands) struct Channel<'a> {
    pub context: &'a Context,
    pub client: &'a Client,
    pub target: Target,
    /// Address of the comment.
    pub comment: Option<String>,
    /// What became of what.
    pub told: Vec<(&'static str, String)>,
    /// Whether a check run carries the annotations.
    pub annotated: bool,
    missing: Vec<Permission>,
}

impl<'a> Channel<'a> {
    pub fn new(context: &'a Context, client: &'a Client, target: Target) -> Self {
        let (comment, told, missing) = (None, Vec::new(), Vec::new());
        Self { context, client, target, comment, told, annotated: false, missing }
    }

    /// Whether anything can be posted; says so if not.
    pub fn is_open(&mut self) -> bool {
        if !self.client.is_authorized() {
            self.told.push(("github", "there is no token in `GITHUB_TOKEN`: nothing was posted".to_owned()));
        }
        self.client.is_authorized()
    }

    /// Posts the comment, if it is wanted.
    pub fn comment(&mut self, message: &Message, when: When) {
        let Some(pull_request) = self.target.pull_request.clone().filter(|_| when != When::Never) else { return };
        let draft = Draft {
            marker: &message.comment.marker,
            body: &message.comment.body,
            update: Some(&message.update.body),
            make: match when {
                When::Always => true,
                When::Changes => message.change,
                When::Regressions => message.regressed,
                When::Never => false,
            },
        };
        match post(self.client, self.context, &pull_request, &self.target.head, draft) {
            Ok(posted) => {
                let (word, address) = match posted {
                    Posted::Made(address) => ("made", Some(address)),
                    Posted::Changed(address) => ("changed", Some(address)),
                    Posted::Unchanged(address) => ("says this already", Some(address)),
                    Posted::NotNeeded => ("not needed", None),
                    Posted::Moved => ("left alone: the pull request has a newer commit or is closed", None),
                };
                let place = address.as_deref().map(|address| format!(": {address}")).unwrap_or_default();
                self.told.push(("comment", format!("{word}{place}")));
                self.comment = address;
            }
            Err(error) => self.fail("comment", &error, &[Permission::PullRequests]),
        }
    }

    /// Marks the commit; a status takes the place of a check run that is refused.
    pub fn mark(&mut self, check: &CheckRun<'_>, mark: Mark) {
        if mark == Mark::Run {
            match post_check(self.client, self.context, check) {
                Ok(address) => {
                    self.told.push(("check", format!("made: {address}")));
                    self.annotated = true;
                    return;
                }
                Err(error) => self.fail("check", &error, &[Permission::Checks]),
            }
        }
        if mark != Mark::Never {
            match post_status(self.client, self.context, check) {
                Ok(()) => {
                    self.told.push(("status", "set".to_owned()));
                    self.missing.retain(|missing| *missing != Permission::Checks);
                }
                Err(error) if mark == Mark::Status => self.fail("status", &error, &[Permission::Statuses]),
                Err(error) => self.fail("status", &error, &[]),
            }
        }
    }

    /// Says what cures the refusals.
    pub fn close(&mut self) {
        if !self.missing.is_empty() {
            let from_fork = matches!(&self.context.event, Event::PullRequest(one) if one.is_from_fork());
            self.told.push(("cure", cure(&self.missing, from_fork)));
        }
    }

    fn fail(&mut self, what: &'static str, error: &GithubError, permissions: &[Permission]) {
        if error.is_denied() {
            self.missing.extend(permissions);
        }
        self.told.push((what, format!("failed: {}", clean(&error.to_string()))));
    }

    /// What became of what, for people.
    pub fn lines(&self) -> String {
        self.told.iter().map(|(what, text)| format!("{what}: {text}\n")).collect()
    }
}
