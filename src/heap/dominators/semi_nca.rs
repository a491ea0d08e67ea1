//! Semi-NCA: semidominators by path compression, then the nearest common ancestor in the tree of the walk.
//!
//! 12 bytes for each node (parent, ancestor, label) and six for each logged reference. A node that
//! only its parent refers to, which is four of five in real heaps, costs nothing but its place.

use super::depth_first::{Entry, Walk};

/// Node of each number, and the number of each number's immediate dominator.
pub(super) fn immediate_dominators(walk: Walk) -> (Vec<u32>, Vec<u32>) {
    let Walk { order, mut parent, mut log, .. } = walk;
    let mut forest = Forest { ancestor: parent.clone(), label: parent.clone(), path: Vec::new() };
    let mut lower = Vec::new();
    while let Some(block) = log.blocks.pop() {
        let base = (log.blocks.len() as u32) << 16;
        for (target, sources) in Buckets::new(&block).descending() {
            let target = base | u32::from(target);
            let tree_parent = forest.label[target as usize];
            let semi = sources.iter().map(|source| forest.lowest(*source, target)).fold(tree_parent, u32::min);
            if semi < tree_parent {
                forest.label[target as usize] = semi;
                lower.push((target, semi));
            }
        }
    }
    drop(forest);
    // A semidominator that is the parent is the dominator; only lower ones need the climb, top down.
    for (target, semi) in lower.into_iter().rev() {
        let mut idom = parent[target as usize];
        while idom > semi {
            idom = parent[idom as usize];
        }
        parent[target as usize] = idom;
    }
    (order, parent)
}

/// The part of the tree below the number in work, paths compressed; the label is the lowest
/// semidominator on the compressed path.
struct Forest {
    ancestor: Vec<u32>,
    label: Vec<u32>,
    path: Vec<u32>,
}

impl Forest {
    /// The source itself if it is above the target, else the lowest semidominator from it up to the target.
    fn lowest(&mut self, source: u32, target: u32) -> u32 {
        if source < target {
            return source;
        }
        let mut node = source;
        while self.ancestor[node as usize] > target {
            self.path.push(node);
            node = self.ancestor[node as usize];
        }
        while let Some(below) = self.path.pop() {
            let above = self.ancestor[below as usize] as usize;
            self.label[below as usize] = self.label[below as usize].min(self.label[above]);
            self.ancestor[below as usize] = self.ancestor[above];
        }
        self.label[source as usize]
    }
}

/// The sources of one block, sorted by target.
struct Buckets {
    end: Vec<u32>,
    sources: Vec<u32>,
}

impl Buckets {
    fn new(block: &[Entry]) -> Self {
        let mut end = vec![0_u32; if block.is_empty() { 0 } else { 1 << 16 }];
        for [target, ..] in block {
            end[usize::from(*target)] += 1;
        }
        let mut sum = 0;
        for count in &mut end {
            sum += std::mem::replace(count, sum);
        }
        let mut sources = vec![0; block.len()];
        for [target, high, low] in block {
            let place = &mut end[usize::from(*target)];
            sources[*place as usize] = u32::from(*high) << 16 | u32::from(*low);
            *place += 1;
        }
        Self { end, sources }
    }

    fn descending(&self) -> impl Iterator<Item = (u16, &[u32])> {
        (0..self.end.len()).rev().filter_map(|target| {
            let start = if target == 0 { 0 } else { self.end[target - 1] };
            let sources = &self.sources[start as usize..self.end[target] as usize];
            (!sources.is_empty()).then_some((target as u16, sources))
        })
    }
}
