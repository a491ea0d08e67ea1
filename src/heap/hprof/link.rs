//! The second pass: class, size and references of every object, on all cores.
//!
//! Identifiers ascend within a chunk and no two chunks overlap, so each chunk has its own rows of every
//! table. References are gathered for one chunk at a time and then moved behind those that are there:
//! which chunk comes first differs from run to run, what is found by way of [`Edges`] does not. Identifiers are
//! looked up many at a time, so that they wait for the memory together and not one after the other.

use std::sync::Mutex;

use super::bytes::id_at;
use super::class::{Classes, Heap};
use super::ids::{Ascent, IdMap, NO_RANK};
use super::layout::{Layout, Layouts, Lookup};
use super::outline::Chunk;
use super::record::{Object, Record, Shape, record};
use crate::heap::Mapping;
use crate::heap::cores::cores;
use crate::heap::graph::edges::{LAST, MOST_EDGES};
use crate::heap::graph::sizes::word_of;
use crate::heap::graph::{ClassColumn, Column, Edges, Memory, Sizes};

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

/// What the pass fills, by node.
pub(super) struct Columns {
    /// One more than the class of each node; 0 for those that are still to come.
    class: Classed,
    words: Column<u8>,
    start: Column<u32>,
    /// Where the record of each node starts, kept if the index cannot tell.
    offsets: Column<u64>,
    pub(super) targets: Targets,
}

enum Classed {
    Narrow(Column<u16>),
    Wide(Column<u32>),
}

/// The references of all nodes, as far as they are known.
pub(super) struct Targets {
    column: Column<u32>,
    filled: usize,
    /// Whether there were more than a graph holds.
    full: bool,
}

/// What one thread found.
#[derive(Default)]
pub(super) struct Tally {
    wide: Vec<(u32, u64)>,
    /// Arrays of references, each with the number of its elements that hold something.
    pub(super) elements: Vec<(u32, u32)>,
    /// Nodes of what has a finalizer.
    pub(super) finalizable: Vec<u32>,
    pub(super) references: u64,
    /// References to objects that are not in the dump.
    pub(super) dangling: u64,
    /// Objects whose class is not in the dump.
    pub(super) classless: u64,
    /// Objects told twice.
    pub(super) twice: u64,
}

impl Columns {
    pub(super) fn new(nodes: usize, classes: usize, references: usize, keep_offsets: bool, memory: Memory) -> Self {
        let class = if classes < usize::from(u16::MAX) {
            Classed::Narrow(memory.column(nodes))
        } else {
            Classed::Wide(memory.column(nodes))
        };
        Self {
            class,
            words: memory.column(nodes),
            start: Column::zeroed(nodes),
            offsets: memory.column(if keep_offsets { nodes } else { 0 }),
            targets: Targets { column: Column::zeroed(references.min(MOST_EDGES as usize)), filled: 0, full: false },
        }
    }

    /// All rows of all tables.
    pub(super) fn rows(&mut self) -> (Rows<'_>, &mut Targets) {
        let class = match &mut self.class {
            Classed::Narrow(column) => ClassRows::Narrow(column),
            Classed::Wide(column) => ClassRows::Wide(column),
        };
        let rows = Rows { first: 0, class, words: &mut self.words, start: &mut self.start, offsets: &mut self.offsets };
        (rows, &mut self.targets)
    }

    /// Where the record of each node starts; empty if the index is enough.
    pub(super) fn take_offsets(&mut self) -> Column<u64> {
        std::mem::take(&mut self.offsets)
    }

    /// Tells the references of a node that is told apart, behind all others.
    pub(super) fn append(&mut self, node: u32, references: &[u32], tally: &mut Tally) {
        if let Some((last, others)) = references.split_last() {
            let start = self.targets.filled;
            let end = start + references.len();
            if let Some(room) = self.targets.column.get_mut(start..end) {
                room[..others.len()].copy_from_slice(others);
                room[others.len()] = last | LAST;
                self.targets.filled = end;
                self.start[node as usize] = start as u32 + 1;
                tally.references += references.len() as u64;
            } else {
                self.targets.full = true;
            }
        }
    }

    /// The finished tables; `None` if there are more references than a graph holds.
    pub(super) fn finish(self, tallies: &mut [Tally]) -> Option<(ClassColumn, Sizes, Edges)> {
        let class = match self.class {
            Classed::Narrow(column) => ClassColumn::Narrow(column),
            Classed::Wide(column) => ClassColumn::Wide(column),
        };
        let wide = tallies.iter_mut().flat_map(|tally| std::mem::take(&mut tally.wide)).collect();
        let count = tallies.iter().map(|tally| tally.references).sum::<u64>();
        let full = self.targets.full;
        let edges = Edges { start: self.start, targets: self.targets.column, count };
        (!full).then(|| (class, Sizes::from_words(self.words, wide), edges))
    }
}

/// Rows of consecutive nodes, of all tables.
pub(super) struct Rows<'a> {
    first: u32,
    class: ClassRows<'a>,
    words: &'a mut [u8],
    start: &'a mut [u32],
    offsets: &'a mut [u64],
}

enum ClassRows<'a> {
    Narrow(&'a mut [u16]),
    Wide(&'a mut [u32]),
}

impl<'a> Rows<'a> {
    /// The rows before a node, and those from it on.
    fn split(self, node: u32) -> (Self, Self) {
        let at = (node.saturating_sub(self.first) as usize).min(self.words.len());
        let (class, class_rest) = match self.class {
            ClassRows::Narrow(rows) => {
                let (rows, rest) = rows.split_at_mut(at);
                (ClassRows::Narrow(rows), ClassRows::Narrow(rest))
            }
            ClassRows::Wide(rows) => {
                let (rows, rest) = rows.split_at_mut(at);
                (ClassRows::Wide(rows), ClassRows::Wide(rest))
            }
        };
        let (words, words_rest) = self.words.split_at_mut(at);
        let (start, start_rest) = self.start.split_at_mut(at);
        let (offsets, offsets_rest) = self.offsets.split_at_mut(at.min(self.offsets.len()));
        let first = self.first;
        (
            Self { first, class, words, start, offsets },
            Self {
                first: first + at as u32,
                class: class_rest,
                words: words_rest,
                start: start_rest,
                offsets: offsets_rest,
            },
        )
    }

    /// The row of a node, if it is here.
    fn row(&self, node: u32) -> Option<usize> {
        node.checked_sub(self.first).map(|row| row as usize).filter(|row| *row < self.words.len())
    }

    /// Gives a node its class and size; false if it had them already.
    pub(super) fn describe(&mut self, node: u32, class: u32, word: Option<u8>, size: u64, tally: &mut Tally) -> bool {
        let Some(row) = self.row(node) else { return false };
        let taken = match &mut self.class {
            ClassRows::Narrow(rows) => std::mem::replace(&mut rows[row], class as u16) != 0,
            ClassRows::Wide(rows) => std::mem::replace(&mut rows[row], class) != 0,
        };
        if word.is_none() {
            tally.wide.push((node, size));
        }
        self.words[row] = word.unwrap_or(u8::MAX);
        !taken
    }

    fn taken(&self, row: usize) -> bool {
        match &self.class {
            ClassRows::Narrow(rows) => rows[row] != 0,
            ClassRows::Wide(rows) => rows[row] != 0,
        }
    }
}

/// Reads all chunks. `orderly`: they are sorted by identifiers, which ascend through all of them; otherwise
/// whoever tells an object first counts, so order matters and one core does it.
pub(super) fn link<const W: usize>(
    source: &Source<'_>,
    columns: &mut Columns,
    chunks: &[Chunk],
    orderly: bool,
) -> Vec<Tally> {
    let (rows, targets) = columns.rows();
    let worker = || {
        let lookup = source.layouts.lookup(source.classes);
        Worker::<W> {
            source,
            lookup,
            apart: source.apart,
            gathered: Vec::new(),
            base: 0,
            own: Ascent::over(source.ids),
            waiting: Waiting::default(),
            tally: Tally::default(),
        }
    };
    if !orderly {
        let (mut rows, mut worker) = (rows, worker());
        for chunk in chunks {
            worker.base = targets.filled as u32;
            worker.read(chunk, &mut rows);
            match targets.column[targets.filled..].get_mut(..worker.gathered.len()) {
                Some(room) => room.copy_from_slice(&worker.gathered),
                None => {
                    targets.full = true;
                    break;
                }
            }
            targets.filled += worker.gathered.len();
        }
        return vec![worker.tally];
    }
    let mut jobs = Vec::with_capacity(chunks.len());
    let mut rest = rows;
    for chunk in chunks.iter().skip(1) {
        let node = source.ids.rank(chunk.first).map_or(rest.first, |rank| rank + 1);
        let (own, others) = rest.split(node);
        jobs.push(own);
        rest = others;
    }
    jobs.push(rest);
    // The last first: a stack is the simplest queue.
    let jobs: Mutex<Vec<(&Chunk, Rows<'_>)>> = Mutex::new(chunks.iter().zip(jobs).rev().collect());
    let room = Mutex::new((targets.filled, &mut targets.column[targets.filled..]));
    let work = || {
        let mut worker = worker();
        while let Some((chunk, mut rows)) = jobs.lock().ok().and_then(|mut jobs| jobs.pop()) {
            worker.read_alone(chunk, &mut rows);
            let carved = room.lock().ok().and_then(|mut room| carve(&mut room, worker.gathered.len()));
            let Some((base, own)) = carved else {
                // Back it goes, to say that not all was read.
                if let Ok(mut jobs) = jobs.lock() {
                    jobs.push((chunk, rows));
                }
                break;
            };
            own.copy_from_slice(&worker.gathered);
            rows.start.iter_mut().filter(|start| **start != 0).for_each(|start| *start += base);
        }
        worker.tally
    };
    let threads = cores().min(chunks.len()).max(1);
    let tallies = std::thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut tallies = vec![work()];
        tallies.extend(running.into_iter().map(|thread| thread.join().unwrap_or_default()));
        tallies
    });
    let unread = jobs.into_inner().is_ok_and(|jobs| !jobs.is_empty());
    targets.filled = room.into_inner().map_or(0, |(filled, _)| filled);
    targets.full = unread;
    tallies
}

/// Takes so many rows off the front of what is free; the answer is their place, too.
fn carve<'a>(room: &mut (usize, &'a mut [u32]), rows: usize) -> Option<(u32, &'a mut [u32])> {
    let (own, rest) = std::mem::take(&mut room.1).split_at_mut_checked(rows)?;
    let place = room.0 as u32;
    *room = (room.0 + rows, rest);
    Some((place, own))
}

struct Worker<'a, const W: usize> {
    source: &'a Source<'a>,
    lookup: Lookup<'a>,
    /// Those of the source that can be in the chunk.
    apart: &'a [u32],
    /// References of the chunk, the last of each object marked.
    gathered: Vec<u32>,
    /// Where these will stand.
    base: u32,
    own: Ascent<'a>,
    waiting: Waiting,
    tally: Tally,
}

/// Identifiers whose nodes are not known yet: looked up many at a time, they wait for the memory together.
#[derive(Default)]
struct Waiting {
    ids: Vec<u64>,
    /// The numbers of these, as soon as they are looked up.
    ranks: Vec<u32>,
    /// The objects that refer to them, all but the last identifiers of an array that is still being read.
    objects: Vec<Referrer>,
    /// Where the references of the first of these start among what is gathered.
    first: usize,
}

struct Referrer {
    row: u32,
    /// The class object, where it is referred to as well; 0 otherwise.
    class_node: u32,
    /// Where its identifiers end.
    end: u32,
}

/// So many identifiers wait for each other.
const TOGETHER: usize = 256;

impl<const W: usize> Worker<'_, W> {
    /// Reads a chunk of which no other has nodes.
    fn read_alone(&mut self, chunk: &Chunk, rows: &mut Rows<'_>) {
        let all = self.source.apart;
        let (first, end) = (rows.first, rows.first + rows.words.len() as u32);
        self.apart = &all[all.partition_point(|node| *node < first)..all.partition_point(|node| *node < end)];
        self.read(chunk, rows);
    }

    fn read(&mut self, chunk: &Chunk, rows: &mut Rows<'_>) {
        self.gathered.clear();
        self.waiting.first = 0;
        let data = &self.source.file[..chunk.range.end];
        let mut at = chunk.range.start;
        while at < chunk.range.end {
            // The first pass walked the same records, so none can fail here.
            let Ok((found, next)) = record::<W>(data, at) else { break };
            if let Record::Object(object) = found {
                self.object(data, object, at, rows);
            }
            at = next;
        }
        self.settle(rows);
        self.source.file.forget(chunk.range.clone());
    }

    /// Whether an object is the class that its identifier names.
    fn is_class(&self, object: Object) -> bool {
        let classes = self.source.classes;
        let Shape::Instance { class, .. } = object.shape else { return false };
        let named = classes.row(class).is_some_and(|row| &*classes.rows[row as usize].name == "java.lang.Class");
        named && classes.row(object.id).is_some()
    }

    fn object(&mut self, data: &[u8], object: Object, at: usize, rows: &mut Rows<'_>) {
        let Some(node) = self.own.rank(object.id).map(|rank| rank + 1) else { return };
        let Some(row) = rows.row(node) else { return };
        if rows.taken(row) {
            // Some writers tell every class as an object of `java.lang.Class` as well.
            self.tally.twice += u64::from(!self.is_class(object));
            return;
        }
        if let Some(offset) = rows.offsets.get_mut(row) {
            *offset = at as u64;
        }
        let layout = self.describe(node, object, rows);
        if !self.apart.is_empty() && self.apart.binary_search(&node).is_ok() {
            return;
        }
        let class_node = layout.class_node;
        let refers = match object.shape {
            Shape::Instance { length, .. } => self.instance(&data[object.body..object.body + length as usize], layout),
            Shape::Objects { length, .. } => {
                let filled = self.array(&data[object.body..object.body + length as usize * W], rows);
                if filled > 0 {
                    self.tally.elements.push((node, filled));
                }
                filled > 0
            }
            Shape::Primitives { .. } => false,
        };
        if refers || class_node != 0 {
            let end = self.waiting.ids.len();
            self.waiting.objects.push(Referrer { row: row as u32, class_node, end: end as u32 });
            if end >= TOGETHER || self.waiting.objects.len() >= TOGETHER {
                self.settle(rows);
            }
        }
    }

    /// Takes in the references of an instance; whether there are any.
    fn instance(&mut self, values: &[u8], layout: Layout) -> bool {
        let before = self.waiting.ids.len();
        let mut offsets = self.source.layouts.offsets(layout);
        if layout.finalizes != 0 {
            let id = id_at::<W>(values, layout.finalizes as usize - 1).filter(|id| *id != 0);
            self.tally.finalizable.extend(id.and_then(|id| self.source.ids.rank(id)).map(|rank| rank + 1));
        }
        if layout.guard != 0 && id_at::<W>(values, layout.guard as usize - 1).is_none_or(|id| id == 0) {
            offsets = offsets.split_last().map_or(offsets, |(_, others)| others);
        }
        for offset in offsets {
            // Class and length of an instance may contradict each other; what is there counts.
            let Some(id) = id_at::<W>(values, *offset as usize) else { break };
            if id != 0 {
                self.waiting.ids.push(id);
            }
        }
        self.waiting.ids.len() > before
    }

    /// Takes in the elements of an array; how many there are.
    fn array(&mut self, elements: &[u8], rows: &mut Rows<'_>) -> u32 {
        let mut filled = 0;
        for piece in elements.chunks(TOGETHER * W) {
            let before = self.waiting.ids.len();
            let ids = piece.chunks_exact(W).filter_map(|element| id_at::<W>(element, 0));
            self.waiting.ids.extend(ids.filter(|id| *id != 0));
            filled += (self.waiting.ids.len() - before) as u32;
            if self.waiting.ids.len() >= TOGETHER {
                self.settle(rows);
            }
        }
        filled
    }

    /// Looks up what waits, and gathers it.
    fn settle(&mut self, rows: &mut Rows<'_>) {
        let Waiting { ids, ranks, objects, first } = &mut self.waiting;
        self.source.ids.rank_all(ids, ranks);
        ids.clear();
        let mut begin = 0;
        for Referrer { row, class_node, end } in objects.drain(..) {
            gather(&ranks[begin..end as usize], &mut self.gathered, &mut self.tally);
            begin = end as usize;
            if class_node != 0 {
                self.gathered.push(class_node);
            }
            if let Some(last) = self.gathered[*first..].last_mut() {
                *last |= LAST;
                rows.start[row as usize] = self.base + *first as u32 + 1;
                self.tally.references += (self.gathered.len() - *first) as u64;
                *first = self.gathered.len();
            }
        }
        gather(&ranks[begin..], &mut self.gathered, &mut self.tally);
    }

    /// Class and size; the answer says where the references are.
    fn describe(&mut self, node: u32, object: Object, rows: &mut Rows<'_>) -> Layout {
        let heap = self.source.heap;
        let (class, layout, size) = match object.shape {
            Shape::Instance { class, length } => match self.lookup.row(class) {
                Some(row) => {
                    let layout = self.source.layouts.row(row);
                    rows.describe(node, row + 1, layout.word, layout.size, &mut self.tally);
                    return layout;
                }
                None => {
                    self.tally.classless += 1;
                    let size = (heap.object_header() + u64::from(length)).next_multiple_of(heap.alignment);
                    (self.source.unknown, Layout::default(), size)
                }
            },
            Shape::Objects { class, length } => {
                let size = heap.object_array(length);
                match self.lookup.row(class) {
                    Some(row) => (row + 1, self.source.layouts.row(row), size),
                    None => {
                        self.tally.classless += 1;
                        (self.source.unknown, Layout::default(), size)
                    }
                }
            }
            Shape::Primitives { kind, length } => {
                let (class, class_node) = self.source.primitives[usize::from(kind.min(11))];
                (class, Layout::of_array(class_node), heap.primitive_array(kind, length))
            }
        };
        rows.describe(node, class, word_of(size), size, &mut self.tally);
        layout
    }
}

fn gather(ranks: &[u32], nodes: &mut Vec<u32>, tally: &mut Tally) {
    let before = nodes.len();
    nodes.extend(ranks.iter().filter(|rank| **rank != NO_RANK).map(|rank| rank + 1));
    tally.dangling += (ranks.len() - (nodes.len() - before)) as u64;
}
