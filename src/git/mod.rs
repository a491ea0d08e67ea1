//! The edge to git: commits by name, files as a commit has them, and a commit checked out in a folder of its own.
//! The user's work tree, index and branches are never touched.

mod error;
mod repository;
mod work_tree;

pub use error::GitError;
pub use repository::{Commit, Repository};
pub use work_tree::WorkTree;
