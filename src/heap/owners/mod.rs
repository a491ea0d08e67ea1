//! The owner tree: the dominator tree as a developer would tell it.
//!
//! Top down: siblings that are held by the same name and are of the same class become one row with
//! their count and bytes; internals of containers are folded ([`super::fold`]); classes, modules,
//! scripts, threads and the global object ([`anchors`]) stand at the top wherever the dominator tree
//! has them, and what several of them share stands below the one whose name is the best ([`shared`]).
//! What is to happen once an object is gone stands below the object ([`cleanups`]), and what a weak map files by a
//! constant below the map ([`weak`]).
//! What a thread holds in passing stands where it would without the thread ([`lasting`]), and many small
//! objects below the one structure that has them all, or at the top with those who share them ([`crowds`]); what
//! several fields of one object hold stands below it with these fields ([`siblings`]).
//! A path that repeats itself goes on in its last row ([`line`]): a tree is a few rows, however deep.
//! The largest rows are opened first, and a limit on rows leaves out the smallest. Members of a row that is large enough
//! already are opened as soon as they are found, while the memory around them is at hand; the others wait until the
//! row is opened. Members of the next large rows are opened at the same time, of a row of many in parts. Nothing here is
//! recursive.

mod anchors;
mod cleanups;
mod crowds;
mod descent;
mod edges;
mod found;
mod group;
mod lasting;
mod learned;
mod line;
mod opener;
mod routes;
mod shared;
mod sharers;
mod siblings;
#[cfg(test)]
pub(in crate::heap) mod sketch;
#[cfg(test)]
mod tests;
mod trace;
mod weak;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use self::anchors::{Anchor, Places};
pub(super) use self::edges::ENTRIES;
use self::edges::Holder;
use self::group::Group;
use self::opener::Opener;
pub(super) use self::trace::Trace;
use super::fold::Folding;
use super::graph::{Graph, Naming, Node, Reference};
use super::{Dominators, Owner, OwnerPath, Shared, naming};
use crate::units::Bytes;

/// A reference as a step's edge, as any object has it.
pub(super) fn step_name(reference: &Reference<'_>) -> String {
    edges::wording(&edges::Holder::Object, reference).into_owned()
}

/// How much of the tree is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// What several hold is told with others of its class if it retains less,
    pub least: Bytes,
    /// or less than this share of the whole; rows that do are left out,
    pub share: f64,
    /// unless this says that other ones are: those that retain less.
    pub rows_least: Option<Bytes>,
    /// Steps of the longest path.
    pub depth: usize,
    /// Rows in all; the largest come first.
    pub rows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { least: Bytes(1024), share: 0.0001, rows_least: None, depth: 24, rows: 4000 }
    }
}

/// What the dominators must note for [`of`] to tell what several hold.
pub(super) fn shared(graph: &Graph, naming: &dyn Naming, limits: Limits) -> Shared {
    let claimants = graph.classes().iter().map(|class| anchors::CLASSES.contains(&&*class.name)).collect();
    let tops = graph.roots().iter().filter(|root| anchors::of_root(root).is_some()).map(|root| root.node);
    let registries = naming.registries();
    let tops = tops.chain(naming.globals()).chain(registries.iter().copied()).collect();
    let (passing, wide_keys) = (anchors::passing(graph, naming), weak::wide_keys(naming));
    Shared { least: limits.least, share: limits.share, claimants, tops, registries, passing, wide_keys }
}

/// The owners of a graph whose dominators noted what is [`shared`], largest first.
#[cfg(test)]
pub(super) fn of(graph: &Graph, dominators: &Dominators, naming: &dyn Naming, limits: Limits) -> Vec<Owner> {
    Owners::of(graph, dominators, naming, limits).tree()
}

/// So many of the largest rows are opened at the same time,
const TOGETHER: usize = 16;
/// if they retain so many bytes: opening those takes its time.
const WORTH_COMPANY: u64 = 4 << 20;

/// Rows that are left out are forgotten once they are so many.
const LEFT_OUT: usize = 1000;

/// Whether the row of this index is as far as somebody wants to go.
type Stop<'a> = &'a mut dyn FnMut(&[Group], usize) -> bool;

/// A graph, ready to be told by owner.
pub(super) struct Owners<'a> {
    graph: &'a Graph,
    dominators: &'a Dominators,
    naming: &'a dyn Naming,
    folding: Folding,
    places: Places,
    limits: Limits,
    least: u64,
    /// Rows that retain so much are opened beside others.
    company: u64,
}

impl<'a> Owners<'a> {
    /// Finds the place of everything that does not stand where the dominator tree has it.
    pub(super) fn of(graph: &'a Graph, dominators: &'a Dominators, naming: &'a dyn Naming, limits: Limits) -> Self {
        let shared = shared(graph, naming, limits);
        let least = shared.large(dominators.retained(Node::ROOT)).0;
        let folding = Folding::of(graph);
        let places = Places::of(graph, dominators, naming, &folding, &shared, least);
        let least = limits.rows_least.map_or(least, |least| least.0.max(1));
        Self { graph, dominators, naming, folding, places, limits, least, company: WORTH_COMPANY }
    }

    /// The owner tree, largest first.
    pub(super) fn tree(&self) -> Vec<Owner> {
        assemble(self.grow(None))
    }

    /// The edges of static fields that are told without the package of their class, with it.
    pub(super) fn full_names(&self, told: &[Owner]) -> BTreeMap<String, String> {
        let mut fields: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let edges = told.iter().filter_map(|owner| owner.step.edge.strip_prefix("static "));
        for (class, field) in edges.filter_map(|edge| edge.rsplit_once('.')) {
            fields.entry(class).or_default().insert(field);
        }
        let mut names = BTreeMap::new();
        for (node, anchor) in &self.places.anchors {
            let Anchor::Spread(Holder::Class(simple)) = anchor else { continue };
            let Some(told) = fields.get(&**simple) else { continue };
            self.naming.references(*node, &mut |_, reference| {
                if let Reference::Static { class, field, ambiguous: false } = &reference
                    && told.contains(&**field)
                {
                    names.insert(step_name(&reference), format!("static {}.{field}", naming::class(class)));
                }
            });
        }
        names
    }

    /// The objects of the topmost rows whose path fits, whatever those rows retain.
    pub(super) fn members(&self, fits: &dyn Fn(&OwnerPath) -> bool) -> Vec<Node> {
        let mut members = Vec::new();
        self.grow(Some(&mut |groups, index| {
            let found = fits(&path(groups, index));
            if found {
                members.extend(groups[index].members().iter().map(|member| self.dominators.places().node(*member)));
            }
            found
        }));
        members.sort_unstable();
        members.dedup();
        members
    }

    /// For asking where any object stands.
    pub(super) fn trace(&self) -> Trace<'_> {
        Trace::of(self)
    }

    /// For asking where these objects stand.
    pub(super) fn trace_towards(&self, nodes: &[Node]) -> Trace<'_> {
        Trace::towards(self, nodes)
    }

    fn opener(&self, least: u64) -> Opener<'_> {
        Opener::new(self.graph, self.dominators, self.naming, &self.folding, &self.places, least)
    }

    /// Opens rows, the largest first, but for those at which to stop.
    fn grow(&self, mut stop: Option<Stop<'_>>) -> Vec<Group> {
        let mut opener = self.opener(self.least);
        if stop.is_none() {
            opener.ahead = self.limits.depth;
        }
        let mut groups = vec![Group::top()];
        // What a row retains, and its index: of equals the one that was met first comes first.
        let mut queue = BTreeSet::from([(u64::MAX, Reverse(0))]);
        let (mut told, mut left_out) = (0, BTreeSet::new());
        while let Some((_, Reverse(index))) = queue.pop_last() {
            let stopped = index > 0 && stop.as_mut().is_some_and(|stop| stop(&groups, index));
            if stopped || groups[index].depth() >= self.limits.depth {
                groups[index].close(|member| opener.tree.shallow(member));
                continue;
            }
            if stop.is_none() && self.is_worth_company(&groups[index]) {
                let queued = queue.iter().rev().map(|(_, Reverse(index))| *index);
                self.open_together(&mut opener, &mut groups, std::iter::once(index).chain(queued));
            }
            let mut below = opener.open(&mut groups[index], index);
            below.sort_by_key(|child| Reverse(child.retained));
            for child in below {
                let place = (child.retained, Reverse(groups.len()));
                if told == self.limits.rows {
                    // Of those that were not opened the smallest is not told.
                    let Some(smallest) = queue.first().filter(|smallest| **smallest < place).copied() else { break };
                    queue.remove(&smallest);
                    left_out.insert(smallest.1.0);
                    told -= 1;
                }
                told += 1;
                queue.insert(place);
                groups.push(child);
            }
            if left_out.len() >= self.limits.rows.max(LEFT_OUT) {
                let kept = forget(&mut groups, &mut left_out);
                queue = queue.into_iter().map(|(retained, Reverse(row))| (retained, Reverse(kept[row]))).collect();
            }
        }
        forget(&mut groups, &mut left_out);
        groups
    }

    /// Finds what the first of these rows that are large hold, before it is the turn of each.
    fn open_together(&self, opener: &mut Opener<'_>, groups: &mut [Group], rows: impl Iterator<Item = usize>) {
        let together = rows.filter(|row| self.is_worth_company(&groups[*row]));
        let together: BTreeSet<usize> = together.take(TOGETHER).collect();
        let groups = groups.iter_mut().enumerate().filter(|(row, _)| together.contains(row));
        let mut groups: Vec<&mut Group> = groups.map(|(_, group)| group).collect();
        // What takes longest is begun first.
        groups.sort_by_key(|group| Reverse(group.retained));
        opener.open_together(groups);
    }

    fn is_worth_company(&self, group: &Group) -> bool {
        let closed = group.depth() < self.limits.depth && !group.members().is_empty();
        closed && group.retained >= self.company
    }
}

/// The path of a row; empty for the top.
fn path(groups: &[Group], index: usize) -> OwnerPath {
    let above = std::iter::successors(Some(index), |index| Some(groups[*index].above));
    let mut steps: Vec<_> = above.take_while(|index| *index > 0).map(|index| groups[index].step().clone()).collect();
    steps.reverse();
    OwnerPath(steps)
}

/// Forgets the rows that are left out, below which there are none; the new index of each.
fn forget(groups: &mut Vec<Group>, left_out: &mut BTreeSet<usize>) -> Vec<usize> {
    let mut kept = Vec::with_capacity(groups.len());
    let mut next = 0;
    for row in 0..groups.len() {
        kept.push(next);
        next += usize::from(!left_out.contains(&row));
    }
    let mut row = 0;
    groups.retain_mut(|group| {
        group.above = kept[group.above];
        row += 1;
        !left_out.contains(&(row - 1))
    });
    left_out.clear();
    kept
}

/// Hangs the rows into each other; a row always comes after the one above it.
fn assemble(groups: Vec<Group>) -> Vec<Owner> {
    let mut owners: Vec<Owner> = Vec::with_capacity(groups.len());
    let mut above = Vec::with_capacity(groups.len());
    for group in groups {
        above.push(group.above);
        owners.push(group.into_owner());
    }
    while owners.len() > 1 {
        let (Some(mut owner), Some(above)) = (owners.pop(), above.pop()) else { break };
        sort(&mut owner.children);
        owners[above].children.push(owner);
    }
    let mut top = owners.pop().map(|top| top.children).unwrap_or_default();
    sort(&mut top);
    top
}

fn sort(owners: &mut [Owner]) {
    owners.sort_by(|a, b| b.retained.cmp(&a.retained).then_with(|| a.step.cmp(&b.step)));
}
