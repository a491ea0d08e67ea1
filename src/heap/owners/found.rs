//! What opening a row finds: its figures, the rows below with theirs, and what of them is still to be opened.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::learned::ByLine;
use super::line::{Line, StepWords};
use super::routes::Routes;
use crate::heap::dominators::Place;

/// So many members of a row are noted as its first.
const MOST_FIRST: usize = 1000;

/// A row, and those below it that were found so far; the row itself has index [`Found::TOP`].
#[derive(Debug)]
pub(super) struct Found {
    rows: Vec<Row>,
    known: FxHashMap<(usize, StepWords), usize>,
    /// The row that was asked for last: most often the next one is the same.
    last: usize,
    /// Shortcuts to the rows.
    pub(super) routes: Routes,
    /// What references of objects of these rows are called.
    pub(super) learned: ByLine,
    /// Whether something was found otherwise than was learned of what had come before.
    pub(super) surprised: bool,
    /// Objects that were opened, chains of many as often as they have links.
    pub(super) opened: usize,
}

/// Objects by the same name and of the same class, held by those of one row.
#[derive(Debug, Default)]
pub(super) struct Row {
    above: usize,
    words: StepWords,
    /// The steps to the row, once one of its members is opened.
    line: Line,
    /// Objects that stand here.
    pub(super) members: u64,
    /// Objects beyond these: the links of a chain.
    pub(super) links: u64,
    /// What the members retain.
    pub(super) retained: u64,
    /// Own bytes of the members that were opened, and of all that vanished in the row.
    pub(super) shallow: u64,
    pub(super) entries: u64,
    /// Whether a container of the row has entries that nobody can count.
    pub(super) uncounted: bool,
    /// Whether a container of the row evicts what is old.
    pub(super) evicts: bool,
    /// Members that are still to be opened.
    pub(super) closed: Vec<Place>,
    /// The first members: one, or more if their class may have a bound.
    pub(super) first: Vec<Place>,
    bounded: bool,
}

impl Row {
    /// Adds a member that stands here.
    #[inline]
    pub(super) fn add(&mut self, member: Place, retained: u64, bounded: impl FnOnce() -> bool) {
        self.members += 1;
        self.retained = self.retained.saturating_add(retained);
        if self.first.is_empty() {
            self.bounded = bounded();
            self.first.push(member);
        } else if self.bounded && self.first.len() < MOST_FIRST {
            self.first.push(member);
        }
    }

    pub(super) fn add_shallow(&mut self, bytes: u64) {
        self.shallow = self.shallow.saturating_add(bytes);
    }

    pub(super) fn count_entries(&mut self, more: u64) {
        self.entries = self.entries.saturating_add(more);
    }

    fn extend(&mut self, more: Self) {
        self.members += more.members;
        self.links += more.links;
        self.retained = self.retained.saturating_add(more.retained);
        self.add_shallow(more.shallow);
        self.count_entries(more.entries);
        self.uncounted |= more.uncounted;
        self.evicts |= more.evicts;
        self.bounded |= more.bounded;
        let room = MOST_FIRST - self.first.len();
        self.first.extend(more.first.into_iter().take(room));
        if self.closed.is_empty() {
            self.closed = more.closed;
        } else {
            self.closed.extend(more.closed);
        }
    }
}

impl Default for Found {
    fn default() -> Self {
        Self::of(Line::default())
    }
}

impl Found {
    pub(super) const TOP: usize = 0;

    /// Nothing yet of a row with this line.
    pub(super) fn of(line: Line) -> Self {
        Self::with(Row { line, ..Row::default() })
    }

    fn with(row: Row) -> Self {
        let (routes, learned) = (Routes::default(), ByLine::default());
        let known = FxHashMap::default();
        Self { rows: vec![row], known, last: Self::TOP, routes, learned, surprised: false, opened: 0 }
    }

    /// The row itself.
    pub(super) fn top(&self) -> &Row {
        &self.rows[Self::TOP]
    }

    /// The row itself, to be changed.
    pub(super) fn top_mut(&mut self) -> &mut Row {
        self.row(Self::TOP)
    }

    /// The row of an index.
    #[inline]
    pub(super) fn row(&mut self, index: usize) -> &mut Row {
        &mut self.rows[index]
    }

    /// The line of a row of which members are opened.
    #[inline]
    pub(super) fn line(&self, index: usize) -> &Line {
        &self.rows[index].line
    }

    /// As [`Self::line`], before the first member of the row is opened.
    pub(super) fn first_line(&mut self, index: usize) -> &Line {
        if index != Self::TOP && self.rows[index].line.depth() == 0 {
            let Row { above, words, .. } = self.rows[index];
            self.rows[index].line = self.rows[above].line.below(words);
        }
        self.line(index)
    }

    /// The index of the row of a step below another row.
    #[inline]
    pub(super) fn below(&mut self, above: usize, words: StepWords) -> usize {
        let last = &self.rows[self.last];
        if last.words != words || last.above != above || self.last == Self::TOP {
            let next = self.rows.len();
            self.last = *self.known.entry((above, words)).or_insert(next);
            if self.last == next {
                self.rows.push(Row { above, words, ..Row::default() });
            }
        }
        self.last
    }

    /// Takes in what was found of the same row elsewhere, by other words for edges.
    pub(super) fn extend(&mut self, more: Self, word: impl Fn(u32) -> u32) {
        let mut places = Vec::with_capacity(more.rows.len());
        for row in more.rows {
            let place = match places.get(row.above) {
                Some(above) => self.below(*above, (word(row.words.0), row.words.1)),
                None => Self::TOP,
            };
            places.push(place);
            self.rows[place].extend(row);
        }
    }

    /// The rows directly below, each with those below it, sorted by edge and class.
    pub(super) fn into_rows(self) -> BTreeMap<StepWords, Self> {
        let mut below: Vec<(StepWords, Self)> = Vec::new();
        // Into which of them a row goes, and at which index.
        let mut places: Vec<(usize, usize)> = vec![(0, 0)];
        for mut row in self.rows.into_iter().skip(1) {
            let place = match places[row.above] {
                _ if row.above == Self::TOP => {
                    below.push((row.words, Self::with(row)));
                    (below.len() - 1, Self::TOP)
                }
                (tree, above) => {
                    let Self { rows, known, .. } = &mut below[tree].1;
                    row.above = above;
                    known.insert((above, row.words), rows.len());
                    rows.push(row);
                    (tree, rows.len() - 1)
                }
            };
            places.push(place);
        }
        // A route may have been found that nothing took.
        below.into_iter().filter(|(_, found)| found.top().members > 0).collect()
    }
}
