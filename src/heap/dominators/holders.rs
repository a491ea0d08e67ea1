//! Who refers to what several refer to: read off the log of the walk, for the few nodes that are large, and for the
//! small ones that stand between these and what holds them in the end.
//!
//! The dominator of such a node need not refer to it, so the tree alone cannot say by which name it is held.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

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
    /// and whose dominator does not refer to them, or does so in passing; or to which an object refers whose class is
    /// marked here.
    pub claimants: Vec<bool>,
    /// Objects that are told apart from what dominates them, beside those whose class is marked.
    pub tops: Vec<Node>,
    /// What dominates all that several of its kind hold, as the virtual root does.
    pub registries: Vec<Node>,
    /// What holds in passing: what somebody else holds, too, may stand there.
    pub passing: Vec<Node>,
    /// Keys of collections with weak keys by which many of these file something: so may they.
    pub wide_keys: Vec<Node>,
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

/// Nodes that are noted, or one in so many if that is more; those nearest to the roots come first.
const MOST_HELD: usize = 1 << 17;
const MOST_SHARE: usize = 16;
/// For each node that may be noted, so many holders in all, claimants and tops apart,
const MOST_HOLDERS: usize = 4;
/// and the first of each: one that has very many takes nothing from the others.
const FIRST_HOLDERS: usize = 16;
/// So many small objects that somebody else holds, too, may stand between a large one and a class or module.
const MOST_BETWEEN: usize = 8;
/// Steps up the dominator tree for one holder, and in all: holders that are further down may count though they are inside.
const MOST_STEPS: usize = 32;
const MOST_STEPS_IN_ALL: u64 = 10_000_000;
/// What is further down is remembered to be inside.
const MILESTONE: usize = 8;

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
            None => (idom[number as usize], idom[number as usize] != 0),
        };
        let [mut passing, wide_keys, registries, tops] =
            [&shared.passing, &shared.wide_keys, &shared.registries, &shared.tops].map(|nodes| walk.numbers.of(nodes));
        passing.extend(wide_keys);
        let mut steps = 0;
        // Some of those that are inside of a number: on a long way up one of them is met.
        let mut inside: FxHashMap<u32, u32> = FxHashMap::default();
        // Where all nodes of a tree know their parents, the one holder of its root is lost among those from inside.
        let mut is_inside = |source: u32, number: u32| {
            let (mut above, mut way) = (source, 0);
            while above > number && way < MOST_STEPS && steps < MOST_STEPS_IN_ALL {
                if way > 0 && inside.get(&above) == Some(&number) {
                    above = number;
                    break;
                }
                above = idom[above as usize];
                (way, steps) = (way + 1, steps + 1);
            }
            if above == number && way > MILESTONE {
                inside.insert(source, number);
            }
            above == number
        };
        let most = MOST_HELD.max(idom.len() / MOST_SHARE);
        let mut left = most * MOST_HOLDERS;
        let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut counts = |source: u32, number: u32| source != 0 && (claims.has(source) || !is_inside(source, number));
        let mut note = |held: &mut BTreeMap<u32, Vec<u32>>, number: u32, source: u32| {
            let (parent, referred) = parent(number);
            let known = held.len();
            if let Some(holders) = held.get_mut(&number) {
                let is_apart = || claims.has(source) || tops.contains(&source);
                if (left > 0 || holders.len() < FIRST_HOLDERS || is_apart()) && counts(source, number) {
                    left = left.saturating_sub(1);
                    holders.push(source);
                }
            } else if known < most
                && (!referred || claims.has(parent) || claims.has(source) || passing.contains(&parent))
            {
                held.insert(number, [parent, source].into_iter().filter(|source| counts(*source, number)).collect());
            }
        };
        let large: Vec<u32> = (0..idom.len() as u32).filter(|number| sums.get(*number) >= least).collect();
        references(walk, &large, |target, source| note(&mut held, target, source));
        let mut last: Vec<u32> = held.keys().copied().collect();
        let ways = Ways { claims, registries: &registries, passing: &passing, lowered, idom, most };
        for _ in 0..MOST_BETWEEN {
            let between = ways.between(&held, &last);
            if between.is_empty() {
                break;
            }
            last = between.into_iter().collect();
            references(walk, &last, |target, source| note(&mut held, target, source));
        }
        held.values_mut().for_each(|holders| {
            holders.sort_unstable();
            holders.dedup();
        });
        Self(held)
    }

    /// Of held numbers, each with its holders.
    pub(super) fn of(held: BTreeMap<u32, Vec<u32>>) -> Self {
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

/// Tells the references to these ascending numbers that are no part of the walk's tree.
pub(super) fn references(walk: &Walk, wanted: &[u32], mut tell: impl FnMut(u32, u32)) {
    walk.log.each_to(wanted, &mut tell);
    let number = |place: u32| walk.numbers.get(Node(*walk.roots.get(place as usize)?));
    let is_wanted = |place: &u32| number(*place).is_some_and(|number| wanted.binary_search(&number).is_ok());
    let roots: Vec<u32> = (0..walk.roots.len() as u32).filter(is_wanted).collect();
    walk.root_log.each_to(&roots, |root, source| {
        if let Some(root) = number(root) {
            tell(root, source);
        }
    });
}

/// The ways up from holders.
struct Ways<'a> {
    claims: &'a Bits,
    registries: &'a FxHashSet<u32>,
    passing: &'a FxHashSet<u32>,
    lowered: &'a Lowered,
    idom: &'a [u32],
    /// Nodes that are noted at most.
    most: usize,
}

impl Ways<'_> {
    /// What stands between the holders of these and who is known, or who dominates these: small objects that somebody
    /// else holds, too.
    fn between(&self, held: &BTreeMap<u32, Vec<u32>>, numbers: &[u32]) -> BTreeSet<u32> {
        let mut between = BTreeSet::new();
        for number in numbers {
            let (Some(holders), above) = (held.get(number), self.idom[*number as usize]) else { continue };
            if self.is_top(above) || holders.iter().any(|holder| self.is_passing(*holder)) {
                let ways = holders.iter().flat_map(|holder| self.up(*holder, above));
                let ways = ways.filter(|number| !held.contains_key(number) && !self.claims.has(*number));
                let ways: BTreeSet<u32> = ways.collect();
                // All of one or none: of many alike, some would stand elsewhere than the others.
                if held.len() + between.len() + ways.len() <= self.most {
                    between.extend(ways);
                }
            }
        }
        between
    }

    fn is_top(&self, number: u32) -> bool {
        number == 0 || self.registries.contains(&number)
    }

    /// Whether it is there in passing only.
    fn is_passing(&self, holder: u32) -> bool {
        !self.passing.is_empty() && self.above(holder).any(|number| self.passing.contains(&number))
    }

    /// What is above a holder, as far as somebody else may hold it, too.
    fn up(&self, holder: u32, end: u32) -> impl Iterator<Item = u32> {
        let below = self.above(holder).take_while(move |number| *number != end);
        let mut known = false;
        let below = below.take_while(move |number| !std::mem::replace(&mut known, self.claims.has(*number)));
        below.filter(|number| {
            let above = self.idom[*number as usize];
            self.is_top(above) || (!self.passing.is_empty() && self.lowered.parent(*number).is_some())
        })
    }

    /// A number and its dominators but the virtual root, as far as the steps go.
    fn above(&self, number: u32) -> impl Iterator<Item = u32> {
        let above = std::iter::successors(Some(number), |number| Some(self.idom[*number as usize]));
        above.take(MOST_STEPS).take_while(|number| *number != 0)
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
