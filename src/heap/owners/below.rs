//! The rows below a row while their members are found, millions of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::heap::dominators::Place;

/// Members by edge and class.
#[derive(Debug, Default)]
pub(super) struct Below {
    rows: Vec<((u32, u32), Vec<Place>)>,
    known: FxHashMap<(u32, u32), usize>,
    /// The row of the last member: most often the next one is of the same.
    last: usize,
}

impl Below {
    #[inline]
    pub(super) fn push(&mut self, words: (u32, u32), member: Place) {
        if self.rows.get(self.last).is_none_or(|(last, _)| *last != words) {
            let next = self.rows.len();
            self.last = *self.known.entry(words).or_insert(next);
            if self.last == next {
                self.rows.push((words, Vec::new()));
            }
        }
        self.rows[self.last].1.push(member);
    }

    /// The rows, sorted by edge and class.
    pub(super) fn into_rows(self) -> BTreeMap<(u32, u32), Vec<Place>> {
        self.rows.into_iter().collect()
    }
}
