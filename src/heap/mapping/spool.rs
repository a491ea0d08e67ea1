//! Copying a stream, packed or not, into a file that can be mapped, within what the disk has to spare.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use nix::sys::statvfs::fstatvfs;

use super::Cut;
use crate::heap::{HeapError, summarize};
use crate::units::Bytes;

/// First bytes of gzip.
pub(super) const GZIP: [u8; 2] = [0x1f, 0x8b];

const PIECE: usize = 1 << 18;

/// A stream with what errors call it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spool<'a> {
    pub(super) path: &'a Path,
    /// The folder that is tried first.
    pub(super) beside: Option<&'a Path>,
}

/// What was copied.
#[derive(Debug)]
pub(super) struct Spooled {
    /// Without a name: it is gone when it is closed.
    pub(super) file: File,
    /// Where packed data ended too early or was damaged.
    pub(super) cut: Option<Cut>,
}

impl Spool<'_> {
    /// Copies a stream. One that does not begin as a dump does is copied no further than its beginning, so
    /// that nothing else, an endless stream or a packed disk image, fills the disk before it is refused.
    pub(super) fn copy(self, mut reader: impl Read) -> Result<Spooled, HeapError> {
        let mut magic = Vec::new();
        reader.by_ref().take(2).read_to_end(&mut magic).map_err(|source| self.unread(source))?;
        let packed = magic == GZIP;
        let whole = magic.as_slice().chain(reader);
        if packed {
            self.fill(MultiGzDecoder::new(BufReader::with_capacity(PIECE, whole)), true)
        } else {
            self.fill(whole, false)
        }
    }

    fn fill(self, mut content: impl Read, packed: bool) -> Result<Spooled, HeapError> {
        let mut file = self.file()?;
        let limit = free(&file).map_or(u64::MAX, |free| free / 2);
        let mut piece = Vec::with_capacity(PIECE);
        let mut copied = 0_u64;
        let mut cut = None;
        while cut.is_none() {
            piece.clear();
            // Bytes that came before an error stay in the piece.
            match content.by_ref().take(PIECE as u64).read_to_end(&mut piece) {
                Ok(_) => {}
                Err(error) if packed && unpacks_no_further(&error) => {
                    let damaged = error.kind() != io::ErrorKind::UnexpectedEof;
                    cut = Some(Cut { at: copied + piece.len() as u64, damaged });
                }
                Err(error) => return Err(self.unread(error)),
            }
            if copied + piece.len() as u64 > limit {
                return Err(self.no_room(limit));
            }
            file.write_all(&piece).map_err(|error| self.unwritten(error, copied))?;
            let strange = copied == 0 && !summarize::is_dump(&piece);
            copied += piece.len() as u64;
            if piece.len() < PIECE || strange {
                break;
            }
        }
        Ok(Spooled { file, cut })
    }

    fn file(self) -> Result<File, HeapError> {
        let beside =
            |folder: &Path| tempfile::tempfile_in(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let file = self.beside.and_then(|folder| beside(folder).ok());
        file.map_or_else(tempfile::tempfile, Ok).map_err(|error| self.unwritten(error, 0))
    }

    fn unread(self, source: io::Error) -> HeapError {
        HeapError::Read { path: self.path.to_owned(), source }
    }

    fn unwritten(self, error: io::Error, copied: u64) -> HeapError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => self.no_room(copied),
            _ => HeapError::Spool { path: self.path.to_owned(), source: error },
        }
    }

    fn no_room(self, room: u64) -> HeapError {
        HeapError::NoRoom { path: self.path.to_owned(), room: Bytes(room) }
    }
}

/// A dump that was cut, or whose packing is damaged, is worth reading as far as it goes.
fn unpacks_no_further(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
}

/// Bytes that the file's disk has to spare, if it says.
fn free(file: &File) -> Option<u64> {
    let disk = fstatvfs(file).ok()?;
    disk.blocks_available().checked_mul(disk.fragment_size())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn spool() -> Spool<'static> {
        Spool { path: Path::new("app.hprof.gz"), beside: None }
    }

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(content).unwrap();
        packed.finish().unwrap()
    }

    fn length(spooled: &Spooled) -> u64 {
        spooled.file.metadata().unwrap().len()
    }

    fn dump(length: usize) -> Vec<u8> {
        let mut dump = b"JAVA PROFILE 1.0.2\0".to_vec();
        dump.resize(length, 7);
        dump
    }

    #[test]
    fn a_dump_is_copied_whole_packed_or_not() {
        for length_of in [20, PIECE, 3 * PIECE + 1] {
            let dump = dump(length_of);
            for stream in [dump.clone(), packed(&dump), [packed(&dump[..10]), packed(&dump[10..])].concat()] {
                let spooled = spool().copy(&stream[..]).unwrap();
                assert_eq!((length(&spooled), spooled.cut), (length_of as u64, None));
            }
        }
    }

    #[test]
    fn packed_data_that_ends_too_early_is_kept_as_far_as_it_goes() {
        let stream = packed(&dump(1000));
        let spooled = spool().copy(&stream[..stream.len() - 9]).unwrap();
        assert_eq!(spooled.cut, Some(Cut { at: length(&spooled), damaged: false }));
        assert!(length(&spooled) > 0);
    }

    #[test]
    fn packed_data_with_a_wrong_checksum_is_damaged() {
        let mut stream = packed(&dump(1000));
        let checksum = stream.len() - 8;
        stream[checksum] ^= 1;
        assert_eq!(spool().copy(&stream[..]).unwrap().cut, Some(Cut { at: 1000, damaged: true }));
    }

    #[test]
    fn a_stream_that_is_no_dump_is_not_copied_to_its_end() {
        let endless = spool().copy(io::repeat(0)).unwrap();
        assert_eq!(length(&endless), PIECE as u64);
        let bomb = spool().copy(&packed(&vec![0; 40 * PIECE])[..]).unwrap();
        assert_eq!(length(&bomb), PIECE as u64);
    }

    #[test]
    fn a_disk_that_is_full_is_said_to_be() {
        let error = spool().unwritten(io::ErrorKind::StorageFull.into(), 3 << 20).to_string();
        assert!(error.contains("3.00 MiB") && error.contains("TMPDIR"), "{error}");
    }
}
