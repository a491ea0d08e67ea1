//! A dump as a slice of bytes: mapped where it can be, copied to disk first where it is gzip or a pipe.

mod spool;

use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek};
use std::ops::{Deref, Range};
use std::os::fd::AsFd;
use std::path::Path;

use memmap2::{Mmap, UncheckedAdvice};

use super::HeapError;
use crate::units::Bytes;
use spool::{Spool, Spooled};

/// The uncompressed content of a dump. Its pages belong to the file: they can be dropped and read again.
#[derive(Debug)]
pub struct Mapping {
    content: Content,
    cut: Option<Cut>,
}

/// Where packed data could not be unpacked any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// In bytes of the uncompressed file.
    pub at: u64,
    /// Whether what is there contradicts itself, so that what came before may be wrong, too; otherwise it only ends.
    pub damaged: bool,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Bytes(self.at);
        match self.damaged {
            false => write!(f, "the compressed file was cut after {at} of content"),
            true => {
                write!(f, "the compressed file is damaged, at {at} of content or before")
            }
        }
    }
}

#[derive(Debug)]
enum Content {
    Empty,
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl Mapping {
    /// Opens a file, a named pipe, or standard input if the path is `-`.
    ///
    /// A file is mapped. Gzip, the JVM's chunked kind included, is unpacked into an unnamed temporary file
    /// beside it, or where temporary files go if that folder cannot be written; what comes out of a pipe
    /// goes where temporary files go.
    ///
    /// # Errors
    /// [`HeapError::Read`] if it cannot be read, [`HeapError::NoRoom`] if the content would take more than
    /// half of what is free on the disk.
    pub fn open(path: &Path) -> Result<Self, HeapError> {
        let failed = |source| HeapError::Read { path: path.to_owned(), source };
        let (mut file, beside) = if path == Path::new("-") {
            (standard_input().map_err(failed)?, None)
        } else {
            (File::open(path).map_err(failed)?, path.parent())
        };
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")));
        }
        let plain = metadata.is_file() && !is_gzip(&mut file).map_err(failed)?;
        if plain {
            return Ok(Self { content: map(&file).map_err(failed)?, cut: None });
        }
        let beside = beside.filter(|_| metadata.is_file());
        Self::spooled(Spool { path, beside }.copy(file)?).map_err(failed)
    }

    /// Takes content from a reader, gzip or not, over an unnamed temporary file.
    ///
    /// # Errors
    /// As [`Mapping::open`]; `name` is what the reader is called in them.
    pub fn spool(reader: impl Read, name: &Path) -> Result<Self, HeapError> {
        let spooled = Spool { path: name, beside: None }.copy(reader)?;
        Self::spooled(spooled).map_err(|source| HeapError::Read { path: name.to_owned(), source })
    }

    /// Content that is in memory already; it is taken as it is, never unpacked.
    pub fn held(content: Vec<u8>) -> Self {
        Self { content: Content::Held(content), cut: None }
    }

    fn spooled(Spooled { file, cut }: Spooled) -> io::Result<Self> {
        Ok(Self { content: map(&file)?, cut })
    }

    /// Where the compressed data ended too early or was damaged.
    pub fn cut(&self) -> Option<Cut> {
        self.cut
    }

    /// Gives pages back that were read and are not needed soon; reading them again is allowed.
    pub fn forget(&self, range: Range<usize>) {
        const PAGE: usize = 4096;
        let start = range.start.next_multiple_of(PAGE);
        let end = range.end.min(self.len()) / PAGE * PAGE;
        if let (Content::Mapped(map), true) = (&self.content, start < end) {
            drop_pages(map, start, end - start);
        }
    }
}

impl Deref for Mapping {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        match &self.content {
            Content::Empty => &[],
            Content::Mapped(map) => map,
            Content::Held(bytes) => bytes,
        }
    }
}

fn standard_input() -> io::Result<File> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(io::Error::other("it is a terminal: pipe a dump into it, or name a file"));
    }
    Ok(File::from(input.as_fd().try_clone_to_owned()?))
}

fn is_gzip(file: &mut File) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.rewind()?;
    file.by_ref().take(2).read_to_end(&mut magic)?;
    file.rewind()?;
    Ok(magic == spool::GZIP)
}

#[expect(unsafe_code, reason = "a dump is larger than memory should have to be; reading it by copies costs both")]
fn map(file: &File) -> io::Result<Content> {
    if file.metadata()?.len() == 0 {
        return Ok(Content::Empty);
    }
    // SAFETY: the mapping is private to this value, read-only, and never handed out as `&str` or any
    // other type with invariants, so a writer elsewhere can change numbers we read but not break memory
    // safety in practice: every offset is checked at the time of use. If somebody cuts the file while
    // we read, the system ends this process with SIGBUS; it never yields a wrong verdict.
    unsafe { Mmap::map(file) }.map(Content::Mapped)
}

#[expect(unsafe_code, reason = "without it the resident size of an analysis grows by the size of the dump")]
fn drop_pages(map: &Mmap, start: usize, length: usize) {
    // SAFETY: the mapping is of a file and was never written to, so dropped pages are read again from
    // the file with the same content. Failure changes nothing and is ignored for that reason.
    let _ = unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, length) };
}
