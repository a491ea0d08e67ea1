//! The `edges` array: which references keep what they lead to alive.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Numbering;
use super::layout::{EdgeKind, Layout, MOST_FIELDS, NodeKind};
use super::narrow::Narrow;
use super::nodes::Nodes;
use super::numbers::{Numbers, malformed};
use super::parts::{self, PACE, Start, side_by_side};
use super::strings::{CONTEXT, GLOBAL, NATIVE_CONTEXT, PREVIOUS, REGISTERS, SHARED, Strings};
use crate::heap::graph::edges::MOST_EDGES;
use crate::heap::graph::{Bits, Column, WeakEntry};
use crate::heap::{HeapError, Mapping};

/// Every so many edges the position is kept.
const STRIDE: u64 = 8;
/// So many times a script may have been loaded.
const MOST_COPIES: usize = 16;
/// Marks an edge that passes sizes on but keeps nothing alive.
pub(super) const IDLE: u32 = 1 << 31;

/// All edges that are not weak, grouped by source in order of the ordinals.
#[derive(Debug, Default)]
pub(super) struct Strong {
    /// `targets[first[i]..first[i + 1]]` are those of ordinal `i`; the last ends at `count`.
    pub(super) first: Column<u32>,
    /// Ordinals; [`IDLE`] may be set.
    pub(super) targets: Column<u32>,
    /// Edges; `targets` is longer by the weak ones.
    pub(super) count: usize,
    pub(super) found: Found,
    pub(super) places: Places,
}

/// Edges that mean something beyond keeping alive.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Targets of the root's edges, weak ones included.
    pub(super) tops: Vec<Edge>,
    /// Functions: the context of each, and its `shared` part, which names the script.
    pub(super) makers: Vec<(u32, u32)>,
    /// Contexts directly below the native one: the variables of a module or script.
    pub(super) outermost: Vec<u32>,
    /// Global objects, which native contexts refer to.
    pub(super) globals: Vec<u32>,
    /// Generators and async functions in the middle of their work.
    pub(super) suspended: Vec<u32>,
    /// Contexts below others: outer, inner.
    pub(super) inner: Vec<(u32, u32)>,
    /// Keys of weak maps, the value of each, and what the edge to that is called.
    pub(super) weak_values: Vec<(u32, u32, u32)>,
    /// Tables of weak maps.
    pub(super) weak_tables: Vec<u32>,
}

/// Where edges are in the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    section: Range<usize>,
    samples: Vec<u64>,
    /// How many edges of each node lead to elements that are objects or text.
    elements: Narrow<u8>,
}

/// One edge as the file has it; `to` is an ordinal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) kind: EdgeKind,
    /// String index, or the number itself where [`EdgeKind::numbered`].
    pub(super) name: u32,
    pub(super) to: u32,
}

/// Reads all edges.
pub(super) fn read(
    file: &Mapping,
    section: Range<usize>,
    layout: &Layout,
    strings: &Strings,
    nodes: &Nodes,
) -> Result<Strong, HeapError> {
    if layout.edges > section.len() as u64 / 2 {
        return Err(malformed(section.end, "`edges` ends before the count in `snapshot` is reached"));
    }
    if layout.edges >= MOST_EDGES {
        return Err(HeapError::TooLarge { objects: layout.edges });
    }
    let pass = Pass::new(file, &section, layout, strings, nodes);
    let mut first = Column::zeroed(nodes.kinds.len());
    let mut targets = Column::zeroed(layout.edges as usize);
    let mut elements = Narrow::new(nodes.kinds.len());
    let starts = parts::starts(file, &section, layout.edge_fields, layout.edges);
    let jobs = jobs(&pass.at_nodes(&starts), layout.edges, (&mut first, &mut targets, elements.column()));
    let mut count = 0;
    let (mut found, mut samples, mut ends) = (Found::default(), Vec::new(), Vec::new());
    for part in side_by_side(jobs, |job| pass.read(job)) {
        let mut part = part?;
        found.append(&mut part.found);
        samples.append(&mut part.samples);
        elements.add_wide(part.elements);
        ends.push(part.end);
    }
    // Weak edges left gaps between the parts.
    for Ends { nodes, edges, kept } in ends {
        targets.copy_within(edges.start..edges.start + kept, count);
        let gap = (edges.start - count) as u32;
        first[nodes].iter_mut().for_each(|place| *place -= gap);
        count += kept;
    }
    found.settle();
    Ok(Strong { first, targets, count, found, places: Places { section, samples, elements } })
}

impl Found {
    fn append(&mut self, next: &mut Self) {
        self.tops.append(&mut next.tops);
        self.makers.append(&mut next.makers);
        self.outermost.append(&mut next.outermost);
        self.globals.append(&mut next.globals);
        self.suspended.append(&mut next.suspended);
        self.inner.append(&mut next.inner);
        self.weak_values.append(&mut next.weak_values);
        self.weak_tables.append(&mut next.weak_tables);
    }

    /// Entries of weak maps. `id` is what a snapshot calls an object.
    pub(super) fn weak_entries(
        &self,
        strings: &Strings,
        numbering: Numbering,
        id: impl Fn(u32) -> Option<u64>,
    ) -> Vec<WeakEntry> {
        let tables = self.weak_tables.iter().filter_map(|table| Some((id(*table)?, *table)));
        let tables: FxHashMap<u64, u32> = tables.collect();
        let entry = |(key, value, name): &(u32, u32, u32)| {
            let table = tables.get(&strings.ephemeron(*name)?)?;
            let [key, value, table] = [key, value, table].map(|ordinal| numbering.node(*ordinal));
            Some(WeakEntry { key, value, table })
        };
        self.weak_values.iter().filter_map(entry).collect()
    }

    /// Keeps one maker for each outermost context. A script whose own functions are all gone is still
    /// known by the functions in its functions.
    fn settle(&mut self) {
        const DEEPEST: usize = 16;
        let first = |pairs: &[(u32, u32)], key: u32| {
            let place = pairs.partition_point(|(known, _)| *known < key);
            pairs.get(place).filter(|(known, _)| *known == key).map(|(_, value)| *value)
        };
        // Stable: of several, the first in the file stays the first.
        self.makers.sort_by_key(|(context, _)| *context);
        self.inner.sort_by_key(|(outer, _)| *outer);
        self.outermost.dedup();
        let maker = |context: &u32| {
            let chain = std::iter::successors(Some(*context), |context| first(&self.inner, *context));
            let maker = chain.take(DEEPEST).find_map(|context| first(&self.makers, context))?;
            Some((*context, maker))
        };
        self.makers = self.outermost.iter().filter_map(maker).collect();
        self.inner = Vec::new();
        self.forget_calls();
    }

    /// A function of a script without variables makes a context with each call that is below the native one, too.
    fn forget_calls(&mut self) {
        let mut copies: FxHashMap<u32, usize> = FxHashMap::default();
        self.makers.iter().for_each(|(_, shared)| *copies.entry(*shared).or_default() += 1);
        let calls = self.makers.extract_if(.., |(_, shared)| copies[shared] > MOST_COPIES);
        let calls: FxHashSet<u32> = calls.map(|(context, _)| context).collect();
        self.outermost.retain(|context| !calls.contains(context));
    }
}

/// Edges that one thread reads, those of whole nodes, and where to.
struct Job<'a> {
    start: Start,
    nodes: Range<u32>,
    edges: Range<u64>,
    first: &'a mut [u32],
    targets: &'a mut [u32],
    elements: &'a mut [u8],
}

/// What a thread found.
struct Part {
    found: Found,
    samples: Vec<u64>,
    /// Nodes with more elements than their cell holds.
    elements: Vec<(u32, u64)>,
    end: Ends,
}

/// Of the nodes and edges that a thread read, how many edges it kept.
struct Ends {
    nodes: Range<usize>,
    edges: Range<usize>,
    kept: usize,
}

fn jobs<'a>(
    starts: &[(Start, u32)],
    all: u64,
    (mut first, mut targets, mut elements): (&'a mut [u32], &'a mut [u32], &'a mut [u8]),
) -> Vec<Job<'a>> {
    let mut jobs = Vec::with_capacity(starts.len());
    let nodes = first.len() as u32;
    for (index, (start, node)) in starts.iter().enumerate() {
        let (next, next_node) = starts.get(index + 1).map_or((all, nodes), |(next, node)| (next.row, *node));
        let (my_first, my_targets, my_elements);
        (my_first, first) = first.split_at_mut((next_node - node) as usize);
        (my_elements, elements) = elements.split_at_mut((next_node - node) as usize);
        (my_targets, targets) = targets.split_at_mut((next - start.row) as usize);
        let (nodes, edges) = (*node..next_node, start.row..next);
        jobs.push(Job { start: *start, nodes, edges, first: my_first, targets: my_targets, elements: my_elements });
    }
    jobs
}

struct Pass<'a> {
    file: &'a Mapping,
    section: &'a Range<usize>,
    layout: &'a Layout,
    strings: &'a Strings,
    nodes: &'a Nodes,
    /// Names that mean something, and each of them.
    telling: Bits,
    context: &'a [u32],
    shared: &'a [u32],
    previous: &'a [u32],
    global: &'a [u32],
    registers: &'a [u32],
    native: Option<u32>,
}

/// The context and the `shared` part of a function.
type Function = (Option<u32>, Option<u32>);

impl<'a> Pass<'a> {
    fn new(
        file: &'a Mapping,
        section: &'a Range<usize>,
        layout: &'a Layout,
        strings: &'a Strings,
        nodes: &'a Nodes,
    ) -> Self {
        let known = [CONTEXT, SHARED, PREVIOUS, GLOBAL, REGISTERS].map(|name| strings.known(name));
        let [context, shared, previous, global, registers] = known;
        let mut telling = Bits::new(strings.len());
        let names = known.into_iter().flatten().copied().chain(strings.ephemerons());
        names.for_each(|name| {
            telling.put(name);
        });
        let native = nodes.classes.iter().position(|class| &*class.name == NATIVE_CONTEXT).map(|class| class as u32);
        Self { file, section, layout, strings, nodes, telling, context, shared, previous, global, registers, native }
    }

    /// Whether an edge leads to an element that is an object or text.
    #[inline]
    fn is_element(&self, edge: Edge) -> bool {
        // Those that are none stand at the beginning of the heap.
        let values = &self.nodes.landmarks.values;
        let is_value = || values.last().is_some_and(|last| edge.to <= *last) && values.binary_search(&edge.to).is_ok();
        edge.kind == EdgeKind::Element && !is_value()
    }

    /// The first node from each start on whose edges begin there or later, and where they do.
    fn at_nodes(&self, starts: &[Start]) -> Vec<(Start, u32)> {
        let mut at = Vec::with_capacity(starts.len());
        let (mut node, mut edge) = (0, 0);
        for start in starts {
            while edge < start.row {
                edge += self.nodes.places.edge_count(node);
                node += 1;
            }
            let mut numbers = Numbers::new(self.file, start.position..self.section.end);
            numbers.skip((edge - start.row) * self.layout.edge_fields as u64);
            at.push((Start { row: edge, position: numbers.position() }, node));
        }
        at.dedup_by_key(|(_, node)| *node);
        at
    }

    fn read(&self, job: Job<'_>) -> Result<Part, HeapError> {
        let mut numbers = Numbers::new(self.file, job.start.position..self.section.end);
        let (mut read_to, mut cells) = (job.start.position, [0; MOST_FIELDS]);
        let (mut found, mut samples, mut many) = (Found::default(), Vec::new(), Vec::new());
        let (mut number, mut kept) = (job.edges.start, 0);
        for ((source, first), count) in job.nodes.clone().zip(job.first).zip(job.elements) {
            *first = (job.edges.start as usize + kept) as u32;
            let (mut function, mut elements) = ((None, None), 0);
            for _ in 0..self.nodes.places.edge_count(source) {
                if number.is_multiple_of(STRIDE) {
                    samples.push(numbers.position() as u64);
                    if numbers.position() - read_to > PACE {
                        self.file.forget(read_to..numbers.position());
                        read_to = numbers.position();
                    }
                }
                number += 1;
                let edge = Edge::read(&mut numbers, self.layout, &mut cells).ok_or_else(|| numbers.missing())?;
                if edge.to as usize >= self.nodes.kinds.len() {
                    return Err(numbers.error("leads to a node that is not there"));
                }
                elements += u64::from(self.is_element(edge));
                if let (Some(target), Some(place)) =
                    (self.take(source, edge, &mut function, &mut found), job.targets.get_mut(kept))
                {
                    *place = target;
                    kept += 1;
                }
            }
            *count = u8::try_from(elements).unwrap_or(u8::MAX);
            if *count == u8::MAX {
                many.push((source, elements));
            }
            if let (NodeKind::Closure, (Some(context), Some(shared))) = (self.nodes.kinds[source as usize], function) {
                found.makers.push((context, shared));
            }
        }
        self.file.forget(read_to..numbers.position());
        let end = Ends {
            nodes: job.nodes.start as usize..job.nodes.end as usize,
            edges: job.edges.start as usize..job.edges.end as usize,
            kept,
        };
        Ok(Part { found, samples, elements: many, end })
    }

    /// The target as it is kept; `None` if the edge is weak.
    #[inline]
    fn take(&self, source: u32, edge: Edge, function: &mut Function, found: &mut Found) -> Option<u32> {
        let root = u64::from(source) == self.layout.root;
        if root {
            found.tops.push(edge);
        }
        if edge.kind == EdgeKind::Weak {
            return None;
        }
        let telling = edge.kind == EdgeKind::Internal && self.telling.has(edge.name);
        let idle = edge.to == source
            || (edge.kind == EdgeKind::Shortcut && !root)
            || (telling && self.tells(source, edge, function, found));
        Some(if idle { edge.to | IDLE } else { edge.to })
    }

    /// Notes what the name of an edge means; whether it says that the edge comes from the table of a weak
    /// map: the value is kept alive by its key, so that edge does not count.
    fn tells(&self, source: u32, edge: Edge, function: &mut Function, found: &mut Found) -> bool {
        if self.context.contains(&edge.name) {
            function.0 = Some(edge.to);
        } else if self.shared.contains(&edge.name) {
            function.1 = Some(edge.to);
        } else if self.previous.contains(&edge.name) {
            if Some(self.nodes.class_of[edge.to as usize]) == self.native {
                found.outermost.push(source);
            } else {
                found.inner.push((edge.to, source));
            }
        } else if self.global.contains(&edge.name) {
            if Some(self.nodes.class_of[source as usize]) == self.native {
                found.globals.push(edge.to);
            }
        } else if self.registers.contains(&edge.name) {
            found.suspended.push(source);
        } else if let Some(table) = self.strings.ephemeron(edge.name) {
            let is_table = self.nodes.places.row(self.file, self.layout, source).is_some_and(|row| row.id == table);
            if !is_table {
                found.weak_values.push((source, edge.to, edge.name));
            } else if found.weak_tables.last() != Some(&source) {
                found.weak_tables.push(source);
            }
            return is_table;
        }
        false
    }
}

impl Edge {
    #[inline(always)]
    fn read(numbers: &mut Numbers<'_>, layout: &Layout, cells: &mut [u64; MOST_FIELDS]) -> Option<Self> {
        numbers.fill(&mut cells[..layout.edge_fields])?;
        Some(Self {
            kind: layout.edge_kind(cells[layout.edge_type]),
            name: u32::try_from(cells[layout.edge_name]).unwrap_or(u32::MAX),
            to: layout.ordinal(cells[layout.edge_to]),
        })
    }
}

impl Places {
    /// How many elements a node has.
    pub(super) fn elements(&self, ordinal: u32) -> u64 {
        self.elements.get(ordinal)
    }

    /// Reads edges again.
    pub(super) fn each(&self, file: &[u8], layout: &Layout, edges: Range<u64>, mut tell: impl FnMut(Edge)) {
        let Some(position) = self.samples.get((edges.start / STRIDE) as usize) else { return };
        let mut numbers = Numbers::new(file, *position as usize..self.section.end);
        numbers.skip(edges.start % STRIDE * layout.edge_fields as u64);
        let mut cells = [0; MOST_FIELDS];
        for _ in edges {
            let Some(edge) = Edge::read(&mut numbers, layout, &mut cells) else { return };
            tell(edge);
        }
    }
}
