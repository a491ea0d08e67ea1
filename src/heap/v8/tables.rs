//! Hash tables of V8: how many entries a `Map`, `Set`, `WeakMap` or `WeakSet` has, whatever subclass it is of.
//!
//! Small integers are no objects, so entries that hold nothing else are not seen. Nor are those of a `Set` or a
//! `Map` that were deleted: their slots lead nowhere, or from Node 22 on to a hole.

use super::Names;
use super::layout::{EdgeKind, NodeKind};
use super::strings::TABLE;

/// Words before the first bucket or entry: map, length and three counts.
const HEADER: u64 = 5;
/// Slots of the counts; slots are numbered behind map and length.
const COUNTS: u64 = 3;
/// Buckets of an empty table.
const LEAST: u64 = 2;
/// What an edge from a weak table is called whose key is gone: the key is of V8 itself then.
const GONE: &str = " / part of key (system / ";

/// How a table is laid out. All have a power of two of entries, so the size alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    /// Buckets, two entries for each, of three words (`Map`) or two (`Set`).
    Ordered { buckets: u64, words: u64 },
    /// Keys and values in turn.
    Weak,
}

impl Table {
    /// Words are of eight bytes, or of four where pointers are compressed: no size is one of both.
    fn of(bytes: u64) -> Option<Self> {
        [8, 4].into_iter().find_map(|word| {
            let slots = bytes.checked_sub(HEADER * word).filter(|rest| *rest > 0 && rest % word == 0)? / word;
            let buckets = 1 << slots.trailing_zeros();
            match slots / buckets {
                _ if buckets < LEAST => None,
                1 => Some(Self::Weak),
                5 => Some(Self::Ordered { buckets, words: 2 }),
                7 => Some(Self::Ordered { buckets, words: 3 }),
                _ => None,
            }
        })
    }
}

impl Names {
    /// The hash table of a collection. A property that somebody called `table` is none.
    pub(super) fn hash_table(&self, ordinal: u32) -> Option<u32> {
        let names = self.strings.known(TABLE);
        let table = self.first(ordinal, |edge| edge.kind == EdgeKind::Internal && names.contains(&edge.name));
        table.filter(|table| self.kinds.get(*table as usize) == Some(&NodeKind::Array))
    }

    /// Pairs or members in a hash table.
    pub(super) fn filed(&self, table: u32) -> Option<u64> {
        Some(match Table::of(self.row(table)?.size)? {
            Table::Ordered { buckets, words } => self.ordered(table, buckets, words),
            Table::Weak => self.weak(table),
        })
    }

    fn ordered(&self, table: u32, buckets: u64, words: u64) -> u64 {
        let mut seen = Vec::new();
        self.each(table, |edge| {
            if edge.kind == EdgeKind::Internal && self.holes.binary_search(&edge.to).is_err() {
                let slot = self.text(edge.name).parse::<u64>().ok();
                seen.extend(slot.and_then(|slot| slot.checked_sub(COUNTS + buckets)).map(|slot| slot / words));
            }
        });
        seen.sort_unstable();
        seen.dedup();
        seen.len() as u64
    }

    /// Keys stand in every other slot. Newer versions tell of the pairs only.
    fn weak(&self, table: u32) -> u64 {
        let (mut keys, mut pairs) = (0, 0);
        self.each(table, |edge| match edge.kind {
            EdgeKind::Weak => {
                let slot = self.text(edge.name).parse::<u64>().ok();
                keys += u64::from(slot.is_some_and(|slot| slot >= COUNTS && (slot - COUNTS).is_multiple_of(2)));
            }
            EdgeKind::Internal if self.strings.ephemeron(edge.name).is_some() => {
                pairs += u64::from(!self.text(edge.name).contains(GONE));
            }
            _ => {}
        });
        keys.max(pairs)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::heap::Mapping;
    use crate::heap::graph::Naming;

    /// A node: kind, name and size, and the references to others by kind, name and ordinal.
    pub(in crate::heap::v8) type Row<'a> = (&'a str, &'a str, u64, &'a [(&'a str, &'a str, usize)]);

    const KINDS: [&str; 5] = ["hidden", "array", "object", "synthetic", "closure"];
    const EDGES: [&str; 3] = ["property", "internal", "weak"];

    /// What a snapshot tells of the entries of each node.
    fn entries(rows: &[Row<'_>]) -> Vec<Option<u64>> {
        let names = names(rows);
        (0..rows.len() as u32).map(|ordinal| names.entries(names.node(ordinal))).collect()
    }

    /// The names of a snapshot of these nodes.
    pub(in crate::heap::v8) fn names(rows: &[Row<'_>]) -> Names {
        let mut strings: Vec<&str> = Vec::new();
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        let place = |all: &[&str], text: &str| all.iter().position(|known| *known == text).unwrap();
        for (id, (kind, name, size, references)) in rows.iter().enumerate() {
            strings.push(name);
            nodes.extend([place(&KINDS, kind), strings.len() - 1, id, *size as usize, references.len()]);
            for (kind, name, to) in *references {
                strings.push(name);
                edges.extend([place(&EDGES, kind), strings.len() - 1, to * 5]);
            }
        }
        let text = serde_json::json!({
            "snapshot": {
                "meta": {
                    "node_fields": ["type", "name", "id", "self_size", "edge_count"],
                    "node_types": [KINDS, "string", "number", "number", "number"],
                    "edge_fields": ["type", "name_or_index", "to_node"],
                    "edge_types": [EDGES, "string_or_number", "node"],
                },
                "node_count": rows.len(),
                "edge_count": edges.len() / 3,
            },
            "nodes": nodes,
            "edges": edges,
            "strings": strings,
        });
        crate::heap::v8::read(Mapping::held(text.to_string().into_bytes())).unwrap().1
    }

    #[test]
    fn deleted_slots_are_no_entries() {
        let told = entries(&[
            ("synthetic", "", 0, &[("property", "map", 1), ("property", "set", 3)]),
            ("object", "Map", 32, &[("internal", "table", 2)]),
            (
                "array",
                "",
                152,
                &[("internal", "5", 6), ("internal", "6", 6), ("internal", "8", 5), ("internal", "9", 5)],
            ),
            ("object", "Set", 32, &[("internal", "table", 4)]),
            ("array", "", 120, &[("internal", "5", 5), ("internal", "7", 5), ("internal", "9", 6)]),
            ("hidden", "system / Hole", 16, &[]),
            ("object", "Quote", 16, &[]),
        ]);
        assert_eq!(told, [None, Some(1), None, Some(1), None, None, None]);
    }

    #[test]
    fn a_subclass_is_a_collection_and_what_is_only_called_one_is_none() {
        let told = entries(&[
            ("synthetic", "", 0, &[("property", "lru", 1), ("property", "fake", 3), ("property", "other", 4)]),
            ("object", "LRU", 112, &[("property", "table", 5), ("internal", "table", 2)]),
            ("array", "", 152, &[("internal", "5", 6), ("internal", "6", 6), ("internal", "8", 6)]),
            ("object", "Map", 32, &[("property", "table", 5)]),
            ("object", "Iterator", 32, &[("internal", "table", 6)]),
            ("array", "", 120, &[("internal", "5", 6)]),
            ("object", "Quote", 16, &[]),
        ]);
        assert_eq!(told, [None, Some(2), None, None, None, None, None]);
    }

    #[test]
    fn keys_of_weak_collections_are_entries_while_they_are_there() {
        const GONE: &str = "1 / part of key (system / Hole @9) -> value (system / Hole @9) pair in WeakMap (table @2)";
        const PAIR: &str = "2 / part of key (Quote @4) -> value (Quote @4) pair in WeakMap (table @2)";
        let weak = |edges: &[(&str, &str, usize)]| {
            entries(&[
                ("synthetic", "", 0, &[("property", "weak", 1), ("property", "quote", 4)]),
                ("object", "WeakMap", 32, &[("internal", "table", 2)]),
                ("array", "", 104, edges),
                ("hidden", "system / Hole", 16, &[]),
                ("object", "Quote", 16, &[]),
            ])[1]
        };
        assert_eq!(weak(&[]), Some(0));
        // A number as a value is no object, and then there is no pair.
        assert_eq!(weak(&[("weak", "3", 4), ("weak", "5", 4)]), Some(2));
        assert_eq!(weak(&[("weak", "3", 4), ("weak", "4", 4), ("internal", PAIR, 4), ("internal", GONE, 3)]), Some(1));
        assert_eq!(weak(&[("internal", PAIR, 4), ("internal", GONE, 3)]), Some(1));
    }

    #[test]
    fn the_size_of_a_table_tells_what_it_is() {
        for (bytes, table) in [
            // Empty ones of Node, and larger ones.
            (152, Some(Table::Ordered { buckets: 2, words: 3 })),
            (120, Some(Table::Ordered { buckets: 2, words: 2 })),
            (104, Some(Table::Weak)),
            (229_416, Some(Table::Ordered { buckets: 4096, words: 3 })),
            (20_520, Some(Table::Ordered { buckets: 512, words: 2 })),
            (8232, Some(Table::Weak)),
            // Of Chrome, whose pointers are compressed.
            (76, Some(Table::Ordered { buckets: 2, words: 3 })),
            (60, Some(Table::Ordered { buckets: 2, words: 2 })),
            (4116, Some(Table::Weak)),
            (0, None),
            (40, None),
            (64, None),
            (8 * 17, None),
        ] {
            assert_eq!(Table::of(bytes), table, "{bytes}");
        }
    }

    #[test]
    fn no_size_is_one_of_words_of_four_and_of_eight_bytes() {
        let sizes = |word: u64| (1..40).flat_map(move |bits| [1, 5, 7].map(|share| word * (HEADER + (share << bits))));
        assert!(sizes(4).all(|small| sizes(8).all(|large| small != large)));
    }
}
