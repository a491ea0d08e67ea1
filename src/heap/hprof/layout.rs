//! What the second pass needs of a class at every instance: where the references are, and the size.

use super::class::{Classes, FINAL, Heap};
use super::record::{OBJECT, width};
use super::{Options, Referents};
use crate::heap::HeapError;
use crate::heap::graph::sizes::word_of;

/// The layouts of all classes.
#[derive(Debug)]
pub(super) struct Layouts {
    rows: Vec<Layout>,
    /// Offsets of references in an instance's data, of all classes.
    offsets: Vec<u32>,
    /// Rows by identifier, in front of the binary search.
    cache_bits: u32,
}

/// One class.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Layout {
    first: u32,
    end: u32,
    /// Bytes of an instance.
    pub(super) size: u64,
    /// The same in words, if it has that form.
    pub(super) word: Option<u8>,
    /// The class object, where instances must be said to refer to it; 0 where a root holds it anyway.
    pub(super) class_node: u32,
    /// One more than the offset of the referent without which the last reference does not count; 0 if all always do.
    pub(super) guard: u32,
    /// One more than the offset of the object whose finalizer it stands for; 0 if it is no such reference.
    pub(super) finalizes: u32,
}

impl Layout {
    /// An array without references of its own.
    pub(super) fn of_array(class_node: u32) -> Self {
        Self { class_node, ..Self::default() }
    }
}

impl Layouts {
    /// `class_nodes` holds the node of each class that is no root, 0 for the others. `length` is that of the file.
    pub(super) fn new<const W: usize>(
        classes: &Classes,
        names: &ReferentNames,
        heap: Heap,
        options: &Options,
        class_nodes: &[u32],
        length: usize,
    ) -> Result<Self, HeapError> {
        let weak = if options.referents == Referents::Mat { vec![false; classes.rows.len()] } else { classes.weak() };
        let finalizers = classes.extending(&[FINAL]);
        let most = length / 4 + (1 << 20);
        let mut layouts = Self { rows: Vec::with_capacity(classes.rows.len()), offsets: Vec::new(), cache_bits: 12 };
        for (row, size) in classes.instance_sizes(heap).into_iter().enumerate() {
            let first = layouts.offsets.len() as u32;
            let (mut at, mut referent, mut value) = (0_u32, None, None);
            for declarer in classes.chain(row as u32) {
                let skipped = weak[row] && names.declarer == Some(declarer);
                for field in classes.fields_of(declarer) {
                    match field.name {
                        _ if field.kind != OBJECT => {}
                        name if skipped && names.is_referent(name) => referent = Some(at),
                        name if weak[row] && names.value(row as u32) == Some(name) => value = Some(at),
                        _ => layouts.offsets.push(at),
                    }
                    at = at.saturating_add(width::<W>(field.kind).unwrap_or(0) as u32);
                }
                if layouts.offsets.len() > most {
                    let what = "its classes have more inherited fields than the file is long: take the dump again";
                    return Err(HeapError::Malformed { offset: 0, what: what.to_owned() });
                }
            }
            layouts.offsets.extend(value);
            let end = layouts.offsets.len() as u32;
            let class_node = class_nodes[row];
            let behind = |at: Option<u32>| at.map_or(0, |at| at.saturating_add(1));
            let (guard, finalizes) = (behind(value.and(referent)), behind(referent.filter(|_| finalizers[row])));
            layouts.rows.push(Layout { first, end, size, word: word_of(size), class_node, guard, finalizes });
        }
        Ok(layouts)
    }

    pub(super) fn row(&self, row: u32) -> Layout {
        self.rows[row as usize]
    }

    /// Offsets of the references in the data of an instance.
    pub(super) fn offsets(&self, layout: Layout) -> &[u32] {
        &self.offsets[layout.first as usize..layout.end as usize]
    }

    /// A cache for one thread.
    pub(super) fn lookup<'a>(&self, classes: &'a Classes) -> Lookup<'a> {
        Lookup { classes, seen: vec![(0, None); 1 << self.cache_bits] }
    }
}

/// Rows of classes by identifier; nearly every answer comes out of a small direct-mapped cache.
#[derive(Debug)]
pub(super) struct Lookup<'a> {
    classes: &'a Classes,
    seen: Vec<(u64, Option<u32>)>,
}

impl Lookup<'_> {
    #[inline]
    pub(super) fn row(&mut self, id: u64) -> Option<u32> {
        let slots = self.seen.len() - 1;
        let slot = &mut self.seen[(id >> 3 ^ id >> 15) as usize & slots];
        if slot.0 != id || id == 0 {
            *slot = (id, self.classes.row(id));
        }
        slot.1
    }
}

/// The field through which a reference object refers.
#[derive(Debug, Default)]
pub(super) struct ReferentNames {
    pub(super) declarer: Option<u32>,
    pub(super) names: Vec<u64>,
    /// Classes of weak entries, each with the name of the field of its value.
    pub(super) values: Vec<(u32, u64)>,
}

/// Entries of which their map takes out those whose key the collector cleared, as soon as somebody asks it for anything:
/// the collection before a dump leaves them behind, and their values are no more kept than the keys are.
pub(super) const WEAK_ENTRIES: [(&str, &str); 3] = [
    ("java.util.WeakHashMap$Entry", "value"),
    ("com.google.common.cache.LocalCache$WeakEntry", "valueReference"),
    ("com.google.common.collect.MapMakerInternalMap$WeakKeyStrongValueEntry", "value"),
];

impl ReferentNames {
    pub(super) fn is_referent(&self, name: u64) -> bool {
        self.names.contains(&name)
    }

    /// The field of the value, if the class is one of weak entries.
    pub(super) fn value(&self, row: u32) -> Option<u64> {
        self.values.iter().find(|(class, _)| *class == row).map(|(_, field)| *field)
    }
}
