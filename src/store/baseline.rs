//! Baselines: the accepted recordings of each scenario, one file each, in the order in which they were accepted.

use std::path::PathBuf;
use std::sync::Arc;

use super::shelf::{Folder, Shelf};
use super::{StoreError, folder::file_name};
use crate::record::Recording;
use crate::record::schema;

/// Runs that a baseline keeps: enough to know how much two runs differ.
const MOST_RUNS: usize = 5;

/// The stored baselines of a project.
#[derive(Debug, Clone)]
pub struct Baselines {
    shelf: Arc<dyn Shelf>,
}

/// The baseline of one scenario.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The accepted runs, oldest first; empty where there is none.
    pub recordings: Vec<Recording>,
    /// Files that could not be read, and why: they are passed over.
    pub skipped: Vec<String>,
}

/// One stored run.
#[derive(Debug)]
pub struct Stored {
    /// Its number.
    pub entry: u64,
    /// Where it is.
    pub place: String,
    /// The run, or why it cannot be read.
    pub recording: Result<Recording, StoreError>,
}

impl Baselines {
    /// The baselines below a folder, which need not exist.
    pub fn open(folder: impl Into<PathBuf>) -> Self {
        Self::on(Arc::new(Folder::new(folder)))
    }

    /// The baselines on a shelf.
    pub fn on(shelf: Arc<dyn Shelf>) -> Self {
        Self { shelf }
    }

    /// The scenarios that have baselines, as file names.
    ///
    /// # Errors
    /// When the place is there and cannot be read.
    pub fn scenarios(&self) -> Result<Vec<String>, StoreError> {
        self.shelf.scenarios()
    }

    /// Every stored run of a scenario, oldest first.
    ///
    /// # Errors
    /// When the place is there and cannot be read.
    pub fn stored(&self, scenario: &str) -> Result<Vec<Stored>, StoreError> {
        let scenario = &file_name(scenario);
        let entries = self.shelf.entries(scenario)?;
        Ok(entries.into_iter().map(|entry| self.one(scenario, entry)).collect())
    }

    fn one(&self, scenario: &str, entry: u64) -> Stored {
        let place = self.shelf.place(scenario, entry);
        let read = self.shelf.read(scenario, entry).and_then(|text| {
            let path = PathBuf::from(&place);
            schema::recording_from_json(&text).map_err(|source| StoreError::Schema { path, source })
        });
        Stored { entry, place, recording: read }
    }

    /// The accepted runs of a scenario that belong together: those of the newest one's plan and environment.
    ///
    /// # Errors
    /// When the place is there and cannot be read.
    pub fn load(&self, scenario: &str) -> Result<Baseline, StoreError> {
        let mut baseline = Baseline::default();
        for stored in self.stored(scenario)? {
            match stored.recording {
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
    /// it are dropped: the level has changed on purpose. Two writers at once lose nothing. Returns where it is kept.
    ///
    /// # Errors
    /// When it cannot be written; the baseline is then as it was.
    pub fn accept(&self, recording: &Recording, restart: bool) -> Result<String, StoreError> {
        let scenario = file_name(&recording.scenario);
        let text = schema::recording_to_json(recording)
            .map_err(|source| StoreError::Schema { path: PathBuf::from(&scenario), source })?;
        self.shelf.add(&scenario, text.as_bytes(), if restart { 0 } else { MOST_RUNS - 1 })
    }
}
