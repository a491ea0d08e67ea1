//! What is to happen once an object is gone: it lives as long as the object, and stands below it.
//!
//! A `FinalizationRegistry` files a cell for each object that it waits for, and holds what it was told to do then. That is
//! no growth of the registry: who keeps the objects keeps all of it. What is filed for an object that is gone waits for
//! its turn, and stays where it is filed.

use rustc_hash::FxHashSet;

use super::anchors::Places;
use crate::heap::graph::Graph;
use crate::heap::{Dominators, Node};

/// Steps up the owner tree for all cleanups; beyond that, the others stay where they are filed.
const MOST_STEPS: u64 = 10_000_000;

/// Gives each cleanup its place: below its object, unless it is what keeps that alive.
pub(super) fn settle(places: &mut Places, graph: &Graph, dominators: &Dominators, cleanups: &[(Node, Option<Node>)]) {
    let all: FxHashSet<Node> = cleanups.iter().map(|(cleanup, _)| *cleanup).collect();
    put_back(places, &all);
    let mut view = View { places, graph, dominators, steps: 0 };
    let mut gone = FxHashSet::default();
    for (cleanup, object) in cleanups {
        let object = object.filter(|object| dominators.reachable(*object));
        if object.is_some_and(|object| view.adopt(object, *cleanup)) {
            gone.insert(*cleanup);
        }
    }
    view.steps = 0;
    // One cell refers to the next, and would go with it.
    let goes = |cleanup: Node| dominators.immediate(cleanup).is_some_and(|above| gone.contains(&above));
    for (cleanup, _) in cleanups.iter().filter(|(cleanup, _)| !gone.contains(cleanup) && goes(*cleanup)) {
        let left = MOST_STEPS.saturating_sub(view.steps) as usize;
        let mut above = dominators.all_above(*cleanup).take(left).inspect(|_| view.steps += 1);
        let file = above.find(|above| !all.contains(above));
        if let Some(file) = file {
            view.adopt(file, *cleanup);
        }
    }
}

/// Puts nodes back to where the dominator tree has them.
fn put_back(places: &mut Places, nodes: &FxHashSet<Node>) {
    places.guest.retain(|node, _| !nodes.contains(node));
    places.aliases.retain(|node, _| !nodes.contains(node));
    places.adopted.values_mut().for_each(|adopted| adopted.retain(|node| !nodes.contains(node)));
    places.guests.values_mut().for_each(|guests| guests.retain(|(_, node)| !nodes.contains(node)));
}

struct View<'a> {
    places: &'a mut Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    /// Up the owner tree, in all.
    steps: u64,
}

impl View<'_> {
    /// Puts a cleanup below another node, if it can be; whether it is there now.
    fn adopt(&mut self, host: Node, cleanup: Node) -> bool {
        let is_free = self.dominators.reachable(cleanup) && !self.places.moved(cleanup);
        let goes = is_free && !self.is_below(host, cleanup);
        if goes {
            self.places.adopt(host, cleanup);
        }
        goes
    }

    /// Whether a node stands below another one, or nobody knows because it is too far up.
    fn is_below(&mut self, node: Node, other: Node) -> bool {
        let mut above = Some(node);
        while let Some(holder) = above.filter(|holder| *holder != Node::ROOT && *holder != other) {
            if self.steps >= MOST_STEPS {
                break;
            }
            self.steps += 1;
            above = self.places.above(self.graph, self.dominators, holder);
        }
        above.is_some_and(|holder| holder != Node::ROOT)
    }
}
