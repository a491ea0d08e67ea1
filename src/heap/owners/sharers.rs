//! Who shares the objects of a crowd: the structures in which the holders of a sample are.
//!
//! What two pairs of lists share is two crowds, though all is of one class below one dominator. Structures that
//! share many of the sampled objects belong together; each object belongs to the part that has the holder through
//! which the walk found it.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::anchors::Places;
use super::crowds::{Crowd, PART, Structure, Tally, is_mixed};
use crate::heap::graph::{ClassId, Graph};
use crate::heap::{Dominators, Node};

/// So many objects of a class, or of a part of a crowd, must show their holders,
const LEAST_SAMPLE: usize = 8;
/// to whom so many steps up the tree in all may lead.
const MOST_STEPS: usize = 1 << 21;
/// Structures that hold the same object, as far as they are compared with each other.
const MOST_TOGETHER: usize = 16;
/// So many show that they have one place.
const MANY: usize = 64;
/// Of a class that more structures share, none are compared.
const MOST_STRUCTURES: usize = 256;
/// A crowd is in parts if all but one of so many of its objects are in one part only, and the walk found them there.
const CLEAR: usize = 16;

/// For asking in which structures the holders of something are.
pub(super) struct Sharers<'a> {
    places: &'a Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    passing: &'a FxHashSet<Node>,
    structures: FxHashMap<Node, &'a Structure>,
    known: FxHashMap<Node, Option<&'a Structure>>,
}

/// What a sample of the objects of a class shows.
#[derive(Debug, Default)]
pub(super) struct Sample<'a> {
    /// Objects in all, those with holders in structures, and those that the walk found through such a one.
    all: usize,
    shown: usize,
    found: usize,
    /// Objects that each structure has.
    pub(super) tally: Tally<'a>,
    /// Objects by the names of all structures that have them.
    together: BTreeMap<Vec<&'a str>, usize>,
}

impl<'a> Sharers<'a> {
    pub(super) fn new(
        places: &'a Places,
        graph: &'a Graph,
        dominators: &'a Dominators,
        passing: &'a FxHashSet<Node>,
        structures: FxHashMap<Node, &'a Structure>,
    ) -> Self {
        Self { places, graph, dominators, passing, structures, known: FxHashMap::default() }
    }

    /// Of each crowd what its sample shows. Those most of whose objects show no structure are left out.
    pub(super) fn sampled(&mut self, crowd_of: &dyn Fn(Node, ClassId) -> Option<Crowd>) -> BTreeMap<Crowd, Sample<'a>> {
        let mut samples: BTreeMap<Crowd, Sample<'a>> = BTreeMap::new();
        let dominators = self.dominators;
        // Of the small ones a few, of the large ones all whose holders are noted.
        let noted = dominators.holders().map(|held| (held, true));
        for ((member, holders), is_noted) in dominators.samples().map(|held| (held, false)).chain(noted) {
            if let Some(crowd) = crowd_of(member, self.graph.class(member)) {
                let structures: Vec<_> = holders.into_iter().map(|holder| self.structure(holder, member)).collect();
                // Of the small ones the first holder is the one through which the walk found it.
                let through = structures.get(..if is_noted { structures.len() } else { 1 }).unwrap_or_default();
                let sample = samples.entry(crowd).or_default();
                sample.found += usize::from(!through.is_empty() && through.iter().all(Option::is_some));
                sample.add(structures.into_iter().flatten().collect());
            }
        }
        samples.retain(|crowd, sample| {
            sample.shown >= LEAST_SAMPLE && (is_mixed(*crowd) || sample.shown * 2 > sample.all)
        });
        samples
    }

    /// To which part of their crowds objects belong, if it is not the first.
    pub(super) fn parts(
        &mut self,
        split: &BTreeMap<Crowd, Vec<Tally<'a>>>,
        crowd_of: &dyn Fn(Node, ClassId) -> Option<Crowd>,
    ) -> FxHashMap<Node, usize> {
        let mut parts = FxHashMap::default();
        if split.is_empty() {
            return parts;
        }
        let mut last: BTreeMap<Crowd, usize> = BTreeMap::new();
        let dominators = self.dominators;
        for (member, holder) in dominators.found() {
            let Some(crowd) = crowd_of(member, self.graph.class(member)) else { continue };
            let Some(tallies) = split.get(&crowd) else { continue };
            if is_mixed(crowd) && self.places.aliases.contains_key(&member) {
                continue;
            }
            let structure = self.structure(holder, member);
            let part =
                structure.and_then(|found| tallies.iter().position(|tally| tally.contains_key(found.label.as_str())));
            // What is held by the way goes with what was found before it.
            let last = last.entry(crowd).or_default();
            *last = part.unwrap_or(if is_mixed(crowd) { 0 } else { *last });
            if *last > 0 {
                parts.insert(member, *last);
            }
        }
        parts
    }

    /// The structure in which a holder is; `None` if it is inside what it holds, or there in passing.
    fn structure(&mut self, holder: Node, held: Node) -> Option<&'a Structure> {
        let (mut way, mut above) = (Vec::new(), Some(holder));
        let mut found = None;
        let left = MOST_STEPS.saturating_sub(self.known.len());
        while let Some(node) = above.filter(|node| *node != Node::ROOT && *node != held && way.len() < left) {
            if let Some(known) = self.known.get(&node) {
                found = *known;
                break;
            }
            if self.passing.contains(&node) {
                break;
            }
            if let Some(structure) = self.structures.get(&node) {
                found = Some(*structure);
                break;
            }
            way.push(node);
            above = self.places.above(self.graph, self.dominators, node);
        }
        self.known.extend(way.into_iter().map(|node| (node, found)));
        found
    }
}

impl<'a> Sample<'a> {
    /// Counts an object that these structures have.
    fn add(&mut self, mut structures: Vec<&'a Structure>) {
        structures.sort_unstable();
        structures.dedup();
        self.all += 1;
        if structures.is_empty() {
            return;
        }
        self.shown += 1;
        for structure in structures.iter().copied() {
            let lasting = Some(structure).filter(|structure| structure.lasts());
            let (number, alone) = self.tally.entry(&structure.label).or_insert((0, lasting));
            *number += 1;
            if *alone != lasting {
                *alone = None;
            }
        }
        // In the order of their names already.
        let mut names: Vec<&str> = structures.into_iter().map(|structure| structure.label.as_str()).collect();
        names.dedup();
        names.truncate(MOST_TOGETHER);
        *self.together.entry(names).or_default() += 1;
    }

    /// The structure that has nearly all of many objects.
    pub(super) fn main(&self) -> Option<&'a str> {
        let (name, (most, _)) = self.tally.iter().max_by_key(|(_, (number, _))| *number)?;
        (self.all >= MANY && (self.all - most) * CLEAR <= self.all).then_some(name)
    }

    /// The structures by the parts of the crowd that they share, in the order of their names; none if it is not clear
    /// which object is in which. Of a mixed crowd those that two or more share: nothing is said of the others.
    pub(super) fn parts(&self, mixed: bool) -> Vec<Tally<'a>> {
        if self.tally.len() > MOST_STRUCTURES {
            return Vec::new();
        }
        let number = |name: &str| self.tally.get(name).map_or(0, |(number, _)| *number);
        let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (together, objects) in &self.together {
            for (place, one) in together.iter().enumerate() {
                for other in &together[place + 1..] {
                    *pairs.entry((one, other)).or_default() += objects;
                }
            }
        }
        let mut part: BTreeMap<&str, usize> = self.tally.keys().copied().zip(0..).collect();
        for ((one, other), objects) in pairs {
            // A few in common, such as what is under way from one to the other, make no whole.
            let (kept, joined) = (part[one], part[other]);
            if kept != joined && objects * PART >= number(one).min(number(other)) {
                part.values_mut().filter(|part| **part == joined).for_each(|part| *part = kept);
            }
        }
        let mut parts: BTreeMap<usize, Tally<'a>> = BTreeMap::new();
        for (name, known) in &self.tally {
            parts.entry(part[name]).or_default().insert(name, *known);
        }
        let has = |tally: &Tally<'a>, names: &[&str]| names.iter().any(|name| tally.contains_key(name));
        let objects = |fits: &dyn Fn(&[&str]) -> bool| {
            self.together.iter().filter(|(names, _)| fits(names)).map(|(_, objects)| *objects).sum::<usize>()
        };
        let mut parts: Vec<Tally<'a>> = parts.into_values().collect();
        parts.retain(|tally| objects(&|names| has(tally, names)) >= LEAST_SAMPLE);
        if mixed {
            parts.retain(|tally| tally.len() > 1);
            return parts;
        }
        let in_one = objects(&|names| parts.iter().filter(|tally| has(tally, names)).count() == 1);
        let is_clear = |those: usize| (self.all - those) * CLEAR <= self.all;
        if is_clear(in_one) && is_clear(self.found) { parts } else { Vec::new() }
    }
}
