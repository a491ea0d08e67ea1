//! What the dump tells of contents, sorted by object so that one account can be looked up from another.

use crate::heap::contents::Content;
use crate::heap::{Node, Snapshot};

/// All accounts of reachable objects.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) texts: Vec<Text>,
    /// By node.
    pub(super) numbers: Vec<Numbers>,
    /// By node.
    pub(super) slots: Vec<Slots>,
    pub(super) collections: Vec<Collection>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text {
    pub(super) digest: u64,
    pub(super) node: Node,
    /// The object that has the characters, if that is another one.
    pub(super) characters: Option<Node>,
    pub(super) length: u64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) node: Node,
    pub(super) length: u32,
    pub(super) digest: u64,
    pub(super) zero: bool,
    /// Whether it is the characters of some text.
    pub(super) is_text: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    pub(super) node: Node,
    pub(super) slots: u32,
    pub(super) filled: u32,
    /// Bytes of each.
    pub(super) width: u8,
    /// Whether it is the store of some collection.
    pub(super) is_store: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Collection {
    pub(super) node: Node,
    pub(super) entries: Option<u64>,
    pub(super) store: Option<Node>,
    pub(super) unused: u64,
}

impl Ledger {
    pub(super) fn read(snapshot: &Snapshot) -> Self {
        let mut ledger = Self::default();
        let mut pending = Vec::new();
        snapshot.contents.contents(&snapshot.graph, &mut |node, content| {
            if !snapshot.dominators.reachable(node) {
                return;
            }
            match content {
                Content::Text { digest, length } => {
                    ledger.texts.push(Text { digest, node, characters: None, length });
                }
                Content::TextIn { characters, width, part } => pending.push((node, characters, width, part)),
                Content::Numbers { length, digest, zero } => {
                    ledger.numbers.push(Numbers { node, length, digest, zero, is_text: false });
                }
                Content::Slots { slots, filled, width } => {
                    ledger.slots.push(Slots { node, slots, filled, width, is_store: false });
                }
                Content::Collection { entries, store } => {
                    ledger.collections.push(Collection { node, entries, store, unused: 0 });
                }
                Content::Roomy { entries, unused } => {
                    ledger.collections.push(Collection { node, entries: Some(entries), store: None, unused });
                }
            }
        });
        ledger.numbers.sort_by_key(|numbers| numbers.node);
        ledger.numbers.dedup_by_key(|numbers| numbers.node);
        ledger.slots.sort_by_key(|slots| slots.node);
        ledger.slots.dedup_by_key(|slots| slots.node);
        ledger.collections.sort_unstable();
        ledger.collections.dedup_by_key(|collection| collection.node);
        pending.sort_unstable();
        pending.dedup_by_key(|(node, ..)| *node);
        for (node, characters, width, part) in pending {
            ledger.join(node, characters, width, part);
        }
        ledger.texts.sort_unstable();
        ledger.texts.dedup_by_key(|text| text.node);
        for store in ledger.collections.iter().filter_map(|collection| collection.store) {
            if let Ok(place) = ledger.slots.binary_search_by_key(&store, |slots| slots.node) {
                ledger.slots[place].is_store = true;
            }
        }
        ledger
    }

    fn join(&mut self, node: Node, characters: Node, width: u8, part: Option<(u32, u32)>) {
        let Ok(place) = self.numbers.binary_search_by_key(&characters, |numbers| numbers.node) else { return };
        let numbers = &mut self.numbers[place];
        numbers.is_text = true;
        let (start, length) = part.unwrap_or((0, numbers.length));
        // Equal bytes in another encoding are another text, and so is what starts elsewhere in them.
        let digest = numbers.digest.rotate_left(u32::from(width) - 1).wrapping_add(u64::from(start));
        let length = u64::from(length);
        self.texts.push(Text { digest, node, characters: Some(characters), length });
    }

    pub(super) fn slots(&self, node: Node) -> Option<&Slots> {
        self.slots.binary_search_by_key(&node, |slots| slots.node).ok().map(|place| &self.slots[place])
    }

    /// Whether the texts are nothing but zeros: somebody took the contents out.
    pub(super) fn is_redacted(&self) -> bool {
        let texts = self.numbers.iter().filter(|numbers| numbers.is_text && numbers.length > 0);
        let (all, zero) = texts.fold((0_u64, 0_u64), |(all, zero), text| (all + 1, zero + u64::from(text.zero)));
        all > 0 && zero * 2 > all
    }
}
