//! The kernel's own high-water mark of a group, from one reset to the next.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::Version;
use super::figures::number;
use crate::units::Bytes;

/// Reads and resets a peak.
#[derive(Debug)]
pub(super) enum Peak {
    /// Version 1: writing 0 resets `max_usage` for everybody.
    Shared(PathBuf),
    /// Version 2 from Linux 6.12 on: a write resets the peak that this very file descriptor reads.
    Own(File),
    /// Version 2 before: the peak since the group was made. It is exact for a phase in which it rose, and
    /// says nothing otherwise.
    Ever {
        /// The file.
        file: PathBuf,
        /// Its value at the last reset.
        before: u64,
    },
}

impl Peak {
    /// The peak of the group in `folder`.
    pub fn of(version: Version, folder: &Path) -> Self {
        if version == Version::One {
            return Self::Shared(folder.join("memory.max_usage_in_bytes"));
        }
        let file = folder.join("memory.peak");
        let own = OpenOptions::new().read(true).write(true).open(&file);
        match own.and_then(|mut own| own.write_all(b"reset\n").map(|()| own)) {
            Ok(own) => Self::Own(own),
            Err(_) => Self::Ever { before: number(&file).unwrap_or(0), file },
        }
    }

    /// Begins anew at the present usage.
    pub fn reset(&mut self) {
        match self {
            Self::Shared(file) => {
                let _read_only = fs::write(file, "0");
            }
            Self::Own(file) => {
                let _group_gone = file.write_all(b"reset\n");
            }
            Self::Ever { file, before } => *before = number(file).unwrap_or(*before),
        }
    }

    /// The highest usage since the reset.
    pub fn read(&self) -> Option<Bytes> {
        match self {
            Self::Shared(file) => number(file).map(Bytes),
            Self::Own(file) => {
                let mut text = [0; 32];
                let length = file.read_at(&mut text, 0).ok()?;
                std::str::from_utf8(text.get(..length)?).ok()?.trim().parse().ok().map(Bytes)
            }
            Self::Ever { file, before } => number(file).filter(|now| now > before).map(Bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_kernels_peak_counts_only_when_it_rose() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("memory.peak");
        fs::write(&file, "100\n").unwrap();
        let mut peak = Peak::Ever { file: file.clone(), before: 100 };
        assert_eq!(peak.read(), None);
        fs::write(&file, "150\n").unwrap();
        assert_eq!(peak.read(), Some(Bytes(150)));
        peak.reset();
        assert_eq!(peak.read(), None);
    }
}
