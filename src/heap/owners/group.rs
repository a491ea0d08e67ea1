//! One row of the owner tree while it is built.

use super::found::Found;
use super::line::{Line, StepWords};
use crate::heap::dominators::Place;
use crate::heap::{Bound, Marks, Owner, Step};
use crate::units::Bytes;

/// A row: all objects of one path.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) above: usize,
    pub(super) retained: u64,
    step: Step,
    pub(super) line: Line,
    /// What is known of it and of the rows below, until it is opened.
    pub(super) found: Found,
    count: u64,
    shallow: u64,
    pub(super) entries: Option<u64>,
    pub(super) marks: Marks,
}

impl Group {
    /// The row above all rows.
    pub(super) fn top() -> Self {
        let mut top =
            Self::of(0, Line::default(), Step { edge: String::new(), class: String::new() }, Found::default());
        top.found.top_mut().closed.push(Place::ROOT);
        top
    }

    /// A row below this one, which has this index.
    pub(super) fn below(&self, index: usize, words: StepWords, step: Step, found: Found) -> Self {
        Self::of(index, self.line.below(words), step, found)
    }

    fn of(above: usize, line: Line, step: Step, mut found: Found) -> Self {
        let retained = found.top().retained;
        found.top_mut().closed.shrink_to_fit();
        Self { above, retained, step, line, found, count: 0, shallow: 0, entries: None, marks: Marks::default() }
    }

    /// Completes the row's own figures by what was found.
    pub(super) fn add(&mut self, found: &Found) {
        let top = found.top();
        self.count = self.count.saturating_add(top.members).saturating_add(top.links);
        self.shallow = self.shallow.saturating_add(top.shallow);
        self.entries = self.entries.map(|entries| entries.saturating_add(top.entries));
        self.entries = self.entries.filter(|entries| *entries > 0 || !top.uncounted);
        if top.evicts {
            self.marks.bound = Some(Bound::Evicts);
        }
    }

    /// Its objects, once it is complete.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// What the row is called.
    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    /// Steps from the top.
    pub(super) fn depth(&self) -> usize {
        self.line.depth()
    }

    /// Its objects, as far as they were not opened.
    pub(super) fn members(&self) -> &[Place] {
        &self.found.top().closed
    }

    /// Completes the row's figures without opening it, and frees what only opening needs.
    pub(super) fn close(&mut self, shallow: impl Fn(Place) -> u64) {
        let mut found = std::mem::take(&mut self.found);
        self.add(&found);
        let members = std::mem::take(&mut found.top_mut().closed);
        self.shallow = members.into_iter().fold(self.shallow, |sum, member| sum.saturating_add(shallow(member)));
    }

    pub(super) fn into_owner(self) -> Owner {
        Owner {
            step: self.step,
            count: self.count,
            shallow: Bytes(self.shallow),
            retained: Bytes(self.retained),
            entries: self.entries,
            marks: self.marks,
            children: Vec::new(),
        }
    }
}
