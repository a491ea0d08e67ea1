//! How one owner changed from dump to dump.
//!
//! What leaks grows in every interval. An array that doubles when it is full does so in its entries, not in its bytes;
//! a cache that is nearly full hardly does, though some byte is always more.

use crate::heap::{Bound, Owner};
use crate::units::ByteDelta;

/// An interval counts if it brought one part in so many of what the one in the middle of all did, the first of two.
const HARDLY: u64 = 16;

/// One without new entries, where there were some before, counts if it brought this part of it.
const REPLACED: u64 = 2;

/// A cache may evict late: it is full with one part in so many more than its bound, too.
const LATE: u64 = 8;

/// Changes in each interval, those in the direction of the whole above zero.
pub(super) struct Course {
    bytes: Vec<i64>,
    /// Entries; empty where they are not counted in all dumps.
    entries: Vec<i64>,
    is_full: bool,
}

impl Course {
    pub(super) fn of(rows: &[Option<&Owner>], intervals: &[ByteDelta], whole: ByteDelta) -> Self {
        let direction = whole.0.signum();
        let entries: Option<Vec<u64>> = rows.iter().map(|row| row.map_or(Some(0), |owner| owner.entries)).collect();
        let more = |from: u64, to: u64| i64::try_from(to.saturating_sub(from)).unwrap_or(i64::MAX);
        let between = |pair: &[u64]| (more(pair[0], pair[1]) - more(pair[1], pair[0])) * direction;
        let last = rows.last().copied().flatten();
        let is_full = last.is_some_and(|owner| match owner.marks.bound {
            // What has far more is bounded by something else.
            Some(Bound::Entries(most)) => {
                owner.entries.is_some_and(|entries| (most..=most.saturating_add(most / LATE)).contains(&entries))
            }
            _ => false,
        });
        Self {
            bytes: intervals.iter().map(|step| step.0.saturating_mul(direction)).collect(),
            entries: entries.map_or_else(Vec::new, |entries| entries.windows(2).map(between).collect()),
            is_full,
        }
    }

    /// Whether bytes or entries went on in each interval, and bytes did not go back.
    pub(super) fn every_interval(&self) -> bool {
        self.intervals().all(|(bytes, entries)| bytes >= 0 && (bytes > 0 || entries > 0))
    }

    /// Whether some interval brought next to nothing, or nothing more can come.
    pub(super) fn levels_off(&self) -> bool {
        let [bytes, entries] = [&self.bytes, &self.entries].map(|changes| middle(changes));
        let is_more = |change: i64, hardly: u64| change > 0 && change.unsigned_abs() >= hardly;
        let mut had_new = false;
        let mut went_on = |(more, new): (i64, i64)| {
            // Entries of a full cache that replace others differ a little in size.
            let replaces = had_new && new == 0;
            had_new |= new > 0;
            is_more(more, bytes / if replaces { REPLACED } else { HARDLY }) || is_more(new, entries / HARDLY)
        };
        self.is_full || !self.intervals().all(&mut went_on)
    }

    fn intervals(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        let entries = self.entries.iter().copied().chain(std::iter::repeat(0));
        self.bytes.iter().copied().zip(entries)
    }
}

/// The change in the middle of all by size; of two, the first: what brought much and then hardly any is full.
fn middle(changes: &[i64]) -> u64 {
    if let [first, _] = changes {
        return first.unsigned_abs();
    }
    let mut sizes: Vec<u64> = changes.iter().map(|change| change.unsigned_abs()).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}
