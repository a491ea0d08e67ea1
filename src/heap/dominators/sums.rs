//! Retained sizes in four bytes each, with a table for the few that need more.

use std::collections::HashMap;

use super::depth_first::Numbers;
use crate::heap::graph::{Column, Graph, Node};
use crate::units::Bytes;

/// A sum for each number or place, in units of the graph's sizes.
#[derive(Debug)]
pub(super) struct Sums {
    rows: Column<u32>,
    /// Sums of rows that say [`Sums::WIDE`].
    wide: HashMap<u32, u64>,
    /// The unit, as a power of two.
    unit: u32,
}

impl Sums {
    /// What a row says whose sum needs more bytes.
    pub(super) const WIDE: u32 = u32::MAX;

    /// What each number retains: its own size and those of the numbers that it dominates.
    pub(super) fn of(graph: &Graph, numbers: &Numbers, idom: &[u32]) -> Self {
        let unit = graph.sizes.unit();
        let mut sums = Self { rows: graph.memory.column(idom.len()), wide: HashMap::new(), unit };
        let rows: &mut [u32] = &mut sums.rows;
        numbers.reached().skip(1).for_each(|(node, number)| {
            let size = graph.sizes.get(Node(node as u32)).0 >> unit;
            rows[number as usize] = narrow(&mut sums.wide, number, size);
        });
        // A dominator has the lower number, so its sum is complete before it is passed on.
        for number in (1..idom.len()).rev() {
            let above = idom[number] as usize;
            match rows[above].checked_add(rows[number]).filter(|sum| *sum < Sums::WIDE && rows[number] < Sums::WIDE) {
                Some(sum) => rows[above] = sum,
                None => {
                    let sum =
                        wide(&sums.wide, rows, number as u32).saturating_add(wide(&sums.wide, rows, above as u32));
                    rows[above] = narrow(&mut sums.wide, above as u32, sum);
                }
            }
        }
        sums
    }

    /// Bytes of a row; 0 if there is none.
    pub(super) fn get(&self, row: u32) -> Bytes {
        Bytes(wide(&self.wide, &self.rows, row) << self.unit)
    }

    /// Sums in units, or [`Self::WIDE`].
    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The unit, as a power of two of bytes.
    pub(super) fn unit(&self) -> u32 {
        self.unit
    }

    /// By place what was by number, in the memory of another table; and that of this one.
    pub(super) fn moved(self, places: &[u32], spare: Column<u32>) -> (Self, Column<u32>) {
        let wide = self.wide.into_iter().map(|(number, sum)| (places[number as usize], sum)).collect();
        let (rows, spare) = super::tree::moved(self.rows, places, spare);
        (Self { rows, wide, unit: self.unit }, spare)
    }
}

/// The narrow form of a sum; what does not fit goes into the table.
fn narrow(table: &mut HashMap<u32, u64>, row: u32, sum: u64) -> u32 {
    match u32::try_from(sum) {
        Ok(sum) if sum < Sums::WIDE => sum,
        _ => {
            table.insert(row, sum);
            Sums::WIDE
        }
    }
}

fn wide(table: &HashMap<u32, u64>, rows: &[u32], row: u32) -> u64 {
    match rows.get(row as usize) {
        Some(&Sums::WIDE) => table.get(&row).copied().unwrap_or(0),
        Some(sum) => u64::from(*sum),
        None => 0,
    }
}
