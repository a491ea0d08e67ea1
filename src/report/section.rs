//! The tables of a report, for any view: a title, a head, rows, worst first.

use std::collections::BTreeMap;

use super::{Report, sparkline::sparkline};
use crate::compare::{Curve, OwnerChange, Residue};
use crate::record::{PhaseRecord, Recording, RequestTally};
use crate::units::{ByteRate, Bytes, Gauge, Metric, Statistic};
use crate::verdict::Amount;

/// Owners told in a table; the rest is counted.
const MOST_OWNERS: usize = 10;
/// Gauges whose curve is told.
const CURVES: [Gauge; 10] = [
    Gauge::Live,
    Gauge::Heap,
    Gauge::Native,
    Gauge::Rss,
    Gauge::Pss,
    Gauge::WorkingSet,
    Gauge::Anon,
    Gauge::Metaspace,
    Gauge::Threads,
    Gauge::Fds,
];

/// A table.
pub(super) struct Section {
    pub title: String,
    pub head: Vec<&'static str>,
    /// As many cells in each as the head has.
    pub rows: Vec<Vec<String>>,
    /// Columns that hold words, before those that hold numbers.
    pub words: Vec<usize>,
    /// Columns that a narrow view leaves out, first to go first.
    pub spared: Vec<usize>,
}

/// All tables that have rows, in the order in which they are read.
pub(super) fn sections(report: &Report<'_>) -> Vec<Section> {
    let Some(recording) = report.recordings.first() else { return Vec::new() };
    let all = [curves(report), owners(report), residues(report), payloads(report, recording), requests(recording)];
    all.into_iter().filter(|section| !section.rows.is_empty()).collect()
}

/// What a rule gates is marked; the rest is shown.
fn curves(report: &Report<'_>) -> Section {
    let find = |gauge| report.comparison.curves.iter().find(|curve| curve.gauge == gauge && curve.payload.is_none());
    let rows = CURVES.into_iter().filter_map(find).map(|curve| curve_row(report, curve)).collect();
    let title = "floors after each round (load paused, full collection forced)".to_owned();
    let head = vec!["gauge", "", "curve", "first", "last", "per request", "99 % interval", "peak"];
    Section { title, head, rows, words: vec![0, 1, 2], spared: vec![6, 3] }
}

fn curve_row(report: &Report<'_>, curve: &Curve) -> Vec<String> {
    let values: Vec<u64> = curve.points.iter().map(|point| point.1).collect();
    let amount =
        |value: Option<&u64>| value.map(|value| Amount::of(curve.gauge, *value).to_string()).unwrap_or_default();
    let rate = |rate: ByteRate| Amount::per_request(curve.gauge, rate).to_string().replace("/request", "");
    let metric = Metric { gauge: curve.gauge, statistic: Statistic::Peak };
    let peak = report.comparison.levels.iter().find(|level| level.metric == metric && level.payload.is_none());
    vec![
        curve.gauge.to_string(),
        if report.gated.contains(&curve.gauge) { "gated" } else { "shown" }.to_owned(),
        sparkline(&values),
        amount(values.first()),
        amount(values.last()),
        curve.slope.map(|slope| rate(slope.per_request)).unwrap_or_default(),
        curve.slope.map(|slope| format!("{} to {}", rate(slope.lower), rate(slope.upper))).unwrap_or_default(),
        amount(peak.map(|level| &level.candidate)),
    ]
}

fn owners(report: &Report<'_>) -> Section {
    let owners = &report.comparison.owners;
    let rows: Vec<Vec<String>> = owners.iter().take(MOST_OWNERS).map(owner_row).collect();
    let title = match owners.len().saturating_sub(MOST_OWNERS) {
        0 => "owners that grew".to_owned(),
        more => format!("owners that grew ({more} smaller ones left out)"),
    };
    let head = vec!["owner", "per request", "against baseline", "retained", "entries", "each"];
    Section { title, head, rows, words: vec![0], spared: vec![3, 4] }
}

fn owner_row(owner: &OwnerChange) -> Vec<String> {
    vec![
        owner.path.to_string(),
        owner.per_request.map(|rate| rate.to_string().replace("/request", "")).unwrap_or_default(),
        owner.against_baseline.map(|delta| delta.to_string()).unwrap_or_default(),
        owner.retained.to_string(),
        owner.entries.to_string(),
        owner.bytes_per_entry.map(|bytes| bytes.to_string()).unwrap_or_default(),
    ]
}

fn payloads(report: &Report<'_>, recording: &Recording) -> Section {
    let rows = recording.payloads().into_iter().map(|payload| payload_row(report, recording, payload)).collect();
    let head = vec!["payload", "answers", "sent", "rss peak", "live before", "live after", "rss after"];
    Section { title: "ugly payloads, each by itself".to_owned(), head, rows, words: vec![0, 1], spared: vec![2, 4] }
}

fn payload_row(report: &Report<'_>, recording: &Recording, payload: &str) -> Vec<String> {
    let records: Vec<&PhaseRecord> = recording.ugly(payload).collect();
    let live = report
        .comparison
        .curves
        .iter()
        .find(|curve| curve.gauge == Gauge::Live && curve.payload.as_deref() == Some(payload));
    let floor =
        |point: Option<&(u64, u64, Option<u64>)>| point.map(|point| Bytes(point.1).to_string()).unwrap_or_default();
    let peak = records.iter().filter_map(|record| record.peak.get(&Gauge::Rss)).max();
    let told = |value: Option<&u64>| value.map(|value| Bytes(*value).to_string()).unwrap_or_default();
    let route = records.iter().find_map(|record| record.tally.requests.get(payload)).map(|tally| tally.route.as_str());
    let route = route.filter(|route| !route.is_empty()).map(|route| format!(" ({route})")).unwrap_or_default();
    vec![
        format!("{payload}{route}"),
        answers(records.iter().copied()),
        records.iter().map(|record| record.sent()).sum::<u64>().to_string(),
        told(peak),
        floor(live.and_then(|curve| curve.points.first())),
        floor(live.and_then(|curve| curve.points.last())),
        records.last().map(|last| rss_after(last)).unwrap_or_default(),
    ]
}

fn residues(report: &Report<'_>) -> Section {
    let row = |residue: &Residue| {
        vec![
            residue.payload.clone(),
            residue.path.to_string(),
            residue.grown.to_string(),
            residue.per_request.map(|rate| rate.to_string().replace("/request", "")).unwrap_or_default(),
            residue.entries.to_string(),
        ]
    };
    let rows = report.comparison.residues.iter().map(row).collect();
    let head = vec!["payload", "owner", "grew by", "per request", "entries"];
    Section { title: "what payloads leave behind".to_owned(), head, rows, words: vec![0, 1], spared: vec![4] }
}

/// RSS at the last reading of the recovery and when that was, else at the floor.
fn rss_after(last: &PhaseRecord) -> String {
    match last.recovery.last().and_then(|(at, reading)| Some((at, reading.get(&Gauge::Rss)?))) {
        Some((at, rss)) => format!("{} at {at}", Bytes(*rss)),
        None => last.floor.get(&Gauge::Rss).map(|rss| Bytes(*rss).to_string()).unwrap_or_default(),
    }
}

fn requests(recording: &Recording) -> Section {
    let mut names: BTreeMap<&str, Vec<&RequestTally>> = BTreeMap::new();
    for (name, tally) in recording.steady().flat_map(|record| &record.tally.requests) {
        names.entry(name).or_default().push(tally);
    }
    let row = |(name, tallies): (&str, Vec<&RequestTally>)| {
        let worst = |of: fn(&RequestTally) -> u64| tallies.iter().map(|tally| of(tally)).max().unwrap_or(0);
        let (worst, sent) = (worst(|tally| tally.latency_us.1), worst(|tally| tally.from_send_us.1));
        let sum = |of: fn(&RequestTally) -> u64| tallies.iter().map(|tally| of(tally)).sum::<u64>();
        vec![
            name.to_owned(),
            tell(tallies.iter().copied()),
            sum(|tally| tally.sent).to_string(),
            Bytes(sum(|tally| tally.bytes_out)).to_string(),
            Bytes(sum(|tally| tally.bytes_in)).to_string(),
            format!("{:.1} ms", worst as f64 / 1e3),
            format!("{:.1} ms", sent as f64 / 1e3),
        ]
    };
    let head = vec!["request", "answers", "sent", "bytes out", "bytes in", "worst p99", "from send"];
    let rows = names.into_iter().map(row).collect();
    Section { title: "the ordinary mix".to_owned(), head, rows, words: vec![0, 1], spared: vec![6, 3, 4] }
}

fn answers<'a>(records: impl Iterator<Item = &'a PhaseRecord>) -> String {
    tell(records.flat_map(|record| record.tally.requests.values()))
}

/// `40 × 200, 2 × timeout, 8 hung up on`.
fn tell<'a>(tallies: impl Iterator<Item = &'a RequestTally>) -> String {
    let (mut statuses, mut failures) = (BTreeMap::new(), BTreeMap::new());
    let (mut aborted, mut cut) = (0_u64, 0_u64);
    for tally in tallies {
        for (status, count) in &tally.statuses {
            *statuses.entry(*status).or_insert(0) += count;
        }
        for (what, count) in tally.failures.iter().filter(|(what, _)| !what.starts_with("status ")) {
            *failures.entry(what.as_str()).or_insert(0) += count;
        }
        aborted = aborted.saturating_add(tally.aborted);
        cut = cut.saturating_add(tally.cut);
    }
    let statuses = statuses.into_iter().map(|(status, count): (u16, u64)| format!("{count} × {status}"));
    let failures = failures.into_iter().map(|(what, count): (&str, u64)| format!("{count} × {what}"));
    let aborted = (aborted > 0).then(|| format!("{aborted} hung up on"));
    let cut = (cut > 0).then(|| format!("{cut} shown the door"));
    statuses.chain(failures).chain(aborted).chain(cut).collect::<Vec<_>>().join(", ")
}

/// The lines at the end of a report: what was compared with what, how sharp the run was, where it ran.
pub(super) fn footer(report: &Report<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let live = report.comparison.steady_live();
    if let Some((smallest, curve)) = live.and_then(|curve| Some((curve.smallest_visible()?, curve))) {
        let noise = match curve.noise {
            Some(noise) => format!("two runs of the baseline differ by up to {noise}"),
            None => "how much two runs differ is known once the baseline holds several".to_owned(),
        };
        lines.push(format!("smallest change of `{}.floor` that this run could see: {smallest}; {noise}", curve.gauge));
    }
    lines.extend(report.anchor.map(super::Anchor::told));
    if let Some(recording) = report.recordings.first() {
        let facts: Vec<String> =
            recording.fingerprint.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let commit = recording.commit.as_ref().map(|commit| format!(", commit {commit}")).unwrap_or_default();
        lines.push(format!(
            "scenario {}, started {}{commit}, plan {}",
            recording.scenario, recording.started, recording.plan
        ));
        if !facts.is_empty() {
            lines.push(format!("environment: {}", facts.join(", ")));
        }
        let late = recording.phases.iter().map(|record| record.tally.pacing.late_p99_us).max().unwrap_or(0);
        lines.push(format!(
            "the load generator was late by at most {:.2} ms (p99 of the worst phase)",
            late as f64 / 1e3
        ));
    }
    lines
}

/// What the report cannot tell, one sentence each.
pub(super) fn unseen(report: &Report<'_>) -> Vec<String> {
    let mut lines: Vec<String> = report.notes.iter().chain(&report.comparison.caveats).cloned().collect();
    for recording in report.recordings {
        lines.extend(recording.unseen.iter().map(|unseen| format!("{}: {}", unseen.what, unseen.why)));
        for dump in &recording.dumps {
            lines.extend(dump.summary.caveats.iter().map(|caveat| format!("heap dump of {}: {caveat}", dump.process)));
        }
        if let Some(last) = recording.phases.last().filter(|_| !recording.complete) {
            lines.push(format!("the run of `{}` got as far as `{}`", recording.started, last.phase));
        }
    }
    lines.sort();
    lines.dedup();
    lines
}
