//! What became of the owners: against the baseline's dump, and for each request within the run.

use std::collections::{BTreeMap, BTreeSet};

use super::OwnerChange;
use super::growth::{Totals, accumulation_points, delta, flatten};
use crate::heap::OwnerPath;
use crate::record::{Dump, DumpPoint, Recording};
use crate::units::{ByteDelta, ByteRate, Bytes};

type Tree = BTreeMap<OwnerPath, Totals>;

/// An owner grows steadily if it gains this share of its average for each request.
const STEADY: f64 = 0.9;

/// The two dumps of one process in one run.
struct Dumps {
    reference: Tree,
    requests: u64,
    last: Option<(Tree, u64)>,
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
    changes.sort_by(|a, b| {
        let rank = |change: &OwnerChange| (change.per_request.map_or(0.0, |rate| rate.0), change.against_baseline);
        let ((rate_a, grown_a), (rate_b, grown_b)) = (rank(a), rank(b));
        rate_b.total_cmp(&rate_a).then(grown_b.cmp(&grown_a)).then_with(|| a.path.cmp(&b.path))
    });
    changes
}

fn newest(runs: &[&Recording], process: &str) -> Option<Dumps> {
    runs.iter().rev().find_map(|run| {
        let find = |point| run.dumps.iter().find(|dump| dump.process == process && dump.point == point);
        let reference: &Dump = find(DumpPoint::Reference)?;
        let last = find(DumpPoint::Diagnosis).and_then(|last| {
            let requests = last.requests.saturating_sub(reference.requests);
            (requests > 0).then(|| (flatten(&last.summary.owners), requests))
        });
        Some(Dumps { reference: flatten(&reference.summary.owners), requests: reference.requests, last })
    })
}

fn of_process(process: &str, own: &Dumps, base: Option<&Dumps>) -> Vec<OwnerChange> {
    let mut paths: BTreeSet<OwnerPath> = BTreeSet::new();
    if let Some((last, _)) = &own.last {
        paths.extend(accumulation_points(&own.reference, last));
    }
    if let Some(base) = base {
        paths.extend(accumulation_points(&base.reference, &own.reference));
    }
    paths.into_iter().map(|path| change(process, path, own, base)).collect()
}

fn change(process: &str, path: OwnerPath, own: &Dumps, base: Option<&Dumps>) -> OwnerChange {
    let at = |tree: &Tree| tree.get(&path).copied().unwrap_or_default();
    let now = at(&own.reference);
    let last = own.last.as_ref().map(|(tree, requests)| (at(tree), *requests as f64));
    let old = base.map(|base| at(&base.reference));
    let within = last.map(|(last, _)| (delta(now.retained, last.retained), delta(now.entries, last.entries)));
    let since = old.map(|old| (delta(old.retained, now.retained), delta(old.entries, now.entries)));
    OwnerChange {
        process: process.to_owned(),
        retained: Bytes(now.retained),
        against_baseline: since.map(|(bytes, _)| ByteDelta(bytes)),
        entries_against_baseline: since.map(|(_, entries)| entries),
        per_request: within.zip(last).map(|((bytes, _), (_, requests))| ByteRate(bytes as f64 / requests)),
        average_per_request: (own.requests > 0).then(|| ByteRate(now.retained as f64 / own.requests as f64)),
        baseline_per_request: base.and_then(|base| {
            let (tree, requests) = base.last.as_ref()?;
            Some(ByteRate(delta(at(&base.reference).retained, at(tree).retained) as f64 / *requests as f64))
        }),
        entries_per_request: within.zip(last).map(|((_, entries), (_, requests))| entries as f64 / requests),
        entries: last.map_or(now.entries, |(last, _)| last.entries),
        bytes_per_entry: each(within).or_else(|| each(since)),
        pattern: None,
        path,
    }
}

impl OwnerChange {
    /// Whether it grows between the dumps as it did before them. A cache that fills grows ever more slowly: one that
    /// takes twice the run comes to 0.7 of its average. Holds without a baseline, and without a floor's warm-up drift.
    pub fn grows_steadily(&self) -> bool {
        let (Some(now), Some(average)) = (self.per_request, self.average_per_request) else { return false };
        now.0 > 0.0 && now.0 >= STEADY * average.0
    }
}

/// Bytes for each entry that was added.
fn each(growth: Option<(i64, i64)>) -> Option<Bytes> {
    let (bytes, entries) = growth.filter(|(bytes, entries)| *bytes > 0 && *entries > 0)?;
    Some(Bytes(bytes.unsigned_abs() / entries.unsigned_abs()))
}
