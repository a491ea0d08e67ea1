//! What the objects of a JVM hold: one pass over the records, in the order of the file.

use super::names::Names;
use super::record::{OBJECT, Object, Record, Shape, record, width};
use crate::heap::contents::{Content, Contents, digest};
use crate::heap::graph::{Graph, Node};

/// Collections: class, the field that counts entries (empty where none does), the field of the array
/// that they are in (empty where there is none). Subclasses are read alike.
const COLLECTIONS: [(&str, &str, &str); 19] = [
    ("java.util.ArrayList", "size", "elementData"),
    ("java.util.Vector", "elementCount", "elementData"),
    ("java.util.ArrayDeque", "", "elements"),
    ("java.util.PriorityQueue", "size", "queue"),
    ("java.util.concurrent.PriorityBlockingQueue", "size", "queue"),
    ("java.util.concurrent.ArrayBlockingQueue", "count", "items"),
    ("java.util.concurrent.CopyOnWriteArrayList", "", "array"),
    ("java.util.LinkedList", "size", ""),
    ("java.util.TreeMap", "size", ""),
    ("java.util.HashMap", "size", "table"),
    ("java.util.Hashtable", "count", "table"),
    ("java.util.WeakHashMap", "size", "table"),
    ("java.util.IdentityHashMap", "size", "table"),
    ("java.util.EnumMap", "size", "vals"),
    ("java.util.concurrent.ConcurrentHashMap", "", "table"),
    ("kotlin.collections.ArrayDeque", "size", "elementData"),
    ("scala.collection.mutable.ArrayBuffer", "size0", "array"),
    ("scala.collection.mutable.HashMap", "contentSize", "table"),
    ("com.google.common.collect.HashBiMap", "size", "hashTableKToV"),
];

/// What to read of the instances of a class; offsets into the field values.
#[derive(Debug, Clone, Copy)]
enum Reading {
    /// `part`: offset and count, which the strings of JDK 6 and Android 5 have.
    Text {
        value: usize,
        coder: Option<usize>,
        part: Option<(usize, usize)>,
    },
    Collection {
        entries: Option<usize>,
        store: Option<usize>,
    },
}

/// The header of an array in bytes, at least.
const HEADER: u64 = 16;
const INT: u8 = 10;
const BYTE: u8 = 8;

impl Contents for Names {
    fn contents(&self, graph: &Graph, tell: &mut dyn FnMut(Node, Content)) {
        match self.id_width {
            4 => self.walk::<4>(graph, tell),
            _ => self.walk::<8>(graph, tell),
        }
    }

    fn untold(&self) -> &'static [&'static str] {
        &["collections of other libraries than those of the JDK, Kotlin and Scala are not asked how full they are"]
    }

    fn find(&self, id: u64) -> Option<Node> {
        self.at_address(id)
    }

    fn id(&self, node: Node) -> Option<u64> {
        self.ids.id(node.0.checked_sub(1)?)
    }
}

impl Names {
    fn walk<const W: usize>(&self, graph: &Graph, tell: &mut dyn FnMut(Node, Content)) {
        let readings = self.readings::<W>();
        for chunk in self.locator.chunks() {
            let data = &self.file[..chunk.end];
            let mut at = chunk.start;
            while at < chunk.end {
                let Ok((found, next)) = record::<W>(data, at) else { break };
                if let Record::Object(object) = found {
                    self.read::<W>(&data[object.body..next], object, &readings, graph, tell);
                }
                at = next;
            }
            self.file.forget(chunk.clone());
        }
    }

    fn read<const W: usize>(
        &self,
        body: &[u8],
        object: Object,
        readings: &[Option<Reading>],
        graph: &Graph,
        tell: &mut dyn FnMut(Node, Content),
    ) {
        let content = match object.shape {
            Shape::Instance { class, .. } => self
                .classes
                .row(class)
                .and_then(|row| readings[row as usize])
                .and_then(|read| self.take::<W>(body, read)),
            Shape::Objects { length, .. } => {
                let filled = body.chunks_exact(W).filter(|id| id.iter().any(|byte| *byte != 0)).count() as u32;
                // Compressed references are half as wide as the ids.
                let shallow = self.node(object.id).map_or(0, |node| graph.shallow(node).0);
                let width = if shallow >= HEADER + u64::from(length) * 8 { 8 } else { 4 };
                Some(Content::Slots { slots: length, filled, width })
            }
            // A dump of Android may leave contents out.
            Shape::Primitives { length, .. } if body.is_empty() && length > 0 => None,
            Shape::Primitives { length, .. } => {
                Some(Content::Numbers { length, digest: digest(body), zero: body.iter().all(|byte| *byte == 0) })
            }
        };
        if let (Some(content), Some(node)) = (content, self.node(object.id)) {
            tell(node, content);
        }
    }

    fn take<const W: usize>(&self, body: &[u8], reading: Reading) -> Option<Content> {
        let node = |at: usize| super::bytes::id_at::<W>(body, at).and_then(|id| self.node(id));
        let number = |at: usize| super::bytes::u32_at(body, at);
        match reading {
            Reading::Text { value, coder, part } => {
                let width = coder.and_then(|at| body.get(at)).map_or(1, |coder| 1 + (coder & 1));
                let part = part.and_then(|(start, length)| number(start).zip(number(length)));
                node(value).map(|characters| Content::TextIn { characters, width, part })
            }
            Reading::Collection { entries, store } => {
                let store = store.and_then(node);
                Some(Content::Collection { entries: entries.and_then(number).map(u64::from), store })
            }
        }
    }

    /// By class.
    fn readings<const W: usize>(&self) -> Vec<Option<Reading>> {
        let classes = &self.classes;
        let rules: Vec<(u32, usize)> = COLLECTIONS
            .iter()
            .enumerate()
            .filter_map(|(rule, (class, ..))| Some((classes.named(class)?, rule)))
            .collect();
        let string = classes.named("java.lang.String");
        let reading = |row: u32| {
            if Some(row) == string {
                let place = |name: &str, kind: u8| self.place::<W>(row, row, name, kind);
                let part = place("offset", INT).zip(place("count", INT));
                return Some(Reading::Text { value: place("value", OBJECT)?, coder: place("coder", BYTE), part });
            }
            let (declarer, rule) =
                classes.chain(row).find_map(|above| rules.iter().find(|(class, _)| *class == above).copied())?;
            let (_, entries, store) = COLLECTIONS[rule];
            let place = |name: &str, kind: u8| self.place::<W>(row, declarer, name, kind);
            let (entries, store) = (place(entries, INT), place(store, OBJECT));
            (entries.is_some() || store.is_some()).then_some(Reading::Collection { entries, store })
        };
        (0..classes.rows.len() as u32).map(reading).collect()
    }

    /// Offset of a field of this type that `declarer` declares, in the instances of a class.
    fn place<const W: usize>(&self, row: u32, declarer: u32, name: &str, kind: u8) -> Option<usize> {
        let mut at = 0;
        for above in self.classes.chain(row) {
            for field in self.classes.fields_of(above) {
                if above == declarer && self.text(field.name) == name {
                    return (field.kind == kind).then_some(at);
                }
                at += width::<W>(field.kind).unwrap_or(0);
            }
        }
        None
    }
}
