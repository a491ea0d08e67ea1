//! What the objects of a V8 heap hold, as far as a snapshot tells.
//!
//! A string is named by its text, of which V8 writes the first 1,024 characters, and equal names are one
//! name in the table: so equal strings are found without reading a text. What an array or map holds is
//! seen but for small integers, which are no objects.

use std::collections::BTreeMap;

use super::Names;
use super::layout::{EdgeKind, NodeKind};
use crate::heap::contents::{Content, Contents, digest};
use crate::heap::graph::{Graph, Node};

/// Texts that V8 puts together when somebody reads them; all of one kind have one name.
const PARTS: [&str; 2] = ["(concatenated string)", "(sliced string)"];
/// The table of an empty `Map`, in bytes; that of a `Set` is smaller.
const EMPTY_TABLE: u64 = 160;
/// Header and word of a backing store, in bytes.
const WORD: u64 = 8;

impl Contents for Names {
    fn contents(&self, graph: &Graph, tell: &mut dyn FnMut(Node, Content)) {
        let mut lengths = BTreeMap::new();
        for node in graph.objects() {
            let class = graph.class_name(node);
            if !matches!(class, "(string)" | "Array" | "Map" | "Set") {
                continue;
            }
            let ordinal = self.numbering.ordinal(node);
            let Some(row) = self.row(ordinal) else { continue };
            match (class, row.kind) {
                ("(string)", _) => {
                    let length = *lengths.entry(row.name).or_insert_with(|| self.length(row.name));
                    if let Some(length) = length {
                        // Long texts of equal beginning differ in size, most of them.
                        let key = [u64::from(row.name).to_le_bytes(), row.size.to_le_bytes()].concat();
                        tell(node, Content::Text { digest: digest(&key), length });
                    }
                }
                ("Array", NodeKind::Object) => self.array(node, ordinal, tell),
                (_, NodeKind::Object) => self.table(node, ordinal, tell),
                _ => {}
            }
        }
    }

    fn untold(&self) -> &'static [&'static str] {
        &[
            "V8 writes the first 1,024 characters of a string: longer ones count as equal if they start alike and have the same size",
            "small integers are no objects in V8: arrays and maps of nothing else are not asked how full they are",
        ]
    }

    fn find(&self, id: u64) -> Option<Node> {
        (0..u32::try_from(self.layout.nodes).ok()?)
            .find(|ordinal| self.row(*ordinal).is_some_and(|row| row.id == id))
            .map(|ordinal| self.numbering.node(ordinal))
    }

    fn id(&self, node: Node) -> Option<u64> {
        self.row(self.numbering.ordinal(node)).map(|row| row.id)
    }
}

impl Names {
    fn length(&self, name: u32) -> Option<u64> {
        let text = self.text(name);
        (!text.is_empty() && !PARTS.contains(&&*text)).then(|| text.chars().count() as u64)
    }

    fn array(&self, node: Node, ordinal: u32, tell: &mut dyn FnMut(Node, Content)) {
        let mut last = None;
        self.each(ordinal, |edge| {
            if edge.kind == EdgeKind::Element {
                last = last.max(Some(edge.name));
            }
        });
        let Some(store) = self.target(ordinal, |name| name == "elements") else {
            // All empty ones have the same store, which is V8's own.
            if last.is_none() {
                tell(node, Content::Collection { entries: Some(0), store: None });
            }
            return;
        };
        let Some(elements) = self.row(store) else { return };
        let slots = (elements.size / WORD).saturating_sub(2);
        let store = self.numbering.node(store);
        match last {
            None if slots == 0 => tell(node, Content::Collection { entries: Some(0), store: None }),
            Some(last) if u64::from(last) < slots => {
                let filled = last + 1;
                tell(store, Content::Slots { slots: slots as u32, filled, width: WORD as u8 });
                tell(node, Content::Collection { entries: Some(u64::from(filled)), store: Some(store) });
            }
            _ => {}
        }
    }

    /// A `Map` or `Set`: it grows when it is full and shrinks when it is not, so only empty ones are waste.
    fn table(&self, node: Node, ordinal: u32, tell: &mut dyn FnMut(Node, Content)) {
        let Some(table) = self.hash_table(ordinal) else { return };
        let small = self.row(table).is_some_and(|table| table.size <= EMPTY_TABLE);
        if let Some(entries) = self.filed(table).filter(|entries| *entries > 0 || small) {
            let store = (entries == 0).then(|| self.numbering.node(table));
            tell(node, Content::Collection { entries: Some(entries), store });
        }
    }
}
