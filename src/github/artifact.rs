//! Artifacts: what a run of a workflow left behind.

use serde::Deserialize;

use super::{Client, Context, GithubError};

/// An artifact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Artifact {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Bytes of the archive.
    pub size_in_bytes: u64,
    /// Whether it is gone.
    pub expired: bool,
    /// The run that made it.
    pub workflow_run: Option<MadeBy>,
}

/// The run that made an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MadeBy {
    /// The branch that it ran for.
    pub head_branch: Option<String>,
    /// The commit that it ran for.
    pub head_sha: Option<String>,
    /// The repository that the branch is in: a fork's branch may be called `main` too.
    pub head_repository_id: Option<u64>,
    /// The repository that it ran in.
    pub repository_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    artifacts: Vec<Artifact>,
}

/// The artifacts of a run whose names begin with `name`.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn of_run(client: &Client, context: &Context, run: u64, name: &str) -> Result<Vec<Artifact>, GithubError> {
    let path = format!("/repos/{}/actions/runs/{run}/artifacts", context.repository);
    let mut found = Vec::new();
    client.pages(&path, "list the artifacts of the run", |page: &Listed| {
        found.extend(page.artifacts.iter().filter(|one| one.name.starts_with(name) && !one.expired).cloned());
        false
    })?;
    found.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
    Ok(found)
}

/// The artifacts called `name` that runs for a branch of this repository made, newest first, at most `most`.
///
/// # Errors
/// As [`GithubError`] tells.
pub fn of_branch(
    client: &Client,
    context: &Context,
    branch: Option<&str>,
    name: &str,
    most: usize,
) -> Result<Vec<Artifact>, GithubError> {
    let path = format!("/repos/{}/actions/artifacts?name={}", context.repository, super::pull_request::encoded(name));
    let mut found: Vec<Artifact> = Vec::new();
    client.pages(&path, "list the artifacts", |page: &Listed| {
        let own = |one: &&Artifact| {
            let made = one.workflow_run.as_ref();
            made.is_some_and(|made| {
                made.head_repository_id.is_some()
                    && made.head_repository_id == made.repository_id
                    && branch.is_none_or(|branch| made.head_branch.as_deref() == Some(branch))
            })
        };
        found.extend(page.artifacts.iter().filter(|one| !one.expired && one.name == name).filter(own).cloned());
        found.len() >= most
    })?;
    found.sort_by_key(|one| std::cmp::Reverse(one.id));
    found.truncate(most);
    Ok(found)
}

/// Downloads the archive of an artifact.
///
/// # Errors
/// As [`GithubError`] tells; also when it is larger than `limit` bytes.
pub fn download(client: &Client, context: &Context, artifact: &Artifact, limit: u64) -> Result<Vec<u8>, GithubError> {
    if artifact.size_in_bytes > limit {
        let why = format!("it has {} bytes, more than {limit}", artifact.size_in_bytes);
        return Err(GithubError::Refused { name: artifact.name.clone(), why });
    }
    let path = format!("/repos/{}/actions/artifacts/{}/zip", context.repository, artifact.id);
    client.download(&path, limit, "download the artifact")
}
