//! Baselines in a bucket: S3 and what speaks its protocol, Google Cloud Storage, Azure Blob Storage. Credentials come
//! from the environment as their own tools read them. A file is only put where there is none, so that of two writers
//! at once neither loses a file.

mod bucket;
mod http;

use std::sync::Arc;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload};

use super::shelf::{Shelf, entry_name, entry_number};
use super::{LARGEST_FILE, StoreError};

/// A folder in a bucket.
#[derive(Debug)]
pub struct ObjectStorage {
    address: String,
    bucket: Arc<dyn ObjectStore>,
    prefix: Path,
    runtime: tokio::runtime::Runtime,
}

/// Whether an address is one of a bucket.
pub fn is_bucket(address: &str) -> bool {
    ["s3://", "gs://", "az://"].iter().any(|scheme| address.starts_with(scheme))
}

impl ObjectStorage {
    /// The folder at `s3://BUCKET/FOLDER`, `gs://BUCKET/FOLDER` or `az://CONTAINER/FOLDER`.
    ///
    /// # Errors
    /// When the address makes no sense or no credentials are found.
    pub fn open(address: &str) -> Result<Self, StoreError> {
        let refused = |why: String| elsewhere("open", address, why);
        let (scheme, rest) = address.split_once("://").ok_or_else(|| refused("this is no address".to_owned()))?;
        let (name, folder) = rest.split_once('/').unwrap_or((rest, ""));
        if name.is_empty() {
            return Err(refused("it names no bucket".to_owned()));
        }
        let prefix = Path::parse(folder.trim_end_matches('/')).map_err(|error| refused(error.to_string()))?;
        let bucket =
            bucket::find(scheme, name).ok_or_else(|| refused(format!("`{scheme}` is none of `s3`, `gs`, `az`")))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            bucket: bucket.map_err(|error| refused(error.to_string()))?,
            prefix,
            runtime: runtime.map_err(|error| refused(error.to_string()))?,
        })
    }

    fn failed(&self, what: &'static str, error: &object_store::Error) -> StoreError {
        elsewhere(what, &self.address, error.to_string())
    }

    fn path(&self, scenario: &str, entry: u64) -> Path {
        self.prefix.clone().join(scenario).join(entry_name(entry))
    }

    /// The names directly below a folder: those of folders and those of files.
    fn names(&self, folder: &Path) -> Result<(Vec<String>, Vec<String>), StoreError> {
        let listed = self.runtime.block_on(self.bucket.list_with_delimiter(Some(folder)));
        let listed = listed.map_err(|error| self.failed("read", &error))?;
        let last = |path: &Path| path.filename().map(str::to_owned);
        let folders = listed.common_prefixes.iter().filter_map(last).collect();
        Ok((folders, listed.objects.iter().filter_map(|object| last(&object.location)).collect()))
    }
}

fn elsewhere(what: &'static str, address: &str, why: String) -> StoreError {
    let cure = "; check the address and the credentials in the environment";
    StoreError::Elsewhere { what, place: address.to_owned(), why, cure }
}

impl Shelf for ObjectStorage {
    fn scenarios(&self) -> Result<Vec<String>, StoreError> {
        let (mut folders, _) = self.names(&self.prefix)?;
        folders.sort();
        Ok(folders)
    }

    fn entries(&self, scenario: &str) -> Result<Vec<u64>, StoreError> {
        let (_, files) = self.names(&self.prefix.clone().join(scenario))?;
        let mut entries: Vec<u64> = files.iter().filter_map(|name| entry_number(name)).collect();
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, scenario: &str, entry: u64) -> Result<Vec<u8>, StoreError> {
        let path = self.path(scenario, entry);
        let read = self.runtime.block_on(async {
            let found = self.bucket.get(&path).await?;
            if found.meta.size > LARGEST_FILE {
                return Ok(None);
            }
            found.bytes().await.map(Some)
        });
        let whole = read.map_err(|error| self.failed("read", &error))?;
        let large = || elsewhere("read", &self.place(scenario, entry), "it is larger than any recording".to_owned());
        whole.map(|bytes| bytes.to_vec()).ok_or_else(large)
    }

    fn add(&self, scenario: &str, text: &[u8], keep: usize) -> Result<String, StoreError> {
        let before = self.entries(scenario)?;
        let mut entry = before.last().map_or(1, |entry| entry + 1);
        self.runtime.block_on(async {
            loop {
                let text = PutPayload::from(text.to_vec());
                let options = PutOptions::from(PutMode::Create);
                match self.bucket.put_opts(&self.path(scenario, entry), text, options).await {
                    Err(object_store::Error::AlreadyExists { .. }) => entry += 1,
                    Err(error) => return Err(self.failed("write", &error)),
                    Ok(_) => break,
                }
            }
            for old in &before[..before.len().saturating_sub(keep)] {
                // Another writer may have dropped it already.
                let _ = self.bucket.delete(&self.path(scenario, *old)).await;
            }
            Ok(self.place(scenario, entry))
        })
    }

    fn place(&self, scenario: &str, entry: u64) -> String {
        format!("{}/{scenario}/{}", self.address, entry_name(entry))
    }
}
