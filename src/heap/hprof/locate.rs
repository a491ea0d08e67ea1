//! Finding an object's record again.

use std::ops::Range;

use super::ids::IdMap;
use super::record::{Object, Record, record};
use crate::heap::graph::{Column, Node};

/// Where the records are: by the rank of their identifiers.
#[derive(Debug)]
pub(super) struct Locator {
    /// Ranks of every few objects, ascending, and where their records start.
    ranks: Vec<u32>,
    starts: Vec<u64>,
    /// The last entry of these at or before each run of [`RUN`] ranks.
    directory: Vec<u32>,
    /// The offset of each node's record, for dumps in no order; the tables above are empty then.
    offsets: Column<u64>,
    /// Runs of records within one segment, in the order of the file.
    chunks: Vec<Range<usize>>,
}

const RUN: u32 = 64;

impl Locator {
    /// From identifiers and offsets of every few objects, ascending; or from the offset of each node's record.
    pub(super) fn new(
        index: Vec<(u64, u64)>,
        offsets: Column<u64>,
        mut chunks: Vec<Range<usize>>,
        ids: &IdMap,
    ) -> Self {
        chunks.sort_unstable_by_key(|chunk| chunk.start);
        let mut locator = Self { ranks: Vec::new(), starts: Vec::new(), directory: Vec::new(), offsets, chunks };
        if !locator.offsets.is_empty() {
            return locator;
        }
        for (id, start) in index {
            if let Some(rank) = ids.rank(id) {
                locator.directory.resize(rank.div_ceil(RUN) as usize, locator.ranks.len().saturating_sub(1) as u32);
                locator.ranks.push(rank);
                locator.starts.push(start);
            }
        }
        let runs = (ids.len() / RUN + 1) as usize;
        locator.directory.resize(runs, locator.ranks.len().saturating_sub(1) as u32);
        locator
    }

    /// Runs of records, in the order of the file.
    pub(super) fn chunks(&self) -> &[Range<usize>] {
        &self.chunks
    }

    /// The record of a node, if it is an instance or an array.
    pub(super) fn find<const W: usize>(&self, file: &[u8], ids: &IdMap, node: Node) -> Option<Object> {
        let rank = node.0.checked_sub(1)?;
        let (at, before) = match self.offsets.get(node.0 as usize) {
            Some(offset) => (*offset, 0),
            None => {
                let mut entry = *self.directory.get((rank / RUN) as usize)? as usize;
                while self.ranks.get(entry + 1).is_some_and(|next| *next <= rank) {
                    entry += 1;
                }
                (*self.starts.get(entry)?, rank.saturating_sub(*self.ranks.get(entry)?))
            }
        };
        let mut at = usize::try_from(at).ok()?;
        let chunk = self.chunks.partition_point(|chunk| chunk.start <= at).checked_sub(1)?;
        let data = &file[..self.chunks[chunk].end];
        // Nearly always all ranks in between have their records in between, too.
        let guess = after::<W>(data, at, before).filter(|object| ids.rank(object.id) == Some(rank));
        if guess.is_some() {
            return guess;
        }
        while at < data.len() {
            let (found, next) = record::<W>(data, at).ok()?;
            if let Record::Object(object) = found {
                match ids.rank(object.id)? {
                    found if found == rank => return Some(object),
                    found if found > rank || !self.offsets.is_empty() => return None,
                    _ => {}
                }
            }
            at = next;
        }
        None
    }
}

/// The object that comes so many objects after the one whose record is at an offset.
fn after<const W: usize>(data: &[u8], mut at: usize, objects: u32) -> Option<Object> {
    let mut left = objects;
    while at < data.len() {
        let (found, next) = record::<W>(data, at).ok()?;
        match found {
            Record::Object(object) if left == 0 => return Some(object),
            Record::Object(_) => left -= 1,
            _ => {}
        }
        at = next;
    }
    None
}
