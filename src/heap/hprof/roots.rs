//! GC roots, and the locals that are none because a thread holds them.

use std::collections::BTreeMap;

use super::class::Classes;
use super::ids::IdMap;
use super::record::{RawRoot, root};
use crate::heap::graph::{Node, Root, RootKind};

/// Roots by node.
#[derive(Debug)]
pub(super) struct Roots {
    /// In the order of the dump; names come later.
    pub(super) rows: Vec<Root>,
    /// What the frames of each thread hold, by the node of the thread.
    pub(super) locals: BTreeMap<u32, Vec<u32>>,
    /// The heap that a native-image starts with, ascending: it is in memory for ever, whoever refers to it.
    pub(super) image: Vec<Node>,
    /// Nodes of `rows`, ascending.
    nodes: Vec<u32>,
}

impl Roots {
    /// `image`: the writer of native-image calls every object that the image starts with a JNI global, though it knows
    /// no handle; none of them is taken for a root that anything else reaches.
    pub(super) fn resolve(raw: &[RawRoot], ids: &IdMap, classes: &Classes, image: bool) -> Self {
        let node_of = |id| ids.rank(id).map(|rank| rank + 1);
        let threads: BTreeMap<u32, u32> = raw
            .iter()
            .filter(|root| root.tag == root::THREAD_OBJECT)
            .filter_map(|root| Some((root.thread, node_of(root.id)?)))
            .collect();
        let mut roots = Self { rows: Vec::new(), locals: BTreeMap::new(), image: Vec::new(), nodes: Vec::new() };
        for root in raw {
            let Some(node) = node_of(root.id) else { continue };
            if image && root.bare {
                roots.image.push(Node(node));
                continue;
            }
            let local =
                matches!(root.tag, root::JNI_LOCAL | root::JAVA_FRAME | root::NATIVE_STACK | root::THREAD_BLOCK);
            match threads.get(&root.thread).filter(|_| local) {
                Some(thread) => roots.locals.entry(*thread).or_default().push(node),
                None => roots.push(node, kind(root.tag)),
            }
        }
        if !raw.iter().any(|root| root.tag == root::STICKY_CLASS) {
            // As Eclipse MAT has it: a loader that is not in the dump counts as none.
            let is_absent = |loader| loader == 0 || ids.rank(loader).is_none();
            let boot = classes.rows.iter().filter(|class| is_absent(class.loader) && !class.name.ends_with("[]"));
            boot.filter_map(|class| node_of(class.id)).for_each(|node| roots.push(node, RootKind::Class));
        }
        roots.image.sort_unstable();
        roots.nodes = roots.rows.iter().map(|root| root.node.0).collect();
        roots.nodes.sort_unstable();
        roots.nodes.dedup();
        roots
    }

    /// Whether the node is a root.
    pub(super) fn holds(&self, node: u32) -> bool {
        self.nodes.binary_search(&node).is_ok()
    }

    /// Threads that hold locals, ascending.
    pub(super) fn holders(&self) -> Vec<u32> {
        self.locals.keys().copied().collect()
    }

    fn push(&mut self, node: u32, kind: RootKind) {
        self.rows.push(Root { node: Node(node), kind, name: Box::default() });
    }
}

fn kind(tag: u8) -> RootKind {
    match tag {
        root::STICKY_CLASS => RootKind::Class,
        root::THREAD_OBJECT => RootKind::Thread,
        root::JAVA_FRAME | root::THREAD_BLOCK => RootKind::Frame,
        root::JNI_GLOBAL | root::JNI_LOCAL | root::NATIVE_STACK => RootKind::Native,
        root::MONITOR_USED | root::JNI_MONITOR => RootKind::Monitor,
        root::FINALIZING | root::REFERENCE_CLEANUP => RootKind::Finalizer,
        root::INTERNED_STRING | root::DEBUGGER | root::VM_INTERNAL => RootKind::Internal,
        _ => RootKind::Other,
    }
}
