//! Who keeps whom alive: immediate dominators and retained sizes.
//!
//! A depth-first walk numbers the reachable nodes and logs the references that are not part of its
//! tree; then Semi-NCA finds the dominators in the space of those numbers (Georgiadis, "Linear-Time
//! Algorithms for Dominators and Related Problems", 2005; semidominators as Lengauer and Tarjan,
//! TOPLAS 1979). Everything is iterative, so a list of twenty million links is as good as any other
//! graph, and the references may be freed as soon as the walk is over.
//!
//! A GC root is held by the virtual root and by nobody else, whatever refers to it.

mod depth_first;
mod semi_nca;
mod tree;

use depth_first::Walk;

use super::graph::{Edges, Graph, Node};
use crate::units::Bytes;

/// What becomes of the references of the graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EdgeUse {
    /// The graph keeps them.
    #[default]
    Keep,
    /// They are freed as soon as they are not needed, which lowers the peak.
    Consume,
}

/// What becomes of objects that no root reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orphans {
    /// They are counted and left out.
    #[default]
    Drop,
    /// The virtual root holds those that nobody refers to, and one of each closed ring that is left.
    Adopt,
}

/// The dominator tree of the reachable objects, with retained sizes.
#[derive(Debug)]
pub struct Dominators {
    /// Immediate dominator by node; [`NONE`] for the virtual root and for unreachable nodes.
    idom: Vec<u32>,
    /// Bytes by node; 0 for unreachable nodes.
    retained: Vec<u64>,
    /// `children[first[n]..first[n + 1]]`, ascending.
    first: Vec<u32>,
    children: Vec<u32>,
    references: u64,
    unreachable: (u64, Bytes),
}

const NONE: u32 = u32::MAX;

impl Dominators {
    /// Computes the tree in nearly linear time: about 24 ns for each reference and 17 ns for each object.
    pub fn of(graph: &mut Graph, edges: EdgeUse, orphans: Orphans) -> Self {
        let walk = Walk::over(graph, orphans);
        if edges == EdgeUse::Consume {
            graph.edges = Edges::default();
        }
        let references = walk.references;
        let (order, idom) = semi_nca::immediate_dominators(walk);
        tree::grow(graph, &order, idom, references)
    }

    /// The one node through which every path from the roots to this one leads, nearest to it.
    /// `None` for the virtual root and for unreachable nodes.
    pub fn immediate(&self, node: Node) -> Option<Node> {
        self.idom.get(node.index()).filter(|idom| **idom != NONE).map(|idom| Node(*idom))
    }

    /// Whether a root reaches the node.
    pub fn reachable(&self, node: Node) -> bool {
        node == Node::ROOT || self.immediate(node).is_some()
    }

    /// What would be freed if the node went; 0 for unreachable nodes. Of the virtual root: everything.
    pub fn retained(&self, node: Node) -> Bytes {
        Bytes(self.retained.get(node.index()).copied().unwrap_or(0))
    }

    /// The nodes that this one immediately dominates, in ascending order of their numbers.
    pub fn children(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + '_ {
        let (start, end) = match self.first.get(node.index()..=node.index() + 1) {
            Some(&[start, end]) => (start as usize, end as usize),
            _ => (0, 0),
        };
        self.children[start..end].iter().copied().map(Node)
    }

    /// Reachable objects, without the virtual root.
    pub fn reached(&self) -> u64 {
        self.children.len() as u64
    }

    /// References between reachable objects, duplicates included.
    pub fn references(&self) -> u64 {
        self.references
    }

    /// Objects that no root reaches, and their bytes together.
    pub fn unreachable(&self) -> (u64, Bytes) {
        self.unreachable
    }
}

#[cfg(test)]
mod tests;
