//! How many elements of each array of references hold something.
//!
//! An owner is told with its entries, so this is asked of all arrays of a large row. Off the dump that would take
//! a quarter of the time in which the owners are found; here it takes two bytes an array.

use crate::heap::graph::{Node, varint};

/// Nodes of a run.
const RUN: usize = 256;

/// The elements of the arrays that have any: in runs of [`RUN`] nodes, for each array the low byte of its node, then
/// the number.
#[derive(Debug, Default)]
pub(super) struct Elements {
    bytes: Vec<u8>,
    /// Where the bytes of each run end.
    ends: Vec<u64>,
}

impl Elements {
    /// From node and number of each array that has elements, in any order.
    pub(super) fn of(mut arrays: Vec<(u32, u32)>) -> Self {
        // Each part of the dump comes in order; a stable sort merges what is sorted.
        arrays.sort();
        let mut elements = Self::default();
        for (node, number) in arrays {
            elements.ends.resize(node as usize / RUN, elements.bytes.len() as u64);
            elements.bytes.push(node as u8);
            varint::write(number, |byte| elements.bytes.push(byte));
        }
        elements.ends.push(elements.bytes.len() as u64);
        elements.bytes.shrink_to_fit();
        elements
    }

    /// The elements of an array; 0 for all other nodes.
    pub(super) fn get(&self, node: Node) -> u32 {
        let run = node.0 as usize / RUN;
        let end = |run: usize| self.ends.get(run).map_or(self.bytes.len(), |end| *end as usize);
        let mut bytes = self.bytes[run.checked_sub(1).map_or(0, end)..end(run)].iter();
        while let Some(known) = bytes.next() {
            let number = varint::read(&mut bytes);
            if usize::from(*known) == node.0 as usize % RUN {
                return number;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_arrays_near_and_far_come_back() {
        let arrays = [(1, 7), (2, 1), (255, 127), (256, 128), (5000, 70_000), (5001, u32::MAX), (900_000, 3)];
        let elements = Elements::of(arrays.iter().rev().copied().collect());
        for (node, number) in arrays {
            assert_eq!(elements.get(Node(node)), number);
        }
        let others = [0, 3, 254, 257, 511, 512, 4999, 5002, 899_999, 900_001, u32::MAX];
        assert!(others.iter().all(|node| elements.get(Node(*node)) == 0));
        assert_eq!(Elements::of(Vec::new()).get(Node(3)), 0);
    }
}
