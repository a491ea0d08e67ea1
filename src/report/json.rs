//! The report for programs. The schema version rises when a name changes its meaning or goes.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Report, section};
use crate::compare::{Evidence, Reference, Residue};
use crate::policy::Level;
use crate::record::{Phase, PhaseRecord};
use crate::verdict::{Amount, Finding, Standing};

/// The version of this view.
pub const VERSION: u32 = 1;

/// The report as a JSON value: amounts are plain numbers in bytes, bytes per request, seconds or counts.
///
/// # Errors
/// When a figure is no number.
pub fn value(report: &Report<'_>) -> serde_json::Result<serde_json::Value> {
    serde_json::to_value(view(report))
}

/// The report as JSON text.
///
/// # Errors
/// As [`value`].
pub fn render(report: &Report<'_>) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&view(report))? + "\n")
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct View {
    schema: u32,
    scenario: String,
    started: String,
    commit: Option<String>,
    plan: String,
    complete: bool,
    verdict: VerdictView,
    /// Only where a change is judged by the rules of its base and changes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_change: Option<PolicyChangeView>,
    reference: ReferenceView,
    curves: Vec<CurveView>,
    levels: Vec<LevelView>,
    owners: Vec<OwnerView>,
    residues: Vec<ResidueView>,
    /// By request name: the ordinary mix over all steady rounds, and each ugly payload over its own.
    requests: BTreeMap<String, TallyView>,
    payloads: BTreeMap<String, TallyView>,
    not_seen: Vec<String>,
    environment: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct VerdictView {
    outcome: &'static str,
    exit_code: u8,
    headline: String,
    findings: Vec<FindingView>,
    waiver_notes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PolicyChangeView {
    base: String,
    removed: Vec<String>,
    added: Vec<String>,
    load: bool,
    outcome: &'static str,
    exit_code: u8,
    headline: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FindingView {
    code: &'static str,
    level: &'static str,
    standing: &'static str,
    message: String,
    metric: Option<String>,
    phase: Option<String>,
    payload: Option<String>,
    owner: Option<String>,
    measured: f64,
    limit: Option<f64>,
    interval: Option<(f64, f64)>,
    noise: Option<f64>,
    unit: &'static str,
    shape: Option<&'static str>,
    rule: Option<String>,
    rule_text: Option<String>,
    waived_because: Option<String>,
    advice: Vec<String>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum ReferenceView {
    Baseline { runs: usize },
    None,
    Incomparable { differences: Vec<(String, String, String)> },
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CurveView {
    gauge: &'static str,
    payload: Option<String>,
    slope_of: &'static str,
    per_request: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    repeats: Vec<f64>,
    noise: Option<f64>,
    smallest_visible: Option<f64>,
    gated: bool,
    shape: Option<&'static str>,
    points: Vec<(u64, u64, Option<u64>)>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct LevelView {
    metric: String,
    payload: Option<String>,
    candidate: u64,
    baseline: Option<u64>,
    noise: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct OwnerView {
    process: String,
    owner: String,
    retained: u64,
    against_baseline: Option<i64>,
    entries: u64,
    entries_against_baseline: Option<i64>,
    entries_per_request: Option<f64>,
    bytes_per_request: Option<f64>,
    bytes_per_entry: Option<u64>,
    pattern: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ResidueView {
    payload: String,
    process: String,
    owner: String,
    grown: i64,
    entries: i64,
    bytes_per_request: Option<f64>,
    pattern: Option<&'static str>,
}

fn residue(residue: &Residue) -> ResidueView {
    ResidueView {
        payload: residue.payload.clone(),
        process: residue.process.clone(),
        owner: residue.path.to_string(),
        grown: residue.grown.0,
        entries: residue.entries,
        bytes_per_request: residue.per_request.map(|rate| rate.0),
        pattern: residue.pattern.map(|(name, _)| name),
    }
}

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct TallyView {
    /// Method and path as the policy names them.
    route: String,
    sent: u64,
    statuses: BTreeMap<u16, u64>,
    failures: BTreeMap<String, u64>,
    aborted: u64,
    cut: u64,
    bytes_out: u64,
    bytes_in: u64,
    worst_p99_us: u64,
    worst_p99_from_send_us: u64,
}

fn tallies<'a>(records: impl Iterator<Item = &'a PhaseRecord>) -> BTreeMap<String, TallyView> {
    let mut views: BTreeMap<String, TallyView> = BTreeMap::new();
    for (name, tally) in records.flat_map(|record| &record.tally.requests) {
        let view = views.entry(name.clone()).or_default();
        view.route.clone_from(&tally.route);
        view.sent += tally.sent;
        view.aborted += tally.aborted;
        view.cut += tally.cut;
        view.bytes_out += tally.bytes_out;
        view.bytes_in += tally.bytes_in;
        view.worst_p99_from_send_us = view.worst_p99_from_send_us.max(tally.from_send_us.1);
        view.worst_p99_us = view.worst_p99_us.max(tally.latency_us.1);
        for (status, count) in &tally.statuses {
            *view.statuses.entry(*status).or_default() += count;
        }
        for (what, count) in &tally.failures {
            *view.failures.entry(what.clone()).or_default() += count;
        }
    }
    views
}

fn view(report: &Report<'_>) -> View {
    let recording = report.recordings.first().cloned().unwrap_or_default();
    let verdict = report.verdict;
    let requests = tallies(recording.steady());
    let payloads = tallies(recording.phases.iter().filter(|record| matches!(record.phase, Phase::Ugly { .. })));
    View {
        schema: VERSION,
        scenario: recording.scenario,
        started: recording.started,
        commit: recording.commit,
        plan: recording.plan,
        complete: recording.complete,
        verdict: VerdictView {
            outcome: verdict.outcome.name(),
            exit_code: verdict.exit_code(),
            headline: verdict.headline.clone(),
            findings: verdict.findings.iter().map(finding).collect(),
            waiver_notes: verdict.waiver_notes.clone(),
        },
        policy_change: report.policy_change.map(|change| PolicyChangeView {
            base: change.base.clone(),
            removed: change.removed.clone(),
            added: change.added.clone(),
            load: change.load,
            outcome: change.outcome.name(),
            exit_code: change.exit_code,
            headline: change.headline.clone(),
        }),
        reference: match &report.comparison.reference {
            Reference::Baseline { runs } => ReferenceView::Baseline { runs: *runs },
            Reference::NoBaseline => ReferenceView::None,
            Reference::Incomparable(differences) => ReferenceView::Incomparable {
                differences: differences
                    .iter()
                    .map(|difference| {
                        (difference.fact.clone(), difference.baseline.clone(), difference.candidate.clone())
                    })
                    .collect(),
            },
        },
        curves: report.comparison.curves.iter().map(|one| curve(report, one)).collect(),
        levels: report
            .comparison
            .levels
            .iter()
            .map(|level| LevelView {
                metric: level.metric.to_string(),
                payload: level.payload.clone(),
                candidate: level.candidate,
                baseline: level.baseline,
                noise: level.noise,
            })
            .collect(),
        owners: report.comparison.owners.iter().map(owner).collect(),
        residues: report.comparison.residues.iter().map(residue).collect(),
        requests,
        payloads,
        not_seen: section::unseen(report),
        environment: recording.fingerprint.facts,
    }
}

fn curve(report: &Report<'_>, curve: &crate::compare::Curve) -> CurveView {
    CurveView {
        gauge: curve.gauge.name(),
        payload: curve.payload.clone(),
        slope_of: match curve.evidence {
            Evidence::Difference => "difference-to-baseline",
            Evidence::OwnCurve => "run",
        },
        per_request: curve.slope.map(|slope| slope.per_request.0),
        lower: curve.slope.map(|slope| slope.lower.0),
        upper: curve.slope.map(|slope| slope.upper.0),
        repeats: curve.repeats.iter().map(|rate| rate.0).collect(),
        noise: curve.noise.map(|noise| noise.0),
        smallest_visible: curve.smallest_visible().map(|rate| rate.0),
        gated: report.gated.contains(&curve.gauge),
        shape: curve.shape.name(),
        points: curve.points.clone(),
    }
}

fn owner(owner: &crate::compare::OwnerChange) -> OwnerView {
    OwnerView {
        process: owner.process.clone(),
        owner: owner.path.to_string(),
        retained: owner.retained.0,
        against_baseline: owner.against_baseline.map(|delta| delta.0),
        entries: owner.entries,
        entries_against_baseline: owner.entries_against_baseline,
        entries_per_request: owner.entries_per_request,
        bytes_per_request: owner.per_request.map(|rate| rate.0),
        bytes_per_entry: owner.bytes_per_entry.map(|bytes| bytes.0),
        pattern: owner.pattern.map(|(name, _)| name),
    }
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        code: finding.code,
        level: match finding.level {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Block => "block",
        },
        standing: match finding.standing {
            Standing::Fires => "fires",
            Standing::Waived(_) => "waived",
            Standing::Unsure => "unsure",
        },
        message: finding.message.clone(),
        metric: finding.subject.metric.map(|metric| metric.to_string()),
        phase: finding.subject.phase.clone(),
        payload: finding.subject.payload.clone(),
        owner: finding.subject.owner.as_ref().map(ToString::to_string),
        measured: finding.measured.value(),
        limit: finding.limit.map(Amount::value),
        interval: finding.interval.map(|(low, high)| (low.value(), high.value())),
        noise: finding.noise.map(Amount::value),
        unit: match finding.measured {
            Amount::Size(_) => "bytes",
            Amount::Rate(_) => "bytes-per-request",
            Amount::Count(_) => "count",
            Amount::Time(_) => "seconds",
        },
        shape: finding.shape,
        rule: finding.place.as_ref().map(ToString::to_string),
        rule_text: finding.place.as_ref().map(|place| place.text.clone()),
        waived_because: match &finding.standing {
            Standing::Waived(why) => Some(why.clone()),
            Standing::Fires | Standing::Unsure => None,
        },
        advice: finding.advice.clone(),
    }
}
