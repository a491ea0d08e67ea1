//! References as one array of targets, grouped by source ("compressed sparse rows").
//!
//! 4 bytes for each node and each reference: the last reference of a node carries the top bit, so
//! no second offset is needed and a depth-first walk keeps one cursor.

use super::Node;

pub(in crate::heap) const LAST: u32 = 1 << 31;
pub(in crate::heap) const NO_EDGES: u32 = u32::MAX;

/// Outgoing references of all nodes.
#[derive(Debug, Default)]
pub struct Edges {
    /// Index of a node's first target, or [`NO_EDGES`].
    pub(in crate::heap) start: Vec<u32>,
    /// Targets; [`LAST`] is set on the last of each node.
    pub(in crate::heap) targets: Vec<u32>,
    /// References; `targets` may have gaps between those of different nodes.
    pub(in crate::heap) count: u64,
}

impl Edges {
    /// References of one node.
    pub fn of(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let mut cursor = self.start.get(node.index()).copied().unwrap_or(NO_EDGES);
        std::iter::from_fn(move || {
            if cursor == NO_EDGES {
                return None;
            }
            let edge = self.targets[cursor as usize];
            cursor = if edge & LAST == 0 { cursor + 1 } else { NO_EDGES };
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
