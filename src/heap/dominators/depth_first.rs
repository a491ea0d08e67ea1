//! The depth-first walk from the roots: numbers, tree, and a log of all other references.
//!
//! The walk writes the number of a node where the start of its references was, so that whether a node
//! was met, where it goes on, and which number it gets is one access to memory. That access, at a
//! place that nobody could foresee, is what a walk costs: about 20 ns for each object.

use rustc_hash::FxHashSet;

use super::Orphans;
use super::log::Log;
use super::parents::Parents;
use crate::heap::graph::edges::{Edges, LAST};
use crate::heap::graph::{Bits, Column, Graph, Memory, Node, Root, prefetch};

/// Marks a number among the starts of references.
const SEEN: u32 = 1 << 31;
/// The mark and the number of a GC root before its turn: the last root has this, those before it count down.
const LAST_ROOT: u32 = u32::MAX;

/// What the walk leaves behind. "Number" is the position in the order of the walk; 0 is the virtual root.
pub(super) struct Walk {
    /// Number of each node.
    pub(super) numbers: Numbers,
    /// Number of the node from which each number was reached first.
    pub(super) parents: Parents,
    /// References outside the tree, but for those to GC roots.
    pub(super) log: Log,
    /// References to GC roots: the position in `roots`, and the source.
    pub(super) root_log: Log,
    /// Nodes of the GC roots, ascending.
    pub(super) roots: Vec<u32>,
    /// All references that were followed.
    pub(super) references: u64,
    /// What no root reached and lives all the same.
    pub(super) late: Vec<Root>,
    /// The number of the first node that was adopted; one more than the last number if none was.
    pub(super) adopted: u32,
    /// The memory of the references, for another table.
    pub(super) spare: Column<u32>,
}

/// Which number each node has.
#[derive(Debug)]
pub(super) struct Numbers(Column<u32>);

impl Numbers {
    /// The number of a node that was reached.
    pub(super) fn get(&self, node: Node) -> Option<u32> {
        self.0.get(node.index()).filter(|number| **number & SEEN != 0).map(|number| number & !SEEN)
    }

    /// The numbers of those of the nodes that were reached.
    pub(super) fn of(&self, nodes: &[Node]) -> FxHashSet<u32> {
        nodes.iter().filter_map(|node| self.get(*node)).collect()
    }

    /// Nodes that were reached, with their numbers.
    pub(super) fn reached(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        let seen = self.0.iter().enumerate().filter(|(_, number)| **number & SEEN != 0);
        seen.map(|(node, number)| (node, number & !SEEN))
    }

    /// Gives other numbers: `by` has the new one at the place of the old one.
    pub(super) fn renumber(&mut self, by: &[u32]) {
        for number in self.0.iter_mut().filter(|number| **number & SEEN != 0) {
            *number = SEEN | by[(*number & !SEEN) as usize];
        }
    }
}

impl Walk {
    /// Numbers what the roots reach, and uses the edges up.
    pub(super) fn over(graph: &Graph, edges: Edges, orphans: Orphans) -> Self {
        let mut walker = Walker::new(&graph.roots, edges, graph.memory);
        walker.descend_from_roots();
        for (kind, nodes) in &graph.late {
            for node in walker.holders_first(nodes.iter().map(|node| node.0)) {
                if walker.descend_from(node) {
                    walker.walk.late.push(Root { node: Node(node), kind: *kind, name: Box::default() });
                }
            }
        }
        walker.walk.adopted = walker.walk.parents.count();
        if orphans == Orphans::Adopt {
            walker.adopt();
        }
        Self { spare: walker.targets, ..walker.walk }
    }
}

struct Walker {
    targets: Column<u32>,
    /// Where the references of each root start, by its position; then its number.
    root_starts: Vec<u32>,
    /// Next reference and number of each node on the path that has references left.
    path: Vec<(u32, u32)>,
    walk: Walk,
}

impl Walker {
    fn new(roots: &[Root], Edges { start, targets, .. }: Edges, memory: Memory) -> Self {
        let mut nodes: Vec<u32> = roots.iter().map(|root| root.node.0).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let rows = start.len();
        let walk = Walk {
            numbers: Numbers(start),
            parents: Parents::for_numbers(rows, memory),
            log: Log::new(rows, targets.len(), memory),
            root_log: Log::new(nodes.len(), targets.len(), memory),
            roots: nodes,
            references: 0,
            late: Vec::new(),
            adopted: 0,
            spare: Column::default(),
        };
        Self { targets, root_starts: Vec::new(), path: Vec::new(), walk }
    }

    fn descend_from_roots(&mut self) {
        let roots = std::mem::take(&mut self.walk.roots);
        let first_root = LAST_ROOT - roots.len() as u32;
        let numbers = &mut self.walk.numbers.0;
        for (place, root) in roots.iter().enumerate() {
            let mark = first_root + 1 + place as u32;
            self.root_starts.push(std::mem::replace(&mut numbers[*root as usize], mark));
        }
        if let Some(root) = numbers.first_mut() {
            *root = SEEN;
        }
        for place in 0..roots.len() {
            let number = self.walk.parents.push(0);
            let start = std::mem::replace(&mut self.root_starts[place], SEEN | number);
            self.descend(start, number, first_root);
        }
        for (root, number) in roots.iter().zip(&self.root_starts) {
            self.walk.numbers.0[*root as usize] = *number;
        }
        self.walk.roots = roots;
    }

    /// Numbers everything below a node that was just numbered; `cursor` is one more than the place of its
    /// first reference. Marks above `first_root` belong to roots.
    fn descend(&mut self, mut cursor: u32, mut me: u32, first_root: u32) {
        let Walk { numbers, parents, log, root_log, references, .. } = &mut self.walk;
        let (numbers, targets): (&mut [u32], &[u32]) = (&mut numbers.0, &self.targets);
        let (mut log, mut root_log) = (log.writer(), root_log.writer());
        loop {
            if cursor == 0 {
                match self.path.pop() {
                    Some(up) => (cursor, me) = up,
                    None => return,
                }
            }
            let edge = targets[cursor as usize - 1];
            *references += 1;
            let next = if edge & LAST == 0 { cursor + 1 } else { 0 };
            if next != 0 {
                // Where the next one goes on is asked for now, and nobody waits for the answer.
                let soon = numbers[(targets[next as usize - 1] & !LAST) as usize];
                prefetch(targets, ((soon & !SEEN) as usize).min(targets.len() - 1));
            }
            let place = &mut numbers[(edge & !LAST) as usize];
            let found = *place;
            cursor = next;
            if found & SEEN == 0 {
                if next != 0 {
                    self.path.push((next, me));
                }
                let number = parents.push(me);
                *place = SEEN | number;
                (cursor, me) = (found, number);
            } else if found > first_root {
                root_log.push(found - first_root - 1, me);
            } else if found & !SEEN != me && found != SEEN {
                log.push(found & !SEEN, me);
            }
        }
    }

    /// Hangs what was not reached under the virtual root: first what nobody refers to, then the rings.
    fn adopt(&mut self) {
        let numbers: &[u32] = &self.walk.numbers.0;
        let unseen: Vec<u32> = (1..numbers.len() as u32).filter(|node| numbers[*node as usize] & SEEN == 0).collect();
        let mut held = vec![false; numbers.len()];
        for node in &unseen {
            let mut cursor = numbers[*node as usize] as usize;
            while cursor > 0 {
                let edge = self.targets[cursor - 1];
                let target = edge & !LAST;
                held[target as usize] |= target != *node;
                cursor = if edge & LAST == 0 { cursor + 1 } else { 0 };
            }
        }
        for node in unseen.iter().filter(|node| !held[**node as usize]) {
            self.descend_from(*node);
        }
        for node in self.holders_first(unseen.into_iter()) {
            self.descend_from(node);
        }
    }

    /// Those of these nodes that were not reached yet, each before what it leads to, unless that leads back to it: by
    /// the order in which a depth-first walk is done with them.
    fn holders_first(&self, nodes: impl Iterator<Item = u32>) -> Vec<u32> {
        let numbers: &[u32] = &self.walk.numbers.0;
        let is_new = |node: &u32| numbers[*node as usize] & SEEN == 0;
        let mut wanted = Bits::new(numbers.len());
        let new: Vec<u32> = nodes.filter(|node| is_new(node) && wanted.put(*node)).collect();
        let (mut met, mut done, mut path) = (Bits::new(numbers.len()), Vec::new(), Vec::new());
        for start in new {
            if met.put(start) {
                path.push((start, numbers[start as usize]));
            }
            while let Some((node, cursor)) = path.last_mut() {
                let Some(place) = cursor.checked_sub(1) else {
                    done.extend(Some(*node).filter(|node| wanted.has(*node)));
                    path.pop();
                    continue;
                };
                let edge = self.targets[place as usize];
                *cursor = if edge & LAST == 0 { *cursor + 1 } else { 0 };
                let target = edge & !LAST;
                if is_new(&target) && met.put(target) {
                    path.push((target, numbers[target as usize]));
                }
            }
        }
        done.reverse();
        done
    }

    /// Hangs a node under the virtual root, after all roots, if it was not reached yet; whether it was not.
    fn descend_from(&mut self, node: u32) -> bool {
        let start = self.walk.numbers.0[node as usize];
        let is_new = start & SEEN == 0;
        if is_new {
            let number = self.walk.parents.push(0);
            self.walk.numbers.0[node as usize] = SEEN | number;
            self.descend(start, number, LAST_ROOT);
        }
        is_new
    }
}
