//! What objects hold, as far as finding waste needs it: lengths, fill, digests. Never a value.

use super::graph::{Graph, Naming, Node};

/// Answers that a format reads off the dump when asked, beyond names.
pub trait Contents: Naming {
    /// Tells all objects of the graph that have content, in any order, unreachable ones among them.
    fn contents(&self, _graph: &Graph, _tell: &mut dyn FnMut(Node, Content)) {}

    /// What this format cannot tell, one sentence each.
    fn untold(&self) -> &'static [&'static str] {
        &[]
    }

    /// The object of an id as the tools of this runtime print it.
    fn find(&self, _id: u64) -> Option<Node> {
        None
    }

    /// The id of an object as the tools of this runtime print it.
    fn id(&self, _node: Node) -> Option<u64> {
        None
    }
}

/// What one object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text whose characters are in the object itself.
    Text {
        /// Equal for equal text.
        digest: u64,
        /// Characters.
        length: u64,
    },
    /// Text whose characters are in another object.
    TextIn {
        /// The array of characters.
        characters: Node,
        /// Bytes of a character.
        width: u8,
        /// Where the text starts among the characters and how long it is, if it may be a part of them.
        part: Option<(u32, u32)>,
    },
    /// An array of numbers, bytes or characters.
    Numbers {
        /// Elements.
        length: u32,
        /// Digest of the content; equal digests mean equal content.
        digest: u64,
        /// Whether every byte of it is zero.
        zero: bool,
    },
    /// An array of references.
    Slots {
        /// Room for so many.
        slots: u32,
        /// So many are there.
        filled: u32,
        /// Bytes of each.
        width: u8,
    },
    /// A collection.
    Collection {
        /// Entries, where it counts them; otherwise what fills its store.
        entries: Option<u64>,
        /// The array that its entries are in.
        store: Option<Node>,
    },
    /// A collection that keeps its entries in itself.
    Roomy {
        /// Entries.
        entries: u64,
        /// Bytes of its own that no entry takes.
        unused: u64,
    },
}

/// A digest of bytes: equal for equal bytes, and otherwise different but for one in 2^64 by accident.
///
/// Folded multiplication as in wyhash (Wang Yi, 2019); not for keeping secrets.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    const A: u64 = 0xa076_1d64_78bd_642f;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product >> 64) as u64 ^ product as u64
    };
    let mut state = fold(bytes.len() as u64 ^ A, B);
    let (words, rest) = bytes.as_chunks::<8>();
    for pair in words.chunks(2) {
        let low = u64::from_le_bytes(pair[0]);
        let high = pair.get(1).map_or(0, |high| u64::from_le_bytes(*high));
        state = fold(low ^ A, high ^ B ^ state) ^ state.rotate_left(23);
    }
    let rest = rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    fold(rest ^ B ^ state, A ^ state.rotate_left(32))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_byte_and_the_length_count() {
        let base: Vec<u8> = (0..70).collect();
        let mut seen = BTreeSet::from([digest(&base)]);
        for place in 0..base.len() {
            let mut other = base.clone();
            other[place] ^= 1;
            assert!(seen.insert(digest(&other)), "{place}");
            assert!(seen.insert(digest(&base[..place])), "{place}");
        }
        assert!(seen.insert(digest(&[0; 5])) && seen.insert(digest(&[0; 6])) && seen.insert(digest(&[0; 32])));
        assert_eq!(digest(&base), digest(&base.clone()));
    }
}
