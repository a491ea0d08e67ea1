//! Why git did not do what it was asked for.

use std::path::PathBuf;

/// What went wrong, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program is not there.
    #[error("git cannot be started: {0}; install it")]
    NoGit(std::io::Error),
    /// The folder is in no repository.
    #[error(
        "`{folder}` is in no git repository: another commit can only be looked at in a check-out ({why})",
        folder = folder.display()
    )]
    NoRepository {
        /// Which folder.
        folder: PathBuf,
        /// What git said.
        why: String,
    },
    /// A name stands for no commit.
    #[error("`{name}` is no commit here: {cure}")]
    UnknownCommit {
        /// The name.
        name: String,
        /// What to try.
        cure: String,
    },
    /// Git refused.
    #[error("git failed to {what}: {why}")]
    Refused {
        /// What it was asked for.
        what: String,
        /// What it said.
        why: String,
    },
    /// A temporary folder could not be used.
    #[error("failed to {what} `{path}`: {source}", path = path.display())]
    Folder {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}
