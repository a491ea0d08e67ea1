//! The steps of a row, and where its path repeats itself.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::edges::Words;

/// Edge and class of a step, as words.
pub(super) type StepWords = (u32, u32);

/// The steps from the top to a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    steps: Vec<StepWords>,
    /// The first of the steps by which the row goes on, as [`recurring`] has it.
    recurs: usize,
    /// A number for these steps.
    key: u64,
}

impl Line {
    /// The line of a row below.
    pub(super) fn below(&self, words: StepWords) -> Self {
        let steps: Vec<_> = self.steps.iter().copied().chain([words]).collect();
        let mut key = FxHasher::default();
        (self.key, words).hash(&mut key);
        Self { recurs: recurring(&steps), steps, key: key.finish() }
    }

    /// A number by which the line is told from others.
    pub(super) fn key(&self) -> u64 {
        self.key
    }

    /// Whether an object of this class by this name is a part of the row itself.
    pub(super) fn absorbs(&self, words: StepWords) -> bool {
        self.steps[self.recurs..].contains(&words)
    }

    /// The class of the row, as a word.
    pub(super) fn class(&self) -> Option<u32> {
        self.steps.last().map(|(_, class)| *class)
    }

    /// Steps from the top.
    pub(super) fn depth(&self) -> usize {
        self.steps.len()
    }
}

/// Steps without a name are a repetition once they are there so many times: a matrix is a list of lists, and no chain.
const NAMELESS: usize = 3;

/// Where the steps begin by which a row goes on: that to the next link of a chain, and those of a path that has
/// repeated itself, such as the left and right of a tree.
fn recurring(line: &[StepWords]) -> usize {
    let Some((last, above)) = line.split_last() else { return 0 };
    let first = above.iter().rposition(|step| step == last).map_or(above.len(), |before| before + 1);
    let (before, steps) = line.split_at(first);
    let named = steps.iter().any(|(edge, _)| *edge > Words::KEYS);
    let again = || before.rchunks(steps.len()).take(NAMELESS - 1).filter(|above| *above == steps).count();
    if named || again() == NAMELESS - 1 { first } else { line.len() }
}
