//! A commit checked out in a temporary folder, as `git worktree` does it. It goes when the value goes; what a `kill -9`
//! left behind goes when the next one is made.
//!
//! It stands outside of the repository: build tools look for their settings and libraries in the folders above, and would
//! find those of the other side there.

use std::fs::File;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use tempfile::TempDir;

use super::{Commit, GitError, Repository};

/// What the names of our folders begin with.
const PREFIX: &str = "plimsoll-against-";
/// The work tree in the folder.
const TREE: &str = "tree";
/// Locked as long as its maker lives.
const LOCK: &str = "lock";

/// A commit in a folder of its own.
#[derive(Debug)]
pub struct WorkTree {
    repository: Repository,
    path: PathBuf,
    /// Taken when it is removed.
    folder: Option<TempDir>,
    _lock: Flock<File>,
}

impl WorkTree {
    /// Checks a commit out. Hooks are not run and submodules not fetched.
    ///
    /// # Errors
    /// When there is no room or git refuses; nothing is left then.
    pub fn check_out(repository: &Repository, commit: &Commit) -> Result<Self, GitError> {
        sweep(repository);
        let above = std::env::temp_dir();
        let failed = |what, path: &Path| {
            let path = path.to_owned();
            move |source| GitError::Folder { what, path, source }
        };
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&above);
        let folder = folder.map_err(failed("make a folder in", &above))?;
        // Git knows work trees by their names without symbolic links.
        let real = folder.path().canonicalize().map_err(failed("find", folder.path()))?;
        let lock = lock(&real).map_err(failed("lock", &real))?;
        let tree = Self { repository: repository.clone(), path: real.join(TREE), folder: Some(folder), _lock: lock };
        let path = tree.path.to_string_lossy();
        let what = format!("check out {commit}");
        repository.ask(&what, ["worktree", "add", "--quiet", "--detach", "--force", &path, &commit.id])?;
        Ok(tree)
    }

    /// The top of the check-out.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file beside the check-out, for what is made on the way; it goes with the rest.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// Removes it, and says if that failed.
    ///
    /// # Errors
    /// When something of it is left.
    pub fn remove(mut self) -> Result<(), GitError> {
        self.clear()
    }

    fn clear(&mut self) -> Result<(), GitError> {
        let Some(folder) = self.folder.take() else { return Ok(()) };
        let path = folder.path().to_owned();
        let removed = forget(&self.repository, &self.path);
        folder.close().map_err(|source| GitError::Folder { what: "remove", path, source })?;
        removed
    }
}

impl Drop for WorkTree {
    fn drop(&mut self) {
        // Whoever wants to know why it failed calls `remove`.
        let _left = self.clear();
    }
}

fn lock(folder: &Path) -> std::io::Result<Flock<File>> {
    let file = File::create(folder.join(LOCK))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, error)| error.into())
}

fn forget(repository: &Repository, tree: &Path) -> Result<(), GitError> {
    let path = tree.to_string_lossy();
    // Twice forced: a check-out that was cut off is still locked.
    repository.ask("remove a work tree", ["worktree", "remove", "--force", "--force", &path]).map(drop)
}

/// Removes work trees of ours whose makers are gone.
fn sweep(repository: &Repository) {
    let listed = repository.ask("list work trees", ["worktree", "list", "--porcelain"]).unwrap_or_default();
    for tree in listed.lines().filter_map(|line| line.strip_prefix("worktree ")).map(Path::new) {
        let Some(folder) = tree.parent().filter(|_| tree.ends_with(TREE)) else { continue };
        let ours = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        let _abandoned = match (ours, folder.exists()) {
            (true, true) => match lock(folder) {
                Ok(lock) => lock,
                Err(_) => continue,
            },
            (true, false) => {
                let _known_no_more = forget(repository, tree);
                continue;
            }
            (false, _) => continue,
        };
        let _gone = forget(repository, tree).is_ok() && std::fs::remove_dir_all(folder).is_ok();
    }
}
