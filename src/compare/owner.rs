//! What became of the owners: against the baseline's dump, and for each request within the run.

use std::collections::{BTreeMap, BTreeSet};

use super::OwnerChange;
use crate::heap::{HeapSummary, OwnerGrowth, OwnerPath, diff, owner_at};
use crate::record::{DumpPoint, Recording};
use crate::units::{ByteDelta, ByteRate, Bytes};

/// An owner grows steadily if it gains this share of its average for each request.
const STEADY: f64 = 0.9;
/// Growth below this is not worth a name.
const WORTH_NAMING: Bytes = Bytes(16 * 1024);

/// The dumps of one process in one run.
struct Dumps<'a> {
    reference: &'a HeapSummary,
    requests: u64,
    last: Option<(&'a HeapSummary, u64)>,
}

/// Growth between two dumps by path: bytes, and entries (or objects).
struct Growths<'a> {
    before: &'a HeapSummary,
    after: &'a HeapSummary,
    told: BTreeMap<OwnerPath, OwnerGrowth>,
}

/// The owners that grew in the newest run with dumps, largest growth first.
pub(super) fn changes(candidate: &[Recording], baseline: &[&Recording]) -> Vec<OwnerChange> {
    let candidate: Vec<&Recording> = candidate.iter().collect();
    let names: BTreeSet<&str> = candidate.iter().flat_map(|run| &run.dumps).map(|dump| dump.process.as_str()).collect();
    let mut changes: Vec<OwnerChange> = Vec::new();
    for name in names {
        if let Some(own) = newest(&candidate, name) {
            changes.extend(of_process(name, &own, newest(baseline, name).as_ref()));
        }
    }
    let rate = |change: &OwnerChange| change.per_request.map_or(0.0, |rate| rate.0);
    changes.sort_by(|a, b| {
        let by_rate = rate(b).total_cmp(&rate(a));
        by_rate.then(b.against_baseline.cmp(&a.against_baseline)).then_with(|| a.path.cmp(&b.path))
    });
    changes
}

fn newest<'a>(runs: &[&'a Recording], process: &str) -> Option<Dumps<'a>> {
    runs.iter().rev().find_map(|run| {
        let find = |point| run.dumps.iter().find(|dump| dump.process == process && dump.point == point);
        let reference = find(DumpPoint::Reference)?;
        let last = find(DumpPoint::Diagnosis).and_then(|last| {
            let requests = last.requests.saturating_sub(reference.requests);
            (requests > 0).then_some((&last.summary, requests))
        });
        Some(Dumps { reference: &reference.summary, requests: reference.requests, last })
    })
}

fn of_process(process: &str, own: &Dumps<'_>, base: Option<&Dumps<'_>>) -> Vec<OwnerChange> {
    let within = own.last.map(|(last, requests)| (Growths::between(own.reference, last), requests));
    let since = base.map(|base| Growths::between(base.reference, own.reference));
    let before =
        base.and_then(|base| base.last.map(|(last, requests)| (Growths::between(base.reference, last), requests)));
    let growths = Process { name: process, own, within, since, before };
    growths.paths().into_iter().map(|path| growths.change(path)).collect()
}

/// All growth of one process.
struct Process<'a> {
    name: &'a str,
    own: &'a Dumps<'a>,
    /// Between the dumps of the run, over so many requests.
    within: Option<(Growths<'a>, u64)>,
    /// From the baseline's reference dump to the run's.
    since: Option<Growths<'a>>,
    /// Between the dumps of the baseline.
    before: Option<(Growths<'a>, u64)>,
}

impl Process<'_> {
    fn sources(&self) -> impl Iterator<Item = &Growths<'_>> {
        self.within.iter().map(|(growths, _)| growths).chain(&self.since)
    }

    fn paths(&self) -> BTreeSet<&OwnerPath> {
        self.sources().flat_map(Growths::grown).collect()
    }

    fn change(&self, path: &OwnerPath) -> OwnerChange {
        let told: Vec<&OwnerGrowth> = self.sources().filter_map(|growths| growths.told.get(path)).collect();
        let (retained, objects) = size(self.own.reference, path);
        let rate = |of: &Option<(Growths<'_>, u64)>| {
            of.as_ref().map(|(growths, requests)| {
                let (bytes, entries) = growths.at(path);
                (ByteRate(bytes as f64 / *requests as f64), entries as f64 / *requests as f64)
            })
        };
        let (within, since) = (rate(&self.within), self.since.as_ref().map(|growths| growths.at(path)));
        OwnerChange {
            process: self.name.to_owned(),
            path: path.clone(),
            retained: Bytes(retained),
            against_baseline: since.map(|(bytes, _)| ByteDelta(bytes)),
            entries_against_baseline: since.map(|(_, entries)| entries),
            per_request: within.map(|(bytes, _)| bytes),
            average_per_request: (self.own.requests > 0).then(|| ByteRate(retained as f64 / self.own.requests as f64)),
            baseline_per_request: rate(&self.before).map(|(bytes, _)| bytes),
            entries_per_request: within.map(|(_, entries)| entries),
            entries: objects,
            bytes_per_entry: told.iter().find_map(|growth| growth.bytes_per_entry),
            pattern: told.iter().find_map(|growth| growth.pattern),
        }
    }
}

impl<'a> Growths<'a> {
    fn between(before: &'a HeapSummary, after: &'a HeapSummary) -> Self {
        let told = diff(before, after).into_iter().map(|growth| (growth.path.clone(), growth)).collect();
        Self { before, after, told }
    }

    fn grown(&self) -> impl Iterator<Item = &OwnerPath> {
        let least = i64::try_from(WORTH_NAMING.0).unwrap_or(i64::MAX);
        self.told.values().filter(move |growth| growth.delta.0 >= least).map(|growth| &growth.path)
    }

    /// Bytes and entries more at a path, whether or not the growth accumulates there.
    fn at(&self, path: &OwnerPath) -> (i64, i64) {
        match self.told.get(path) {
            Some(growth) => (growth.delta.0, growth.added().unwrap_or(0)),
            None => {
                let (old, new) = (size(self.before, path), size(self.after, path));
                (Bytes(new.0).since(Bytes(old.0)).0, Bytes(new.1).since(Bytes(old.1)).0)
            }
        }
    }
}

/// Bytes and entries (or objects) of a path.
fn size(summary: &HeapSummary, path: &OwnerPath) -> (u64, u64) {
    owner_at(&summary.owners, path)
        .map_or((0, 0), |owner| (owner.retained.0, owner.entries.filter(|entries| *entries > 0).unwrap_or(owner.count)))
}

impl OwnerChange {
    /// Whether it grows between the dumps as it did before them. A cache that fills grows ever more slowly: one that
    /// takes twice the run comes to 0.7 of its average. Holds without a baseline, and without a floor's warm-up drift.
    pub fn grows_steadily(&self) -> bool {
        let (Some(now), Some(average)) = (self.per_request, self.average_per_request) else { return false };
        now.0 > 0.0 && now.0 >= STEADY * average.0
    }
}
