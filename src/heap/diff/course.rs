//! How one owner changed from dump to dump.
//!
//! What leaks grows in every interval. An array that doubles when it is full does so in its entries, not in its bytes;
//! a cache that is nearly full hardly does, though some byte is always more.

use super::LEAST_GROWTH;
use crate::heap::{Bound, Owner};
use crate::units::ByteDelta;

/// An interval counts if it brought one part in so many of what the one in the middle of all did, the larger of two.
const HARDLY: u64 = 16;

/// One that hardly brought entries, where there were some before, counts if it brought this part of it beside the table.
const REPLACED: u64 = 2;

/// A cache may evict late: it is full with one part in so many more than its bound, too.
const LATE: u64 = 8;

/// Changes in each interval, those in the direction of the whole above zero.
pub(super) struct Course {
    bytes: Vec<i64>,
    /// Without what the objects take themselves, such as the table of a container.
    held: Vec<i64>,
    /// Entries; empty where they are not counted in all dumps, or are too few to account for a growth.
    entries: Vec<i64>,
    is_full: bool,
}

/// One interval of a course.
struct Interval {
    bytes: i64,
    held: i64,
    entries: i64,
}

impl Course {
    pub(super) fn of(rows: &[Option<&Owner>], intervals: &[ByteDelta], whole: ByteDelta) -> Self {
        let direction = whole.0.signum();
        let changes = |sizes: &[u64]| -> Vec<i64> {
            let more = |from: u64, to: u64| i64::try_from(to.saturating_sub(from)).unwrap_or(i64::MAX);
            sizes.windows(2).map(|pair| (more(pair[0], pair[1]) - more(pair[1], pair[0])) * direction).collect()
        };
        let entries: Option<Vec<u64>> = rows.iter().map(|row| row.map_or(Some(0), |owner| owner.entries)).collect();
        let entries = entries.filter(|entries| {
            let largest = rows.iter().flatten().max_by_key(|owner| owner.entries);
            let each = largest.map_or(0, |owner| owner.retained.0 / owner.entries.unwrap_or(0).max(1));
            let added = entries.first().zip(entries.last()).map_or(0, |(first, last)| first.abs_diff(*last));
            each.saturating_mul(added) >= LEAST_GROWTH.0
        });
        let own: Vec<u64> = rows.iter().map(|row| row.map_or(0, |owner| owner.shallow.0)).collect();
        let bytes: Vec<i64> = intervals.iter().map(|step| step.0.saturating_mul(direction)).collect();
        let last = rows.last().copied().flatten();
        let is_full = last.is_some_and(|owner| match owner.marks.bound {
            // What has far more is bounded by something else.
            Some(Bound::Entries(most)) => {
                owner.entries.is_some_and(|entries| (most..=most.saturating_add(most / LATE)).contains(&entries))
            }
            _ => false,
        });
        Self {
            held: bytes.iter().zip(changes(&own)).map(|(bytes, own)| bytes.saturating_sub(own)).collect(),
            bytes,
            entries: entries.map_or_else(Vec::new, |entries| changes(&entries)),
            is_full,
        }
    }

    /// Whether bytes or entries went on in each interval, and bytes did not go back.
    pub(super) fn every_interval(&self) -> bool {
        self.intervals().all(|interval| interval.bytes >= 0 && (interval.bytes > 0 || interval.entries > 0))
    }

    /// Whether some interval brought next to nothing, or nothing more can come.
    pub(super) fn levels_off(&self) -> bool {
        let [bytes, held, entries] = [&self.bytes, &self.held, &self.entries].map(|changes| middle(changes));
        let is_more = |change: i64, hardly: u64| change > 0 && change.unsigned_abs() >= hardly;
        let mut had_new = false;
        let mut went_on = |interval: Interval| {
            let has_new = is_more(interval.entries, entries / HARDLY);
            // Entries of a full cache that replace others differ a little in size; its table may be the next larger one.
            let replaces = had_new && !has_new;
            had_new |= has_new;
            let is_more_held = is_more(interval.held, held / REPLACED);
            has_new || if replaces { is_more_held } else { is_more(interval.bytes, bytes / HARDLY) }
        };
        self.is_full || !self.intervals().all(&mut went_on)
    }

    fn intervals(&self) -> impl Iterator<Item = Interval> + '_ {
        let entries = self.entries.iter().copied().chain(std::iter::repeat(0));
        let sizes = self.bytes.iter().zip(&self.held).zip(entries);
        sizes.map(|((bytes, held), entries)| Interval { bytes: *bytes, held: *held, entries })
    }
}

/// The change in the middle of all by size; of two, the larger: what brought much and then hardly any is full, and what
/// brought hardly any and then much is a step.
fn middle(changes: &[i64]) -> u64 {
    let mut sizes: Vec<u64> = changes.iter().map(|change| change.unsigned_abs()).collect();
    sizes.sort_unstable();
    let middle = if sizes.len() > 2 { (sizes.len() - 1) / 2 } else { sizes.len().saturating_sub(1) };
    sizes.get(middle).copied().unwrap_or(0)
}
