//! Dominators of what threads and suspended calls hold in passing: those that it would have if only classes, scripts
//! and modules held anything.
//!
//! A stack frame that holds one node of a tree whose nodes know their parents holds all of the way up to the root of
//! the tree. The virtual root dominates each node of that way then, though the tree stands below a static field all
//! the same. Such nodes get the dominator that they would have without the frame, by the algorithm of Cooper, Harvey
//! and Kennedy ("A Simple, Fast Dominance Algorithm", 2001) among the nodes whose holders are known; between those, the
//! ways are those of the dominator tree.

use std::cell::Cell;

use super::anchors::Places;
use crate::heap::dominators::{self, Place};
use crate::heap::{Dominators, Node};

/// Rounds until the dominators are taken as they are; three or four do where few ways cross.
const MOST_ROUNDS: usize = 16;
/// Steps up the dominator tree in all; beyond that, a dominator may be too far up.
const MOST_STEPS: u64 = 50_000_000;

/// An object to which its dominator does not refer, or only in passing, with some who do.
#[derive(Debug)]
pub(super) struct Floating {
    pub(super) node: Node,
    pub(super) holders: Vec<Node>,
    /// The anchor below which it stands in any case.
    pub(super) settled: Option<Node>,
    /// The container whose internal it is: the table of a map belongs to the map, whoever walks along it.
    pub(super) container: Option<Node>,
}

impl Floating {
    /// Who it stands below in any case.
    fn known(&self) -> Option<Node> {
        self.settled.or(self.container)
    }
}

/// The objects that have one dominator without the threads, and who that is.
pub(super) fn adopters(
    places: &Places,
    dominators: &Dominators,
    passing: &[Node],
    floating: &[&Floating],
) -> Vec<(Node, Node)> {
    let tree = dominators.places();
    let regions = Regions::of(places, dominators, passing, floating);
    let entries: Vec<Vec<Spot>> = floating.iter().map(|floating| regions.holders(dominators, floating)).collect();
    let order = regions.order(&entries);
    let ways = Ways { dominators, tree, order: &order, steps: Cell::new(0) };
    let mut above = vec![Above::Unknown; regions.all.len()];
    for (index, region) in regions.all.iter().enumerate() {
        above[index] = match region.kind {
            Kind::Lasting => Above::Top,
            Kind::Floating(place) => {
                let known = floating[place].known().and_then(|above| dominators.place(above));
                let spot = known.and_then(|above| Some(Above::Spot((above, regions.around(above)?))));
                spot.unwrap_or(Above::Unknown)
            }
            Kind::Passing => Above::Unknown,
        };
    }
    let mut loose: Vec<(usize, usize)> = regions.loose(floating).filter(|(index, _)| order[*index] > 0).collect();
    loose.sort_by_key(|(index, _)| order[*index]);
    for round in 0..MOST_ROUNDS {
        let mut changed = false;
        for step in 0..loose.len() {
            // Back and forth: both ends of a list are known after one round each.
            let (index, place) = loose[if round % 2 == 0 { step } else { loose.len() - 1 - step }];
            let known = entries[place].iter().filter(|(_, region)| above[*region] != Above::Unknown);
            let found = known.map(|spot| Above::Spot(*spot)).reduce(|one, other| ways.meet(&above, one, other));
            let found = found.unwrap_or(Above::Unknown);
            changed |= std::mem::replace(&mut above[index], found) != found;
        }
        if !changed {
            break;
        }
    }
    let ends = regions.ends(&above);
    let adopted = regions.all.iter().enumerate().filter_map(|(index, region)| match (region.kind, above[index]) {
        (Kind::Floating(place), Above::Spot((spot, around))) => {
            let Floating { node, settled, .. } = floating[place];
            let adopter = tree.node(spot);
            let stays = settled.is_some() || dominators.immediate(*node) == Some(adopter);
            (!stays && ends[around]).then_some((*node, adopter))
        }
        _ => None,
    });
    adopted.collect()
}

/// A place, and the region around it.
type Spot = (Place, usize);

/// Who is above a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Above {
    /// Threads alone, or nobody as far as is known.
    Unknown,
    /// Several that have nothing in common, or nobody because it is an anchor.
    Top,
    Spot(Spot),
}

/// Everything below an anchor or a floating object that is below no other one.
#[derive(Debug)]
struct Region {
    start: Place,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Below a class, script, module or the global object.
    Lasting,
    /// Below a thread, a frame or a suspended call.
    Passing,
    /// Below the floating object of this index.
    Floating(usize),
}

struct Regions {
    /// In the order of the dominator tree.
    all: Vec<Region>,
    /// Where another region begins to be the innermost one, and which; `None` where there is none.
    turns: Vec<(Place, Option<usize>)>,
}

impl Regions {
    fn of(places: &Places, dominators: &Dominators, passing: &[Node], floating: &[&Floating]) -> Self {
        let kind = |lasts| if lasts { Kind::Lasting } else { Kind::Passing };
        let anchors = places.anchors.iter().map(|(node, anchor)| (*node, kind(anchor.lasts())));
        let fixed = anchors.chain(passing.iter().map(|node| (*node, Kind::Passing)));
        let place = |(node, kind)| Some((dominators.place(node)?, kind));
        let fixed: Vec<(Place, Kind)> = fixed.filter_map(place).collect();
        let without = Self::nested(dominators, fixed.clone(), |_| false);
        let floats = floating.iter().enumerate().map(|(index, floating)| (floating.node, Kind::Floating(index)));
        let all = floats.filter_map(place).chain(fixed).collect();
        let is_passing = |holder: &Node| {
            let region = dominators.place(*holder).and_then(|place| without.around(place));
            region.is_some_and(|region| without.all[region].kind == Kind::Passing)
        };
        let leaves = |place: usize| {
            let Floating { holders, container, .. } = floating[place];
            container.is_some() || holders.iter().any(is_passing)
        };
        Self::nested(dominators, all, leaves)
    }

    /// The regions that start here. What floats inside of something stays there, if it does not leave.
    fn nested(dominators: &Dominators, mut starts: Vec<(Place, Kind)>, leaves: impl Fn(usize) -> bool) -> Self {
        let tree = dominators.places();
        // What floats may be a suspended call: that is inside.
        starts.sort_by_key(|(start, kind)| (*start, !matches!(kind, Kind::Floating(_))));
        let (mut all, mut turns) = (Vec::new(), Vec::new());
        let mut open: Vec<(Place, usize)> = Vec::new();
        let close = |open: &mut Vec<(Place, usize)>, turns: &mut Vec<_>, by: Place| {
            while let Some((end, _)) = open.pop_if(|(end, _)| *end <= by) {
                turns.push((end, open.last().map(|(_, region)| *region)));
            }
        };
        for (start, kind) in starts {
            close(&mut open, &mut turns, start);
            if open.is_empty() || !matches!(kind, Kind::Floating(place) if !leaves(place)) {
                open.push((tree.end(start), all.len()));
                turns.push((start, Some(all.len())));
                all.push(Region { start, kind });
            }
        }
        close(&mut open, &mut turns, tree.end(Place::ROOT));
        Self { all, turns }
    }

    /// The innermost region around a place.
    fn around(&self, place: Place) -> Option<usize> {
        let next = self.turns.partition_point(|(turn, _)| *turn <= place);
        next.checked_sub(1).and_then(|turn| self.turns[turn].1)
    }

    /// The regions of floating objects that are not settled, with the index of the object.
    fn loose(&self, floating: &[&Floating]) -> impl Iterator<Item = (usize, usize)> {
        self.all.iter().enumerate().filter_map(|(index, region)| match region.kind {
            Kind::Floating(place) if floating[place].known().is_none() => Some((index, place)),
            _ => None,
        })
    }

    /// The holders of a floating object that count: not those inside of it, and not those below threads.
    fn holders(&self, dominators: &Dominators, floating: &Floating) -> Vec<Spot> {
        let own = dominators.place(floating.node);
        let spots = floating.holders.iter().filter_map(|holder| {
            let place = dominators.place(*holder)?;
            let region = self.around(place)?;
            let counts = self.all[region].kind != Kind::Passing && Some(self.all[region].start) != own;
            counts.then_some((place, region))
        });
        spots.collect()
    }

    /// Whether the way up from each region comes to an end: containers may be in each other's internals.
    fn ends(&self, above: &[Above]) -> Vec<bool> {
        let mut ends: Vec<Option<bool>> = vec![None; self.all.len()];
        for start in 0..self.all.len() {
            let (mut way, mut region) = (Vec::new(), start);
            let end = loop {
                if let Some(known) = ends[region] {
                    break known;
                }
                // Who is met again on the same way is on a ring.
                ends[region] = Some(false);
                way.push(region);
                match above[region] {
                    Above::Spot((_, next)) => region = next,
                    Above::Top | Above::Unknown => break true,
                }
            };
            way.into_iter().for_each(|region| ends[region] = Some(end));
        }
        ends.into_iter().map(|ends| ends == Some(true)).collect()
    }

    /// Numbers of the regions in an order in which each comes after one of its holders; 0 for what no lasting one leads
    /// to.
    fn order(&self, entries: &[Vec<Spot>]) -> Vec<u32> {
        let mut held: Vec<Vec<usize>> = vec![Vec::new(); self.all.len()];
        for (index, region) in self.all.iter().enumerate() {
            if let Kind::Floating(place) = region.kind {
                entries[place].iter().for_each(|(_, holder)| held[*holder].push(index));
            }
        }
        let mut order = vec![0; self.all.len()];
        let mut last = self.all.len() as u32;
        let mut met = vec![false; self.all.len()];
        // In postorder of a depth-first walk, from the last number to the first.
        for start in (0..self.all.len()).filter(|region| self.all[*region].kind == Kind::Lasting) {
            let mut work = vec![(start, 0)];
            met[start] = true;
            while let Some((region, next)) = work.pop() {
                match held[region].get(next) {
                    Some(below) => {
                        work.push((region, next + 1));
                        if !std::mem::replace(&mut met[*below], true) {
                            work.push((*below, 0));
                        }
                    }
                    None => {
                        order[region] = last;
                        last -= 1;
                    }
                }
            }
        }
        order
    }
}

/// The ways up, from region to region and within one.
struct Ways<'a> {
    dominators: &'a Dominators,
    tree: dominators::Places<'a>,
    order: &'a [u32],
    steps: Cell<u64>,
}

impl Ways<'_> {
    /// Where the ways up from two spots meet.
    fn meet(&self, above: &[Above], one: Above, other: Above) -> Above {
        let (Above::Spot(mut one), Above::Spot(mut other)) = (one, other) else { return Above::Top };
        let from = (one, other);
        while one.1 != other.1 {
            let first = self.order[one.1] > self.order[other.1];
            let later = if first { &mut one } else { &mut other };
            match above[later.1] {
                Above::Spot(spot) if self.step() => *later = spot,
                // A way that is not known yet may lead back to here.
                Above::Unknown => return Above::Spot(if first { from.1 } else { from.0 }),
                _ => return Above::Top,
            }
        }
        let (mut first, last) = (one.0.min(other.0), one.0.max(other.0));
        while self.tree.end(first) <= last {
            match self.dominators.immediate(self.tree.node(first)).and_then(|above| self.dominators.place(above)) {
                Some(place) if place != Place::ROOT && self.step() => first = place,
                _ => return Above::Top,
            }
        }
        Above::Spot((first, one.1))
    }

    fn step(&self) -> bool {
        self.steps.set(self.steps.get() + 1);
        self.steps.get() <= MOST_STEPS
    }
}
