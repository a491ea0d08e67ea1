//! Where the files of baselines are kept: a folder, a git branch, an object storage. Only files are known here, not
//! what they hold.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;

/// Numbered files for each scenario, in the order in which they were added. A scenario is named as a file is
/// (`store::Baselines` sees to that): nothing in a name leads elsewhere.
pub trait Shelf: std::fmt::Debug + Send + Sync {
    /// The scenarios that have files, sorted.
    ///
    /// # Errors
    /// When the place is there and cannot be read.
    fn scenarios(&self) -> Result<Vec<String>, StoreError>;

    /// The numbers of a scenario's files, ascending; none where there is no such scenario.
    ///
    /// # Errors
    /// As [`Shelf::scenarios`].
    fn entries(&self, scenario: &str) -> Result<Vec<u64>, StoreError>;

    /// One file.
    ///
    /// # Errors
    /// When it is gone, cannot be read, or is larger than a recording.
    fn read(&self, scenario: &str, entry: u64) -> Result<Vec<u8>, StoreError>;

    /// Adds a file after all others and then drops all but the newest `keep` of those that were there before. Returns
    /// where it is. Whoever reads meanwhile sees whole files only, and of two writers at once neither loses a file.
    ///
    /// # Errors
    /// When it cannot be written; what was there is then as it was.
    fn add(&self, scenario: &str, text: &[u8], keep: usize) -> Result<String, StoreError>;

    /// Where a file is, in words for messages.
    fn place(&self, scenario: &str, entry: u64) -> String;
}

/// The file name of an entry: six digits keep the names in order for people too.
pub(super) fn entry_name(entry: u64) -> String {
    format!("{entry:06}.json")
}

/// The number in the file name of an entry.
pub(super) fn entry_number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?;
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if sound { digits.parse().ok() } else { None }
}

/// A folder with a folder for each scenario.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder, which need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn file(&self, scenario: &str, entry: u64) -> PathBuf {
        self.path.join(scenario).join(entry_name(entry))
    }

    /// The names in a folder; none where it is not there.
    fn names(path: &Path) -> Result<Vec<String>, StoreError> {
        let entries = match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|error| StoreError::system("read", path, error))?,
        };
        let names = entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort();
        Ok(names)
    }
}

impl Shelf for Folder {
    fn scenarios(&self) -> Result<Vec<String>, StoreError> {
        let mut names = Self::names(&self.path)?;
        names.retain(|name| !name.starts_with('.') && self.entries(name).is_ok_and(|entries| !entries.is_empty()));
        Ok(names)
    }

    fn entries(&self, scenario: &str) -> Result<Vec<u64>, StoreError> {
        let names = Self::names(&self.path.join(scenario))?;
        let mut entries: Vec<u64> = names.iter().filter_map(|name| entry_number(name)).collect();
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, scenario: &str, entry: u64) -> Result<Vec<u8>, StoreError> {
        super::read(&self.file(scenario, entry))
    }

    fn add(&self, scenario: &str, text: &[u8], keep: usize) -> Result<String, StoreError> {
        let folder = self.path.join(scenario);
        fs::create_dir_all(&folder).map_err(|error| StoreError::system("make", &folder, error))?;
        let before = self.entries(scenario)?;
        let mut entry = before.last().map_or(1, |entry| entry + 1);
        let path = loop {
            let path = self.file(scenario, entry);
            match super::write(&path, text, false) {
                Err(StoreError::System { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => entry += 1,
                result => break result.map(|()| path)?,
            }
        };
        for old in &before[..before.len().saturating_sub(keep)] {
            // Another writer may have dropped it already.
            let _ = fs::remove_file(self.file(scenario, *old));
        }
        Ok(path.display().to_string())
    }

    fn place(&self, scenario: &str, entry: u64) -> String {
        self.file(scenario, entry).display().to_string()
    }
}
