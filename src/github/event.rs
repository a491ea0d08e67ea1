//! What started the workflow, read from the file that the runner writes. Only the few fields that are needed: payloads
//! differ between servers and versions.

use serde::Deserialize;

use super::PullRequest;

/// What started the workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A pull request was opened or changed.
    PullRequest(PullRequest),
    /// A branch or tag was pushed.
    Push {
        /// Its new commit.
        sha: String,
        /// Such as `refs/heads/main`.
        reference: String,
    },
    /// Another workflow ended: the second stage for forks.
    WorkflowRun(WorkflowRun),
    /// Anything else: a schedule, a merge queue, a person.
    Other {
        /// Of the event.
        name: String,
        /// The commit that is checked out.
        sha: String,
    },
}

/// The run of another workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its number.
    pub id: u64,
    /// What had started it.
    pub event: String,
    /// The commit that it ran for.
    pub head_sha: String,
    /// The branch, in the repository below.
    pub head_branch: Option<String>,
    /// `owner/name`; `None` where a fork is gone.
    pub head_repository: Option<String>,
}

impl Event {
    /// Reads the payload of the event called `name`; `sha` is `GITHUB_SHA`.
    ///
    /// # Errors
    /// What the payload lacks.
    pub fn parse(name: &str, payload: &[u8], sha: &str) -> Result<Self, String> {
        let read = |error: serde_json::Error| format!("the payload of `{name}` cannot be read: {error}");
        Ok(match name {
            "pull_request" | "pull_request_target" => {
                let Payload { pull_request } = serde_json::from_slice(payload).map_err(read)?;
                Self::PullRequest(pull_request.into())
            }
            "push" => {
                let push: Pushed = serde_json::from_slice(payload).map_err(read)?;
                Self::Push { sha: push.after, reference: push.reference }
            }
            "workflow_run" => {
                let Ended { workflow_run: run } = serde_json::from_slice(payload).map_err(read)?;
                Self::WorkflowRun(WorkflowRun {
                    id: run.id,
                    event: run.event,
                    head_sha: run.head_sha,
                    head_branch: run.head_branch,
                    head_repository: run.head_repository.map(|repository| repository.full_name),
                })
            }
            name => Self::Other { name: name.to_owned(), sha: sha.to_owned() },
        })
    }

    /// The commit that a verdict is about. For a pull request that is its head: `GITHUB_SHA` is a merge that nobody
    /// pushed.
    pub fn head(&self) -> &str {
        match self {
            Self::PullRequest(pull_request) => &pull_request.head_sha,
            Self::Push { sha, .. } | Self::Other { sha, .. } => sha,
            Self::WorkflowRun(run) => &run.head_sha,
        }
    }
}

#[derive(Deserialize)]
struct Payload {
    pull_request: super::pull_request::Wire,
}

#[derive(Deserialize)]
struct Pushed {
    after: String,
    #[serde(rename = "ref")]
    reference: String,
}

#[derive(Deserialize)]
struct Ended {
    workflow_run: Run,
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    event: String,
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<super::pull_request::Repository>,
}
