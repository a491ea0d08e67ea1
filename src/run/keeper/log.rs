//! The service's output in a file that cannot fill the disk: its beginning and its end are kept.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Bytes kept from the beginning of the output.
pub(super) const HEAD: u64 = 9 << 20;
/// Bytes kept from the end of the output, in memory until the service ended.
pub(super) const TAIL: usize = 1 << 20;

/// A log that is written as it comes up to [`HEAD`]; of the rest the last [`TAIL`] bytes follow at the end.
pub(super) struct Log {
    file: Option<File>,
    head: u64,
    tail: VecDeque<u8>,
    left_out: u64,
    keep: usize,
}

impl Log {
    /// Creates the file.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { file: Some(file), head: HEAD, tail: VecDeque::new(), left_out: 0, keep: TAIL })
    }

    #[cfg(test)]
    fn bounded(path: &Path, head: u64, keep: usize) -> io::Result<Self> {
        Ok(Self { head, keep, ..Self::create(path)? })
    }

    /// Adds output. After the first error nothing is written any more: the service must not stand still
    /// because its log cannot be kept.
    pub fn write(&mut self, output: &[u8]) -> io::Result<()> {
        let now = output.len().min(usize::try_from(self.head).unwrap_or(usize::MAX));
        let (head, rest) = output.split_at(now);
        self.head -= head.len() as u64;
        self.keep_last(rest);
        self.put(head)
    }

    fn keep_last(&mut self, rest: &[u8]) {
        self.tail.extend(&rest[rest.len().saturating_sub(self.keep)..]);
        let over = self.tail.len().saturating_sub(self.keep);
        self.tail.drain(..over);
        self.left_out += (over + rest.len().saturating_sub(self.keep)) as u64;
    }

    /// Writes the end of the output.
    pub fn finish(&mut self) -> io::Result<()> {
        if self.left_out > 0 {
            let note = format!("\n[... {} bytes of output left out ...]\n", self.left_out);
            self.put(note.as_bytes())?;
        }
        let tail = std::mem::take(&mut self.tail);
        let (front, back) = tail.as_slices();
        self.put(front)?;
        self.put(back)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let written = file.write_all(bytes);
        if written.is_err() {
            self.file = None;
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_of_much_output_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        let mut log = Log::bounded(&path, 5, 4).unwrap();
        for part in ["abc", "defgh", "ijklmnopqrstu", "vwx", "yz"] {
            log.write(part.as_bytes()).unwrap();
        }
        log.finish().unwrap();
        let kept = std::fs::read_to_string(&path).unwrap();
        assert_eq!(kept, "abcde\n[... 17 bytes of output left out ...]\nwxyz");
    }

    #[test]
    fn a_full_disk_is_said_once_and_stops_nothing() {
        let mut log = Log::create(Path::new("/dev/full")).unwrap();
        assert!(log.write(b"lost").is_err());
        assert!(log.write(b"lost too").is_ok());
        assert!(log.finish().is_ok());
    }
}
