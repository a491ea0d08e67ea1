//! From addresses to dense numbers.
//!
//! Objects of a Java heap stand at multiples of eight in a few dense ranges, so one bit for each
//! eight bytes of address space and a running count beside them answer in one cache line, at about one
//! byte an object. Numbers follow the order of the addresses. Dumps with other identifiers, or with few
//! objects in a wide space, get a sorted list instead.

use std::collections::HashMap;

use crate::heap::graph::{Column, prefetch};

/// Address bits of a chunk: 512 KiB of heap, 12 KiB of cells.
const CHUNK: u32 = 19;
/// Cells of a chunk.
const CELLS: usize = 1 << (CHUNK - CELL);
/// Address bits of a cell.
const CELL: u32 = 9;
/// The bits of 64 places in two halves, the low one first; the identifiers before the cell.
type Cell = [u32; 3];
const NONE: u32 = u32::MAX;
/// Among numbers: an identifier that has none.
pub(super) const NO_RANK: u32 = u32::MAX;
/// A directory of chunks is an array up to this many entries (2 TiB of address space).
const DENSE: u64 = 1 << 22;

/// The set of identifiers while it is collected.
#[derive(Debug)]
pub(super) struct IdSet {
    slots: HashMap<u64, u32>,
    last: (u64, u32),
    cells: Vec<Cell>,
    /// Chunks beyond which a list is smaller.
    budget: usize,
    list: Option<Vec<u64>>,
}

impl IdSet {
    /// For a dump of so many bytes.
    pub(super) fn for_dump(bytes: usize) -> Self {
        let budget = (bytes / 12).max(8 << 20) / (CELLS * size_of::<Cell>());
        Self { slots: HashMap::new(), last: (u64::MAX, 0), cells: Vec::new(), budget, list: None }
    }

    /// Adds an identifier.
    #[inline]
    pub(super) fn insert(&mut self, id: u64) {
        if id >> CHUNK != self.last.0 || !id.is_multiple_of(8) {
            return self.insert_elsewhere(id);
        }
        self.cells[spot(self.last.1, id)][(id >> 8 & 1) as usize] |= 1 << (id >> 3 & 31);
    }

    fn insert_elsewhere(&mut self, id: u64) {
        if let Some(list) = &mut self.list {
            return list.push(id);
        }
        if !id.is_multiple_of(8) || self.slots.len() > self.budget {
            self.become_list();
            return self.insert_elsewhere(id);
        }
        self.last = (id >> CHUNK, self.slot(id >> CHUNK));
        self.insert(id);
    }

    /// The slot of a chunk, a new one if it had none.
    fn slot(&mut self, chunk: u64) -> u32 {
        let next = self.slots.len() as u32;
        let slot = *self.slots.entry(chunk).or_insert(next);
        if slot == next {
            self.cells.resize(self.cells.len() + CELLS, [0; 3]);
        }
        slot
    }

    fn become_list(&mut self) {
        let map = std::mem::replace(self, Self::for_dump(0)).finish();
        self.list = Some((0..map.len()).filter_map(|rank| map.id(rank)).collect());
    }

    /// Adds all identifiers of another set.
    pub(super) fn absorb(&mut self, mut other: Self) {
        if self.list.is_some() || other.list.is_some() || self.slots.len() + other.slots.len() > 2 * self.budget {
            if other.list.is_none() {
                other.become_list();
            }
            if self.list.is_none() {
                self.become_list();
            }
            let more = other.list.into_iter().flatten();
            return self.list.get_or_insert_default().extend(more);
        }
        for (chunk, theirs) in other.slots {
            let ours = self.slot(chunk) as usize * CELLS;
            let theirs = theirs as usize * CELLS;
            let cells = self.cells[ours..ours + CELLS].iter_mut().zip(&other.cells[theirs..theirs + CELLS]);
            cells.flat_map(|(cell, more)| cell.iter_mut().zip(more)).for_each(|(half, more)| *half |= more);
        }
    }

    /// Counts: from here on identifiers have numbers.
    pub(super) fn finish(mut self) -> IdMap {
        if let Some(mut list) = self.list {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
            return IdMap::List(list);
        }
        let mut chunks: Vec<(u64, u32)> = self.slots.into_iter().collect();
        chunks.sort_unstable();
        let mut total = 0;
        for (_, slot) in &chunks {
            for [low, high, before] in &mut self.cells[*slot as usize * CELLS..][..CELLS] {
                *before = total;
                total += low.count_ones() + high.count_ones();
            }
        }
        let lowest = chunks.first().map_or(0, |(chunk, _)| *chunk);
        let span = chunks.last().map_or(0, |(chunk, _)| chunk - lowest + 1);
        let mut directory = Vec::new();
        if span <= DENSE {
            directory.resize(span as usize, NONE);
            for (chunk, slot) in &chunks {
                directory[(chunk - lowest) as usize] = *slot;
            }
        }
        // In large pages: every reference of the dump is looked up here.
        let mut cells = Column::zeroed(self.cells.len());
        cells.copy_from_slice(&self.cells);
        IdMap::Bits(Bits { lowest, directory, chunks, cells, total })
    }
}

/// Where the cell of an identifier is, in the chunk of a slot.
#[inline(always)]
fn spot(slot: u32, id: u64) -> usize {
    slot as usize * CELLS + (id >> CELL) as usize % CELLS
}

fn bits([low, high, _]: Cell) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The bit of an identifier in its cell.
#[inline(always)]
fn mask(id: u64) -> u64 {
    1 << (id >> 3 & 63)
}

/// The number of an identifier of a cell, if it is set there.
#[inline(always)]
fn counted(cell: &Cell, id: u64) -> Option<u32> {
    let mask = mask(id);
    (bits(*cell) & mask != 0).then(|| cell[2] + (bits(*cell) & (mask - 1)).count_ones())
}

/// The number of each identifier, `0..len` in ascending order.
#[derive(Debug)]
pub(super) enum IdMap {
    Bits(Bits),
    List(Vec<u64>),
}

/// One bit for each identifier.
#[derive(Debug)]
pub(super) struct Bits {
    lowest: u64,
    /// Slot of each chunk from the lowest on; empty if the space is too wide.
    directory: Vec<u32>,
    /// Chunk and slot, ascending.
    chunks: Vec<(u64, u32)>,
    cells: Column<Cell>,
    total: u32,
}

impl IdMap {
    /// Identifiers in the map.
    pub(super) fn len(&self) -> u32 {
        match self {
            Self::Bits(bits) => bits.total,
            Self::List(list) => u32::try_from(list.len()).unwrap_or(u32::MAX),
        }
    }

    /// The number of an identifier.
    #[inline(always)]
    pub(super) fn rank(&self, id: u64) -> Option<u32> {
        match self {
            Self::Bits(bits) => bits.rank(id),
            Self::List(list) => list.binary_search(&id).ok().map(|rank| rank as u32),
        }
    }

    /// The numbers of many identifiers, whose cells are on their way from memory at the same time. The identifiers
    /// are used up; one that has no number gets [`NO_RANK`].
    pub(super) fn rank_all(&self, ids: &mut [u64], ranks: &mut Vec<u32>) {
        ranks.clear();
        match self {
            Self::Bits(bits) => bits.rank_all(ids, ranks),
            Self::List(_) => ranks.extend(ids.iter().map(|id| self.rank(*id).unwrap_or(NO_RANK))),
        }
    }

    /// The identifier of a number.
    pub(super) fn id(&self, rank: u32) -> Option<u64> {
        match self {
            Self::Bits(bits) => bits.id(rank),
            Self::List(list) => list.get(rank as usize).copied(),
        }
    }
}

/// Looks up identifiers that mostly ascend: within a cell it goes on from the one before.
#[derive(Debug)]
pub(super) struct Ascent<'a> {
    ids: &'a IdMap,
    /// The identifier that was asked for last, with its number and the bits of its cell; no bits if it had none.
    last: u64,
    rank: u32,
    bits: u64,
}

impl<'a> Ascent<'a> {
    pub(super) fn over(ids: &'a IdMap) -> Self {
        Self { ids, last: 0, rank: 0, bits: 0 }
    }

    /// The number of an identifier.
    #[inline(always)]
    pub(super) fn rank(&mut self, id: u64) -> Option<u32> {
        let place = mask(id);
        if id >> CELL != self.last >> CELL || id <= self.last || self.bits & place == 0 || !id.is_multiple_of(8) {
            return self.look_up(id);
        }
        let before = mask(self.last);
        let between = self.bits & (place - 1) & !(before | (before - 1));
        self.last = id;
        // Most often there is nothing to count, which takes several instructions on older processors.
        self.rank += 1 + if between == 0 { 0 } else { between.count_ones() };
        Some(self.rank)
    }

    fn look_up(&mut self, id: u64) -> Option<u32> {
        (self.last, self.bits) = (id, 0);
        let IdMap::Bits(map) = self.ids else { return self.ids.rank(id) };
        let cell = map.cells.get(map.spot(id)?)?;
        self.rank = counted(cell, id)?;
        self.bits = bits(*cell);
        Some(self.rank)
    }
}

impl Bits {
    #[inline(always)]
    fn rank(&self, id: u64) -> Option<u32> {
        counted(self.cells.get(self.spot(id)?)?, id)
    }

    /// Where the cell of an identifier is, if there is one.
    #[inline(always)]
    fn spot(&self, id: u64) -> Option<usize> {
        let chunk = id >> CHUNK;
        let slot = if self.directory.is_empty() {
            let row = self.chunks.binary_search_by_key(&chunk, |(chunk, _)| *chunk).ok()?;
            self.chunks[row].1
        } else {
            *self.directory.get(usize::try_from(chunk.checked_sub(self.lowest)?).ok()?)?
        };
        (slot != NONE && id.is_multiple_of(8)).then(|| spot(slot, id))
    }

    fn rank_all(&self, ids: &mut [u64], ranks: &mut Vec<u32>) {
        let cells: &[Cell] = &self.cells;
        for id in ids.iter_mut() {
            // The place in the cell goes along in the low bits.
            let place = *id >> 3 & 63;
            *id = self.spot(*id).map_or(u64::MAX, |spot| (spot as u64) << 6 | place);
            prefetch(cells, (*id >> 6) as usize);
        }
        let rank = |id: &u64| cells.get((id >> 6) as usize).and_then(|cell| counted(cell, id << 3));
        ranks.extend(ids.iter().map(|id| rank(id).unwrap_or(NO_RANK)));
    }

    fn id(&self, rank: u32) -> Option<u64> {
        if rank >= self.total {
            return None;
        }
        let cells = |slot: u32| &self.cells[slot as usize * CELLS..][..CELLS];
        let row = self.chunks.partition_point(|(_, slot)| cells(*slot)[0][2] <= rank).checked_sub(1)?;
        let (chunk, slot) = self.chunks[row];
        let at = cells(slot).partition_point(|[.., before]| *before <= rank).checked_sub(1)?;
        let cell = cells(slot)[at];
        let mut bits = bits(cell);
        for _ in 0..rank - cell[2] {
            bits &= bits - 1;
        }
        Some(chunk << CHUNK | (at as u64) << CELL | u64::from(bits.trailing_zeros()) << 3)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn agrees(ids: &[u64]) -> bool {
        let mut set = IdSet::for_dump(0);
        ids.iter().for_each(|id| set.insert(*id));
        let (even, odd): (Vec<u64>, Vec<u64>) = ids.iter().partition(|id| (*id >> 3) % 2 == 0);
        let mut halves = [even, odd].map(|half| {
            let mut set = IdSet::for_dump(0);
            half.iter().for_each(|id| set.insert(*id));
            set
        });
        let mut whole = std::mem::replace(&mut halves[0], IdSet::for_dump(0));
        whole.absorb(std::mem::replace(&mut halves[1], IdSet::for_dump(0)));
        let (map, whole) = (set.finish(), whole.finish());
        let sorted: BTreeSet<u64> = ids.iter().copied().collect();
        let mut asked: Vec<u64> = sorted.iter().flat_map(|id| [*id, id ^ 4, id ^ 8]).collect();
        asked.extend(ids);
        let ranks: Vec<u32> = asked.iter().map(|id| map.rank(*id).unwrap_or(NO_RANK)).collect();
        let mut ascent = Ascent::over(&map);
        assert_eq!(asked.iter().map(|id| ascent.rank(*id).unwrap_or(NO_RANK)).collect::<Vec<_>>(), ranks);
        let mut together = Vec::new();
        map.rank_all(&mut asked, &mut together);
        assert_eq!(together, ranks);
        assert_eq!(map.len() as usize, sorted.len());
        for (rank, id) in sorted.iter().enumerate() {
            assert_eq!(map.rank(*id), Some(rank as u32), "rank of {id:#x}");
            assert_eq!(map.id(rank as u32), Some(*id), "id of {rank}");
            assert_eq!(whole.rank(*id), Some(rank as u32), "rank of {id:#x} in a set of two halves");
            assert_eq!(map.rank(id ^ 4), sorted.contains(&(id ^ 4)).then(|| rank as u32 + u32::from(id & 4 == 0)));
        }
        assert_eq!(map.id(map.len()), None);
        matches!(map, IdMap::Bits(_))
    }

    proptest! {
        #[test]
        fn dense_addresses_are_ranked_by_bits(ids in prop::collection::vec((0x1000_0000_u64..0x1010_0000).prop_map(|id| id << 3), 0..300)) {
            prop_assert!(agrees(&ids));
        }

        #[test]
        fn odd_addresses_are_ranked_by_a_list(ids in prop::collection::vec((0_u64..1 << 40).prop_map(|id| id | 1), 1..300)) {
            prop_assert!(!agrees(&ids));
        }
    }

    #[test]
    fn ids_all_over_the_address_space_do_not_cost_a_chunk_each() {
        let ids: Vec<u64> = (0..100_000_u64).map(|id| id.wrapping_mul(0x9e37_79b9_7f4a_7c15) & !7).collect();
        assert!(!agrees(&ids));
    }

    #[test]
    fn a_full_chunk_and_its_neighbours_are_counted_right() {
        assert!(agrees(&(0..3 << (CHUNK - 3)).map(|id| id << 3).collect::<Vec<_>>()));
        assert!(agrees(&[]));
        assert!(agrees(&[!7, 0, 8]));
    }
}
