//! Baselines: the accepted recordings of each scenario, one file each, in the order in which they were accepted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{StoreError, folder::file_name};
use crate::record::Recording;
use crate::record::schema;

/// Runs that a baseline keeps: enough to know how much two runs differ.
const MOST_RUNS: usize = 5;

/// The stored baselines of a project.
#[derive(Debug, Clone)]
pub struct Baselines {
    folder: PathBuf,
}

/// The baseline of one scenario.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The accepted runs, oldest first; empty where there is none.
    pub recordings: Vec<Recording>,
    /// Files that could not be read, and why: they are passed over.
    pub skipped: Vec<String>,
}

impl Baselines {
    /// The baselines below a folder, which need not exist.
    pub fn open(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The accepted runs of a scenario that belong together: those of the newest one's plan and environment.
    ///
    /// # Errors
    /// When the folder is there and cannot be read.
    pub fn load(&self, scenario: &str) -> Result<Baseline, StoreError> {
        let mut baseline = Baseline::default();
        for (_, path) in self.files(scenario)? {
            let read = super::read(&path).and_then(|text| {
                schema::recording_from_json(&text).map_err(|source| StoreError::Schema { path: path.clone(), source })
            });
            match read {
                Ok(recording) => baseline.recordings.push(recording),
                Err(error) => baseline.skipped.push(format!("baseline passed over: {error}")),
            }
        }
        if let Some(newest) = baseline.recordings.last() {
            let (plan, environment) = (newest.plan.clone(), newest.fingerprint.clone());
            baseline.recordings.retain(|run| run.plan == plan && run.fingerprint == environment);
        }
        Ok(baseline)
    }

    /// Adds a recording to its scenario's baseline and drops the oldest beyond five. With `restart`, the runs before
    /// it are dropped: the level has changed on purpose. Two writers at once lose nothing: each file is new.
    ///
    /// # Errors
    /// When it cannot be written; the baseline is then as it was.
    pub fn accept(&self, recording: &Recording, restart: bool) -> Result<PathBuf, StoreError> {
        let folder = self.folder.join(file_name(&recording.scenario));
        fs::create_dir_all(&folder).map_err(|error| StoreError::system("make", &folder, error))?;
        let before = self.files(&recording.scenario)?;
        let mut number = before.last().map_or(1, |(number, _)| number + 1);
        let text = schema::recording_to_json(recording)
            .map_err(|source| StoreError::Schema { path: folder.clone(), source })?;
        let path = loop {
            let path = folder.join(format!("{number:06}.json"));
            match super::write(&path, text.as_bytes(), false) {
                Err(StoreError::System { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => number += 1,
                result => break result.map(|()| path)?,
            }
        };
        let keep = if restart { 0 } else { MOST_RUNS - 1 };
        for (_, old) in &before[..before.len().saturating_sub(keep)] {
            // Another writer may have dropped it already.
            let _ = fs::remove_file(old);
        }
        Ok(path)
    }

    /// The files of a scenario with their numbers, ascending.
    fn files(&self, scenario: &str) -> Result<Vec<(u64, PathBuf)>, StoreError> {
        let folder = self.folder.join(file_name(scenario));
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| StoreError::system("read", &folder, error))?,
        };
        let mut files: Vec<(u64, PathBuf)> =
            entries.filter_map(Result::ok).filter_map(|entry| Some((number(&entry.path())?, entry.path()))).collect();
        files.sort();
        Ok(files)
    }
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_suffix(".json")?.parse().ok()
}
