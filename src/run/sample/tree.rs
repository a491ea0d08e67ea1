//! One reading of the whole process tree.

use std::collections::BTreeSet;

use super::process::{self, Depth, ProcessFigures};
use crate::record::Reading;
use crate::run::cgroup::Cgroup;
use crate::run::{keeper, tree};
use crate::units::{Bytes, Gauge};

/// The process tree at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TreeReading {
    /// Sums over the processes; the working set is the group's.
    pub total: Reading,
    /// Each process, by id.
    pub processes: Vec<ProcessFigures>,
    /// Inactive file cache of the group.
    pub cache: Option<Bytes>,
    /// OOM kills in the group so far.
    pub oom_kills: Option<u64>,
}

/// Reads everything below the keeper, and everything in the group.
pub(super) fn read(keeper: u32, group: Option<&Cgroup>, depth: Depth) -> TreeReading {
    let mut pids: BTreeSet<u32> = tree::descendants(keeper);
    pids.extend(group.map(|group| keeper::members(&group.group())).unwrap_or_default());
    pids.remove(&keeper);
    let processes: Vec<ProcessFigures> = pids.into_iter().filter_map(|pid| process::read(pid, depth)).collect();
    let mut total = sum(&processes);
    if let Some(working_set) = group.and_then(Cgroup::working_set) {
        total.insert(Gauge::WorkingSet, working_set.0);
    }
    let cache = group.and_then(Cgroup::inactive_file);
    TreeReading { total, processes, cache, oom_kills: group.and_then(Cgroup::oom_kills) }
}

/// The sum of each gauge. A gauge that one process does not show is left out: a sum with a hole in it would
/// look like memory that was given back.
fn sum(processes: &[ProcessFigures]) -> Reading {
    let mut total = Reading::new();
    for (gauge, value) in processes.iter().flat_map(|process| &process.reading) {
        let sum = total.entry(*gauge).or_insert(0);
        *sum = value.saturating_add(*sum);
    }
    total.retain(|gauge, _| processes.iter().all(|process| process.reading.contains_key(gauge)));
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_with_a_hole_is_left_out() {
        let process = |reading: &[(Gauge, u64)]| ProcessFigures {
            pid: 1,
            started: 0,
            parent: 0,
            name: String::new(),
            reading: reading.iter().copied().collect(),
            high_water: 0,
        };
        let both = [process(&[(Gauge::Rss, 1), (Gauge::Pss, 1)]), process(&[(Gauge::Rss, 2)])];
        assert_eq!(sum(&both), Reading::from([(Gauge::Rss, 3)]));
        assert_eq!(sum(&[]), Reading::new());
    }
}
