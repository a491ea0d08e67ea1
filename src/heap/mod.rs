//! Heap dumps: formats, graph, dominators, owners.
//!
//! A reader in, a summary out. Knows no policy and no service, and could become a crate of its own
//! by moving this folder.

mod owner;
mod summary;

pub use owner::{Owner, OwnerPath, Step};
pub use summary::{ClassRow, Format, HeapSummary};
