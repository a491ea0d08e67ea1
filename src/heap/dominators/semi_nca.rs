//! Semi-NCA: semidominators by path compression, then the nearest common ancestor in the tree of the walk.
//!
//! 8 bytes for each node (ancestor, label), in memory that the references had before; its parent in one or two, and
//! six for each logged reference. A node that only its parent refers to, which is four of five in real heaps, costs
//! nothing but its place. While one file of the log is evaluated, the next is sorted on another core.

use std::sync::mpsc::sync_channel;
use std::thread;

use super::log::{Log, Sorted};
use super::parents::Parents;
use crate::heap::graph::{Column, Memory, prefetch};

/// Shorter logs are not worth a thread.
const WORTH_A_THREAD: usize = 4;

/// The immediate dominator of each number; and the numbers whose dominator is not their parent, descending,
/// each with that parent. `spare` is memory that is not needed any more.
pub(super) fn immediate_dominators(
    parents: &Parents,
    log: &Log,
    spare: Column<u32>,
    memory: Memory,
) -> (Column<u32>, Lowered) {
    let reached = parents.count() as usize;
    let mut forest = Forest::over(parents, spare);
    // Room for all costs nothing until it is used; a vector would take twice what it needs while it grows.
    let mut lowered = Lowered { rows: memory.column(reached), length: 0 };
    if log.files() < WORTH_A_THREAD {
        (0..log.files()).rev().for_each(|file| forest.evaluate(&log.sorted(file), &mut lowered));
    } else {
        thread::scope(|scope| {
            let (sorted, files) = sync_channel(1);
            scope.spawn(move || (0..log.files()).rev().try_for_each(|file| sorted.send(log.sorted(file)).ok()));
            files.into_iter().for_each(|file| forest.evaluate(&file, &mut lowered));
        });
    }
    let mut idoms: Column<u32> = memory.reuse(forest.trees, reached);
    let idom: &mut [u32] = &mut idoms;
    idom[0] = 0;
    parents.each(|number, parent| idom[number as usize] = parent);
    // A semidominator that is the parent is the dominator; only lower ones need the climb, top down.
    for [target, semi] in lowered.rows[..lowered.length].iter_mut().rev() {
        let parent = idom[*target as usize];
        let mut above = parent;
        while above > *semi {
            above = idom[above as usize];
        }
        idom[*target as usize] = above;
        *semi = parent;
    }
    (idoms, lowered)
}

/// Numbers whose dominator is not their parent, descending, each with that parent.
pub(super) struct Lowered {
    rows: Column<[u32; 2]>,
    length: usize,
}

impl Lowered {
    /// The parent of a number in the tree of the walk, if it is not its dominator.
    pub(super) fn parent(&self, number: u32) -> Option<u32> {
        let rows = &self.rows[..self.length];
        rows.binary_search_by(|[lowered, _]| number.cmp(lowered)).ok().map(|row| rows[row][1])
    }

    /// Numbers whose dominator is not their parent in the tree of the walk, with the parent.
    pub(super) fn ascending(&self) -> impl Iterator<Item = (u32, u32)> {
        self.rows[..self.length].iter().rev().map(|[number, parent]| (*number, *parent))
    }
}

/// The part of the tree below the number in work, paths compressed: ancestor, and label, which is the
/// lowest semidominator on the compressed path.
struct Forest {
    trees: Column<[u32; 2]>,
    path: Vec<u32>,
}

impl Forest {
    fn over(parents: &Parents, spare: Column<u32>) -> Self {
        let mut trees = spare.reused(parents.count() as usize);
        let rows: &mut [[u32; 2]] = &mut trees;
        rows[0] = [0; 2];
        parents.each(|number, parent| rows[number as usize] = [parent; 2]);
        Self { trees, path: Vec::new() }
    }

    fn evaluate(&mut self, file: &Sorted, lowered: &mut Lowered) {
        let Self { trees, path } = self;
        let trees: &mut [[u32; 2]] = trees;
        let mut rows = file.descending();
        while let Some((target, sources)) = rows.next(|source| prefetch(trees, source as usize)) {
            let parent = trees[target as usize][1];
            let semi = sources.iter().map(|source| lowest(trees, path, *source, target)).fold(parent, u32::min);
            if semi < parent {
                trees[target as usize][1] = semi;
                lowered.rows[lowered.length] = [target, semi];
                lowered.length += 1;
            }
        }
    }
}

/// The source itself if it is above the target, else the lowest semidominator from it up to the target.
fn lowest(trees: &mut [[u32; 2]], path: &mut Vec<u32>, source: u32, target: u32) -> u32 {
    if source < target {
        return source;
    }
    let [mut above, label] = trees[source as usize];
    if above <= target {
        return label;
    }
    let mut node = source;
    while above > target {
        path.push(node);
        node = above;
        above = trees[node as usize][0];
    }
    let mut least = trees[node as usize][1];
    while let Some(below) = path.pop() {
        let tree = &mut trees[below as usize];
        least = least.min(tree[1]);
        *tree = [above, least];
    }
    least
}
