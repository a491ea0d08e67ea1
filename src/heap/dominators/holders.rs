//! Who refers to what several refer to: read off the log of the walk, for the few nodes that are large.
//!
//! The dominator of such a node need not refer to it, so the tree alone cannot say by which name it is held.

use std::collections::BTreeMap;

use super::depth_first::Walk;
use super::semi_nca::Lowered;
use super::sums::Sums;
use crate::heap::graph::{Bits, Graph, Node};
use crate::units::Bytes;

/// Of which nodes it is noted who refers to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Of those that retain at least so much,
    pub least: Bytes,
    /// and at least this share of the whole,
    pub share: f64,
    /// and whose dominator does not refer to them; or to which an object refers whose class is marked here.
    pub claimants: Vec<bool>,
}

impl Shared {
    /// The least size for a heap of this size; never 0.
    pub fn large(&self, total: Bytes) -> Bytes {
        Bytes(self.least.0.max((total.as_f64() * self.share) as u64).max(1))
    }
}

/// Holders by held, both by number or both by place.
#[derive(Debug, Default)]
pub(super) struct Holders(BTreeMap<u32, Vec<u32>>);

/// Nodes that are noted; those nearest to the roots come first.
const MOST_HELD: usize = 100_000;
/// Holders that are noted of one node, claimants apart.
const MOST_HOLDERS: usize = 64;

impl Holders {
    pub(super) fn find(
        shared: &Shared,
        claims: &Bits,
        walk: &Walk,
        lowered: &Lowered,
        sums: &Sums,
        idom: &[u32],
    ) -> Self {
        let least = shared.large(sums.get(0));
        let parent = |number: u32| match lowered.parent(number) {
            Some(parent) => (parent, false),
            None => (idom[number as usize], true),
        };
        let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut note = |number: u32, source: u32, referred: bool| {
            let known = held.len();
            match held.get_mut(&number) {
                Some(holders) if holders.len() < MOST_HOLDERS || claims.has(source) => holders.push(source),
                Some(_) => {}
                None if known < MOST_HELD && (!referred || claims.has(source)) => {
                    held.insert(number, vec![source]);
                }
                None => {}
            }
        };
        for file in 0..walk.log.files() {
            walk.log.each(file, |target, source| {
                if sums.get(target) >= least {
                    let (parent, referred) = parent(target);
                    if parent != 0 {
                        note(target, parent, referred);
                    }
                    note(target, source, referred);
                }
            });
        }
        for file in 0..walk.root_log.files() {
            walk.root_log.each(file, |root, source| {
                let root = walk.roots.get(root as usize).and_then(|node| walk.numbers.get(Node(*node)));
                if let Some(root) = root.filter(|root| sums.get(*root) >= least) {
                    note(root, source, false);
                }
            });
        }
        held.values_mut().for_each(|holders| {
            holders.sort_unstable();
            holders.dedup();
        });
        Self(held)
    }

    /// By place what was by number.
    pub(super) fn moved(self, places: &[u32]) -> Self {
        let place = |number: u32| places[number as usize];
        let held = self.0.into_iter();
        Self(held.map(|(held, holders)| (place(held), holders.into_iter().map(place).collect())).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        self.0.iter().map(|(held, holders)| (*held, holders.as_slice()))
    }
}

/// Numbers of objects whose class is marked.
pub(super) fn claims(shared: &Shared, graph: &Graph, walk: &Walk) -> Bits {
    let mut bits = Bits::new(walk.parents.count() as usize + 1);
    let classes = graph.class_rows();
    for (node, number) in walk.numbers.reached() {
        if shared.claimants.get(classes.get(Node(node as u32)).0 as usize).copied().unwrap_or(false) {
            bits.put(number);
        }
    }
    bits
}
