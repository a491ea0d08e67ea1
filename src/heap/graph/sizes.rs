//! Shallow sizes, narrow: nearly every object is small.

use super::{Column, Node};
use crate::units::Bytes;

/// Bytes of each node. What does not fit the narrow column is in a table sorted by node.
#[derive(Debug)]
pub struct Sizes {
    narrow: Narrow,
    wide: Vec<(u32, u64)>,
}

#[derive(Debug)]
enum Narrow {
    /// Multiples of eight bytes; `u8::MAX` looks into the table.
    Words(Column<u8>),
    /// Bytes; `u32::MAX` looks into the table.
    Bytes(Column<u32>),
}

impl Sizes {
    /// Sizes in bytes, one for each node.
    pub(in crate::heap) fn from_bytes(sizes: Vec<u64>) -> Self {
        let wide = sizes.iter().enumerate().filter(|(_, size)| **size >= u64::from(u32::MAX));
        let wide = wide.map(|(node, size)| (node as u32, *size)).collect();
        let narrow: Vec<u32> = sizes.into_iter().map(|size| u32::try_from(size).unwrap_or(u32::MAX)).collect();
        Self { narrow: Narrow::Bytes(narrow.into()), wide }
    }

    /// Sizes in words of eight bytes, as [`word_of`] makes them; `wide` holds node and bytes of those
    /// that answered `None`.
    pub(in crate::heap) fn from_words(words: Column<u8>, mut wide: Vec<(u32, u64)>) -> Self {
        wide.sort_unstable();
        Self { narrow: Narrow::Words(words), wide }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        match &self.narrow {
            Narrow::Words(column) => column.len(),
            Narrow::Bytes(column) => column.len(),
        }
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The unit in which sums of these sizes are whole numbers, as a power of two: 3 for words of eight bytes.
    pub(in crate::heap) fn unit(&self) -> u32 {
        match &self.narrow {
            Narrow::Words(_) if self.wide.iter().all(|(_, size)| size.is_multiple_of(8)) => 3,
            _ => 0,
        }
    }

    /// Bytes of one node.
    pub fn get(&self, node: Node) -> Bytes {
        Bytes(match &self.narrow {
            Narrow::Words(column) if column[node.index()] != u8::MAX => u64::from(column[node.index()]) * 8,
            Narrow::Bytes(column) if column[node.index()] != u32::MAX => u64::from(column[node.index()]),
            _ => match self.wide.binary_search_by_key(&node.0, |(node, _)| *node) {
                Ok(row) => self.wide[row].1,
                Err(_) => 0,
            },
        })
    }
}

/// The narrow form of a size, if it has one.
pub(in crate::heap) fn word_of(bytes: u64) -> Option<u8> {
    let words = bytes / 8;
    (bytes.is_multiple_of(8) && words < u64::from(u8::MAX)).then_some(words as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_any_width_read_back() {
        let sizes = [0, 16, 2032, 2040, 13, 1 << 33];
        let wide = sizes.iter().enumerate().filter(|(_, size)| word_of(**size).is_none());
        let wide = wide.map(|(node, size)| (node as u32, *size)).collect();
        let words: Vec<u8> = sizes.iter().map(|size| word_of(*size).unwrap_or(u8::MAX)).collect();
        let words = Sizes::from_words(Vec::into(words), wide);
        let bytes = Sizes::from_bytes(sizes.to_vec());
        for (node, size) in sizes.into_iter().enumerate() {
            assert_eq!(words.get(Node(node as u32)), Bytes(size));
            assert_eq!(bytes.get(Node(node as u32)), Bytes(size));
        }
    }
}
