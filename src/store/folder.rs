//! The folder of one recording: `events.jsonl` as it happens, `recording.json` at the end, the service's log, dumps.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::record::schema;
use crate::record::{Event, Recording};

const EVENTS: &str = "events.jsonl";
const RECORDING: &str = "recording.json";

/// A recording that is being written.
#[derive(Debug)]
pub struct RecordingFolder {
    path: PathBuf,
    events: File,
    /// Bytes of whole lines in `events`.
    written: u64,
}

/// A recording that was read back.
#[derive(Debug)]
pub struct Opened {
    /// Its folder.
    pub path: PathBuf,
    /// What it holds.
    pub recording: Recording,
    /// What was missing or torn, one sentence each.
    pub notes: Vec<String>,
}

impl RecordingFolder {
    /// Makes `<runs>/<scenario>-<start>`, with `-2`, `-3` … where that is taken. `started` is RFC 3339.
    ///
    /// # Errors
    /// When the folder or its event file cannot be made.
    pub fn create(runs: &Path, scenario: &str, started: &str) -> Result<Self, StoreError> {
        let keep = |c: &char| c.is_ascii_alphanumeric();
        let stamp: String = started.split('.').next().unwrap_or_default().chars().filter(keep).collect();
        let name = format!("{}-{}Z", file_name(scenario), stamp.trim_end_matches('Z'));
        fs::create_dir_all(runs).map_err(|error| StoreError::system("make", runs, error))?;
        let mut path = runs.join(&name);
        let mut number = 1;
        while let Err(error) = fs::create_dir(&path) {
            if error.kind() != io::ErrorKind::AlreadyExists {
                return Err(StoreError::system("make", &path, error));
            }
            number += 1;
            path = runs.join(format!("{name}-{number}"));
        }
        let dumps = path.join("dumps");
        fs::create_dir(&dumps).map_err(|error| StoreError::system("make", &dumps, error))?;
        let events = path.join(EVENTS);
        let file = OpenOptions::new().create_new(true).append(true).open(&events);
        let file = file.map_err(|error| StoreError::system("make", &events, error))?;
        Ok(Self { path, events: file, written: 0 })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the service's output goes.
    pub fn log_file(&self) -> PathBuf {
        self.path.join("log.txt")
    }

    /// Where heap dumps go.
    pub fn dumps(&self) -> PathBuf {
        self.path.join("dumps")
    }

    /// Adds an event: one line, one write, so that a kill leaves whole lines behind.
    ///
    /// # Errors
    /// When it cannot be written; the file then ends with the last whole line.
    pub fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        let path = self.path.join(EVENTS);
        let line = schema::event_to_line(event).map_err(|source| StoreError::Schema { path: path.clone(), source })?;
        let line = line + "\n";
        match self.events.write_all(line.as_bytes()) {
            Ok(()) => {
                self.written += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Best effort: a torn line would be tolerated by the reader too.
                let _ = self.events.set_len(self.written);
                Err(StoreError::system("write", &path, error))
            }
        }
    }

    /// Writes the folded recording.
    ///
    /// # Errors
    /// When it cannot be written; the events are still whole.
    pub fn finish(&mut self, recording: &Recording) -> Result<(), StoreError> {
        let path = self.path.join(RECORDING);
        let text =
            schema::recording_to_json(recording).map_err(|source| StoreError::Schema { path: path.clone(), source })?;
        super::write(&path, text.as_bytes(), true)
    }

    /// Reads a recording: its folder, or its `recording.json`. Without one, the events are folded.
    ///
    /// # Errors
    /// When neither is there, or what is there is no recording.
    pub fn open(path: &Path) -> Result<Opened, StoreError> {
        let folder = if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() };
        let file = if path.is_dir() { path.join(RECORDING) } else { path.to_owned() };
        if file.exists() {
            let text = super::read(&file)?;
            let recording =
                schema::recording_from_json(&text).map_err(|source| StoreError::Schema { path: file, source })?;
            return Ok(Opened { path: folder, recording, notes: Vec::new() });
        }
        let events = folder.join(EVENTS);
        let Ok(open) = File::open(&events) else { return Err(StoreError::NoRecording { path: folder }) };
        let (recording, cut) = schema::fold_lines(BufReader::new(open));
        let mut notes =
            vec![format!("`{RECORDING}` is missing, the run was cut off: the recording is what `{EVENTS}` tells")];
        if let Some((line, error)) = cut {
            if matches!(error, schema::SchemaError::Newer { .. }) || recording.started.is_empty() {
                return Err(StoreError::Schema { path: events, source: error });
            }
            notes.push(format!("`{EVENTS}` is torn at line {line}: {error}"));
        }
        Ok(Opened { path: folder, recording, notes })
    }
}

/// The newest recording folder.
///
/// # Errors
/// When there is none.
pub fn newest(runs: &Path) -> Result<PathBuf, StoreError> {
    let none = || StoreError::NoRecording { path: runs.to_owned() };
    let entries = fs::read_dir(runs).map_err(|_| none())?;
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.join(EVENTS).exists());
    let dated = folders.filter_map(|path| Some((fs::metadata(path.join(EVENTS)).ok()?.modified().ok()?, path)));
    dated.max().map(|(_, path)| path).ok_or_else(none)
}

/// The recordings of the other side that a recording was measured in turn with, oldest first; mostly none.
///
/// # Errors
/// When one is there and cannot be read.
pub fn against(folder: &Path) -> Result<Vec<Opened>, StoreError> {
    let Ok(entries) = fs::read_dir(folder.join(super::AGAINST)) else { return Ok(Vec::new()) };
    let mut folders: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders.iter().map(|path| RecordingFolder::open(path)).collect()
}

/// A scenario's name as a file name: nothing in it can leave the folder, and no two names share a file.
pub(super) fn file_name(scenario: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let name: String = scenario.chars().take(80).map(keep).collect();
    let name = name.trim_start_matches('.');
    if name == scenario && !name.is_empty() {
        return name.to_owned();
    }
    let digest = blake3::hash(scenario.as_bytes()).to_hex();
    format!("{}-{}", if name.is_empty() { "unnamed" } else { name }, &digest[..8])
}
