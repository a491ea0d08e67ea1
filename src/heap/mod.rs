//! Heap dumps: formats, graph, dominators, owners.
//!
//! A reader in, a summary out. Knows no policy and no service, and could become a crate of its own
//! by moving this folder.

mod classes;
mod contents;
mod cores;
mod diff;
mod dominators;
mod error;
mod fold;
mod graph;
pub mod hprof;
mod largest;
mod mapping;
mod naming;
mod owner;
mod owners;
mod path;
mod pattern;
mod python;
mod redact;
mod snapshot;
mod summarize;
mod summary;
mod suspects;
pub mod v8;
mod waste;

pub use classes::{ClassChange, class_changes};
pub use diff::{Change, LEAST_GROWTH, OwnerGrowth, OwnerTrend, diff, owner as owner_at, trend};
pub use dominators::{Dominators, EdgeUse, Orphans, Shared};
pub use error::HeapError;
pub use graph::{Class, ClassId, Edges, Graph, GraphBuilder, Label, Naming, Node, Reference, Root, RootKind, Sizes};
pub use hprof::Referents;
pub use largest::{LargeObject, RootRow, Roots};
pub use mapping::{Cut, Mapping};
pub use owner::{Bound, Kind, Marks, Owner, OwnerPath, Step, without_packages};
pub use owners::Limits;
pub use path::{PathRow, Paths, RootReason};
pub use redact::{Keep, RedactError, Redaction, redact};
pub use snapshot::{Holders, Snapshot};
pub use summarize::{Options, summarize, summarize_content};
pub use summary::{ClassRow, Format, HeapSummary};
pub use suspects::{Suspect, suspects};
pub use waste::{ArrayWaste, BoxedNumbers, CollectionWaste, DuplicateStrings, DuplicateText, Holder, Waste};
