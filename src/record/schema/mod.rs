//! The file format of recordings: versioned, and with types of its own.
//!
//! `events.jsonl` has one event a line, `recording.json` the whole recording. Both start with the schema version; a
//! newer one is refused.

#[cfg(test)]
mod arbitrary;
mod convert;
mod heap;
mod v1;

use std::io::BufRead;

use super::{Event, Recording};

/// The version that this program writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// The longest event line that is read, in bytes: a heap summary is the largest thing in one.
const LONGEST_LINE: usize = 64 << 20;

/// Why a recording could not be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SchemaError {
    /// Written by a newer version of Plimsoll.
    #[error(
        "it has schema version {found}, this plimsoll reads up to {VERSION}: use the version that wrote it, or a newer one"
    )]
    Newer {
        /// The version found.
        found: u32,
    },
    /// Not what the schema says.
    #[error("{0}")]
    Malformed(String),
}

/// One line of `events.jsonl`, without its line end.
///
/// # Errors
/// When the event cannot be written as JSON, which only a figure that is no number could cause.
pub fn event_to_line(event: &Event) -> Result<String, SchemaError> {
    let line = v1::Line { schema: VERSION, event: v1::Event::from(event.clone()) };
    serde_json::to_string(&line).map_err(|error| SchemaError::Malformed(error.to_string()))
}

/// Reads one line of `events.jsonl`.
///
/// # Errors
/// When the line is no event or of a newer schema.
pub fn event_from_line(line: &[u8]) -> Result<Event, SchemaError> {
    check_version(line)?;
    let line: v1::Line = serde_json::from_slice(line).map_err(|error| SchemaError::Malformed(error.to_string()))?;
    Event::try_from(line.event)
}

/// Folds the lines of an `events.jsonl`; with the number of the line at which reading ended early, if it did.
/// A torn last line is what a killed run leaves behind.
pub fn fold_lines(mut lines: impl BufRead) -> (Recording, Option<(usize, SchemaError)>) {
    let mut recording = Recording::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let mut limited = std::io::Read::take(&mut lines, LONGEST_LINE as u64);
        match limited.read_until(b'\n', &mut line) {
            Ok(0) => break,
            Err(error) => return (recording, Some((number, SchemaError::Malformed(error.to_string())))),
            Ok(_) => match event_from_line(&line) {
                Ok(event) => recording.apply(event),
                Err(error) => return (recording, Some((number, error))),
            },
        }
    }
    (recording, None)
}

/// The text of `recording.json`.
///
/// # Errors
/// As [`event_to_line`].
pub fn recording_to_json(recording: &Recording) -> Result<String, SchemaError> {
    let file = v1::File { schema: VERSION, recording: v1::Recording::from(recording.clone()) };
    serde_json::to_string_pretty(&file).map_err(|error| SchemaError::Malformed(error.to_string()))
}

/// Reads a `recording.json`.
///
/// # Errors
/// When the text is no recording or of a newer schema; the message has line and column.
pub fn recording_from_json(text: &[u8]) -> Result<Recording, SchemaError> {
    check_version(text)?;
    let file: v1::File = serde_json::from_slice(text).map_err(|error| SchemaError::Malformed(error.to_string()))?;
    Recording::try_from(file.recording)
}

/// Reads the version first, so that a newer file is told from a broken one.
fn check_version(text: &[u8]) -> Result<(), SchemaError> {
    #[derive(serde::Deserialize)]
    struct Version {
        schema: u32,
    }
    match serde_json::from_slice::<Version>(text) {
        Ok(Version { schema }) if schema > VERSION => Err(SchemaError::Newer { found: schema }),
        Ok(_) => Ok(()),
        Err(error) => Err(SchemaError::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
