//! One row of the owner tree while it is built.

use super::edges::Words;
use super::found::{Found, Members, StepWords};
use crate::heap::dominators::Place;
use crate::heap::{Bound, Marks, Owner, Step};
use crate::units::Bytes;

/// A row: all objects of one path.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) above: usize,
    pub(super) depth: usize,
    pub(super) retained: u64,
    step: Step,
    /// Each step of the path.
    line: Vec<StepWords>,
    /// The first of the steps by which the row goes on, as [`recurring`] has it.
    recurs: usize,
    /// Its objects, until it is opened.
    pub(super) members: Vec<Place>,
    /// Whether one of them may hold something.
    pub(super) hold: bool,
    count: u64,
    shallow: u64,
    pub(super) entries: Option<u64>,
    pub(super) marks: Marks,
}

impl Group {
    /// The row above all rows.
    pub(super) fn top() -> Self {
        Self {
            above: 0,
            depth: 0,
            retained: 0,
            step: Step { edge: String::new(), class: String::new() },
            line: Vec::new(),
            recurs: 0,
            members: vec![Place::ROOT],
            hold: true,
            count: 1,
            shallow: 0,
            entries: None,
            marks: Marks::default(),
        }
    }

    /// A row below this one, which has this index.
    pub(super) fn below(&self, index: usize, words: StepWords, step: Step, members: Members) -> Self {
        let line: Vec<_> = self.line.iter().copied().chain([words]).collect();
        let Members { mut places, retained, hold } = members;
        places.shrink_to_fit();
        Self {
            above: index,
            depth: self.depth + 1,
            retained,
            step,
            recurs: recurring(&line),
            line,
            count: places.len() as u64,
            members: places,
            hold,
            shallow: 0,
            entries: None,
            marks: Marks::default(),
        }
    }

    /// Adds what opening it has found of the row itself.
    pub(super) fn add(&mut self, found: &Found) {
        self.count = self.count.saturating_add(found.count);
        self.shallow = self.shallow.saturating_add(found.shallow);
        self.entries = self.entries.map(|entries| entries.saturating_add(found.entries));
        if found.evicts {
            self.marks.bound = Some(Bound::Evicts);
        }
    }

    /// What the row is called.
    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    /// Whether an object of this class by this name is a part of the row itself.
    pub(super) fn absorbs(&self, words: StepWords) -> bool {
        self.line[self.recurs..].contains(&words)
    }

    /// Frees the members of a row whose objects hold nothing: what they retain is their own. Whether it did.
    pub(super) fn forget_leaves(&mut self) -> bool {
        if !self.hold {
            self.members = Vec::new();
            self.shallow = self.retained;
        }
        !self.hold
    }

    /// The class of the row, as a word.
    pub(super) fn class(&self) -> Option<u32> {
        self.line.last().map(|(_, class)| *class)
    }

    /// Completes the row's figures without opening it, and frees what only opening needs.
    pub(super) fn close(&mut self, shallow: impl Fn(Place) -> u64) {
        let members = std::mem::take(&mut self.members);
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

/// Where the steps begin by which a row goes on: that to the next link of a chain, and those of a path that has
/// repeated itself, such as the left and right of a tree. Without a name nothing is a repetition.
fn recurring(line: &[StepWords]) -> usize {
    let Some((last, above)) = line.split_last() else { return 0 };
    let first = above.iter().rposition(|step| step == last).map_or(above.len(), |before| before + 1);
    if line[first..].iter().any(|(edge, _)| *edge > Words::ENTRIES) { first } else { line.len() }
}
