//! The second pass: class, size and references of every object, on all cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

use super::bytes::id_at;
use super::class::{Classes, Heap};
use super::ids::IdMap;
use super::layout::{Layout, Layouts, Lookup};
use super::outline::Chunk;
use super::record::{Object, Record, Shape, record};
use crate::heap::Mapping;
use crate::heap::graph::edges::{LAST, NO_EDGES};
use crate::heap::graph::sizes::word_of;
use crate::heap::graph::{ClassColumn, Edges, Sizes};

/// What the pass reads; shared by all threads.
pub(super) struct Source<'a> {
    pub(super) file: &'a Mapping,
    pub(super) ids: &'a IdMap,
    pub(super) classes: &'a Classes,
    pub(super) layouts: &'a Layouts,
    pub(super) heap: Heap,
    /// Graph classes of the primitive arrays by type, and the nodes of those that are no roots.
    pub(super) primitives: [(u32, u32); 12],
    /// The graph class of what has no class.
    pub(super) unknown: u32,
    /// Nodes whose references are told elsewhere (classes, threads with locals), ascending.
    pub(super) apart: &'a [u32],
}

/// What the pass fills, by node. Every object is written by one thread alone, so relaxed stores do.
pub(super) struct Columns {
    class: Classed,
    words: Vec<AtomicU8>,
    start: Vec<AtomicU32>,
    /// Where the record of each node starts, kept if the index cannot tell.
    offsets: Vec<AtomicU64>,
}

enum Classed {
    Narrow(Vec<AtomicU16>),
    Wide(Vec<AtomicU32>),
}

/// What one thread found.
#[derive(Default)]
pub(super) struct Tally {
    wide: Vec<(u32, u64)>,
    pub(super) references: u64,
    /// References to objects that are not in the dump.
    pub(super) dangling: u64,
    /// Objects whose class is not in the dump.
    pub(super) classless: u64,
    /// Objects told twice.
    pub(super) twice: u64,
}

impl Columns {
    pub(super) fn new(nodes: usize, classes: usize, keep_offsets: bool) -> Self {
        let class = if classes < usize::from(u16::MAX) {
            Classed::Narrow(column(nodes, u16::MAX))
        } else {
            Classed::Wide(column(nodes, u32::MAX))
        };
        let offsets = column(if keep_offsets { nodes } else { 0 }, 0);
        Self { class, words: column(nodes, 0), start: column(nodes, NO_EDGES), offsets }
    }

    /// Whether the node has a class already.
    fn taken(&self, node: u32) -> bool {
        match &self.class {
            Classed::Narrow(column) => column[node as usize].load(Relaxed) != u16::MAX,
            Classed::Wide(column) => column[node as usize].load(Relaxed) != u32::MAX,
        }
    }

    /// Gives a node its class and size.
    pub(super) fn describe(&self, node: u32, class: u32, word: Option<u8>, size: u64, tally: &mut Tally) {
        match &self.class {
            Classed::Narrow(column) => column[node as usize].store(class as u16, Relaxed),
            Classed::Wide(column) => column[node as usize].store(class, Relaxed),
        }
        if word.is_none() {
            tally.wide.push((node, size));
        }
        self.words[node as usize].store(word.unwrap_or(u8::MAX), Relaxed);
    }

    /// Points a node at its first reference.
    pub(super) fn start(&self, node: u32, first: u32) {
        self.start[node as usize].store(first, Relaxed);
    }

    /// Where the record of each node starts; empty if the index is enough.
    pub(super) fn take_offsets(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.offsets).into_iter().map(AtomicU64::into_inner).collect()
    }

    /// The finished columns.
    pub(super) fn finish(self, targets: Vec<u32>, tallies: &mut [Tally]) -> (ClassColumn, Sizes, Edges) {
        let class = match self.class {
            Classed::Narrow(column) => ClassColumn::Narrow(column.into_iter().map(AtomicU16::into_inner).collect()),
            Classed::Wide(column) => ClassColumn::Wide(column.into_iter().map(AtomicU32::into_inner).collect()),
        };
        let wide = tallies.iter_mut().flat_map(|tally| std::mem::take(&mut tally.wide)).collect();
        let words = self.words.into_iter().map(AtomicU8::into_inner).collect();
        let start = self.start.into_iter().map(AtomicU32::into_inner).collect();
        let count = tallies.iter().map(|tally| tally.references).sum::<u64>();
        (class, Sizes::from_words(words, wide), Edges { start, targets, count })
    }
}

fn column<N: Copy, A: From<N>>(length: usize, value: N) -> Vec<A> {
    std::iter::repeat_with(|| A::from(value)).take(length).collect()
}

/// Reads all chunks. `targets` has room for the references of each chunk in turn, `threads` is at least 1.
pub(super) fn link<const W: usize>(
    source: &Source<'_>,
    columns: &Columns,
    chunks: &[Chunk],
    mut targets: &mut [u32],
    threads: usize,
) -> Vec<Tally> {
    let mut base = 0;
    let mut jobs = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        let (own, rest) = targets.split_at_mut(chunk.references);
        jobs.push((chunk, base, own));
        base += chunk.references as u32;
        targets = rest;
    }
    // The last first: a stack is the simplest queue.
    jobs.reverse();
    let jobs = Mutex::new(jobs);
    let work = || {
        let mut worker =
            Worker::<W> { source, columns, lookup: source.layouts.lookup(source.classes), tally: Tally::default() };
        while let Some((chunk, base, targets)) = jobs.lock().ok().and_then(|mut jobs| jobs.pop()) {
            worker.read(chunk, base, targets);
        }
        worker.tally
    };
    if threads == 1 {
        return vec![work()];
    }
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    })
}

struct Worker<'a, const W: usize> {
    source: &'a Source<'a>,
    columns: &'a Columns,
    lookup: Lookup<'a>,
    tally: Tally,
}

/// Where the references of one chunk go.
struct Row<'a> {
    targets: &'a mut [u32],
    base: u32,
    next: usize,
    first: usize,
}

impl<const W: usize> Worker<'_, W> {
    fn read(&mut self, chunk: &Chunk, base: u32, targets: &mut [u32]) {
        let data = &self.source.file[..chunk.range.end];
        let mut row = Row { targets, base, next: 0, first: 0 };
        let mut at = chunk.range.start;
        while at < chunk.range.end {
            // The first pass walked the same records, so none can fail here.
            let Ok((found, next)) = record::<W>(data, at) else { break };
            if let Record::Object(object) = found {
                self.object(data, object, at, &mut row);
            }
            at = next;
        }
        self.source.file.forget(chunk.range.clone());
    }

    fn object(&mut self, data: &[u8], object: Object, at: usize, row: &mut Row<'_>) {
        let Some(rank) = self.source.ids.rank(object.id) else { return };
        let node = rank + 1;
        if self.columns.taken(node) {
            self.tally.twice += 1;
            return;
        }
        if let Some(offset) = self.columns.offsets.get(node as usize) {
            offset.store(at as u64, Relaxed);
        }
        let class_node = self.describe(node, object);
        if self.source.apart.binary_search(&node).is_ok() {
            return;
        }
        row.first = row.next;
        match object.shape {
            Shape::Instance { class, length } => {
                if let Some(layout) = self.lookup.row(class).map(|row| self.source.layouts.row(row)) {
                    self.instance(&data[object.body..object.body + length as usize], layout, row);
                }
            }
            Shape::Objects { length, .. } => {
                for element in data[object.body..object.body + length as usize * W].chunks_exact(W) {
                    self.refer(id_at::<W>(element, 0).unwrap_or(0), row);
                }
            }
            Shape::Primitives { .. } => {}
        }
        if class_node != 0 {
            row.push(class_node);
        }
        if let Some(first) = row.seal() {
            self.columns.start(node, first);
            self.tally.references += (row.next - row.first) as u64;
        }
    }

    /// Class and size; the answer is the class object if the object must be said to refer to it.
    fn describe(&mut self, node: u32, object: Object) -> u32 {
        let heap = self.source.heap;
        let (class, class_node, word, size) = match object.shape {
            Shape::Instance { class, length } => match self.lookup.row(class) {
                Some(row) => {
                    let layout = self.source.layouts.row(row);
                    (row, layout.class_node, layout.word, layout.size)
                }
                None => {
                    self.tally.classless += 1;
                    let size = (heap.pointer + heap.reference + u64::from(length)).next_multiple_of(heap.alignment);
                    (self.source.unknown, 0, word_of(size), size)
                }
            },
            Shape::Objects { class, length } => {
                let size = heap.object_array(length);
                match self.lookup.row(class) {
                    Some(row) => (row, self.source.layouts.row(row).class_node, word_of(size), size),
                    None => {
                        self.tally.classless += 1;
                        (self.source.unknown, 0, word_of(size), size)
                    }
                }
            }
            Shape::Primitives { kind, length } => {
                let size = heap.primitive_array(kind, length);
                let (class, class_node) = self.source.primitives[usize::from(kind.min(11))];
                (class, class_node, word_of(size), size)
            }
        };
        self.columns.describe(node, class, word, size, &mut self.tally);
        class_node
    }

    fn instance(&mut self, values: &[u8], layout: Layout, row: &mut Row<'_>) {
        let source = self.source;
        for offset in source.layouts.offsets(layout) {
            // Class and length of an instance may contradict each other; what is there counts.
            let Some(id) = id_at::<W>(values, *offset as usize) else { break };
            self.refer(id, row);
        }
    }

    #[inline]
    fn refer(&mut self, id: u64, row: &mut Row<'_>) {
        if id == 0 {
            return;
        }
        match self.source.ids.rank(id) {
            Some(rank) => row.push(rank + 1),
            None => self.tally.dangling += 1,
        }
    }
}

impl Row<'_> {
    #[inline]
    fn push(&mut self, target: u32) {
        // The first pass counted the room from the same lengths; a class cannot ask for more.
        if let Some(place) = self.targets.get_mut(self.next) {
            *place = target;
            self.next += 1;
        }
    }

    /// Marks the last reference of the object; where its first one is, if it has any.
    fn seal(&mut self) -> Option<u32> {
        if self.next == self.first {
            return None;
        }
        self.targets[self.next - 1] |= LAST;
        Some(self.base + self.first as u32)
    }
}

/// References of the nodes that are told apart, behind those of all chunks.
pub(super) fn append(columns: &Columns, targets: &mut Vec<u32>, node: u32, references: &[u32], tally: &mut Tally) {
    if let Some((last, others)) = references.split_last() {
        columns.start(node, targets.len() as u32);
        targets.extend_from_slice(others);
        targets.push(last | LAST);
        tally.references += references.len() as u64;
    }
}
