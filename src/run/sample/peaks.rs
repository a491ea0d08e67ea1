//! The highest figures of a phase.

use super::TreeReading;
use crate::record::Reading;
use crate::units::{Bytes, Gauge};

/// Collects the peaks from one reset to the next.
///
/// `rss` is the highest sum, over the processes that lived at the same tick, of the high-water marks that the
/// kernel keeps for each process: exact for one process, and for several an upper bound, since they may not
/// have peaked at the same moment. `working-set` is the highest of the samples and of the kernel's own peak of
/// the group without the smallest file cache seen: an upper bound as well. All others are the highest sample.
#[derive(Debug, Default)]
pub(super) struct Peaks {
    highest: Reading,
    /// Whether all high-water marks began anew with the phase.
    exact: bool,
    least_cache: Option<Bytes>,
}

impl Peaks {
    /// Begins a phase; `exact` if all high-water marks were reset.
    pub fn begin(exact: bool) -> Self {
        Self { exact, ..Self::default() }
    }

    /// Adds a tick.
    pub fn add(&mut self, tree: &TreeReading) {
        for (gauge, value) in &tree.total {
            self.raise(*gauge, *value);
        }
        if self.exact && !tree.processes.is_empty() {
            let marks = tree.processes.iter().map(|process| process.high_water);
            self.raise(Gauge::Rss, marks.fold(0, u64::saturating_add));
        }
        self.least_cache = match (self.least_cache, tree.cache) {
            (Some(least), Some(cache)) => Some(least.min(cache)),
            (least, cache) => least.or(cache),
        };
    }

    /// The peaks so far; `group` is the kernel's peak of the whole group.
    pub fn read(&self, group: Option<Bytes>) -> Reading {
        let mut highest = self.highest.clone();
        if let (Some(group), Some(cache)) = (group, self.least_cache) {
            let bound = (group - cache).0;
            highest.entry(Gauge::WorkingSet).and_modify(|value| *value = bound.max(*value)).or_insert(bound);
        }
        highest
    }

    fn raise(&mut self, gauge: Gauge, value: u64) {
        self.highest.entry(gauge).and_modify(|highest| *highest = value.max(*highest)).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ProcessFigures;
    use super::*;

    fn tick(processes: &[(u64, u64)], working_set: u64, cache: u64) -> TreeReading {
        let figures = |(rss, high_water): &(u64, u64)| ProcessFigures {
            pid: 1,
            started: 1,
            parent: 0,
            name: "x".into(),
            reading: Reading::from([(Gauge::Rss, *rss)]),
            high_water: *high_water,
        };
        TreeReading {
            total: Reading::from([
                (Gauge::Rss, processes.iter().map(|process| process.0).sum()),
                (Gauge::WorkingSet, working_set),
            ]),
            processes: processes.iter().map(figures).collect(),
            cache: Some(Bytes(cache)),
            ..TreeReading::default()
        }
    }

    #[test]
    fn a_spike_between_two_ticks_is_in_the_peak() {
        let mut peaks = Peaks::begin(true);
        peaks.add(&tick(&[(10, 10)], 12, 5));
        peaks.add(&tick(&[(11, 90)], 13, 3));
        let read = peaks.read(Some(Bytes(100)));
        assert_eq!(read[&Gauge::Rss], 90);
        assert_eq!(read[&Gauge::WorkingSet], 97);
    }

    #[test]
    fn processes_that_followed_each_other_are_not_added() {
        let mut peaks = Peaks::begin(true);
        peaks.add(&tick(&[(50, 60)], 0, 0));
        peaks.add(&tick(&[(40, 70)], 0, 0));
        assert_eq!(peaks.read(None)[&Gauge::Rss], 70);
    }

    #[test]
    fn marks_of_earlier_phases_do_not_count() {
        let mut peaks = Peaks::begin(false);
        peaks.add(&tick(&[(10, 500)], 0, 0));
        assert_eq!(peaks.read(None)[&Gauge::Rss], 10);
    }
}
