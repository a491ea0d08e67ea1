//! Sizes and liveness as Chrome DevTools counts them (`HeapSnapshot.ts`, `calculateShallowSizes`,
//! `markPageOwnedNodes`, `computeIsEssentialEdge`), so that retained sizes agree with it to the byte.

use std::ops::Range;

use super::edges::{Edge, IDLE, Strong};
use super::layout::{EdgeKind, NodeKind};
use super::nodes::Nodes;
use super::reach::reach;
use crate::heap::Edges;
use crate::heap::graph::edges::LAST;
use crate::heap::graph::{Bits, Column};

/// Owners are one more than their ordinal.
const UNOWNED: u32 = 0;
const SHARED: u32 = u32::MAX;

/// Gives the size of each internal array and hidden object to the one object that owns it: an `Array`
/// shows its elements, a `Map` its table.
pub(super) fn hand_sizes_over(nodes: &mut Nodes, strong: &Strong, root: u32) {
    if !user_roots(nodes, &strong.found.tops) {
        return;
    }
    let internal = internal(nodes);
    let owners = owners(&internal, strong, nodes.sizes.len() as u32);
    for owned in (0..owners.len() as u32).filter(|ordinal| internal.has(*ordinal)) {
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

/// What the page or the program's own globals reach, by ordinal; `None` if the root leads to neither.
fn page_owned(nodes: &Nodes, strong: &Strong) -> Option<Bits> {
    let is_start = |top: &&Edge| match top.kind {
        EdgeKind::Element => nodes.dom_trees.contains(&top.to),
        kind => kind == EdgeKind::Shortcut,
    };
    let mut starts = strong.found.tops.iter().filter(is_start).map(|top| top.to).peekable();
    starts.peek()?;
    let count = nodes.kinds.len();
    Some(reach(Bits::new(count), count as u32, starts, |source| strong.of(source)))
}

/// The edges that keep objects alive, in the form of the graph but by ordinal.
pub(super) fn essential(nodes: &Nodes, mut strong: Strong, root: u32) -> Edges {
    let page = page_owned(nodes, &strong);
    let mut kept = 0;
    for source in 0..nodes.kinds.len() as u32 {
        let begin = kept;
        let foreign = page.as_ref().filter(|page| source != root && !page.has(source));
        for place in strong.range(source) {
            let target = strong.targets[place];
            if target & IDLE == 0 && foreign.is_none_or(|page| !page.has(target)) {
                strong.targets[kept] = target;
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

/// The nodes that hang below the root one by one because no path leads there: closed rings that nothing
/// refers to, and what only these lead to. DevTools does not look into them for what they hold, nor for
/// what they refer to.
///
/// Nodes without any edge to them, and all below these, are not among them: the dominators adopt such.
pub(super) fn rings(edges: &Edges, root: u32) -> Vec<u32> {
    let count = edges.start.len() as u32;
    let targets = |source: u32| edges.of(crate::heap::Node(source)).map(|target| target.0);
    let reached = reach(Bits::new(count as usize), count, [root], targets);
    let lost: Vec<u32> = (0..count).filter(|ordinal| !reached.has(*ordinal)).collect();
    let mut held = Bits::new(count as usize);
    for target in lost.iter().flat_map(|source| targets(*source)) {
        held.put(target);
    }
    let free: Vec<u32> = lost.iter().copied().filter(|ordinal| !held.has(*ordinal)).collect();
    let reached = reach(reached, count, free, targets);
    lost.into_iter().filter(|ordinal| !reached.has(*ordinal)).collect()
}

impl Strong {
    /// Places of the targets of an ordinal.
    #[inline]
    fn range(&self, ordinal: u32) -> Range<usize> {
        let end = self.first.get(ordinal as usize + 1).map_or(self.count, |next| *next as usize);
        self.first[ordinal as usize] as usize..end
    }

    /// Targets of an ordinal, those of idle edges included.
    #[inline]
    fn of(&self, ordinal: u32) -> impl Iterator<Item = u32> + '_ {
        self.targets[self.range(ordinal)].iter().map(|target| target & !IDLE)
    }
}
