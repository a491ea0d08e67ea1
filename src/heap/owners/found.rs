//! What opening a row finds: figures of the row itself, and the members of the rows below, millions of them.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::routes::Routes;
use crate::heap::dominators::Place;

/// Edge and class of a step, as words.
pub(super) type StepWords = (u32, u32);

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Objects of the row beyond its members: the links of a chain.
    pub(super) count: u64,
    /// Own bytes of its members that were opened, and of all that vanished in the row.
    pub(super) shallow: u64,
    pub(super) entries: u64,
    /// Whether a container of the row evicts what is old.
    pub(super) evicts: bool,
    rows: Vec<(StepWords, Members)>,
    known: FxHashMap<StepWords, usize>,
    /// The row of the last member: most often the next one is of the same.
    last: usize,
    /// Shortcuts to the rows.
    pub(super) routes: Routes,
}

/// The members of a row, and their bytes together.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) places: Vec<Place>,
    pub(super) retained: u64,
    /// Whether one of them may hold something.
    pub(super) hold: bool,
}

impl Members {
    pub(super) fn extend(&mut self, more: Self) {
        if self.places.is_empty() {
            *self = more;
            return;
        }
        self.places.extend(more.places);
        self.retained = self.retained.saturating_add(more.retained);
        self.hold |= more.hold;
    }
}

impl Found {
    pub(super) fn add_shallow(&mut self, bytes: u64) {
        self.shallow = self.shallow.saturating_add(bytes);
    }

    pub(super) fn count_entries(&mut self, more: u64) {
        self.entries = self.entries.saturating_add(more);
    }

    #[inline]
    pub(super) fn push(&mut self, words: StepWords, member: Place, retained: u64, holds: bool) {
        let row = self.index(words);
        self.push_to(row, member, retained, holds);
    }

    /// As [`Self::push`], to the row of an index.
    #[inline]
    pub(super) fn push_to(&mut self, row: usize, member: Place, retained: u64, holds: bool) {
        let members = &mut self.rows[row].1;
        members.places.push(member);
        members.retained = members.retained.saturating_add(retained);
        members.hold |= holds;
    }

    /// The index of the row of a step.
    #[inline]
    pub(super) fn index(&mut self, words: StepWords) -> usize {
        if self.rows.get(self.last).is_none_or(|(last, _)| *last != words) {
            let next = self.rows.len();
            self.last = *self.known.entry(words).or_insert(next);
            if self.last == next {
                self.rows.push((words, Members::default()));
            }
        }
        self.last
    }

    /// Takes in what was found in another part of the row, by other words.
    pub(super) fn extend(&mut self, more: Self, word: impl Fn(u32) -> u32) {
        self.count += more.count;
        self.add_shallow(more.shallow);
        self.count_entries(more.entries);
        self.evicts |= more.evicts;
        for ((edge, class), members) in more.rows {
            let row = self.index((word(edge), class));
            self.rows[row].1.extend(members);
        }
    }

    /// The rows below, sorted by edge and class.
    pub(super) fn into_rows(self) -> BTreeMap<StepWords, Members> {
        self.rows.into_iter().collect()
    }
}
