//! One object graph for every format: dense nodes, classes, sizes, references, named roots.
//!
//! Node 0 is the virtual root that holds every GC root; objects are `1..`. Addresses and ids of the
//! dump never get in here. What a reference is *called* is not stored either: a reader that can say
//! it implements [`Naming`], and only the few edges of the dominator tree that somebody looks at are
//! ever asked for.

mod bits;
mod builder;
pub(super) mod column;
pub(super) mod edges;
mod naming;
mod prefetch;
mod root;
pub(super) mod sizes;
#[cfg(test)]
pub(crate) mod text;
pub(super) mod varint;

pub(super) use bits::Bits;
pub use builder::GraphBuilder;
pub(super) use column::Column;
pub use column::Memory;
pub use edges::Edges;
pub use naming::{Label, Naming, Reference, WeakEntry};
pub(super) use prefetch::prefetch;
pub use root::{Root, RootKind};
pub use sizes::Sizes;

use crate::units::Bytes;

/// An object of the graph; [`Node::ROOT`] is the virtual root.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// A class of objects: a row of the graph's class table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// A class as the dump names it, in the notation of its language (`java.util.HashMap$Node`, `byte[]`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The name, not normalized.
    pub name: Box<str>,
    /// The class it extends, where the dump says so.
    pub superclass: Option<ClassId>,
}

/// Objects, their classes and sizes, and the references between them.
#[derive(Debug)]
pub struct Graph {
    pub(super) classes: Vec<Class>,
    pub(super) class_of: ClassColumn,
    pub(super) sizes: Sizes,
    pub(super) edges: Edges,
    pub(super) roots: Vec<Root>,
    /// Objects that live even if no root reaches them, by why they do, ascending.
    pub(super) late: Vec<(RootKind, Vec<Node>)>,
    pub(super) memory: Memory,
}

/// The class of each node; two bytes are enough for nearly every dump.
#[derive(Debug)]
pub(super) enum ClassColumn {
    Narrow(Column<u16>),
    Wide(Column<u32>),
}

impl ClassColumn {
    fn get(&self, row: usize) -> ClassId {
        ClassId(match self {
            Self::Narrow(column) => u32::from(column[row]),
            Self::Wide(column) => column[row],
        })
    }

    /// The classes as slices.
    pub(super) fn rows(&self) -> ClassRows<'_> {
        match self {
            Self::Narrow(column) => ClassRows::Narrow(column),
            Self::Wide(column) => ClassRows::Wide(column),
        }
    }
}

/// Classes as slices: for who asks millions of times.
#[derive(Debug, Clone, Copy)]
pub(super) enum ClassRows<'a> {
    Narrow(&'a [u16]),
    Wide(&'a [u32]),
}

impl ClassRows<'_> {
    /// Says that the class of a node is asked for soon.
    #[inline]
    pub(super) fn expect(self, node: Node) {
        match self {
            Self::Narrow(rows) => prefetch(rows, node.index()),
            Self::Wide(rows) => prefetch(rows, node.index()),
        }
    }

    #[inline]
    pub(super) fn get(self, node: Node) -> ClassId {
        ClassId(match self {
            Self::Narrow(rows) => u32::from(rows[node.index()]),
            Self::Wide(rows) => rows[node.index()],
        })
    }
}

impl Node {
    /// The virtual root.
    pub const ROOT: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Graph {
    /// Nodes, the virtual root included: node numbers are `0..len`.
    pub fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Whether there is no object at all.
    pub fn is_empty(&self) -> bool {
        self.len() <= 1
    }

    /// All objects, reachable or not, in order of their numbers; the virtual root is not one.
    pub fn objects(&self) -> impl Iterator<Item = Node> + use<> {
        (1..self.len() as u32).map(Node)
    }

    /// The class of a node. The virtual root answers with class 0, which means nothing.
    pub fn class(&self, node: Node) -> ClassId {
        self.class_of.get(node.index())
    }

    /// The classes of all nodes.
    pub(super) fn class_rows(&self) -> ClassRows<'_> {
        self.class_of.rows()
    }

    /// The raw name of a node's class.
    pub fn class_name(&self, node: Node) -> &str {
        self.class_name_of(self.class(node))
    }

    /// The raw name of a class.
    pub fn class_name_of(&self, class: ClassId) -> &str {
        &self.classes[class.0 as usize].name
    }

    /// All classes; [`ClassId`] is the index.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Bytes of the object itself.
    pub fn shallow(&self, node: Node) -> Bytes {
        self.sizes.get(node)
    }

    /// What a node refers to, in the order of the dump, duplicates included. Nothing once the edges
    /// were consumed by the dominators.
    pub fn references(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.edges.of(node)
    }

    /// GC roots in the order of the dump; a node may be there several times, for several reasons.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }
}
