//! Who refers to what several refer to: read off the log of the walk, for the few nodes that are large.
//!
//! The dominator of such a node need not refer to it, so the tree alone cannot say by which name it is held.

use std::collections::{BTreeMap, VecDeque};

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
/// Holders that are noted of one node, claimants apart: the first ones, and so many that come last. Where all nodes of
/// a tree know their parents, the one holder of its root from outside comes before or after a crowd from inside.
const FIRST_HOLDERS: usize = 32;
const LAST_HOLDERS: usize = 32;

/// Who refers to one node, by number.
#[derive(Debug, Default)]
struct Noted {
    first: Vec<u32>,
    last: VecDeque<u32>,
    claimants: Vec<u32>,
}

impl Noted {
    fn note(&mut self, source: u32, claims: bool) {
        if claims {
            self.claimants.push(source);
        } else if self.first.len() < FIRST_HOLDERS {
            self.first.push(source);
        } else {
            self.last.truncate(LAST_HOLDERS - 1);
            self.last.push_front(source);
        }
    }

    fn into_holders(self) -> Vec<u32> {
        let mut holders = self.first;
        holders.extend(self.last);
        holders.extend(self.claimants);
        holders.sort_unstable();
        holders.dedup();
        holders
    }
}

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
        let mut held: BTreeMap<u32, Noted> = BTreeMap::new();
        let mut note = |number: u32, source: u32, referred: bool| {
            let (known, claims) = (held.len(), claims.has(source));
            match held.get_mut(&number) {
                Some(noted) => noted.note(source, claims),
                None if known < MOST_HELD && (!referred || claims) => {
                    held.entry(number).or_default().note(source, claims);
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
        Self(held.into_iter().map(|(number, noted)| (number, noted.into_holders())).collect())
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
