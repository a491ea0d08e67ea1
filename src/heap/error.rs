//! Why a dump could not be read.

use std::path::{Path, PathBuf};

use super::Cut;
use crate::units::Bytes;

/// The dump cannot be analyzed; what is merely cut or odd is a caveat of the result instead.
#[derive(Debug, thiserror::Error)]
pub enum HeapError {
    /// The file cannot be opened or read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The dump.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The content, unpacked or out of a pipe, cannot be written where it could be analyzed.
    #[error("cannot keep the content of `{}` in a temporary file: {source}; set TMPDIR to a folder that can be written", path.display())]
    Spool {
        /// The dump.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The content, unpacked or out of a pipe, takes more than may be taken of the disk.
    #[error(
        "the content of `{}` takes more than the {room} that can be spared for it: free some, set TMPDIR to a folder \
         with more room, or unpack it elsewhere",
        path.display()
    )]
    NoRoom {
        /// The dump.
        path: PathBuf,
        /// Half of what was free, or what was written until nothing was.
        room: Bytes,
    },
    /// The content is of no known format.
    #[error(
        "`{}` is no heap dump: it {looks}; expected HPROF, a V8 heap snapshot or a Python graph of Plimsoll",
        path.display()
    )]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What it looks like instead, as the end of a sentence: `starts with "PK"`.
        looks: String,
    },
    /// The packed file ends, or is damaged, before anything could be made of it.
    #[error("cannot read `{}`: {cut}; pack it again, or take the dump again", path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// Where, and in which way.
        cut: Cut,
    },
    /// The file contradicts its format.
    #[error("malformed dump at byte `{offset}`: {what}")]
    Malformed {
        /// Where, counted from the start of the uncompressed file.
        offset: u64,
        /// What is wrong there, and what to do.
        what: String,
    },
    /// More objects or references than 31 bits count.
    #[error("`{objects}` objects are more than one graph holds (2,147,483,646): take the dump at a smaller heap")]
    TooLarge {
        /// Objects in the file.
        objects: u64,
    },
}

impl HeapError {
    /// What is wrong with a file that is packed: not its content, where that came out damaged or not at all.
    pub(super) fn of_packed(self, path: &Path, cut: Option<Cut>) -> Self {
        match cut.filter(|cut| cut.damaged || cut.at == 0) {
            Some(cut) => Self::Packed { path: path.to_owned(), cut },
            None => self,
        }
    }
}
