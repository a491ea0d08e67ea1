//! A dump without its values: every name, size, identifier and reference as it was, no content.
//!
//! What counts as a value is decided by each format (`hprof::redact`, `v8::redact`); a Python graph of
//! Plimsoll has none. The output is written in one pass over the mapped input; what is kept in memory
//! meanwhile is tables of classes and names, never content.

use std::io::{self, Write};
use std::path::Path;

use super::summarize::format;
use super::{Format, HeapError, Mapping, hprof, python, v8};
use crate::units::Bytes;

/// What may stay besides structure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// The names of threads in a dump of a JVM.
    pub thread_names: bool,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Of the dump, before and after.
    pub format: Format,
    /// Content that was overwritten: array elements and field values, or text.
    pub blanked: Bytes,
    /// What stayed that may be data, and where the dump was cut, one sentence each.
    pub caveats: Vec<String>,
}

/// Why a dump could not be redacted.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// The dump cannot be read.
    #[error(transparent)]
    Heap(#[from] HeapError),
    /// The redacted dump cannot be written.
    #[error("cannot write the redacted dump: {0}")]
    Write(#[from] io::Error),
}

/// Writes a dump without its values; `path` is what errors call it.
///
/// Sizes, identifiers, references, class and field names stay, so that any tool reads the result as it
/// read the original and counts the same bytes.
///
/// # Errors
/// [`RedactError::Heap`] as for [`summarize`](super::summarize), [`RedactError::Write`] if `out` fails;
/// then what was written so far is no dump and has to be thrown away.
pub fn redact(file: &Mapping, path: &Path, out: &mut dyn Write, keep: Keep) -> Result<Redaction, RedactError> {
    let mut redaction = blank(file, path, out, keep).map_err(|error| match error {
        RedactError::Heap(error) => RedactError::Heap(error.of_packed(path, file.cut())),
        error @ RedactError::Write(_) => error,
    })?;
    redaction.caveats.extend(file.cut().map(|cut| cut.to_string()));
    Ok(redaction)
}

fn blank(file: &Mapping, path: &Path, out: &mut dyn Write, keep: Keep) -> Result<Redaction, RedactError> {
    let format = format(file).map_err(|looks| HeapError::Unknown { path: path.to_owned(), looks })?;
    let (blanked, caveats) = match format {
        Format::Hprof => hprof::redact(file, out, keep)?,
        Format::V8 => v8::redact(file, out)?,
        Format::Python => {
            python::check(file)?;
            out.write_all(file)?;
            (0, Vec::new())
        }
    };
    out.flush()?;
    Ok(Redaction { format, blanked: Bytes(blanked), caveats })
}
