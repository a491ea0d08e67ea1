//! Recordings made by hand, small enough to see.

use std::collections::BTreeMap;

use plimsoll::compare::compare;
use plimsoll::diag::Place;
use plimsoll::heap::{Format, HeapSummary, Marks, Owner, Step};
use plimsoll::policy::Rules;
use plimsoll::record::{
    Dump, DumpPoint, Fingerprint, Incident, LoadTally, Phase, PhaseRecord, Reading, Recording, RequestTally, Runtime,
};
use plimsoll::units::{Bytes, Elapsed, Gauge};
use plimsoll::verdict::{Verdict, judge};

pub const MIB: u64 = 1 << 20;
/// Requests of each steady round.
pub const ROUND: u64 = 250;
/// Requests before the first steady round.
pub const WARM_UP: u64 = 500;
/// A fixed ripple of some kilobytes, as real floors have.
const RIPPLE: [i64; 13] = [0, 9_000, -12_000, 3_000, 15_000, -6_000, 0, -15_000, 12_000, 6_000, -9_000, 3_000, -3_000];

/// A whole run whose live floor is `floor(requests)` above 40 MiB; `ripple` turns the noise, so that runs differ.
pub fn run(ripple: usize, floor: impl Fn(u64) -> f64) -> Recording {
    let mut run = Recording { started: "2026-01-01T00:00:00Z".into(), plan: "plan".into(), ..Recording::default() };
    run.fingerprint = Fingerprint { facts: BTreeMap::from([("runtime".into(), "jvm".into())]) };
    for round in 0..=12 {
        let noise = RIPPLE[(usize::try_from(round).unwrap() + 3 * ripple) % RIPPLE.len()];
        let live = 40.0 * MIB as f64 + floor(u64::from(round) * ROUND) + noise as f64;
        let phase = if round == 0 { Phase::WarmUp } else { Phase::Steady { round } };
        let requests = if round == 0 { WARM_UP } else { ROUND };
        run.phases.push(phase_record(phase, requests, live as u64));
    }
    run.complete = true;
    run.ended = Some(Elapsed::from_millis(60_000));
    run
}

/// A phase that settled at a live floor; RSS is 60 MiB above it.
pub fn phase_record(phase: Phase, requests: u64, live: u64) -> PhaseRecord {
    let sent = RequestTally { sent: requests, ..RequestTally::default() };
    let floor: Reading = [(Gauge::Live, live), (Gauge::Rss, live + 60 * MIB)].into();
    PhaseRecord {
        phase,
        began: Elapsed::default(),
        loaded: Some(Elapsed::default()),
        settled: Some(Elapsed::default()),
        tally: LoadTally { requests: [("mix".into(), sent)].into(), ..LoadTally::default() },
        peak: [(Gauge::Rss, live + 80 * MIB)].into(),
        floor,
        processes: Vec::new(),
        recovery: Vec::new(),
        incidents: Vec::new(),
    }
}

/// Adds four rounds of ten requests of a payload, the floors of which lie above the last by `grown(round)`.
pub fn ugly(run: &mut Recording, payload: &str, grown: impl Fn(u64) -> u64) {
    let last = run.phases.last().unwrap().floor[&Gauge::Live];
    for round in 1..=4 {
        let phase = Phase::Ugly { payload: payload.into(), round };
        run.phases.push(phase_record(phase, 10, last + grown(u64::from(round))));
    }
}

/// Puts an incident into the last phase.
pub fn incident(run: &mut Recording, incident: Incident) {
    run.phases.last_mut().unwrap().incidents.push(incident);
}

/// Adds the two dumps of a process: a map with so many entries of `each` bytes, below a static field.
pub fn dumps(run: &mut Recording, field: &str, entries: [u64; 2], each: u64) {
    let requests = [WARM_UP + 12 * ROUND, WARM_UP + 12 * ROUND + 500];
    for (i, point) in [DumpPoint::Reference, DumpPoint::Diagnosis].into_iter().enumerate() {
        run.dumps.push(Dump {
            payload: None,
            point,
            process: "java".into(),
            runtime: Runtime::Jvm,
            requests: requests[i],
            file: String::new(),
            pause: Elapsed::default(),
            summary: summary(field, entries[i], each),
        });
    }
}

fn summary(field: &str, entries: u64, each: u64) -> HeapSummary {
    let size = Bytes(entries * each);
    let content = owner("entries", "Quote", entries, size, None, Vec::new());
    let map = owner(".map", "java.util.HashMap", 1, size, Some(entries), vec![content]);
    let holder = owner(&format!("static {field}"), "Cache", 1, size + Bytes(64), None, vec![map]);
    let table = owner("static Table.ROWS", "Row[]", 1, Bytes(30 * MIB), None, Vec::new());
    HeapSummary {
        format: Format::Hprof,
        objects: entries,
        references: entries,
        total: size,
        unreachable: (0, Bytes(0)),
        roots: 2,
        owners: vec![table, holder],
        full_names: BTreeMap::new(),
        classes: Vec::new(),
        caveats: Vec::new(),
    }
}

fn owner(edge: &str, class: &str, count: u64, retained: Bytes, entries: Option<u64>, children: Vec<Owner>) -> Owner {
    let step = Step { edge: edge.into(), class: class.into() };
    let below: Bytes = children.iter().map(|child| child.retained).sum();
    Owner { step, count, shallow: retained - below, retained, entries, marks: Marks::default(), children }
}

/// The verdict on one run against one other.
pub fn verdict(rules: &Rules, candidate: &Recording, baseline: Option<&Recording>) -> Verdict {
    let baseline: Vec<Recording> = baseline.into_iter().cloned().collect();
    verdict_on(rules, std::slice::from_ref(candidate), &baseline)
}

/// The verdict on repeats of a run against a baseline of several.
pub fn verdict_on(rules: &Rules, candidate: &[Recording], baseline: &[Recording]) -> Verdict {
    judge(rules, &compare(candidate, baseline), candidate, jiff::civil::date(2026, 1, 15))
}

/// A line of a policy.
pub fn place(line: u32) -> Place {
    Place { file: "plimsoll.toml".into(), line, text: String::new() }
}
