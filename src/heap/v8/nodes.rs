//! The `nodes` array: kinds, classes, sizes, and how many edges each node has.

use std::ops::Range;

use super::class::ClassNames;
use super::layout::{Layout, MOST_FIELDS, NodeKind};
use super::narrow::Narrow;
use super::numbers::{Numbers, malformed};
use super::parts::{self, PACE, Start, side_by_side};
use super::strings::{DOM_TREES, EXTERNAL_STRING, Strings};
use crate::heap::graph::edges::MOST_NODES;
use crate::heap::graph::{Class, Column};
use crate::heap::{HeapError, Mapping};

/// Every so many nodes the position is kept.
const STRIDE: u32 = 16;

/// What the field `detachedness` says of a node that is in no document.
const DETACHED: u64 = 2;

/// What is kept of all nodes, by ordinal.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) kinds: Vec<NodeKind>,
    pub(super) class_of: Column<u32>,
    pub(super) sizes: Narrow<u32>,
    pub(super) classes: Vec<Class>,
    /// Nodes of type native that keep the characters of an external string, ascending.
    pub(super) external_strings: Vec<u32>,
    /// Nodes above all documents of a page.
    pub(super) dom_trees: Vec<u32>,
    pub(super) landmarks: Landmarks,
    pub(super) places: Places,
}

/// Nodes by which other things are known, each list ascending.
#[derive(Debug, Default)]
pub(super) struct Landmarks {
    /// `undefined`, `null`, `true`, `false` and what stands in empty slots: what fills slots and is no object.
    pub(super) values: Vec<u32>,
    /// What stands in empty slots, alone.
    pub(super) holes: Vec<u32>,
    /// Modules of Node's own system, and of the language.
    pub(super) modules: Vec<u32>,
    pub(super) es_modules: Vec<u32>,
    pub(super) cells: Vec<u32>,
    /// What waits until an object is gone.
    pub(super) weak_cells: Vec<u32>,
    /// What Node has its ES modules in.
    pub(super) loaders: Vec<u32>,
    /// Timers of Node.
    pub(super) timers: Vec<u32>,
    /// Roots of what runs in the moment of the snapshot (calls, native code, compilation and microtasks), and what Node
    /// calls back or cleans up behind: timers, connections, its own objects, which hold what somebody else files.
    pub(super) passing: Vec<u32>,
}

/// Newer versions of V8 call their own nodes native.
const INTERNAL: &[NodeKind] = &[NodeKind::Hidden, NodeKind::Native];

/// And so are those of the program around V8; some are called synthetic.
const EMBEDDER: &[NodeKind] = &[NodeKind::Native, NodeKind::Synthetic];

/// Class, kinds, and the list that they go to.
type Wanted = (&'static str, &'static [NodeKind], fn(&mut Landmarks) -> &mut Vec<u32>);
const WANTED: [Wanted; 16] = [
    ("system / Oddball", INTERNAL, |landmarks| &mut landmarks.values),
    ("system / Hole", INTERNAL, |landmarks| &mut landmarks.holes),
    ("Module", &[NodeKind::Object], |landmarks| &mut landmarks.modules),
    ("system / SourceTextModule", INTERNAL, |landmarks| &mut landmarks.es_modules),
    ("system / Cell", INTERNAL, |landmarks| &mut landmarks.cells),
    ("system / WeakCell", INTERNAL, |landmarks| &mut landmarks.weak_cells),
    ("LoadCache", &[NodeKind::Object], |landmarks| &mut landmarks.loaders),
    ("Timeout", &[NodeKind::Object], |landmarks| &mut landmarks.timers),
    ("(Stack roots)", &[NodeKind::Synthetic], |landmarks| &mut landmarks.passing),
    ("(Handle scope)", &[NodeKind::Synthetic], |landmarks| &mut landmarks.passing),
    ("(Strong roots)", &[NodeKind::Synthetic], |landmarks| &mut landmarks.passing),
    ("Node / CleanupQueue", EMBEDDER, |landmarks| &mut landmarks.passing),
    ("Node / BaseObjectList", EMBEDDER, |landmarks| &mut landmarks.passing),
    ("TimersList", &[NodeKind::Object], |landmarks| &mut landmarks.passing),
    ("TCP", &[NodeKind::Object], |landmarks| &mut landmarks.passing),
    ("TLSWrap", &[NodeKind::Object], |landmarks| &mut landmarks.passing),
];

/// Where nodes are in the file, and which edges are theirs: samples, and counts between.
#[derive(Debug, Default)]
pub(super) struct Places {
    section: Range<usize>,
    edge_counts: Narrow<u8>,
    samples: Vec<(u64, u32)>,
}

/// One node, read again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: NodeKind,
    pub(super) name: u32,
    pub(super) id: u64,
    /// As in the file, before sizes are handed to owners.
    pub(super) size: u64,
    edges: u64,
    /// Whether it belongs to a page and is in no document.
    detached: bool,
}

/// Reads all nodes.
pub(super) fn read(
    file: &Mapping,
    section: Range<usize>,
    layout: &Layout,
    strings: &Strings,
) -> Result<Nodes, HeapError> {
    // Each node takes at least two bytes for each field, so a lying count cannot ask for more memory.
    let most = section.len() / 2 / layout.node_fields + 1;
    if layout.nodes > most as u64 {
        return Err(malformed(section.end, "`nodes` ends before the count in `snapshot` is reached"));
    }
    if layout.nodes >= MOST_NODES {
        return Err(HeapError::TooLarge { objects: layout.nodes });
    }
    let count = layout.nodes as usize;
    let mut kinds = vec![NodeKind::Other; count];
    let mut names = Column::zeroed(count);
    let mut sizes = Narrow::new(count);
    let mut edge_counts = Narrow::new(count);
    let starts = parts::starts(file, &section, layout.node_fields, layout.nodes);
    let jobs = jobs(&starts, (&mut kinds, &mut names, sizes.column(), edge_counts.column()));
    let pass = Pass {
        file,
        section: &section,
        layout,
        external: strings.known(EXTERNAL_STRING),
        trees: strings.known(DOM_TREES),
    };
    let mut rare = Rare::default();
    for found in side_by_side(jobs, |job| pass.read(job)) {
        rare.append(found?);
    }
    if rare.edges != layout.edges {
        let what = format!("`nodes` counts `{}` edges, its header `{}`", rare.edges, layout.edges);
        return Err(malformed(section.end, &what));
    }
    sizes.add_wide(rare.sizes);
    edge_counts.add_wide(rare.edge_counts);
    let mut classes = ClassNames::new(strings.len());
    for (name, kind) in names.iter_mut().zip(&kinds) {
        *name = classes.class(*kind, *name, |name| strings.get(file, name));
    }
    for ordinal in rare.detached {
        let class = &mut names[ordinal as usize];
        *class = classes.detached(*class);
    }
    let classes = classes.into_table();
    Ok(Nodes {
        landmarks: Landmarks::of(&classes, &names, &kinds),
        kinds,
        class_of: names,
        sizes,
        classes,
        external_strings: rare.external_strings,
        dom_trees: rare.dom_trees,
        places: Places { section, edge_counts, samples: rare.samples },
    })
}

type Columns<'a> = (&'a mut [NodeKind], &'a mut [u32], &'a mut [u32], &'a mut [u8]);

/// Nodes that one thread reads, and where to.
struct Job<'a> {
    start: Start,
    columns: Columns<'a>,
}

fn jobs<'a>(starts: &[Start], columns: Columns<'a>) -> Vec<Job<'a>> {
    let (mut kinds, mut names, mut sizes, mut counts) = columns;
    let mut jobs = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        let rows = starts.get(index + 1).map_or(kinds.len(), |next| (next.row - start.row) as usize);
        let (my_kinds, my_names, my_sizes, my_counts);
        (my_kinds, kinds) = kinds.split_at_mut(rows);
        (my_names, names) = names.split_at_mut(rows);
        (my_sizes, sizes) = sizes.split_at_mut(rows);
        (my_counts, counts) = counts.split_at_mut(rows);
        jobs.push(Job { start: *start, columns: (my_kinds, my_names, my_sizes, my_counts) });
    }
    jobs
}

/// What only few nodes have.
#[derive(Default)]
struct Rare {
    sizes: Vec<(u32, u64)>,
    edge_counts: Vec<(u32, u64)>,
    external_strings: Vec<u32>,
    dom_trees: Vec<u32>,
    detached: Vec<u32>,
    samples: Vec<(u64, u32)>,
    edges: u64,
}

impl Rare {
    fn append(&mut self, mut next: Self) {
        self.sizes.append(&mut next.sizes);
        self.edge_counts.append(&mut next.edge_counts);
        self.external_strings.append(&mut next.external_strings);
        self.dom_trees.append(&mut next.dom_trees);
        self.detached.append(&mut next.detached);
        let before = self.edges as u32;
        self.samples.extend(next.samples.into_iter().map(|(position, edge)| (position, edge.wrapping_add(before))));
        self.edges = self.edges.saturating_add(next.edges);
    }
}

struct Pass<'a> {
    file: &'a Mapping,
    section: &'a Range<usize>,
    layout: &'a Layout,
    external: &'a [u32],
    trees: &'a [u32],
}

impl Pass<'_> {
    fn read(&self, job: Job<'_>) -> Result<Rare, HeapError> {
        let mut rare = Rare::default();
        let mut numbers = Numbers::new(self.file, job.start.position..self.section.end);
        let (mut read_to, mut cells) = (job.start.position, [0; MOST_FIELDS]);
        let (kinds, names, sizes, counts) = job.columns;
        let rows = kinds.iter_mut().zip(names).zip(sizes).zip(counts);
        for (ordinal, (((kind, name), size), count)) in (job.start.row as u32..).zip(rows) {
            if ordinal.is_multiple_of(STRIDE) {
                rare.samples.push((numbers.position() as u64, rare.edges as u32));
                if numbers.position() - read_to > PACE {
                    self.file.forget(read_to..numbers.position());
                    read_to = numbers.position();
                }
            }
            let row = Row::read(&mut numbers, self.layout, &mut cells).ok_or_else(|| numbers.missing())?;
            (*kind, *name) = (row.kind, row.name);
            *size = row.size as u32;
            if row.size >= u64::from(u32::MAX) {
                *size = u32::MAX;
                rare.sizes.push((ordinal, row.size));
            }
            *count = row.edges as u8;
            if row.edges >= u64::from(u8::MAX) {
                *count = u8::MAX;
                rare.edge_counts.push((ordinal, row.edges));
            }
            rare.edges = rare.edges.saturating_add(row.edges);
            if row.detached {
                rare.detached.push(ordinal);
            }
            match row.kind {
                NodeKind::Native if self.external.contains(&row.name) => rare.external_strings.push(ordinal),
                NodeKind::Synthetic if self.trees.contains(&row.name) => rare.dom_trees.push(ordinal),
                _ => {}
            }
        }
        self.file.forget(read_to..numbers.position());
        Ok(rare)
    }
}

impl Row {
    #[inline(always)]
    fn read(numbers: &mut Numbers<'_>, layout: &Layout, cells: &mut [u64; MOST_FIELDS]) -> Option<Self> {
        numbers.fill(&mut cells[..layout.node_fields])?;
        Some(Self {
            kind: layout.node_kind(cells[layout.node_type]),
            name: u32::try_from(cells[layout.node_name]).unwrap_or(u32::MAX),
            id: cells[layout.node_id],
            size: cells[layout.node_size],
            edges: cells[layout.node_edges],
            detached: layout.node_detachedness.is_some_and(|place| cells[place] == DETACHED),
        })
    }
}

impl Nodes {
    /// What an object is an instance of, or is otherwise called; nothing if there is no such node.
    pub(super) fn class_name(&self, ordinal: u32) -> &str {
        let class = self.class_of.get(ordinal as usize).and_then(|class| self.classes.get(*class as usize));
        class.map_or("", |class| &class.name)
    }
}

impl Landmarks {
    fn of(classes: &[Class], class_of: &[u32], kinds: &[NodeKind]) -> Self {
        let mut landmarks = Self::default();
        let known = |class: &Class| WANTED.iter().find(|(name, ..)| *name == &*class.name);
        let wanted: Vec<Option<&Wanted>> = classes.iter().map(known).collect();
        for ((ordinal, class), kind) in (0..).zip(class_of).zip(kinds) {
            if let Some((_, kinds, list)) = wanted[*class as usize]
                && kinds.contains(kind)
            {
                list(&mut landmarks).push(ordinal);
            }
        }
        landmarks.values.extend(&landmarks.holes);
        landmarks.values.sort_unstable();
        landmarks
    }
}

impl Places {
    /// Reads a node again.
    pub(super) fn row(&self, file: &[u8], layout: &Layout, ordinal: u32) -> Option<Row> {
        let (position, _) = *self.samples.get((ordinal / STRIDE) as usize)?;
        let mut numbers = Numbers::new(file, position as usize..self.section.end);
        numbers.skip(u64::from(ordinal % STRIDE) * layout.node_fields as u64);
        Row::read(&mut numbers, layout, &mut [0; MOST_FIELDS])
    }

    /// How many edges a node has.
    #[inline]
    pub(super) fn edge_count(&self, ordinal: u32) -> u64 {
        self.edge_counts.get(ordinal)
    }

    /// The numbers of a node's edges.
    pub(super) fn edges(&self, ordinal: u32) -> Range<u64> {
        let Some((_, first)) = self.samples.get((ordinal / STRIDE) as usize) else { return 0..0 };
        let before = (ordinal / STRIDE * STRIDE..ordinal).map(|other| self.edge_count(other)).sum::<u64>();
        let start = u64::from(*first) + before;
        start..start + self.edge_count(ordinal)
    }
}
