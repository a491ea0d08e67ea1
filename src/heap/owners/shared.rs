//! What nobody holds alone: large objects to which their dominator has no reference of its own.
//!
//! A map that a module's variable and a listener both refer to is dominated by what is above both, often
//! the virtual root. It belongs below the variable all the same: that is where a developer looks. For the
//! same reason a static field or a variable of a script claims what it refers to from any other holder.

use super::anchors::{Anchor, Places};
use super::edges::{Holder, wording};
use crate::heap::fold::{Folding, Role};
use crate::heap::graph::{Graph, Naming, Reference};
use crate::heap::naming as names;
use crate::heap::{Dominators, Node};

/// Holders that are looked at for one shared object, anchors apart.
const MOST_HOLDERS: usize = 64;
/// Objects between an anchor and its reference: a namespace, a cell.
const MOST_STEPS: usize = 4;

/// Gives each shared object a place below an anchor, or at least a name.
pub(super) fn settle(
    places: &mut Places,
    graph: &Graph,
    dominators: &Dominators,
    naming: &dyn Naming,
    folding: &Folding,
    least: u64,
) {
    let view = View { places, graph, dominators, naming, folding };
    let mut found = Vec::new();
    for (node, holders) in dominators.holders() {
        let above = dominators.immediate(node).filter(|above| *above != Node::ROOT);
        let referred = above.is_some_and(|above| holders.contains(&above));
        let settled = referred && above.is_some_and(|above| places.anchors.contains_key(&above));
        if !settled && !places.anchors.contains_key(&node) && dominators.retained(node).0 >= least {
            found.push((node, view.home(node, referred, &holders)));
        }
    }
    for (node, home) in found {
        match home {
            Some(Home::Below { anchor, edge, .. } | Home::Local { anchor, edge, .. }) => {
                places.invite(anchor, edge, node);
            }
            Some(Home::Field(alias) | Home::Named(alias)) => {
                places.aliases.insert(node, alias);
            }
            None => {}
        }
    }
}

/// Where a shared object belongs; the least is the best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    /// Below a class, script, module or the global object.
    Below { rank: u8, row: String, edge: String, anchor: Node },
    /// A field of an object that has one of these names itself.
    Field(String),
    /// Below a thread: it is only passing by.
    Local { row: String, edge: String, anchor: Node },
    /// A field of any object.
    Named(String),
}

struct View<'a> {
    places: &'a Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    naming: &'a dyn Naming,
    folding: &'a Folding,
}

impl View<'_> {
    fn home(&self, node: Node, referred: bool, holders: &[Node]) -> Option<Home> {
        let anchored = holders.iter().filter_map(|holder| self.below(node, *holder)).min();
        if referred {
            return anchored.filter(|home| matches!(home, Home::Below { rank: 0, .. }));
        }
        if matches!(anchored, Some(Home::Below { .. })) {
            return anchored;
        }
        let named = holders.iter().take(MOST_HOLDERS).filter_map(|holder| self.alias(node, *holder)).min();
        anchored.into_iter().chain(named).min()
    }

    fn below(&self, node: Node, holder: Node) -> Option<Home> {
        let anchor = self.anchor(holder)?;
        let (rank, row, wording_of) = match self.places.anchors.get(&anchor)? {
            Anchor::Spread(Holder::Global) => (2, String::new(), Holder::Global),
            Anchor::Spread(holder) => (0, String::new(), holder.clone()),
            Anchor::Row(row) if row.starts_with("module ") => (1, row.clone(), Holder::Object),
            Anchor::Row(row) => {
                let edge = self.edge(holder, node, &Holder::Object)?;
                return Some(Home::Local { row: row.clone(), edge, anchor });
            }
        };
        let edge = self.edge(holder, node, &wording_of)?;
        Some(Home::Below { rank, row, edge, anchor })
    }

    /// The anchor whose namespace the holder is, if it is one.
    fn anchor(&self, mut holder: Node) -> Option<Node> {
        for _ in 0..MOST_STEPS {
            if self.places.anchors.contains_key(&holder) {
                return Some(holder);
            }
            let role = self.folding.role(self.graph.class(holder));
            let vanishing = matches!(role, Role::Clear | Role::Passing | Role::Keyed);
            if !vanishing && self.graph.class_name(holder) != "builtins.dict" {
                return None;
            }
            holder = self.dominators.immediate(holder)?;
        }
        None
    }

    fn alias(&self, node: Node, holder: Node) -> Option<Home> {
        let edge = self.edge(holder, node, &Holder::Object)?;
        let class = names::class(self.graph.class_name(holder));
        if !edge.starts_with('.') {
            return Some(Home::Named(edge));
        }
        let global = self.naming.global(holder).map(|global| wording(&Holder::Object, &global));
        Some(match global {
            Some(global) => Home::Field(format!("{global}{edge}")),
            None => Home::Named(format!("{}{edge}", names::simple(&class))),
        })
    }

    /// The edge, if source code names it.
    fn edge(&self, from: Node, to: Node, holder: &Holder) -> Option<String> {
        let mut edge = None;
        self.naming.references_to(from, &mut |target| target == to, &mut |_, reference| {
            if edge.is_none() && !matches!(reference, Reference::Internal(_) | Reference::Element(_)) {
                let name = wording(holder, &reference).into_owned();
                edge = Some(name).filter(|edge| edge != super::edges::ENTRIES);
            }
        });
        edge
    }
}
