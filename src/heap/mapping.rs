//! A dump as a slice of bytes: mapped where it can be, unpacked first where it is gzip.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::ops::{Deref, Range};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use memmap2::{Mmap, UncheckedAdvice};

use super::HeapError;

/// The uncompressed content of a dump. Its pages belong to the file: they can be dropped and read again.
#[derive(Debug)]
pub struct Mapping {
    map: Option<Mmap>,
    cut: Option<u64>,
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Mapping {
    /// Opens a file. Gzip, the JVM's chunked kind included, is unpacked into an unnamed temporary file
    /// beside it, or where temporary files go if that folder cannot be written.
    pub fn open(path: &Path) -> Result<Self, HeapError> {
        Self::open_file(path).map_err(|source| HeapError::Read { path: path.to_owned(), source })
    }

    fn open_file(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut magic = Vec::new();
        file.by_ref().take(2).read_to_end(&mut magic)?;
        file.rewind()?;
        if magic == GZIP {
            return unpack(file, path.parent());
        }
        Ok(Self { map: map(&file)?, cut: None })
    }

    /// Where the compressed data ended too early, in bytes of the uncompressed file.
    pub fn cut(&self) -> Option<u64> {
        self.cut
    }

    /// Gives pages back that were read and are not needed soon; reading them again is allowed.
    pub fn forget(&self, range: Range<usize>) {
        const PAGE: usize = 4096;
        let start = range.start.next_multiple_of(PAGE);
        let end = range.end.min(self.len()) / PAGE * PAGE;
        if let (Some(map), true) = (&self.map, start < end) {
            drop_pages(map, start, end - start);
        }
    }
}

impl Deref for Mapping {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.map.as_deref().unwrap_or_default()
    }
}

fn unpack(file: File, beside: Option<&Path>) -> io::Result<Mapping> {
    let folder = beside.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut plain = tempfile::tempfile_in(folder).or_else(|_| tempfile::tempfile())?;
    let mut packed = MultiGzDecoder::new(BufReader::with_capacity(1 << 18, file));
    let cut = match io::copy(&mut packed, &mut plain) {
        Ok(_) => None,
        // A dump that was cut is still worth reading as far as it goes; a full disk is not.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
            ) =>
        {
            Some(plain.stream_position()?)
        }
        Err(error) => return Err(error),
    };
    Ok(Mapping { map: map(&plain)?, cut })
}

#[expect(unsafe_code, reason = "a dump is larger than memory should have to be; reading it by copies costs both")]
fn map(file: &File) -> io::Result<Option<Mmap>> {
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    // SAFETY: the mapping is private to this value, read-only, and never handed out as `&str` or any
    // other type with invariants, so a writer elsewhere can change numbers we read but not break memory
    // safety in practice: every offset is checked at the time of use. If somebody cuts the file while
    // we read, the system ends this process with SIGBUS; it never yields a wrong verdict.
    unsafe { Mmap::map(file) }.map(Some)
}

#[expect(unsafe_code, reason = "without it the resident size of an analysis grows by the size of the dump")]
fn drop_pages(map: &Mmap, start: usize, length: usize) {
    // SAFETY: the mapping is of a file and was never written to, so dropped pages are read again from
    // the file with the same content. Failure changes nothing and is ignored for that reason.
    let _ = unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, length) };
}
