//! The object graph that Plimsoll's Python agent writes, `PLIMPY1`.
//!
//! Little-endian, no padding. Eight bytes of magic (`PLIMPY1\n`), then records, a tag byte each:
//!
//! | tag | record | after the tag |
//! |---|---|---|
//! | 1 | type | u32 index from 0, u16 length, name: `module.qualname`, of suspended calls with ` MODULE.FUNCTION` behind it |
//! | 2 | object | u64 id, u32 type, u64 size in bytes, u64 entries (`len`; 2^64−1: no container), u32 n, n × u64 target ids |
//! | 3 | root | u64 id, u16 length, name: `module NAME`, `frame MODULE.FUNCTION`, `thread NAME`, `task MODULE.FUNCTION`, `[other]` |
//! | 4 | name | u32 index from 0, u16 length, text: an attribute, global or local variable |
//! | 5 | edge names | u64 holder id, u32 n, n × (u64 target id, u32 name); with n = 0: it is no container |
//! | 0 | end | u64 types, u64 objects, u64 references, u64 bytes, u64 roots |
//!
//! Targets without a record are no objects of the graph. The first record of an id counts, and the
//! first root of an object. A file without end record, or with other counts than it tells, was cut.
//! There is never a value in it: names of types, modules, attributes, variables and threads only.

mod contents;
mod ids;
mod naming;
mod records;
#[cfg(test)]
pub(in crate::heap) mod writer;

use std::collections::{BTreeMap, HashMap};

use ids::Ids;
pub(in crate::heap) use naming::Names;
use naming::{Edge, Holders};
pub(in crate::heap) use records::MAGIC;
use records::{Counts, Record, Records};

use super::graph::{Bits, Graph, GraphBuilder, Root, RootKind};
use super::{HeapError, Mapping, Node};
use crate::units::Bytes;

/// Types of calls that wait to go on. The agent adds the function: `builtins.coroutine app.main`.
const SUSPENDED: [&str; 3] = ["builtins.generator", "builtins.coroutine", "builtins.async_generator"];

/// Reads a graph.
///
/// # Errors
/// [`HeapError::Malformed`] with the byte offset where the file was cut or contradicts itself.
pub(in crate::heap) fn read(file: Mapping) -> Result<(Graph, Names), HeapError> {
    let mut tables = Tables::read(&file)?;
    let ids = Ids::of(std::mem::take(&mut tables.ids));
    let graph = tables.graph(&file, &ids)?;
    let (edges, holders) = tables.edge_names(&file, &ids)?;
    let mut roots = BTreeMap::new();
    for root in graph.roots() {
        roots.entry(root.node).or_insert_with(|| root.clone());
    }
    let passing = graph.objects().filter(|node| is_suspended(graph.class_name(*node))).collect();
    let Tables { offsets, names, .. } = tables;
    Ok((graph, Names { file, ids, offsets, names, edges, holders, roots, passing }))
}

fn is_suspended(class: &str) -> bool {
    let function = SUSPENDED.iter().find_map(|kind| class.strip_prefix(kind));
    function.is_some_and(|function| function.is_empty() || function.starts_with(' '))
}

/// Walks all records, without building anything.
///
/// # Errors
/// As [`read`].
pub(in crate::heap) fn check(file: &[u8]) -> Result<(), HeapError> {
    Tables::read(file).map(|_| ())
}

/// What the first pass collects.
#[derive(Default)]
struct Tables<'a> {
    types: HashMap<u32, &'a [u8]>,
    ids: Vec<(u64, u32)>,
    offsets: Vec<u64>,
    names: Vec<Box<str>>,
}

impl<'a> Tables<'a> {
    fn read(file: &'a [u8]) -> Result<Self, HeapError> {
        let mut tables = Self { offsets: vec![0], ..Self::default() };
        let mut seen = Counts::default();
        let mut records = Records::of(file);
        loop {
            let offset = records.offset() as u64;
            match records.next()? {
                Record::Type { index, name } => {
                    seen.types += 1;
                    tables.types.entry(index).or_insert(name);
                }
                Record::Object { id, size, targets, .. } => {
                    seen.objects += 1;
                    seen.bytes = seen.bytes.wrapping_add(size);
                    seen.references += targets.iter().len() as u64;
                    tables.ids.push((id, tables.offsets.len() as u32));
                    tables.offsets.push(offset);
                }
                Record::Root { .. } => seen.roots += 1,
                Record::Name { index, text } => {
                    if index as usize != tables.names.len() {
                        return Err(malformed(offset, "names are not numbered in order"));
                    }
                    tables.names.push(String::from_utf8_lossy(text).into());
                }
                Record::EdgeNames { .. } => {}
                Record::End(told) if told == seen => return Ok(tables),
                Record::End(told) => {
                    return Err(malformed(offset, &format!("the end record tells {told:?}, the file has {seen:?}")));
                }
            }
            if tables.offsets.len() >= 1 << 31 {
                return Err(HeapError::TooLarge { objects: seen.objects });
            }
        }
    }

    fn graph(&self, file: &[u8], ids: &Ids) -> Result<Graph, HeapError> {
        let mut builder = GraphBuilder::default();
        let unknown = builder.class("?");
        let mut classes = HashMap::new();
        let mut records = Records::of(file);
        let mut from = Node::ROOT;
        let mut roots = Vec::new();
        loop {
            match records.next()? {
                Record::Object { class, size, .. } => {
                    let class = *classes.entry(class).or_insert_with(|| {
                        let name = self.types.get(&class).map(|name| String::from_utf8_lossy(name));
                        name.map_or(unknown, |name| builder.class(&name))
                    });
                    builder.node(class, Bytes(size));
                }
                Record::Root { id, name } => roots.extend(ids.node(id).map(|node| root(node, name))),
                Record::End(_) => break,
                _ => {}
            }
        }
        let mut records = Records::of(file);
        loop {
            match records.next()? {
                Record::Object { targets, .. } => {
                    from = Node(from.0 + 1);
                    let targets = targets.iter().filter_map(|id| ids.node(id));
                    targets.for_each(|to| builder.edge(from, to));
                }
                Record::End(_) => break,
                _ => {}
            }
        }
        roots.into_iter().for_each(|root| builder.root(root.node, root.kind, &root.name));
        builder.finish()
    }

    fn edge_names(&self, file: &[u8], ids: &Ids) -> Result<(Vec<Edge>, Holders), HeapError> {
        let (mut edges, mut holders) = (Vec::new(), Holders { nodes: Bits::new(self.offsets.len()), names: 0 });
        let mut records = Records::of(file);
        loop {
            match records.next()? {
                Record::EdgeNames { holder, names } => {
                    let Some(holder) = ids.node(holder) else { continue };
                    holders.nodes.put(holder.0);
                    holders.names += names.iter().len();
                    let names = names.iter().filter_map(|(id, name)| Some((ids.node(id)?, name)));
                    edges.extend(names.map(|(to, name)| (holder.0, to.0, name)));
                }
                Record::End(_) => break,
                _ => {}
            }
        }
        edges.sort_unstable();
        Ok((edges, holders))
    }
}

fn root(node: Node, name: &[u8]) -> Root {
    let name = String::from_utf8_lossy(name);
    let (kind, name) = match name.split_once(' ') {
        Some(("module", name)) => (RootKind::Module, name),
        Some(("frame", name)) => (RootKind::Frame, name),
        Some(("thread", name)) => (RootKind::Thread, name),
        Some(("task", name)) => (RootKind::Task, name),
        _ => (RootKind::Other, ""),
    };
    Root { node, kind, name: name.into() }
}

fn malformed(offset: u64, what: &str) -> HeapError {
    HeapError::Malformed { offset, what: format!("{what}: take the dump again") }
}

#[cfg(test)]
mod tests;
