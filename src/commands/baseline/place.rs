//! Which store an address means.

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;

use crate::commands::judge::References;
use crate::github::{ArtifactShelf, Context, Event, Patience};
use crate::store::{BASELINES, Baselines, GitBranch};

/// The baselines at a place; below `folder` where none is named.
pub(in crate::commands) fn baselines(place: Option<&str>, folder: &Path) -> anyhow::Result<Baselines> {
    let Some(place) = place else { return Ok(Baselines::open(folder.join(BASELINES))) };
    let Some((scheme, rest)) = place.split_once("://") else { return Ok(Baselines::open(place)) };
    match scheme {
        "file" => Ok(Baselines::open(rest)),
        "git+branch" => Ok(Baselines::on(Arc::new(GitBranch::open(folder, rest)?))),
        "github+artifacts" => artifacts(rest),
        _ => bucket(place),
    }
}

/// What a run is compared with: the baselines at a place, and those of its anchor, if one is named.
pub(in crate::commands) fn references(
    place: Option<&str>,
    anchor: Option<&str>,
    folder: &Path,
) -> anyhow::Result<References> {
    let anchor = anchor.map(|anchor| baselines(Some(anchor), folder)).transpose()?;
    Ok(References { baselines: baselines(place, folder)?, anchor })
}

/// The artifacts of the branch that the change is made against, or of the branch that was pushed.
fn artifacts(name: &str) -> anyhow::Result<Baselines> {
    let context = Context::from_env()?;
    let client = context.client(Patience::default());
    let branch = match &context.event {
        Event::PullRequest(pull_request) => Some(pull_request.base_branch.clone()),
        Event::Push { reference, .. } => reference.strip_prefix("refs/heads/").map(str::to_owned),
        Event::WorkflowRun(_) | Event::Other { .. } => None,
    };
    let name = if name.is_empty() { "plimsoll-baseline" } else { name };
    Ok(Baselines::on(Arc::new(ArtifactShelf::new(client, context, name, branch))))
}

#[cfg(feature = "object-storage")]
fn bucket(place: &str) -> anyhow::Result<Baselines> {
    if !crate::store::is_bucket(place) {
        bail!("{}", unknown(place));
    }
    Ok(Baselines::on(Arc::new(crate::store::ObjectStorage::open(place)?)))
}

#[cfg(not(feature = "object-storage"))]
fn bucket(place: &str) -> anyhow::Result<Baselines> {
    bail!("{}", unknown(place))
}

fn unknown(place: &str) -> String {
    let buckets = if cfg!(feature = "object-storage") { ", s3://…, gs://…, az://…" } else { "" };
    format!("`{place}` is no place of baselines: a folder, git+branch://NAME, github+artifacts://NAME{buckets}")
}
