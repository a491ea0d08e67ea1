//! What the first stage left: a recording that anybody's pull request may have written. It is read as data, bounded in
//! size, and only a recording of the scenario that is judged here counts.

use super::super::judge::Read;
use crate::github::{Client, Context, GithubError, Limits, WorkflowRun, download, of_run as artifacts_of, unpack};
use crate::record::schema;
use crate::store::AGAINST;

/// Artifacts of one run, and bytes of all of them packed: a fork may keep as many as it likes.
const MOST_ARTIFACTS: usize = 200;
const MOST_BYTES: u64 = 512 << 20;

/// The recordings of a scenario in the artifacts of a run; `None` where it kept no artifact.
pub(super) fn of_run(
    client: &Client,
    context: &Context,
    run: &WorkflowRun,
    name: &str,
    scenario: &str,
) -> anyhow::Result<Option<Read>> {
    let artifacts = artifacts_of(client, context, run.id, name)?;
    if artifacts.is_empty() {
        return Ok(None);
    }
    let bytes = artifacts.iter().fold(0_u64, |sum, artifact| sum.saturating_add(artifact.size_in_bytes));
    anyhow::ensure!(
        artifacts.len() <= MOST_ARTIFACTS && bytes <= MOST_BYTES,
        "run {} kept {} artifacts of {bytes} bytes together, more than the {MOST_ARTIFACTS} and {MOST_BYTES} that are \
         read: name those of this scenario with `--artifact`",
        run.id,
        artifacts.len(),
    );
    let mut read = Read::from(Vec::new());
    let mut others = 0;
    for artifact in &artifacts {
        let limits = Limits::default();
        let archive = download(client, context, artifact, limits.packed)?;
        for (file, text) in unpack(&artifact.name, archive, "recording.json", limits)? {
            let recording = schema::recording_from_json(&text).map_err(|error| GithubError::Refused {
                name: artifact.name.clone(),
                why: format!("`{}` is no recording: {error}", file.escape_debug()),
            })?;
            let other_side = file.split('/').any(|part| part == AGAINST);
            match (recording.scenario == scenario, other_side) {
                (false, _) => others += 1,
                (true, false) => read.recordings.push(recording),
                (true, true) => read.against.push(recording),
            }
        }
    }
    // The order of a download says nothing; the first repeat is told in full.
    for side in [&mut read.recordings, &mut read.against] {
        side.sort_by(|a, b| a.started.cmp(&b.started));
    }
    anyhow::ensure!(
        !read.recordings.is_empty(),
        "the artifacts of run {} hold no recording of the scenario `{scenario}` ({others} of others): \
         is the policy here that of the first stage?",
        run.id,
    );
    Ok(Some(read))
}
