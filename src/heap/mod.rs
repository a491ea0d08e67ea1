//! Heap dumps: formats, graph, dominators, owners.
//!
//! A reader in, a summary out. Knows no policy and no service, and could become a crate of its own
//! by moving this folder.

mod dominators;
mod error;
mod graph;
pub mod hprof;
mod mapping;
mod owner;
mod summary;

pub use dominators::{Dominators, EdgeUse, Orphans};
pub use error::HeapError;
pub use graph::{Class, ClassId, Edges, Graph, GraphBuilder, Label, Naming, Node, Reference, Root, RootKind, Sizes};
pub use mapping::Mapping;
pub use owner::{Owner, OwnerPath, Step};
pub use summary::{ClassRow, Format, HeapSummary};
