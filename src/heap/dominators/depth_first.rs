//! The depth-first walk from the roots: numbers, tree, and a log of all other references.

use super::Orphans;
use crate::heap::graph::Graph;
use crate::heap::graph::edges::{Edges, LAST, NO_EDGES};

/// Not met yet.
const UNSEEN: u32 = u32::MAX;
/// A GC root not met yet: only the virtual root may lead to it.
const ROOT: u32 = u32::MAX - 1;

/// What the walk leaves behind. "Number" is the position in the order of the walk; 0 is the virtual root.
pub(super) struct Walk {
    /// Node of each number.
    pub(super) order: Vec<u32>,
    /// Number of the node from which each number was reached first.
    pub(super) parent: Vec<u32>,
    /// References outside the tree.
    pub(super) log: Log,
    /// All references that were followed.
    pub(super) references: u64,
}

/// Pairs of numbers, target and source, in blocks of 2^16 targets: the next stage takes the blocks one
/// by one, last block first, so that what it touches stays in the cache.
#[derive(Default)]
pub(super) struct Log {
    pub(super) blocks: Vec<Vec<Entry>>,
}

/// The low half of the target's number, and the source's number in two halves: six bytes.
pub(super) type Entry = [u16; 3];

impl Log {
    fn push(&mut self, target: u32, source: u32) {
        let block = &mut self.blocks[(target >> 16) as usize];
        if block.len() == block.capacity() {
            // Doubling would waste half of the largest table of the whole analysis.
            block.reserve_exact(block.len() / 4 + 256);
        }
        block.push([target as u16, (source >> 16) as u16, source as u16]);
    }
}

impl Walk {
    pub(super) fn over(graph: &Graph, orphans: Orphans) -> Self {
        let mut walker = Walker::new(graph.len());
        for root in &graph.roots {
            walker.number[root.node.index()] = ROOT;
        }
        for root in &graph.roots {
            walker.descend(&graph.edges, root.node.0, ROOT);
        }
        if orphans == Orphans::Adopt {
            walker.adopt(graph);
        }
        walker.walk
    }
}

struct Walker {
    /// Number of each node.
    number: Vec<u32>,
    walk: Walk,
    /// Next edge and number of each node on the path that has edges left.
    path: Vec<(u32, u32)>,
}

impl Walker {
    fn new(nodes: usize) -> Self {
        let mut number = vec![UNSEEN; nodes];
        if let Some(root) = number.first_mut() {
            *root = 0;
        }
        let mut order = Vec::with_capacity(nodes);
        let mut parent = Vec::with_capacity(nodes);
        order.push(0);
        parent.push(0);
        let log = Log { blocks: vec![Vec::new(); (nodes >> 16) + 1] };
        Self { number, walk: Walk { order, parent, log, references: 0 }, path: Vec::new() }
    }

    /// Numbers everything below a child of the virtual root, unless it was met before.
    fn descend(&mut self, edges: &Edges, top: u32, expected: u32) {
        if self.number[top as usize] != expected {
            return;
        }
        let mut me = self.enter(top, 0);
        let mut cursor = edges.start.get(top as usize).copied().unwrap_or(NO_EDGES);
        loop {
            if cursor == NO_EDGES {
                match self.path.pop() {
                    Some(up) => (cursor, me) = up,
                    None => return,
                }
            }
            let edge = edges.targets[cursor as usize];
            self.walk.references += 1;
            let next = if edge & LAST == 0 { cursor + 1 } else { NO_EDGES };
            let target = edge & !LAST;
            cursor = match self.number[target as usize] {
                UNSEEN => {
                    if next != NO_EDGES {
                        self.path.push((next, me));
                    }
                    me = self.enter(target, me);
                    edges.start[target as usize]
                }
                ROOT | 0 => next,
                seen => {
                    if seen != me {
                        self.walk.log.push(seen, me);
                    }
                    next
                }
            };
        }
    }

    fn enter(&mut self, node: u32, parent: u32) -> u32 {
        let number = self.walk.order.len() as u32;
        self.number[node as usize] = number;
        self.walk.order.push(node);
        self.walk.parent.push(parent);
        number
    }

    /// Hangs what was not reached under the virtual root: first what nobody refers to, then the rings.
    fn adopt(&mut self, graph: &Graph) {
        let unseen: Vec<u32> = (1..graph.len() as u32).filter(|node| self.number[*node as usize] == UNSEEN).collect();
        let mut held = vec![false; graph.len()];
        for node in &unseen {
            for target in graph.edges.of(crate::heap::graph::Node(*node)).filter(|target| target.0 != *node) {
                held[target.index()] = true;
            }
        }
        for free in [true, false] {
            for node in unseen.iter().filter(|node| held[**node as usize] != free) {
                self.descend(&graph.edges, *node, UNSEEN);
            }
        }
    }
}
