//! The named pipe through which an engine tells its counts, and the file that it becomes where an engine replaces it.

use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::{OpenOptions, Receiver};

/// Bytes read at once.
const PART: usize = 64 << 10;

/// See the module.
#[derive(Debug)]
pub(super) struct Feed {
    path: PathBuf,
    pipe: Receiver,
    buffer: Vec<u8>,
}

impl Feed {
    /// Makes the pipe.
    pub fn create(path: &Path) -> io::Result<Self> {
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        // Open for writing too: an engine may open and close it as often as it likes.
        let pipe = OpenOptions::new().read_write(true).open_receiver(path)?;
        Ok(Self { path: path.to_owned(), pipe, buffer: vec![0; PART] })
    }

    /// The next bytes; may be dropped and called again.
    pub async fn next(&mut self) -> io::Result<&[u8]> {
        let count = self.pipe.read(&mut self.buffer).await?;
        Ok(&self.buffer[..count])
    }

    /// What is left when everything that could write has ended.
    pub fn drain(&mut self, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
        // The runtime knows only what its last look at the pipe told: bytes may have come since.
        let mut pipe = std::fs::File::from(self.pipe.as_fd().try_clone_to_owned()?);
        loop {
            match pipe.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) if take(&self.buffer[..count]) => {}
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.replaced(take)
    }

    /// An engine that writes beside the name and renames has made a file of the pipe; others put an ending of their own
    /// behind the name.
    fn replaced(&mut self, mut take: impl FnMut(&[u8]) -> bool) -> io::Result<()> {
        let mut ending = self.path.clone().into_os_string();
        ending.push(".json");
        let paths = [self.path.clone(), ending.into()];
        let is_file = |path: &PathBuf| std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        for path in paths.into_iter().filter(is_file) {
            let mut file = std::fs::File::open(path)?;
            loop {
                match file.read(&mut self.buffer)? {
                    0 => break,
                    count if take(&self.buffer[..count]) => {}
                    _ => return Ok(()),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_in_parts_or_renamed_into_place_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counts");
        let mut feed = Feed::create(&path).unwrap();
        std::fs::write(&path, "one\n").unwrap();
        assert_eq!(feed.next().await.unwrap(), b"one\n");
        std::fs::write(&path, "two\n").unwrap();
        std::fs::write(folder.path().join("beside"), "three\n").unwrap();
        std::fs::rename(folder.path().join("beside"), &path).unwrap();
        std::fs::write(folder.path().join("counts.json"), "four\n").unwrap();
        let mut rest = Vec::new();
        feed.drain(|bytes| {
            rest.extend_from_slice(bytes);
            true
        })
        .unwrap();
        assert_eq!(rest, b"two\nthree\nfour\n");
    }
}
