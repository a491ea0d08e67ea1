//! The tree by its own order, as slices: for those who walk all of it.

use super::Dominators;
use super::sums::Sums;
use crate::heap::graph::{Node, prefetch};

/// Where a node stands in the preorder of the dominator tree; 0 is the virtual root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::heap) struct Place(pub(in crate::heap) u32);

impl Place {
    pub(in crate::heap) const ROOT: Self = Self(0);
}

/// The dominator tree by places.
#[derive(Debug, Clone, Copy)]
pub(in crate::heap) struct Places<'a> {
    nodes: &'a [u32],
    runs: &'a [u32],
    retained: &'a [u32],
    sums: &'a Sums,
}

impl Dominators {
    /// The tree by places.
    pub(in crate::heap) fn places(&self) -> Places<'_> {
        Places { nodes: &self.nodes, runs: &self.runs, retained: self.retained.rows(), sums: &self.retained }
    }

    /// Where a node stands; `None` for unreachable nodes.
    pub(in crate::heap) fn place(&self, node: Node) -> Option<Place> {
        self.numbers.get(node).map(Place)
    }
}

impl<'a> Places<'a> {
    /// The node at a place.
    #[inline]
    pub(in crate::heap) fn node(self, place: Place) -> Node {
        Node(self.nodes[place.0 as usize])
    }

    /// Says that the node at a place and the first one below it are asked for soon.
    #[inline]
    pub(in crate::heap) fn expect(self, place: Place) {
        // The first one below is the next row of each table, most often in the same line of the cache.
        let below = place.0 as usize + 1;
        prefetch(self.runs, below);
        prefetch(self.retained, below);
        prefetch(self.nodes, below);
    }

    /// All places, in preorder.
    pub(in crate::heap) fn all(self) -> impl Iterator<Item = Place> {
        (0..self.nodes.len() as u32).map(Place)
    }

    /// The place so many places after another, if there is one.
    #[inline]
    pub(in crate::heap) fn after(self, place: Place, places: u32) -> Option<Place> {
        Some(place.0 + places).filter(|place| (*place as usize) < self.nodes.len()).map(Place)
    }

    /// The first place behind the node's subtree.
    pub(in crate::heap) fn end(self, place: Place) -> Place {
        Place(place.0 + self.runs[place.0 as usize])
    }

    /// Whether the node dominates no other.
    #[inline]
    pub(in crate::heap) fn is_leaf(self, place: Place) -> bool {
        self.runs[place.0 as usize] == 1
    }

    /// What the node retains, in bytes.
    #[inline]
    pub(in crate::heap) fn retained(self, place: Place) -> u64 {
        match self.retained[place.0 as usize] {
            Sums::WIDE => self.sums.get(place.0).0,
            units => u64::from(units) << self.sums.unit(),
        }
    }

    /// The node's own bytes: what it retains, and nothing that it dominates does.
    #[inline]
    pub(in crate::heap) fn shallow(self, place: Place) -> u64 {
        let below = self.children(place).fold(0, |sum, child| u64::saturating_add(sum, self.retained(child)));
        self.retained(place).saturating_sub(below)
    }

    /// What the node immediately dominates.
    pub(in crate::heap) fn children(self, place: Place) -> impl Iterator<Item = Place> + 'a {
        let Place(end) = self.end(place);
        let mut next = place.0 + 1;
        std::iter::from_fn(move || {
            let child = Some(next).filter(|child| *child < end)?;
            next += self.runs[child as usize];
            Some(Place(child))
        })
    }
}
