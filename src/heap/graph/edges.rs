//! References as one array of targets, grouped by source ("compressed sparse rows").
//!
//! 4 bytes for each node and each reference: the last reference of a node carries the top bit, so
//! no second offset is needed and a depth-first walk keeps one cursor.

use super::{Column, Node};

/// On the last target of a node.
pub(in crate::heap) const LAST: u32 = 1 << 31;
/// Objects of a graph: the walk of the dominators needs as many numbers again for marks.
pub(in crate::heap) const MOST_NODES: u64 = 1 << 30;
/// References of a graph: the top bit of their places is free for marks.
pub(in crate::heap) const MOST_EDGES: u64 = (1 << 31) - 2;

/// Outgoing references of all nodes.
#[derive(Debug, Default, Clone)]
pub struct Edges {
    /// One more than the index of a node's first target; 0 if it has none.
    pub(in crate::heap) start: Column<u32>,
    /// Targets; [`LAST`] is set on the last of each node.
    pub(in crate::heap) targets: Column<u32>,
    /// References; `targets` may be longer.
    pub(in crate::heap) count: u64,
}

impl Edges {
    /// References of one node.
    pub fn of(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let mut cursor = self.start.get(node.index()).copied().unwrap_or(0) as usize;
        let targets: &[u32] = &self.targets;
        std::iter::from_fn(move || {
            let edge = *targets.get(cursor.checked_sub(1)?)?;
            cursor = if edge & LAST == 0 { cursor + 1 } else { 0 };
            Some(Node(edge & !LAST))
        })
    }

    /// Number of references.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there is none, or they were consumed.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}
