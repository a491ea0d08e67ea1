//! Owners of what ugly payloads leave: what grew while one payload was sent once more between two dumps.

use super::Residue;
use crate::heap::diff;
use crate::record::{Dump, DumpPoint, Phase, Recording};
use crate::units::{ByteRate, Bytes};

/// Growth below this is not worth a name.
const WORTH_NAMING: Bytes = Bytes(16 * 1024);

/// Growth below this part of the largest is not told.
const NOTHING_BESIDE: i64 = 100;

/// Owners told for each payload and process.
const MOST: usize = 3;

/// The residues of the newest run that has any.
pub(super) fn residues(candidate: &[Recording]) -> Vec<Residue> {
    let found = candidate.iter().rev().map(of_run).find(|residues| !residues.is_empty());
    found.unwrap_or_default()
}

fn of_run(run: &Recording) -> Vec<Residue> {
    let mut residues = Vec::new();
    for (number, dump) in run.dumps.iter().enumerate().filter(|(_, dump)| dump.point == DumpPoint::Residue) {
        let before = run.dumps[..number].iter().rev().find(|earlier| earlier.process == dump.process);
        if let (Some(before), Some(payload)) = (before, &dump.payload) {
            residues.extend(between(before, dump, payload, sent(run, payload)));
        }
    }
    residues.sort_by(|a, b| b.grown.cmp(&a.grown).then_with(|| a.path.cmp(&b.path)));
    residues
}

fn between(before: &Dump, after: &Dump, payload: &str, sent: u64) -> Vec<Residue> {
    let least = i64::try_from(WORTH_NAMING.0).unwrap_or(i64::MAX);
    let grown = diff(&before.summary, &after.summary).into_iter().filter(|growth| growth.delta.0 >= least);
    let mut residues: Vec<Residue> = grown
        .map(|growth| Residue {
            payload: payload.to_owned(),
            process: after.process.clone(),
            entries: growth.added().unwrap_or(0),
            per_request: (sent > 0).then(|| ByteRate(growth.delta.0 as f64 / sent as f64)),
            grown: growth.delta,
            pattern: growth.pattern,
            path: growth.path,
        })
        .collect();
    residues.sort_by(|a, b| b.grown.cmp(&a.grown).then_with(|| a.path.cmp(&b.path)));
    // Beside what a payload leaves, what any request touches for the first time is nothing.
    let largest = residues.first().map_or(0, |residue| residue.grown.0);
    residues.retain(|residue| residue.grown.0 >= largest / NOTHING_BESIDE);
    residues.truncate(MOST);
    residues
}

/// Requests of the payload between the dumps.
fn sent(run: &Recording, payload: &str) -> u64 {
    let of = |phase: &Phase| matches!(phase, Phase::Residue { payload: name } if name == payload);
    run.phases.iter().filter(|record| of(&record.phase)).fold(0, |sum, record| sum.saturating_add(record.sent()))
}
