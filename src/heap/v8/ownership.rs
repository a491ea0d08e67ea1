//! Sizes and liveness as Chrome DevTools counts them (`HeapSnapshot.ts`, `calculateShallowSizes`,
//! `markPageOwnedNodes`, `computeIsEssentialEdge`), so that retained sizes agree with it to the byte.

use std::cell::RefCell;
use std::ops::Range;

use super::edges::{Edge, IDLE, Strong};
use super::layout::{EdgeKind, NodeKind};
use super::nodes::Nodes;
use super::reach::reach;
use crate::heap::Edges;
use crate::heap::cores::both;
use crate::heap::graph::edges::LAST;
use crate::heap::graph::{Bits, Column};

/// Owners are one more than their ordinal.
const UNOWNED: u32 = 0;
const SHARED: u32 = u32::MAX;

/// Hands sizes over, and finds the edges that keep objects alive, in the form of the graph but by ordinal.
///
/// Told with them are the nodes that hang below the root one by one because no path leads there: closed rings that
/// nothing refers to, and what only these lead to. DevTools does not look into them for what they hold, nor for
/// what they refer to. Nodes without any edge to them, and all below these, are not among them: the dominators
/// adopt such.
pub(super) fn settle(nodes: &mut Nodes, strong: Strong, tops: &[Edge], root: u32) -> (Edges, Vec<u32>) {
    let (owners, (page, rings)) = both(
        || user_roots(nodes, tops).then(|| owners(&internal(nodes), &strong, nodes.sizes.len() as u32)),
        || {
            let page = Page::of(nodes, &strong, tops);
            let rings = rings(&Essential { strong: &strong, page: &page, root });
            (page, rings)
        },
    );
    if let Some(owners) = owners {
        hand_sizes_over(nodes, &owners, root);
    }
    (essential(strong, &page, root), rings)
}

/// Gives the size of each internal array and hidden object to the one object that owns it: an `Array`
/// shows its elements, a `Map` its table.
fn hand_sizes_over(nodes: &mut Nodes, owners: &[u32], root: u32) {
    for owned in 0..owners.len() as u32 {
        let owner = match owners[owned as usize] {
            UNOWNED | SHARED => continue,
            owner => owner - 1,
        };
        if owner != root && nodes.kinds[owner as usize] != NodeKind::Synthetic {
            let sum = nodes.sizes.get(owner).saturating_add(nodes.sizes.get(owned));
            nodes.sizes.set(owned, 0);
            nodes.sizes.set(owner, sum);
        }
    }
}

/// Whether the snapshot shows roots of the user; the raw view of V8 has none.
fn user_roots(nodes: &Nodes, tops: &[Edge]) -> bool {
    tops.iter().any(|top| nodes.kinds[top.to as usize] != NodeKind::Synthetic || nodes.dom_trees.contains(&top.to))
}

/// Nodes that own themselves only if nobody else does.
fn internal(nodes: &Nodes) -> Bits {
    let mut internal = Bits::new(nodes.kinds.len());
    for (ordinal, kind) in nodes.kinds.iter().enumerate() {
        if matches!(kind, NodeKind::Hidden | NodeKind::Array) {
            internal.put(ordinal as u32);
        }
    }
    for ordinal in &nodes.external_strings {
        internal.put(*ordinal);
    }
    internal
}

/// The owner of each internal node. The order of the visits does not matter: a node goes from unowned to
/// owned to shared, and never back.
fn owners(internal: &Bits, strong: &Strong, count: u32) -> Column<u32> {
    let mut owners = Column::zeroed(count as usize);
    let mut work = Vec::new();
    for start in (0..count).filter(|ordinal| !internal.has(*ordinal)) {
        let mut source = start;
        let mut owner = start + 1;
        loop {
            for target in strong.of(source).filter(|target| internal.has(*target)) {
                let held = &mut owners[target as usize];
                if *held == UNOWNED {
                    *held = owner;
                    work.push(target);
                } else if *held != owner && *held != SHARED {
                    *held = SHARED;
                    work.push(target);
                }
            }
            let Some(next) = work.pop() else { break };
            (source, owner) = (next, owners[next as usize]);
        }
    }
    owners
}

/// What the page or the program's own globals reach, by ordinal.
struct Page {
    /// `None` if the root leads to neither: then nothing is closed to others.
    reached: Option<Bits>,
    /// What of it is reached by edges that keep alive.
    kept: Bits,
}

impl Page {
    fn of(nodes: &Nodes, strong: &Strong, tops: &[Edge]) -> Self {
        let is_start = |top: &&Edge| match top.kind {
            EdgeKind::Element => nodes.dom_trees.contains(&top.to),
            kind => kind == EdgeKind::Shortcut,
        };
        let count = nodes.kinds.len() as u32;
        let mut starts = tops.iter().filter(is_start).map(|top| top.to).peekable();
        if starts.peek().is_none() {
            return Self { reached: None, kept: Bits::new(count as usize) };
        }
        let idle = RefCell::new(Vec::new());
        let kept = reach(None, count, starts, |source| {
            strong.edges(source).filter(|edge| {
                let keeps = *edge & IDLE == 0;
                if !keeps {
                    idle.borrow_mut().push(*edge & !IDLE);
                }
                keeps
            })
        });
        let reached = reach(Some(&kept), count, idle.into_inner(), |source| strong.of(source));
        Self { reached: Some(reached), kept }
    }

    /// What this node cannot keep alive: what the page reaches, if the node is not part of it.
    fn closed_to(&self, source: u32, root: u32) -> Option<&Bits> {
        self.reached.as_ref().filter(|reached| source != root && !reached.has(source))
    }
}

/// Whether an edge keeps its target alive that is not closed to its source.
#[inline]
fn keeps(edge: u32, closed: Option<&Bits>) -> bool {
    edge & IDLE == 0 && closed.is_none_or(|closed| !closed.has(edge))
}

/// The edges that keep objects alive.
struct Essential<'a> {
    strong: &'a Strong,
    page: &'a Page,
    root: u32,
}

impl Essential<'_> {
    fn of(&self, source: u32) -> impl Iterator<Item = u32> + '_ {
        let closed = self.page.closed_to(source, self.root);
        self.strong.edges(source).filter(move |edge| keeps(*edge, closed))
    }
}

/// See [`settle`].
fn rings(essential: &Essential<'_>) -> Vec<u32> {
    let count = essential.strong.first.len() as u32;
    let targets = |source| essential.of(source);
    // The root leads to all that the page keeps.
    let reached = reach(Some(&essential.page.kept), count, [essential.root], targets);
    let lost: Vec<u32> = (0..count).filter(|ordinal| !reached.has(*ordinal)).collect();
    let mut held = Bits::new(count as usize);
    for target in lost.iter().flat_map(|source| targets(*source)) {
        held.put(target);
    }
    let free: Vec<u32> = lost.iter().copied().filter(|ordinal| !held.has(*ordinal)).collect();
    let reached = reach(Some(&reached), count, free, targets);
    lost.into_iter().filter(|ordinal| !reached.has(*ordinal)).collect()
}

/// The edges that keep objects alive, in the form of the graph but by ordinal.
fn essential(mut strong: Strong, page: &Page, root: u32) -> Edges {
    let mut kept = 0;
    for source in 0..strong.first.len() as u32 {
        let begin = kept;
        let closed = page.closed_to(source, root);
        for place in strong.range(source) {
            let edge = strong.targets[place];
            if keeps(edge, closed) {
                strong.targets[kept] = edge;
                kept += 1;
            }
        }
        strong.first[source as usize] = 0;
        if kept > begin {
            strong.targets[kept - 1] |= LAST;
            strong.first[source as usize] = begin as u32 + 1;
        }
    }
    Edges { start: strong.first, targets: strong.targets, count: kept as u64 }
}

impl Strong {
    /// Places of the targets of an ordinal.
    #[inline]
    fn range(&self, ordinal: u32) -> Range<usize> {
        let end = self.first.get(ordinal as usize + 1).map_or(self.count, |next| *next as usize);
        self.first[ordinal as usize] as usize..end
    }

    /// Edges of an ordinal: targets, marked where idle.
    #[inline]
    fn edges(&self, ordinal: u32) -> impl Iterator<Item = u32> + '_ {
        self.targets[self.range(ordinal)].iter().copied()
    }

    /// Targets of an ordinal, those of idle edges included.
    #[inline]
    fn of(&self, ordinal: u32) -> impl Iterator<Item = u32> + '_ {
        self.edges(ordinal).map(|edge| edge & !IDLE)
    }
}
