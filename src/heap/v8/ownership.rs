//! Sizes and liveness as Chrome DevTools counts them (`HeapSnapshot.ts`, `calculateShallowSizes`,
//! `markPageOwnedNodes`, `isEssentialEdge`), so that retained sizes agree with it to the byte.

use super::edges::{IDLE, Strong};
use super::layout::NodeKind;
use super::nodes::Nodes;
use crate::heap::graph::edges::LAST;
use crate::heap::{Edges, Node};

const UNOWNED: u32 = u32::MAX;
const SHARED: u32 = u32::MAX - 1;

/// Gives the size of each internal array and hidden object to the one object that owns it: an `Array`
/// shows its elements, a `Map` its table. `dom_trees` is the class of the node above all documents.
pub(super) fn hand_sizes_over(nodes: &mut Nodes, strong: &Strong, root: u32, dom_trees: Option<u32>) {
    if !user_roots(nodes, strong, root, dom_trees) {
        return;
    }
    let owners = owners(nodes, strong);
    for (owned, owner) in owners.iter().enumerate() {
        let from_another = *owner != UNOWNED && *owner != SHARED && *owner as usize != owned;
        if from_another && *owner != root && nodes.kinds[*owner as usize] != NodeKind::Synthetic {
            let size = std::mem::take(&mut nodes.sizes[owned]);
            let sum = &mut nodes.sizes[*owner as usize];
            *sum = sum.saturating_add(size);
        }
    }
}

/// Whether the snapshot shows roots of the user; the raw view of V8 has none.
fn user_roots(nodes: &Nodes, strong: &Strong, root: u32, dom_trees: Option<u32>) -> bool {
    strong.of(root).any(|(target, _)| {
        nodes.kinds[target as usize] != NodeKind::Synthetic || Some(nodes.class_of[target as usize]) == dom_trees
    })
}

fn owners(nodes: &Nodes, strong: &Strong) -> Vec<u32> {
    let mut owners: Vec<u32> = (0..nodes.kinds.len() as u32).collect();
    let internal = |kind: &NodeKind| matches!(kind, NodeKind::Hidden | NodeKind::Array);
    for ordinal in nodes.kinds.iter().enumerate().filter(|(_, kind)| internal(kind)).map(|(ordinal, _)| ordinal) {
        owners[ordinal] = UNOWNED;
    }
    for ordinal in &nodes.external_strings {
        owners[*ordinal as usize] = UNOWNED;
    }
    let mut work = Vec::new();
    // Nodes that own themselves, last first, as if all of them had been put on the stack before.
    for start in (0..owners.len() as u32).rev().filter(|ordinal| !internal(&nodes.kinds[*ordinal as usize])) {
        if owners[start as usize] != start {
            continue;
        }
        work.push(start);
        while let Some(source) = work.pop() {
            let owner = owners[source as usize];
            for (target, _) in strong.of(source) {
                let held = owners[target as usize];
                if held == UNOWNED {
                    owners[target as usize] = owner;
                    work.push(target);
                } else if held != target && held != owner && held != SHARED {
                    owners[target as usize] = SHARED;
                    work.push(target);
                }
            }
        }
    }
    owners
}

/// What the page or the program's own globals reach, by ordinal; empty if the root leads to neither.
fn page_owned(nodes: &Nodes, strong: &Strong, root: u32, dom_trees: Option<u32>) -> Vec<bool> {
    let documents = strong.of(root).map(|(target, _)| target);
    let documents = documents.filter(|target| Some(nodes.class_of[*target as usize]) == dom_trees);
    let mut work: Vec<u32> = strong.shortcuts.iter().copied().chain(documents).collect();
    if work.is_empty() {
        return Vec::new();
    }
    let mut owned = vec![false; nodes.kinds.len()];
    work.iter().for_each(|start| owned[*start as usize] = true);
    while let Some(source) = work.pop() {
        for (target, _) in strong.of(source) {
            if !std::mem::replace(&mut owned[target as usize], true) {
                work.push(target);
            }
        }
    }
    owned
}

/// The edges that keep objects alive, in the form of the graph; `node` numbers an ordinal.
pub(super) fn essential(
    nodes: &Nodes,
    mut strong: Strong,
    root: u32,
    dom_trees: Option<u32>,
    node: impl Fn(u32) -> Node,
) -> Edges {
    let page = page_owned(nodes, &strong, root, dom_trees);
    let owned = |ordinal: u32| page.get(ordinal as usize).copied().unwrap_or(false);
    let mut start = vec![0; nodes.kinds.len()];
    let mut kept = 0;
    for source in 0..nodes.kinds.len() as u32 {
        let begin = kept;
        let foreign = source != root && !owned(source);
        for place in strong.first[source as usize] as usize..strong.first[source as usize + 1] as usize {
            let target = strong.targets[place];
            if target & IDLE == 0 && !(foreign && owned(target)) {
                strong.targets[kept] = node(target).0;
                kept += 1;
            }
        }
        if kept > begin {
            start[node(source).index()] = begin as u32 + 1;
            strong.targets[kept - 1] |= LAST;
        }
    }
    strong.targets.truncate(kept);
    strong.targets.shrink_to_fit();
    Edges { start: start.into(), targets: strong.targets.into(), count: kept as u64 }
}

impl Strong {
    /// Targets of an ordinal, and whether the edge keeps them alive.
    fn of(&self, ordinal: u32) -> impl Iterator<Item = (u32, bool)> + '_ {
        let range = self.first[ordinal as usize] as usize..self.first[ordinal as usize + 1] as usize;
        self.targets[range].iter().map(|target| (target & !IDLE, target & IDLE == 0))
    }
}
