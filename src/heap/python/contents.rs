//! What the containers of a Python heap hold. The graph has no texts in it, by design.
//!
//! Sizes are those of `sys.getsizeof` of CPython on 64-bit machines: a header of 16 bytes for the
//! collector, then the object with its own table (`Objects/listobject.c`, `dictobject.c`, `setobject.c`).

use super::naming::Names;
use super::records::Record;
use crate::heap::contents::{Content, Contents};
use crate::heap::graph::{Graph, Node};

/// A list without room: header, length, pointer, capacity.
const LIST: u64 = 56;
/// A dict with the header of its table; two words more than the newest versions have.
const DICT: u64 = 64 + 40;
/// A set whose entries are in itself.
const SET: u64 = 216;

impl Contents for Names {
    fn contents(&self, graph: &Graph, tell: &mut dyn FnMut(Node, Content)) {
        for node in graph.objects() {
            let needed = match graph.class_name(node) {
                "builtins.list" => list,
                "builtins.dict" => dict,
                "builtins.set" => set,
                _ => continue,
            };
            let Some(Record::Object { size, entries: Some(entries), .. }) = self.record(node) else { continue };
            tell(node, Content::Roomy { entries, unused: size.saturating_sub(needed(entries)) });
        }
    }

    fn untold(&self) -> &'static [&'static str] {
        &["a Python graph holds no texts, so equal strings cannot be told"]
    }

    fn find(&self, id: u64) -> Option<Node> {
        self.ids.node(id)
    }

    fn id(&self, node: Node) -> Option<u64> {
        match self.record(node)? {
            Record::Object { id, .. } => Some(id),
            _ => None,
        }
    }
}

fn list(entries: u64) -> u64 {
    LIST.saturating_add(entries.saturating_mul(8))
}

/// The smallest table of a power of two of which two thirds hold the entries.
fn dict(entries: u64) -> u64 {
    let slots = (entries.saturating_mul(3).div_ceil(2)).clamp(8, 1 << 60).next_power_of_two();
    let index = match slots {
        0..=0x80 => 1,
        0x81..=0x8000 => 2,
        0x8001..=0x8000_0000 => 4,
        _ => 8,
    };
    DICT.saturating_add(slots.saturating_mul(index)).saturating_add((slots / 3 * 2 + 1).saturating_mul(24))
}

/// A table grows to four times its entries before it is three fifths full.
fn set(entries: u64) -> u64 {
    let slots = (entries.saturating_mul(5).div_ceil(3)).clamp(8, 1 << 56).next_power_of_two();
    if slots == 8 { SET } else { SET.saturating_add(slots.saturating_mul(16 * 4)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cpython_allocates_for_entries_is_not_called_unused() {
        // sys.getsizeof of CPython 3.11: [0] * 3, dict.fromkeys(range(5)), dict.fromkeys(range(1000)), set(range(100)).
        for (needed, size) in [(list(3), 80), (dict(5), 232), (dict(1000), 36_960), (set(100), 8_408)] {
            assert!(needed * 2 > size, "{needed} of {size}");
        }
        // A dict and a list that shrank from 100,000 entries to one.
        for (needed, size) in [(list(1), 800_056), (dict(1), 5_242_960)] {
            assert!(needed * 2 < size, "{needed} of {size}");
        }
    }
}
