//! Values of collections with weak keys: one lives as long as its key and the table that files it.
//!
//! The dominator tree has it below the key. Where the key is a constant of a script or class, which stays, and the table
//! is not, the table is what goes first: there the value is told, as any other entry, and what several values hold stands
//! where it would without the key.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::anchors::{Anchor, Places};
use crate::heap::fold::{Folding, Role};
use crate::heap::graph::{Graph, Naming, WeakEntry};
use crate::heap::{Dominators, Node};

/// Objects between a variable and a constant that it leads to: what a module exports, a namespace.
const MOST_ABOVE: usize = 4;

/// Keys that are in more tables than one of these has keys: what several of their values hold, they dominate.
pub(super) fn wide_keys(naming: &dyn Naming) -> Vec<Node> {
    let entries = naming.weak_entries();
    let (mut tables, mut keys): (FxHashMap<Node, u64>, FxHashMap<Node, u64>) = Default::default();
    for entry in entries {
        *tables.entry(entry.key).or_default() += 1;
        *keys.entry(entry.table).or_default() += 1;
    }
    let is_wide = |entry: &&WeakEntry| tables.get(&entry.key) > keys.get(&entry.table);
    let wide: FxHashSet<Node> = entries.iter().filter(is_wide).map(|entry| entry.key).collect();
    wide.into_iter().collect()
}

/// Values that stand with their tables.
#[derive(Debug, Default)]
pub(super) struct Filed {
    /// The tables of each value.
    pub(super) tables: BTreeMap<Node, Vec<Node>>,
    /// The keys that do not count.
    pub(super) keys: FxHashSet<Node>,
}

impl Filed {
    pub(super) fn of(
        places: &Places,
        graph: &Graph,
        dominators: &Dominators,
        naming: &dyn Naming,
        folding: &Folding,
    ) -> Self {
        let mut filed = Self::default();
        let entries = naming.weak_entries();
        if entries.is_empty() {
            return filed;
        }
        let lasts = |node: Node| places.anchors.get(&node).is_some_and(Anchor::lasts);
        let named = dominators.holders().filter(|(_, holders)| holders.iter().any(|holder| lasts(*holder)));
        let view = View { places, graph, dominators, folding, named: named.map(|(node, _)| node).collect() };
        for WeakEntry { key, value, table } in entries.iter().copied() {
            let is_below = dominators.reachable(table) && dominators.immediate(value) == Some(key);
            if is_below && !places.anchors.contains_key(&value) && view.goes(table) && view.stays(key) {
                filed.tables.entry(value).or_default().push(table);
                filed.keys.insert(key);
            }
        }
        filed
    }
}

struct View<'a> {
    places: &'a Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    folding: &'a Folding,
    /// What a class, script or module refers to beside others.
    named: FxHashSet<Node>,
}

impl View<'_> {
    fn is_container(&self, node: Node) -> bool {
        matches!(self.folding.role(self.graph.class(node)), Role::Container(_))
    }

    /// Whether a class, script or module has a name for an object.
    fn is_variable(&self, node: Node) -> bool {
        let above = self.dominators.immediate(node).and_then(|above| self.places.anchors.get(&above));
        above.is_some_and(Anchor::lasts) || self.named.contains(&node)
    }

    /// Whether a key is a variable, or what fields lead to from one.
    fn stays(&self, key: Node) -> bool {
        let above = self.dominators.all_above(key).take(MOST_ABOVE).take_while(|above| !self.is_container(*above));
        std::iter::once(key).chain(above).any(|node| self.is_variable(node))
    }

    /// Whether a table is of a collection in some object.
    fn goes(&self, table: Node) -> bool {
        let Some(collection) = self.dominators.immediate(table).filter(|above| self.is_container(*above)) else {
            return false;
        };
        let above = self.dominators.immediate(collection);
        above.is_some_and(|above| !self.places.is_top(above)) && !self.is_variable(collection)
    }
}
