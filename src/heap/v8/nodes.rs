//! The `nodes` array: classes, sizes, and where each node and its edges are.

use std::collections::HashMap;
use std::ops::Range;

use super::layout::{Layout, NodeKind};
use super::numbers::Numbers;
use super::strings::{EXTERNAL_STRING, Strings};
use crate::heap::graph::Class;
use crate::heap::{ClassId, HeapError};

/// Every so many nodes the position is kept.
const STRIDE: u32 = 16;

/// What is kept of all nodes, by ordinal.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) kinds: Vec<NodeKind>,
    pub(super) class_of: Vec<u32>,
    pub(super) sizes: Vec<u64>,
    pub(super) edge_counts: Vec<u32>,
    pub(super) classes: Vec<Class>,
    /// Nodes of type native that keep the characters of an external string.
    pub(super) external_strings: Vec<u32>,
    pub(super) places: Places,
}

/// Where nodes are in the file, and the number of the first edge of each; samples with a walk between.
#[derive(Debug, Default)]
pub(super) struct Places {
    section: Range<usize>,
    samples: Vec<(u64, u64)>,
}

/// One node, read again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) kind: NodeKind,
    pub(super) name: u32,
    pub(super) id: u64,
    /// As in the file, before sizes are handed to owners.
    pub(super) size: u64,
    pub(super) first_edge: u64,
    pub(super) edges: u64,
}

/// Reads all nodes.
pub(super) fn read(file: &[u8], section: Range<usize>, layout: &Layout, strings: &Strings) -> Result<Nodes, HeapError> {
    // Each node takes at least two bytes for each field, so a lying count cannot ask for more memory.
    let most = section.len() / 2 / layout.node_fields + 1;
    if layout.nodes > most as u64 || layout.nodes >= 1 << 31 {
        return Err(match layout.nodes >= 1 << 31 && layout.nodes <= most as u64 {
            true => HeapError::TooLarge { objects: layout.nodes },
            false => Numbers::new(&[], section.end).error("ends before the count in `snapshot` is reached"),
        });
    }
    let count = layout.nodes as usize;
    let mut nodes = Nodes {
        kinds: Vec::with_capacity(count),
        class_of: Vec::with_capacity(count),
        sizes: Vec::with_capacity(count),
        edge_counts: Vec::with_capacity(count),
        classes: vec![Class { name: "".into(), superclass: None }],
        external_strings: Vec::new(),
        places: Places { section: section.clone(), samples: Vec::with_capacity(count / STRIDE as usize + 1) },
    };
    let external = strings.known(EXTERNAL_STRING);
    let mut names = ClassNames::default();
    let mut numbers = Numbers::new(&file[section.clone()], section.start);
    let mut first_edge = 0_u64;
    for ordinal in 0..layout.nodes as u32 {
        if ordinal.is_multiple_of(STRIDE) {
            nodes.places.samples.push((numbers.position() as u64, first_edge));
        }
        let row = Row::read(&mut numbers, layout, first_edge)?;
        if row.kind == NodeKind::Native && row.name == external {
            nodes.external_strings.push(ordinal);
        }
        nodes.class_of.push(names.class(row.kind, row.name, &mut nodes.classes, |name| strings.get(file, name)).0);
        nodes.kinds.push(row.kind);
        nodes.sizes.push(row.size);
        nodes.edge_counts.push(u32::try_from(row.edges).map_err(|_| numbers.error("counts too many edges"))?);
        first_edge += row.edges;
    }
    if first_edge != layout.edges {
        return Err(numbers.error(&format!("tells `{first_edge}` edges, its header `{}`", layout.edges)));
    }
    Ok(nodes)
}

#[derive(Default)]
struct ClassNames {
    fixed: HashMap<NodeKind, ClassId>,
    named: HashMap<u32, ClassId>,
}

impl ClassNames {
    fn class<'a>(
        &mut self,
        kind: NodeKind,
        name: u32,
        classes: &mut Vec<Class>,
        text: impl Fn(u32) -> std::borrow::Cow<'a, str>,
    ) -> ClassId {
        let mut push = |name: &str| {
            classes.push(Class { name: name.into(), superclass: None });
            ClassId(classes.len() as u32 - 1)
        };
        match kind.class() {
            Some(class) => *self.fixed.entry(kind).or_insert_with(|| push(class)),
            None => *self.named.entry(name).or_insert_with(|| push(&text(name))),
        }
    }
}

impl Row {
    fn read(numbers: &mut Numbers<'_>, layout: &Layout, first_edge: u64) -> Result<Self, HeapError> {
        let mut row = Self { kind: NodeKind::Other, name: 0, id: 0, size: 0, first_edge, edges: 0 };
        for field in 0..layout.node_fields {
            let number = numbers.expect()?;
            match field {
                field if field == layout.node_type => row.kind = layout.node_kind(number),
                field if field == layout.node_name => row.name = number as u32,
                field if field == layout.node_id => row.id = number,
                field if field == layout.node_size => row.size = number,
                field if field == layout.node_edges => row.edges = number,
                _ => {}
            }
        }
        Ok(row)
    }
}

impl Nodes {
    /// Ordinals of the objects that are named so, ascending.
    pub(super) fn objects_of(&self, class: &str) -> Vec<u32> {
        let wanted: Vec<bool> = self.classes.iter().map(|known| &*known.name == class).collect();
        let rows = self.class_of.iter().zip(&self.kinds).enumerate();
        rows.filter(|(_, (class, kind))| **kind == NodeKind::Object && wanted[**class as usize])
            .map(|(ordinal, _)| ordinal as u32)
            .collect()
    }
}

impl Places {
    /// Reads a node again.
    pub(super) fn row(&self, file: &[u8], layout: &Layout, ordinal: u32) -> Option<Row> {
        let (position, mut first_edge) = *self.samples.get((ordinal / STRIDE) as usize)?;
        let mut numbers = Numbers::new(file.get(self.section.clone())?, self.section.start);
        numbers.seek(position as usize);
        for _ in 0..ordinal % STRIDE {
            first_edge += Row::read(&mut numbers, layout, 0).ok()?.edges;
        }
        Row::read(&mut numbers, layout, first_edge).ok()
    }
}
