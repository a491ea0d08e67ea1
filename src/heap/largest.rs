//! The largest single objects, and the GC roots by kind.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::dominators::Place;
use super::graph::{Graph, Label};
use super::{Dominators, Holders, Node, OwnerPath, RootKind, Step, naming};
use crate::units::Bytes;

/// An object that no other object dominates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeObject {
    /// Where it stands: its owner path, or what a root calls it.
    pub path: OwnerPath,
    /// Its class, normalized.
    pub class: String,
    /// Its id in this dump, as tools of the runtime print it.
    pub id: Option<u64>,
    /// Its own bytes.
    pub shallow: Bytes,
    /// What would be freed if it went.
    pub retained: Bytes,
}

/// The GC roots of a heap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    /// By kind, those that retain the most first.
    pub kinds: Vec<RootRow>,
    /// What no root retains alone: several hold it together.
    pub shared: Bytes,
}

/// The GC roots of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootRow {
    /// Why they live.
    pub kind: RootKind,
    /// Roots; an object may be several.
    pub roots: u64,
    /// Objects of them that are no root of a kind told before.
    pub objects: u64,
    /// What these objects retain.
    pub retained: Bytes,
}

/// The objects directly below the virtual root that retain the most: Eclipse MAT's "biggest objects".
pub(super) fn largest(holders: &Holders<'_>, most: usize) -> Vec<LargeObject> {
    let snapshot = holders.snapshot;
    let (graph, dominators) = (&snapshot.graph, &snapshot.dominators);
    let tree = dominators.places();
    // The last of those that are known so far is at the top of the heap.
    let mut known = BinaryHeap::new();
    for place in tree.children(Place::ROOT) {
        let object = (Reverse(tree.retained(place)), place);
        if known.len() < most {
            known.push(object);
        } else if let Some(mut last) = known.peek_mut().filter(|last| object < **last) {
            *last = object;
        }
    }
    let top: Vec<Node> = known.into_sorted_vec().into_iter().map(|(_, place)| tree.node(place)).collect();
    let mut trace = holders.owners.trace_towards(&top);
    let large = |node: Node| {
        let id = trace.find(node);
        let mut path = trace.path(id);
        if path.0.is_empty() {
            path.0.extend(snapshot.contents.label(node).map(|label| Step { edge: name(label), class: String::new() }));
        }
        LargeObject {
            path,
            class: naming::class(graph.class_name(node)),
            id: snapshot.contents.id(node),
            shallow: graph.shallow(node),
            retained: dominators.retained(node),
        }
    };
    top.into_iter().map(large).collect()
}

fn name(label: Label<'_>) -> String {
    match label {
        Label::Class(name) => format!("class {}", naming::simple(&naming::class(&name))),
        Label::Thread(name) => format!("thread {}", naming::thread(&name)),
        Label::Timer(script, function) => naming::timer(&script, &function),
        Label::Module(name) => format!("module {}", naming::script(&name)),
        Label::Script(name) => format!("script {}", naming::script(&name)),
        Label::Function(name) => format!("function {}", naming::cut(&name)),
    }
}

/// Roots by kind. An object of several kinds counts for the first.
pub(super) fn roots(graph: &Graph, dominators: &Dominators) -> Roots {
    let mut rows: BTreeMap<RootKind, RootRow> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for root in graph.roots() {
        let empty = RootRow { kind: root.kind, roots: 0, objects: 0, retained: Bytes(0) };
        let row = rows.entry(root.kind).or_insert(empty);
        row.roots += 1;
        if seen.insert(root.node) {
            row.objects += 1;
            row.retained += dominators.retained(root.node);
        }
    }
    let mut kinds: Vec<RootRow> = rows.into_values().collect();
    kinds.sort_by_key(|row| (Reverse(row.retained), row.kind));
    let (_, adopted) = dominators.adopted();
    let alone = kinds.iter().map(|row| row.retained).sum::<Bytes>() + adopted;
    Roots { shared: Bytes(dominators.retained(Node::ROOT).0.saturating_sub(alone.0)), kinds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::graph::text;
    use crate::heap::{EdgeUse, Orphans};

    #[test]
    fn a_root_of_two_reasons_retains_once() {
        let (mut graph, nodes) = text::parse("root -> a(10) -> b(5)\nroot -> c(7)");
        let again = graph.roots()[0].clone();
        graph.roots.push(again);
        let dominators = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
        let rows = roots(&graph, &dominators).kinds;
        let kind = graph.roots()[0].kind;
        assert_eq!(rows, [RootRow { kind, roots: 3, objects: 2, retained: Bytes(22) }]);
        assert!(nodes.len() >= 3);
    }

    #[test]
    fn what_two_roots_hold_is_of_neither_and_what_no_root_reaches_of_none() {
        let (mut graph, _) = text::parse("root -> a(10) -> c(5) -> d(2)\nroot -> b(7) -> c\nx(100) -> y(50)");
        let dominators = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Adopt);
        let Roots { kinds, shared } = roots(&graph, &dominators);
        assert_eq!((kinds[0].retained, shared, dominators.adopted()), (Bytes(17), Bytes(7), (2, Bytes(150))));
    }
}
