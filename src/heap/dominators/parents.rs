//! The tree of the walk, packed: how far each number is from that of its parent.
//!
//! The walk only adds to it and nobody asks for single numbers, and most parents are near: one or two bytes
//! a number instead of four, at the two moments at which the analysis needs the most memory.

use crate::heap::graph::{Column, Memory, varint};

/// The parent of each number but 0, which is the root and its own parent.
#[derive(Debug)]
pub(super) struct Parents {
    bytes: Column<u8>,
    filled: usize,
    numbers: u32,
}

impl Parents {
    /// Room for so many numbers; what is not used costs nothing.
    pub(super) fn for_numbers(numbers: usize, memory: Memory) -> Self {
        Self { bytes: memory.column(numbers.saturating_mul(varint::LONGEST)), filled: 0, numbers: 1 }
    }

    /// Numbers that have a parent, the root included.
    pub(super) fn count(&self) -> u32 {
        self.numbers
    }

    /// Gives the next number its parent; the answer is the number.
    #[inline]
    pub(super) fn push(&mut self, parent: u32) -> u32 {
        let number = self.numbers;
        let bytes: &mut [u8] = &mut self.bytes;
        varint::write(number - parent, |byte| {
            bytes[self.filled] = byte;
            self.filled += 1;
        });
        self.numbers += 1;
        number
    }

    /// Tells each number but the root's with its parent, ascending.
    #[inline]
    pub(super) fn each(&self, mut tell: impl FnMut(u32, u32)) {
        let mut bytes = self.bytes[..self.filled].iter();
        for number in 1..self.numbers {
            tell(number, number - varint::read(&mut bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_near_and_far_come_back() {
        let told = [0, 1, 2, 0, 0, 4];
        let many = (0..300_000_u32).map(|number| if number % 7 == 0 { number } else { number / 3 });
        let expected: Vec<u32> = told.into_iter().chain(many.map(|parent| parent.min(299_000))).collect();
        let mut parents = Parents::for_numbers(expected.len() + 1, Memory::Held);
        for (place, parent) in expected.iter().enumerate() {
            let number = place as u32 + 1;
            assert_eq!(parents.push(*parent.min(&(number - 1))), number);
        }
        assert_eq!(parents.count() as usize, expected.len() + 1);
        let mut back = Vec::new();
        parents.each(|_, parent| back.push(parent));
        let expected: Vec<u32> = expected.iter().zip(0..).map(|(parent, above)| *parent.min(&above)).collect();
        assert_eq!(back, expected);
    }
}
