//! Retained sizes in four bytes each, with a table for the few that need more.

use std::collections::HashMap;

use super::depth_first::Numbers;
use crate::heap::graph::{Column, Graph, Node};
use crate::units::Bytes;

/// A sum for each number or place, in units of the graph's sizes.
#[derive(Debug)]
pub(super) struct Sums {
    rows: Column<u32>,
    /// Sums of rows that say [`WIDE`].
    wide: HashMap<u32, u64>,
    /// The unit, as a power of two.
    unit: u32,
}

const WIDE: u32 = u32::MAX;

impl Sums {
    /// What each number retains: its own size and those of the numbers that it dominates.
    pub(super) fn of(graph: &Graph, numbers: &Numbers, idom: &[u32]) -> Self {
        let unit = graph.sizes.unit();
        let mut sums = Self { rows: Column::zeroed(idom.len()), wide: HashMap::new(), unit };
        for (node, number) in numbers.reached().filter(|(node, _)| *node > 0) {
            sums.add(number, graph.sizes.get(Node(node as u32)).0 >> unit);
        }
        // A dominator has the lower number, so its sum is complete before it is passed on.
        for number in (1..idom.len() as u32).rev() {
            let sum = sums.units(number);
            sums.add(idom[number as usize], sum);
        }
        sums
    }

    fn units(&self, row: u32) -> u64 {
        match self.rows.get(row as usize) {
            Some(&WIDE) => self.wide.get(&row).copied().unwrap_or(0),
            Some(sum) => u64::from(*sum),
            None => 0,
        }
    }

    fn add(&mut self, row: u32, more: u64) {
        let sum = self.units(row).saturating_add(more);
        self.rows[row as usize] = u32::try_from(sum).unwrap_or(WIDE);
        if sum >= u64::from(WIDE) {
            self.rows[row as usize] = WIDE;
            self.wide.insert(row, sum);
        }
    }

    /// Bytes of a row; 0 if there is none.
    pub(super) fn get(&self, row: u32) -> Bytes {
        Bytes(self.units(row) << self.unit)
    }

    /// By place what was by number.
    pub(super) fn moved(self, places: &[u32]) -> Self {
        let wide = self.wide.into_iter().map(|(number, sum)| (places[number as usize], sum)).collect();
        Self { rows: super::tree::moved(self.rows, places), wide, unit: self.unit }
    }
}
