//! From addresses to dense numbers.
//!
//! Objects of a Java heap stand at multiples of eight in a few dense ranges, so one bit for each
//! eight bytes of address space and a running count beside each word answer in two cache lines, at
//! well under two bytes an object. Numbers follow the order of the addresses. Dumps with other
//! identifiers, or with few objects in a wide space, get a sorted list instead.

use std::collections::HashMap;

/// Address bits of a chunk: 512 KiB of heap, 8 KiB of bits.
const CHUNK: u32 = 19;
const WORDS: usize = 1 << (CHUNK - 3 - 6);
const NONE: u32 = u32::MAX;
/// A directory of chunks is an array up to this many entries (2 TiB of address space).
const DENSE: u64 = 1 << 22;

/// The set of identifiers while it is collected.
#[derive(Debug)]
pub(super) struct IdSet {
    slots: HashMap<u64, u32>,
    last: (u64, u32),
    words: Vec<u64>,
    /// Chunks beyond which a list is smaller.
    budget: usize,
    list: Option<Vec<u64>>,
}

impl IdSet {
    /// For a dump of so many bytes.
    pub(super) fn for_dump(bytes: usize) -> Self {
        let budget = (bytes / 12).max(8 << 20) / (WORDS * 8);
        Self { slots: HashMap::new(), last: (u64::MAX, 0), words: Vec::new(), budget, list: None }
    }

    /// Adds an identifier.
    pub(super) fn insert(&mut self, id: u64) {
        if let Some(list) = &mut self.list {
            return list.push(id);
        }
        let chunk = id >> CHUNK;
        if chunk != self.last.0 {
            let next = self.slots.len() as u32;
            let slot = *self.slots.entry(chunk).or_insert(next);
            self.last = (chunk, slot);
            if slot == next {
                self.words.resize(self.words.len() + WORDS, 0);
            }
        }
        if !id.is_multiple_of(8) || self.slots.len() > self.budget {
            self.become_list();
            return self.insert(id);
        }
        let bit = (id >> 3) as usize & (WORDS * 64 - 1);
        self.words[self.last.1 as usize * WORDS + bit / 64] |= 1 << (bit % 64);
    }

    fn become_list(&mut self) {
        let map = std::mem::replace(self, Self::for_dump(0)).finish();
        self.list = Some((0..map.len()).filter_map(|rank| map.id(rank)).collect());
    }

    /// Counts: from here on identifiers have numbers.
    pub(super) fn finish(self) -> IdMap {
        if let Some(mut list) = self.list {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
            return IdMap::List(list);
        }
        let mut chunks: Vec<(u64, u32)> = self.slots.into_iter().collect();
        chunks.sort_unstable();
        let mut ranks = vec![0_u16; self.words.len()];
        let mut bases = vec![0_u32; chunks.len()];
        let mut total = 0_u32;
        for (_, slot) in &chunks {
            bases[*slot as usize] = total;
            let words = *slot as usize * WORDS..(*slot as usize + 1) * WORDS;
            for (rank, word) in ranks[words.clone()].iter_mut().zip(&self.words[words]) {
                *rank = (total - bases[*slot as usize]) as u16;
                total += word.count_ones();
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
        IdMap::Bits(Bits { lowest, directory, chunks, bases, ranks, words: self.words, total })
    }
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
    /// Identifiers before each slot's chunk.
    bases: Vec<u32>,
    /// Identifiers of the chunk before each word.
    ranks: Vec<u16>,
    words: Vec<u64>,
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
    #[inline]
    pub(super) fn rank(&self, id: u64) -> Option<u32> {
        match self {
            Self::Bits(bits) => bits.rank(id),
            Self::List(list) => list.binary_search(&id).ok().map(|rank| rank as u32),
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

impl Bits {
    #[inline]
    fn rank(&self, id: u64) -> Option<u32> {
        let chunk = id >> CHUNK;
        let slot = if self.directory.is_empty() {
            let row = self.chunks.binary_search_by_key(&chunk, |(chunk, _)| *chunk).ok()?;
            self.chunks[row].1
        } else {
            *self.directory.get(usize::try_from(chunk.checked_sub(self.lowest)?).ok()?)?
        };
        if slot == NONE || !id.is_multiple_of(8) {
            return None;
        }
        let bit = (id >> 3) as usize & (WORDS * 64 - 1);
        let at = slot as usize * WORDS + bit / 64;
        let word = self.words[at];
        let mask = 1_u64 << (bit % 64);
        if word & mask == 0 {
            return None;
        }
        Some(self.bases[slot as usize] + u32::from(self.ranks[at]) + (word & (mask - 1)).count_ones())
    }

    fn id(&self, rank: u32) -> Option<u64> {
        if rank >= self.total {
            return None;
        }
        let row = self.chunks.partition_point(|(_, slot)| self.bases[*slot as usize] <= rank).checked_sub(1)?;
        let (chunk, slot) = self.chunks[row];
        let first = slot as usize * WORDS;
        let within = rank - self.bases[slot as usize];
        let word =
            self.ranks[first..first + WORDS].partition_point(|before| u32::from(*before) <= within).checked_sub(1)?;
        let mut bits = self.words[first + word];
        for _ in 0..within - u32::from(self.ranks[first + word]) {
            bits &= bits - 1;
        }
        let bit = word as u64 * 64 + u64::from(bits.trailing_zeros());
        Some(chunk << CHUNK | bit << 3)
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
        let map = set.finish();
        let sorted: BTreeSet<u64> = ids.iter().copied().collect();
        assert_eq!(map.len() as usize, sorted.len());
        for (rank, id) in sorted.iter().enumerate() {
            assert_eq!(map.rank(*id), Some(rank as u32), "rank of {id:#x}");
            assert_eq!(map.id(rank as u32), Some(*id), "id of {rank}");
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
