//! The edge that keeps recordings and baselines on disk. Writes are atomic; what was kept is always said.

mod baseline;
mod folder;
mod git_branch;
#[cfg(feature = "object-storage")]
mod object_storage;
mod shelf;

use std::io;
use std::path::{Path, PathBuf};

pub use baseline::{Baseline, Baselines, Stored};
pub use folder::{Opened, RecordingFolder, against, newest};
pub use git_branch::GitBranch;
#[cfg(feature = "object-storage")]
pub use object_storage::{ObjectStorage, is_bucket};
pub use shelf::{Folder, Shelf};

use crate::record::schema::SchemaError;

/// Where recordings are kept, below the folder of the policy.
pub const RUNS: &str = ".plimsoll/runs";
/// Where baselines are kept, below the folder of the policy.
pub const BASELINES: &str = ".plimsoll/baselines";

/// Where a recording keeps those of the other side of `run --against`, within its own folder.
pub const AGAINST: &str = "against";

/// Larger files are not read: they are no recording of ours.
const LARGEST_FILE: u64 = 1 << 30;

/// Why something could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused; the cure depends on why.
    #[error("failed to {what} `{path}`: {source}{cure}", path = path.display())]
    System {
        /// What was attempted.
        what: &'static str,
        /// On which path.
        path: PathBuf,
        /// What to do about it and what was kept.
        cure: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The file is there and is no recording.
    #[error("`{path}` is no recording: {source}", path = path.display())]
    Schema {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: SchemaError,
    },
    /// There is nothing to read.
    #[error("no recording in `{path}`: `plimsoll run` makes one", path = path.display())]
    NoRecording {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A place that is no folder refused.
    #[error("failed to {what} the baselines at `{place}`: {why}{cure}")]
    Elsewhere {
        /// What was attempted.
        what: &'static str,
        /// The address.
        place: String,
        /// Why it failed.
        why: String,
        /// What to do about it.
        cure: &'static str,
    },
    /// The file is too large to be a recording.
    #[error("`{path}` has {size}, which no recording has: is it the right file?", path = path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// Its size.
        size: crate::units::Bytes,
    },
}

impl StoreError {
    fn system(what: &'static str, path: &Path, source: io::Error) -> Self {
        let cure = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
                "; make room there or choose another folder; whatever was written before is kept"
            }
            io::ErrorKind::PermissionDenied => "; make it writable or choose another folder",
            _ => "",
        };
        Self::System { what, path: path.to_owned(), cure, source }
    }
}

/// Reads a whole file of ours, if its size is believable.
fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let size = std::fs::metadata(path).map_err(|error| StoreError::system("read", path, error))?.len();
    if size > LARGEST_FILE {
        return Err(StoreError::TooLarge { path: path.to_owned(), size: crate::units::Bytes(size) });
    }
    std::fs::read(path).map_err(|error| StoreError::system("read", path, error))
}

/// Writes a file so that a reader sees all of it or nothing, whatever happens meanwhile. With `replace` off an
/// existing file is an error of kind `AlreadyExists`.
fn write(path: &Path, text: &[u8], replace: bool) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let attempt = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".plimsoll-").tempfile_in(folder)?;
        io::Write::write_all(&mut file, text)?;
        file.as_file().sync_all()?;
        match replace {
            true => file.persist(path).map_err(|error| error.error)?,
            false => file.persist_noclobber(path).map_err(|error| error.error)?,
        };
        std::fs::File::open(folder)?.sync_all()
    };
    attempt().map_err(|error| StoreError::system("write", path, error))
}
