//! What is known of a dump after it was analyzed. No string value from the heap is in it.

use std::collections::BTreeMap;

use super::Owner;
use crate::units::Bytes;

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// HPROF binary, written by JVMs.
    Hprof,
    /// V8 `.heapsnapshot`.
    V8,
    /// The graph that Plimsoll's Python agent writes.
    Python,
}

/// Totals, owners and classes of one dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeapSummary {
    /// The kind of file.
    pub format: Format,
    /// Reachable objects.
    pub objects: u64,
    /// References between them.
    pub references: u64,
    /// Their shallow sizes together.
    pub total: Bytes,
    /// Objects in the file that no root reaches, and their bytes.
    pub unreachable: (u64, Bytes),
    /// GC roots.
    pub roots: u64,
    /// The owner tree, largest first.
    pub owners: Vec<Owner>,
    /// Edges of static fields in it that are told without the package of their class, with it.
    pub full_names: BTreeMap<String, String>,
    /// The classes with the most bytes, largest shallow size first.
    pub classes: Vec<ClassRow>,
    /// What was cut, guessed or left out, one sentence each.
    pub caveats: Vec<String>,
}

/// All objects of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassRow {
    /// Normalized class name.
    pub class: String,
    /// Objects.
    pub objects: u64,
    /// Their own bytes.
    pub shallow: Bytes,
    /// Retained by those that no other object of the class dominates.
    pub retained: Bytes,
}
