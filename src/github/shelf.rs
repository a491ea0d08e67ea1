//! Baselines as artifacts of the base branch's runs. They are read here and written by the runner: the interface of
//! GitHub takes no uploads.

use super::archive::{Limits, unpack};
use super::artifact::{Artifact, download, of_branch};
use super::{Client, Context, GithubError};
use crate::store::{Shelf, StoreError};

/// Runs that a baseline is made of.
const MOST: usize = 5;

/// The artifacts called `NAME-<scenario>` of a branch of this repository.
#[derive(Debug, Clone)]
pub struct ArtifactShelf {
    client: Client,
    context: Context,
    name: String,
    branch: Option<String>,
}

impl ArtifactShelf {
    /// The artifacts whose names begin with `name`, of runs for `branch`; of any branch of this repository if `None`.
    pub fn new(client: Client, context: Context, name: &str, branch: Option<String>) -> Self {
        Self { client, context, name: name.to_owned(), branch }
    }

    fn failed(&self, what: &'static str, error: &GithubError) -> StoreError {
        let cure = if error.is_denied() { "; give the job `actions: read`" } else { "" };
        StoreError::Elsewhere { what, place: format!("github+artifacts://{}", self.name), why: error.to_string(), cure }
    }

    fn artifacts(&self, scenario: &str) -> Result<Vec<Artifact>, StoreError> {
        let name = format!("{}-{scenario}", self.name);
        of_branch(&self.client, &self.context, self.branch.as_deref(), &name, MOST)
            .map_err(|error| self.failed("read", &error))
    }
}

impl Shelf for ArtifactShelf {
    fn scenarios(&self) -> Result<Vec<String>, StoreError> {
        let cure = "; name a scenario";
        let why = "artifacts are found by scenario".to_owned();
        Err(StoreError::Elsewhere { what: "list", place: format!("github+artifacts://{}", self.name), why, cure })
    }

    fn entries(&self, scenario: &str) -> Result<Vec<u64>, StoreError> {
        // Numbers of artifacts rise with time.
        let mut entries: Vec<u64> = self.artifacts(scenario)?.iter().map(|artifact| artifact.id).collect();
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, scenario: &str, entry: u64) -> Result<Vec<u8>, StoreError> {
        let failed = |error: GithubError| self.failed("read", &error);
        let artifact = Artifact {
            id: entry,
            name: format!("{}-{scenario}", self.name),
            size_in_bytes: 0,
            expired: false,
            workflow_run: None,
        };
        let limits = Limits::default();
        let archive = download(&self.client, &self.context, &artifact, limits.packed).map_err(failed)?;
        let mut files = unpack(&artifact.name, archive, "recording.json", limits).map_err(failed)?;
        // Repeats of one run are one entry: the last stands for it.
        files.pop().map(|(_, text)| text).ok_or_else(|| {
            failed(GithubError::Refused { name: artifact.name.clone(), why: "it holds no recording.json".to_owned() })
        })
    }

    fn add(&self, _: &str, _: &[u8], _: usize) -> Result<String, StoreError> {
        let why = "artifacts are uploaded by the runner".to_owned();
        let cure = "; upload the recording with actions/upload-artifact, as examples/workflows does";
        Err(StoreError::Elsewhere { what: "write", place: format!("github+artifacts://{}", self.name), why, cure })
    }

    fn place(&self, scenario: &str, entry: u64) -> String {
        format!("github+artifacts://{}-{scenario}/{entry}", self.name)
    }
}
