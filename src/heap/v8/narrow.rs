//! A column of small numbers; the few that do not fit are in a table beside it.

use std::collections::BTreeMap;

use bytemuck::Pod;

use crate::heap::graph::Column;

/// Numbers by ordinal.
#[derive(Debug)]
pub(super) struct Narrow<T: Cell> {
    /// The largest value of the type stands for "look into the table".
    column: Column<T>,
    wide: BTreeMap<u32, u64>,
}

/// A type of column.
pub(super) trait Cell: Pod + Into<u64> + TryFrom<u64> {
    const MOST: Self;
}

impl Cell for u8 {
    const MOST: Self = Self::MAX;
}

impl Cell for u32 {
    const MOST: Self = Self::MAX;
}

impl<T: Cell> Default for Narrow<T> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<T: Cell> Narrow<T> {
    pub(super) fn new(count: usize) -> Self {
        Self { column: Column::zeroed(count), wide: BTreeMap::new() }
    }

    /// The column itself, to be filled.
    pub(super) fn column(&mut self) -> &mut [T] {
        &mut self.column
    }

    /// The numbers whose cells were filled with the largest value.
    pub(super) fn add_wide(&mut self, rows: Vec<(u32, u64)>) {
        self.wide.extend(rows);
    }

    /// A number; 0 beyond the end.
    #[inline]
    pub(super) fn get(&self, ordinal: u32) -> u64 {
        match self.column.get(ordinal as usize) {
            Some(cell) if (*cell).into() != T::MOST.into() => (*cell).into(),
            _ => self.wide.get(&ordinal).copied().unwrap_or(0),
        }
    }

    /// Changes a number.
    pub(super) fn set(&mut self, ordinal: u32, number: u64) {
        let Some(cell) = self.column.get_mut(ordinal as usize) else { return };
        match T::try_from(number) {
            Ok(narrow) if narrow.into() != T::MOST.into() => *cell = narrow,
            _ => {
                *cell = T::MOST;
                self.wide.insert(ordinal, number);
            }
        }
    }

    /// Numbers there are.
    pub(super) fn len(&self) -> usize {
        self.column.len()
    }

    /// Lets two numbers change places.
    pub(super) fn swap(&mut self, one: u32, other: u32) {
        let (first, second) = (self.get(one), self.get(other));
        self.set(one, second);
        self.set(other, first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width_read_back() {
        let mut narrow: Narrow<u8> = Narrow::new(4);
        for (ordinal, number) in [(0, 254), (1, 255), (2, 1 << 40), (9, 7)] {
            narrow.set(ordinal, number);
        }
        narrow.swap(0, 2);
        let all: Vec<u64> = (0..6).map(|ordinal| narrow.get(ordinal)).collect();
        assert_eq!((all, narrow.len()), (vec![1 << 40, 255, 254, 0, 0, 0], 4));
    }
}
