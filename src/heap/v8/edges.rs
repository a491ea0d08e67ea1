//! The `edges` array: which references keep what they lead to alive.

use std::collections::BTreeMap;
use std::ops::Range;

use super::layout::{EdgeKind, Layout, NodeKind};
use super::nodes::Nodes;
use super::numbers::Numbers;
use super::strings::{NATIVE_CONTEXT, Strings};
use crate::heap::HeapError;

/// Every so many edges the position is kept.
const STRIDE: u64 = 64;
/// Marks an edge that passes sizes on but keeps nothing alive.
pub(super) const IDLE: u32 = 1 << 31;

/// All edges that are not weak, grouped by source in order of the ordinals.
#[derive(Debug, Default)]
pub(super) struct Strong {
    /// `targets[first[i]..first[i + 1]]` are those of ordinal `i`.
    pub(super) first: Vec<u32>,
    /// Ordinals; [`IDLE`] may be set.
    pub(super) targets: Vec<u32>,
    /// Whether the root leads to user objects: `shortcut` edges, by ordinal of the target.
    pub(super) shortcuts: Vec<u32>,
    /// A function (its `shared` part) that was made in each context: names the script of the context.
    pub(super) makers: BTreeMap<u32, u32>,
    /// Contexts directly below the native one: the variables of a module or script.
    pub(super) outermost: Vec<u32>,
    /// A context directly below each context that has any.
    inner: BTreeMap<u32, u32>,
    pub(super) places: Places,
}

/// Where edges are in the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    section: Range<usize>,
    samples: Vec<u64>,
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
    file: &[u8],
    section: Range<usize>,
    layout: &Layout,
    strings: &Strings,
    nodes: &Nodes,
) -> Result<Strong, HeapError> {
    if layout.edges > section.len() as u64 / 2 || layout.edges >= u64::from(IDLE) {
        return Err(match layout.edges <= section.len() as u64 / 2 {
            true => HeapError::TooLarge { objects: layout.edges },
            false => Numbers::new(&[], section.end).error("ends before the count in `snapshot` is reached"),
        });
    }
    let mut pass = Pass {
        strong: Strong {
            first: Vec::with_capacity(nodes.kinds.len() + 1),
            targets: Vec::with_capacity(layout.edges as usize),
            places: Places { section: section.clone(), samples: Vec::new() },
            ..Strong::default()
        },
        context: strings.known("context"),
        shared: strings.known("shared"),
        previous: strings.known("previous"),
        native: nodes.classes.iter().position(|class| &*class.name == NATIVE_CONTEXT).map(|class| class as u32),
        file,
        layout,
        strings,
        nodes,
    };
    let mut numbers = Numbers::new(&file[section.clone()], section.start);
    let mut edge_number = 0_u64;
    for source in 0..nodes.kinds.len() as u32 {
        pass.strong.first.push(pass.strong.targets.len() as u32);
        let mut function = (None, None);
        for _ in 0..nodes.edge_counts[source as usize] {
            if edge_number.is_multiple_of(STRIDE) {
                pass.strong.places.samples.push(numbers.position() as u64);
            }
            edge_number += 1;
            let edge = Edge::read(&mut numbers, layout)?;
            if edge.to as usize >= nodes.kinds.len() {
                return Err(numbers.error("leads to a node that is not there"));
            }
            pass.take(source, edge, &mut function);
        }
        if let (NodeKind::Closure, (Some(context), Some(shared))) = (nodes.kinds[source as usize], function) {
            pass.strong.makers.entry(context).or_insert(shared);
        }
    }
    pass.strong.first.push(pass.strong.targets.len() as u32);
    pass.strong.outermost.dedup();
    pass.strong.adopt_makers();
    Ok(pass.strong)
}

impl Strong {
    /// A script whose own functions are all gone is still known by the functions in its functions.
    fn adopt_makers(&mut self) {
        const DEEPEST: usize = 16;
        for context in &self.outermost {
            let chain = std::iter::successors(Some(*context), |context| self.inner.get(context).copied());
            if let Some(maker) = chain.take(DEEPEST).find_map(|context| self.makers.get(&context).copied()) {
                self.makers.insert(*context, maker);
            }
        }
        self.inner = BTreeMap::new();
    }
}

struct Pass<'a> {
    strong: Strong,
    context: u32,
    shared: u32,
    previous: u32,
    native: Option<u32>,
    file: &'a [u8],
    layout: &'a Layout,
    strings: &'a Strings,
    nodes: &'a Nodes,
}

impl Pass<'_> {
    fn take(&mut self, source: u32, edge: Edge, function: &mut (Option<u32>, Option<u32>)) {
        let root = u64::from(source) == self.layout.root;
        match edge.kind {
            EdgeKind::Weak => return,
            EdgeKind::Internal if edge.name == self.context => function.0 = Some(edge.to),
            EdgeKind::Internal if edge.name == self.shared => function.1 = Some(edge.to),
            EdgeKind::Internal if edge.name == self.previous => {
                if Some(self.nodes.class_of[edge.to as usize]) == self.native {
                    self.strong.outermost.push(source);
                } else {
                    self.strong.inner.entry(edge.to).or_insert(source);
                }
            }
            EdgeKind::Shortcut if root => self.strong.shortcuts.push(edge.to),
            _ => {}
        }
        let idle = edge.to == source
            || (edge.kind == EdgeKind::Shortcut && !root)
            || (edge.kind == EdgeKind::Internal && self.comes_from_table(source, edge.name));
        self.strong.targets.push(if idle { edge.to | IDLE } else { edge.to });
    }

    /// The value of a weak map is kept alive by its key, so the edge from the table does not count.
    fn comes_from_table(&self, source: u32, name: u32) -> bool {
        let Some(table) = self.strings.ephemeron(name) else { return false };
        self.nodes.places.row(self.file, self.layout, source).is_some_and(|row| row.id == table)
    }
}

impl Edge {
    fn read(numbers: &mut Numbers<'_>, layout: &Layout) -> Result<Self, HeapError> {
        let mut edge = Self { kind: EdgeKind::Internal, name: 0, to: u32::MAX };
        for field in 0..layout.edge_fields {
            let number = numbers.expect()?;
            match field {
                field if field == layout.edge_type => edge.kind = layout.edge_kind(number),
                field if field == layout.edge_name => edge.name = number as u32,
                field if field == layout.edge_to => {
                    edge.to = u32::try_from(number / layout.node_fields as u64).unwrap_or(u32::MAX);
                }
                _ => {}
            }
        }
        Ok(edge)
    }
}

impl Places {
    /// Reads edges again, `count` of them from the one with number `first`.
    pub(super) fn each(&self, file: &[u8], layout: &Layout, first: u64, count: u64, mut tell: impl FnMut(Edge)) {
        let Some(bytes) = file.get(self.section.clone()) else { return };
        let Some(position) = self.samples.get((first / STRIDE) as usize) else { return };
        let mut numbers = Numbers::new(bytes, self.section.start);
        numbers.seek(*position as usize);
        if numbers.skip(first % STRIDE * layout.edge_fields as u64).is_err() {
            return;
        }
        for _ in 0..count {
            match Edge::read(&mut numbers, layout) {
                Ok(edge) => tell(edge),
                Err(_) => return,
            }
        }
    }
}
