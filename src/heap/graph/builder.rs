//! Building a graph from a format that just tells nodes and references.

use std::collections::HashMap;

use super::edges::{LAST, MOST_EDGES, MOST_NODES};
use super::{Class, ClassColumn, ClassId, Edges, Graph, Memory, Node, Root, RootKind, Sizes};
use crate::heap::HeapError;
use crate::units::Bytes;

/// Takes nodes, references and roots in any order; references grouped by ascending source cost nothing extra.
#[derive(Debug)]
pub struct GraphBuilder {
    classes: Vec<Class>,
    known: HashMap<Box<str>, ClassId>,
    class_of: Vec<u32>,
    sizes: Vec<u64>,
    start: Vec<u32>,
    targets: Vec<u32>,
    last_source: u32,
    /// References whose source came before one that was already told.
    late: Vec<(u32, u32)>,
    roots: Vec<Root>,
}

impl Default for GraphBuilder {
    fn default() -> Self {
        let mut builder = Self {
            classes: Vec::new(),
            known: HashMap::new(),
            class_of: vec![0],
            sizes: vec![0],
            start: Vec::new(),
            targets: Vec::new(),
            last_source: 0,
            late: Vec::new(),
            roots: Vec::new(),
        };
        builder.class("");
        builder
    }
}

impl GraphBuilder {
    /// The class of this name, the same for the same name.
    pub fn class(&mut self, name: &str) -> ClassId {
        if let Some(class) = self.known.get(name) {
            return *class;
        }
        let class = ClassId(self.classes.len() as u32);
        self.classes.push(Class { name: name.into(), superclass: None });
        self.known.insert(name.into(), class);
        class
    }

    /// A new node; the first is `Node(1)`.
    pub fn node(&mut self, class: ClassId, shallow: Bytes) -> Node {
        let node = Node(self.sizes.len() as u32);
        self.class_of.push(class.0);
        self.sizes.push(shallow.0);
        node
    }

    /// Changes the size of a node that was told before.
    pub fn resize(&mut self, node: Node, shallow: Bytes) {
        if let Some(size) = self.sizes.get_mut(node.index()) {
            *size = shallow.0;
        }
    }

    /// A reference. Both ends may be told later; one whose end never is, is dropped.
    pub fn edge(&mut self, from: Node, to: Node) {
        if from.0 >= LAST || to.0 >= LAST {
            return;
        }
        if from.0 < self.last_source || from.index() >= self.sizes.len() {
            self.late.push((from.0, to.0));
            return;
        }
        if from.0 > self.last_source || self.targets.is_empty() {
            self.seal();
            self.start.resize(from.index(), 0);
            self.start.push(self.targets.len() as u32 + 1);
            self.last_source = from.0;
        }
        self.targets.push(to.0);
    }

    /// Makes a node a GC root, for a reason.
    pub fn root(&mut self, node: Node, kind: RootKind, name: &str) {
        self.roots.push(Root { node, kind, name: name.into() });
    }

    /// Nodes so far, the virtual root included.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Whether no object was told yet.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// The graph; an error if there are more nodes or references than 31 bits can count.
    pub fn finish(mut self) -> Result<Graph, HeapError> {
        let nodes = self.sizes.len();
        if nodes as u64 >= MOST_NODES || (self.targets.len() + self.late.len()) as u64 >= MOST_EDGES {
            return Err(HeapError::TooLarge { objects: nodes as u64 });
        }
        self.seal();
        let limit = nodes as u32;
        if !self.late.is_empty() || self.targets.iter().any(|edge| edge & !LAST >= limit) {
            self.regroup(limit);
        }
        self.start.resize(nodes, 0);
        let count = self.targets.len() as u64;
        self.roots.retain(|root| (1..limit).contains(&root.node.0));
        Ok(Graph {
            classes: self.classes,
            class_of: ClassColumn::Wide(self.class_of.into()),
            sizes: Sizes::from_bytes(self.sizes),
            edges: Edges { start: self.start.into(), targets: self.targets.into(), count },
            roots: self.roots,
            late: Vec::new(),
            memory: Memory::Held,
        })
    }

    fn seal(&mut self) {
        if let Some(edge) = self.targets.last_mut() {
            *edge |= LAST;
        }
    }

    /// Sorts all references by source, keeping the order in which each source told its own.
    fn regroup(&mut self, limit: u32) {
        let (start, targets) = (std::mem::take(&mut self.start), std::mem::take(&mut self.targets));
        let told = Edges { start: start.into(), targets: targets.into(), count: 0 };
        let late = std::mem::take(&mut self.late);
        let sources = told.start.len() as u32;
        let early = (0..sources).flat_map(|source| told.of(Node(source)).map(move |target| (source, target.0)));
        let mut pairs: Vec<(u32, u32)> =
            early.chain(late).filter(|(source, target)| *source < limit && *target < limit).collect();
        pairs.sort_by_key(|(source, _)| *source);
        self.last_source = 0;
        for (source, target) in pairs {
            self.edge(Node(source), Node(target));
        }
        self.seal();
    }
}
