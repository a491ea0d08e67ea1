//! V8 heap snapshots (`.heapsnapshot`): Node.js 12 to 26, Chrome, Electron, Deno, Bun.
//!
//! A snapshot is one JSON object: `snapshot` names the fields, `nodes` and `edges` are flat arrays of
//! numbers, `strings` comes last. It is read from the mapping in passes, by the field names of its own
//! header; no string is decoded unless a name is asked for, and the text of strings of the program is
//! never looked at but for script names.
//!
//! Shallow and retained sizes are those of Chrome DevTools, to the byte and for every node
//! (`tests/v8_devtools.rs`): which edges count, whose size an internal array is, and what becomes of
//! nodes that nothing reaches is told in [`ownership`]. Three differences are on purpose. Sizes of 4 GiB
//! and more are not cut to 32 bits. Class names lose what is data (attributes of elements, addresses of
//! pages). And a snapshot that was cut inside `strings`, whose graph is whole, is read with the names
//! that are there; [`Names::caveats`] says so. One that was cut before is an error: without its edges
//! nothing can be said of what retains what.
//!
//! Cost: about 15 bytes of memory for each node and 4 for each edge while reading, both arrays read by
//! all cores; pages of the file are given back behind the cursor.

mod class;
mod contents;
mod edges;
mod layout;
mod modules;
mod naming;
mod narrow;
mod nodes;
mod numbers;
mod ownership;
mod parts;
mod reach;
mod redact;
mod sections;
mod strings;
mod tables;

pub use naming::Names;
pub(in crate::heap) use redact::redact;

use self::edges::Edge;
use self::layout::{EdgeKind, Layout, NodeKind};
use self::modules::Modules;
use self::nodes::{Landmarks, Nodes};
use self::strings::{GC_ROOTS, NATIVE_CONTEXT, Strings};
use super::cores::both;
use super::graph::edges::LAST;
use super::graph::sizes::word_of;
use super::graph::{ClassColumn, Column, Graph, Memory, Node, Root, RootKind, Sizes};
use super::naming::Folders;
use super::{Edges, HeapError, Mapping};
use crate::units::Bytes;

/// Reads a snapshot: the graph of its essential edges, and the names in it.
///
/// # Errors
/// [`HeapError::Malformed`] with the byte offset where the file was cut or contradicts its header,
/// [`HeapError::TooLarge`] from 2^31 nodes or edges on.
pub fn read(file: Mapping) -> Result<(Graph, Names), HeapError> {
    let sections = sections::Sections::of(&file)?;
    let header = sections.get("snapshot")?;
    let layout = Layout::read(&file[header.clone()], header.start)?;
    let (edge_section, node_section) = (sections.array("edges")?, sections.array("nodes")?);
    let (string_section, cut) = sections.cut_array("strings")?;
    let strings = Strings::scan(&file, string_section, cut)?;
    file.forget(strings.section());
    let mut nodes = nodes::read(&file, node_section, &layout, &strings)?;
    if layout.root >= layout.nodes {
        return Err(HeapError::Malformed { offset: header.start as u64, what: "there is no root node in it".into() });
    }
    let root = layout.root as u32;
    let mut strong = edges::read(&file, edge_section, &layout, &strings, &nodes)?;
    let mut found = std::mem::take(&mut strong.found);
    let is_native = |top: &Edge| nodes.class_name(top.to) == NATIVE_CONTEXT;
    if found.tops.iter().any(|top| top.kind == EdgeKind::Shortcut && !is_native(top)) {
        // The root names them itself, and which of them are the program's.
        found.globals = Vec::new();
    }
    let registries = found.tops.iter().map(|top| top.to).filter(|top| nodes.class_name(*top) == GC_ROOTS).collect();
    let edge_places = std::mem::take(&mut strong.places);
    let (edges, rings) = ownership::settle(&mut nodes, strong, &found.tops, root);

    let numbering = Numbering { root };
    let id = |ordinal: u32| nodes.places.row(&file, &layout, ordinal).map(|row| row.id);
    let weak_entries = found.weak_entries(&strings, numbering, id);
    let landmarks = std::mem::take(&mut nodes.landmarks);
    let Landmarks { holes, modules, es_modules, cells, weak_cells, loaders, timers, passing, .. } = landmarks;
    let passing = found.suspended.into_iter().chain(passing).collect();
    let (graph, kinds, node_places) = graph(nodes, edges, &rings, numbering);
    let caveat = cut.then(|| {
        format!(
            "the snapshot was cut after {} inside `strings`: the names behind that are missing, and what weak maps \
             hold may be counted at another holder",
            Bytes(file.len() as u64)
        )
    });
    let mut names = Names {
        file,
        layout,
        strings,
        numbering,
        kinds,
        nodes: node_places,
        edges: edge_places,
        makers: found.makers,
        outermost: found.outermost,
        globals: found.globals,
        passing,
        weak_cells,
        weak_entries,
        timers,
        registries,
        modules,
        exports: Modules::default(),
        folders: Folders::default(),
        holes,
        caveat,
    };
    let tables: Vec<u32> = loaders.iter().filter_map(|loader| names.hash_table(*loader)).collect();
    names.registries.extend(tables);
    names.exports = Modules::of(&names, &es_modules, &cells);
    names.folders = Folders::of(names.scripts());
    Ok((graph, names))
}

/// The graph, and what names need of the nodes.
fn graph(
    mut nodes: Nodes,
    mut edges: Edges,
    rings: &[u32],
    numbering: Numbering,
) -> (Graph, Vec<NodeKind>, nodes::Places) {
    let root = numbering.root;
    rings.iter().for_each(|ring| edges.start[*ring as usize] = 0);
    nodes.class_of.swap(0, root as usize);
    nodes.sizes.swap(0, root);
    if root != 0 {
        edges.start.swap(0, root as usize);
        edges.targets.iter_mut().for_each(|target| *target = numbering.edge(*target));
    }
    let (class_of, sizes) = both(
        || match u16::try_from(nodes.classes.len()) {
            Ok(_) => {
                let mut narrow = Column::zeroed(nodes.class_of.len());
                narrow.iter_mut().zip(nodes.class_of.iter()).for_each(|(narrow, class)| *narrow = *class as u16);
                ClassColumn::Narrow(narrow)
            }
            Err(_) => ClassColumn::Wide(nodes.class_of),
        },
        || sizes(&nodes.sizes),
    );
    let mut graph = Graph {
        classes: nodes.classes,
        class_of,
        sizes,
        edges,
        roots: Vec::new(),
        late: Vec::new(),
        memory: Memory::Held,
    };
    let is_handle = |node| nodes.kinds[numbering.ordinal(node) as usize] == NodeKind::Synthetic;
    graph.roots = roots(&graph, is_handle);
    let ring = |ordinal: &u32| Root { node: numbering.node(*ordinal), kind: RootKind::Unreachable, name: "".into() };
    graph.roots.extend(rings.iter().map(ring));
    (graph, nodes.kinds, nodes.places)
}

/// One byte for each node where nearly all sizes are small multiples of eight, as in Node; four otherwise.
fn sizes(bytes: &narrow::Narrow<u32>) -> Sizes {
    let count = bytes.len() as u32;
    let odd = |ordinal: &u32| word_of(bytes.get(*ordinal)).is_none();
    if (0..count).filter(odd).count() > bytes.len() / 16 {
        return Sizes::from_bytes((0..count).map(|ordinal| bytes.get(ordinal)).collect());
    }
    let wide = (0..count).filter(odd).map(|ordinal| (ordinal, bytes.get(ordinal))).collect();
    let mut words = Column::zeroed(bytes.len());
    words.iter_mut().zip(0..count).for_each(|(word, ordinal)| *word = word_of(bytes.get(ordinal)).unwrap_or(u8::MAX));
    Sizes::from_words(words, wide)
}

/// What the root of the snapshot refers to: the virtual root of the graph takes its place. Handles of the program around
/// V8, such as those of sockets, are no global objects.
fn roots(graph: &Graph, is_handle: impl Fn(Node) -> bool) -> Vec<Root> {
    let kind = |node: Node| {
        let name = graph.class_name(node);
        if name.starts_with('(') || name.is_empty() || name == NATIVE_CONTEXT || is_handle(node) {
            RootKind::Internal
        } else {
            RootKind::Global
        }
    };
    graph.references(Node::ROOT).map(|node| Root { node, kind: kind(node), name: "".into() }).collect()
}

/// Ordinals of the snapshot to nodes of the graph and back: the same number, but that the root is 0.
#[derive(Debug, Clone, Copy)]
struct Numbering {
    root: u32,
}

impl Numbering {
    fn node(self, ordinal: u32) -> Node {
        Node(self.swap(ordinal))
    }

    fn ordinal(self, node: Node) -> u32 {
        self.swap(node.0)
    }

    /// An edge whose target was an ordinal.
    fn edge(self, edge: u32) -> u32 {
        self.swap(edge & !LAST) | edge & LAST
    }

    fn swap(self, number: u32) -> u32 {
        match number {
            0 => self.root,
            number if number == self.root => 0,
            number => number,
        }
    }
}
