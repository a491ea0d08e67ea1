//! A pull request, and how to find the one that a run was for. What a fork's artifact says about its number is never
//! asked: the fork writes it.

use serde::Deserialize;

use super::{Client, Context, GithubError, WorkflowRun};

/// What is needed of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Its newest commit.
    pub head_sha: String,
    /// `owner/name` of the repository that holds it; `None` where that is gone.
    pub head_repository: Option<String>,
    /// The branch it is to be merged into.
    pub base_branch: String,
    /// That branch's commit.
    pub base_sha: String,
    /// `owner/name` of the repository it is to be merged into.
    pub base_repository: String,
    /// Whether it can still be merged.
    pub open: bool,
}

impl PullRequest {
    /// Whether it comes from another repository: its workflow has no right to write here.
    pub fn is_from_fork(&self) -> bool {
        self.head_repository.as_deref() != Some(self.base_repository.as_str())
    }
}

/// Reads a pull request.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn get(client: &Client, context: &Context, number: u64) -> Result<PullRequest, GithubError> {
    let path = format!("/repos/{}/pulls/{number}", context.repository);
    client.get::<Wire>(&path, &format!("read pull request {number}")).map(PullRequest::from)
}

/// The open pull request of this repository whose head the run was for. `workflow_run` payloads leave it out for forks.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn find(client: &Client, context: &Context, run: &WorkflowRun) -> Result<Option<PullRequest>, GithubError> {
    let fits = |one: &PullRequest| {
        one.open
            && one.head_sha == run.head_sha
            && one.head_repository == run.head_repository
            && one.base_repository == context.repository
    };
    let what = "find the pull request of the run";
    let mut found = None;
    let path = format!("/repos/{}/commits/{}/pulls", context.repository, run.head_sha);
    let mut take = |page: Vec<Wire>| {
        found = found.take().or_else(|| page.into_iter().map(PullRequest::from).find(|one| fits(one)));
        found.is_some()
    };
    // A commit that the base repository does not know yet has no list: ask by branch then.
    match client.pages(&path, what, |page: &Vec<Wire>| take(page.clone())) {
        Err(GithubError::Unexpected { status: 422, .. } | GithubError::Denied { status: 404, .. }) | Ok(()) => {}
        Err(error) => return Err(error),
    }
    if let (None, Some(branch), Some(repository)) = (&found, &run.head_branch, &run.head_repository) {
        let owner = repository.split('/').next().unwrap_or_default();
        let head = encoded(&format!("{owner}:{branch}"));
        let path = format!("/repos/{}/pulls?state=open&head={head}", context.repository);
        client.pages(&path, what, |page: &Vec<Wire>| {
            found = found.take().or_else(|| page.iter().cloned().map(PullRequest::from).find(|one| fits(one)));
            found.is_some()
        })?;
    }
    Ok(found)
}

/// A value in a query (RFC 3986).
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// As it comes over the wire, in payloads and answers alike.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Wire {
    number: u64,
    state: String,
    head: End,
    base: End,
}

#[derive(Debug, Clone, Deserialize)]
struct End {
    sha: String,
    #[serde(rename = "ref")]
    branch: String,
    repo: Option<Repository>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repository {
    pub full_name: String,
}

impl From<Wire> for PullRequest {
    fn from(wire: Wire) -> Self {
        Self {
            number: wire.number,
            head_sha: wire.head.sha,
            head_repository: wire.head.repo.map(|repository| repository.full_name),
            base_branch: wire.base.branch,
            base_sha: wire.base.sha,
            base_repository: wire.base.repo.map(|repository| repository.full_name).unwrap_or_default(),
            open: wire.state == "open",
        }
    }
}
