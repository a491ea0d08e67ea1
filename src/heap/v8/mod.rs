//! V8 heap snapshots (`.heapsnapshot`): Node.js 12 to 26, Chrome, Electron, Deno, Bun.
//!
//! A snapshot is one JSON object: `snapshot` names the fields, `nodes` and `edges` are flat arrays of
//! numbers, `strings` comes last. It is read from the mapping in passes, by the field names of its own
//! header; no string is decoded unless a name is asked for, and the text of strings of the program is
//! never looked at but for script names. Sizes and liveness are those of Chrome DevTools.

mod edges;
mod layout;
mod naming;
mod nodes;
mod numbers;
mod ownership;
mod redact;
mod sections;
mod strings;

pub(in crate::heap) use naming::Names;
pub(in crate::heap) use redact::redact;

use self::layout::Layout;
use self::strings::{DOM_TREES, Strings};
use super::graph::{ClassColumn, Graph, Node, Root, RootKind, Sizes};
use super::{HeapError, Mapping};

/// Reads a snapshot: the graph of its essential edges, and the names in it.
///
/// # Errors
/// [`HeapError::Malformed`] with the byte offset where the file was cut or contradicts its header,
/// [`HeapError::TooLarge`] from 2^31 nodes or edges on.
pub(in crate::heap) fn read(file: Mapping) -> Result<(Graph, Names), HeapError> {
    let sections = sections::Sections::of(&file)?;
    let header = sections.get("snapshot")?;
    let layout = Layout::read(&file[header.clone()], header.start)?;
    let strings = Strings::scan(&file, sections.array("strings")?)?;
    let section = sections.array("nodes")?;
    let mut nodes = nodes::read(&file, section.clone(), &layout, &strings)?;
    file.forget(section);
    if layout.root >= layout.nodes {
        return Err(HeapError::Malformed { offset: header.start as u64, what: "there is no root node in it".into() });
    }
    let root = layout.root as u32;
    let section = sections.array("edges")?;
    let mut strong = edges::read(&file, section.clone(), &layout, &strings, &nodes)?;
    file.forget(section);

    let dom_trees = nodes.classes.iter().position(|class| &*class.name == DOM_TREES).map(|class| class as u32);
    ownership::hand_sizes_over(&mut nodes, &strong, root, dom_trees);
    let numbering = Numbering { root };
    let makers = std::mem::take(&mut strong.makers);
    let outermost = std::mem::take(&mut strong.outermost);
    let edge_places = std::mem::take(&mut strong.places);
    let modules = nodes.objects_of("Module");
    let edges = ownership::essential(&nodes, strong, root, dom_trees, |ordinal| numbering.node(ordinal));
    nodes.class_of.swap(0, root as usize);
    nodes.sizes.swap(0, root as usize);

    let mut graph = Graph {
        classes: nodes.classes,
        class_of: ClassColumn::Wide(nodes.class_of.into()),
        sizes: Sizes::from_bytes(nodes.sizes),
        edges,
        roots: Vec::new(),
    };
    graph.roots = roots(&graph);
    let places = (nodes.places, edge_places);
    Ok((graph, Names::new(file, layout, strings, numbering, places, makers, (outermost, modules))))
}

/// What the root of the snapshot refers to: the virtual root of the graph takes its place.
fn roots(graph: &Graph) -> Vec<Root> {
    let kind =
        |name: &str| if name.starts_with('(') || name.is_empty() { RootKind::Internal } else { RootKind::Global };
    let root = |node| Root { node, kind: kind(graph.class_name(node)), name: "".into() };
    graph.references(Node::ROOT).map(root).collect()
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

    fn swap(self, number: u32) -> u32 {
        match number {
            0 => self.root,
            number if number == self.root => 0,
            number => number,
        }
    }
}
