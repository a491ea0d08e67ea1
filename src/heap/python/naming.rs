//! What references of a Python graph are called.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::ids::Ids;
use super::records::{Record, Records};
use crate::heap::graph::{Bits, Label, Naming, Reference, Root, RootKind};
use crate::heap::{Mapping, Node};

/// The agent names no more references than about so many.
const MOST_NAMES: usize = 3_000_000;

/// Holder, target, name index.
pub(super) type Edge = (u32, u32, u32);

/// The names of one graph.
#[derive(Debug)]
pub(in crate::heap) struct Names {
    pub(super) file: Mapping,
    pub(super) ids: Ids,
    /// Where the record of each node starts; the virtual root's is 0.
    pub(super) offsets: Vec<u64>,
    pub(super) names: Vec<Box<str>>,
    /// The references that have names, ascending.
    pub(super) edges: Vec<Edge>,
    /// Which nodes name what they hold.
    pub(super) holders: Holders,
    /// The first root of each node that has one.
    pub(super) roots: BTreeMap<Node, Root>,
    /// Generators and coroutines.
    pub(super) passing: Vec<Node>,
}

/// The nodes that have a record of names.
#[derive(Debug)]
pub(super) struct Holders {
    pub(super) nodes: Bits,
    /// Names in all records.
    pub(super) names: usize,
}

impl Names {
    fn name(&self, from: Node, to: Node) -> Option<&str> {
        let place = self.edges.partition_point(|(holder, target, _)| (*holder, *target) < (from.0, to.0));
        let (holder, target, name) = *self.edges.get(place)?;
        ((holder, target) == (from.0, to.0)).then(|| self.names.get(name as usize).map(AsRef::as_ref)).flatten()
    }

    pub(super) fn record(&self, node: Node) -> Option<Record<'_>> {
        let offset = self.offsets.get(node.index()).filter(|offset| **offset != 0)?;
        Records::at(&self.file, *offset as usize).next().ok()
    }
}

impl Naming for Names {
    fn references_to(
        &self,
        from: Node,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'_>),
    ) {
        let Some(Record::Object { targets, .. }) = self.record(from) else { return };
        for to in targets.iter().filter_map(|id| self.ids.node(id)).filter(|to| wanted(*to)) {
            let unnamed = Reference::Internal(Cow::Borrowed(""));
            tell(to, self.name(from, to).map_or(unnamed, |name| Reference::Field(Cow::Borrowed(name))));
        }
    }

    fn names_things(&self, node: Node) -> bool {
        self.holders.nodes.has(node.0)
    }

    fn leaves_names_out(&self) -> bool {
        self.holders.names >= MOST_NAMES
    }

    fn label(&self, node: Node) -> Option<Label<'_>> {
        let root = self.roots.get(&node)?;
        match root.kind {
            RootKind::Module => Some(Label::Module(Cow::Borrowed(&root.name))),
            RootKind::Thread => Some(Label::Thread(Cow::Borrowed(&root.name))),
            RootKind::Frame | RootKind::Task => Some(Label::Function(Cow::Borrowed(&root.name))),
            _ => None,
        }
    }

    fn passing(&self) -> Vec<Node> {
        self.passing.clone()
    }

    fn entries(&self, container: Node) -> Option<u64> {
        match self.record(container) {
            Some(Record::Object { entries, .. }) => entries,
            _ => None,
        }
    }
}
