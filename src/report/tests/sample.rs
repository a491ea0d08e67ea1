//! Reports made by hand: one for each way in which a run can end.

use crate::compare::{
    Comparison, Curve, Difference, Evidence, Level as Value, OwnerChange, Reference, Shape, SlopeEstimate,
};
use crate::diag::Place;
use crate::heap::{OwnerPath, Step};
use crate::policy::Level;
use crate::record::{Fingerprint, LoadTally, Pacing, Phase, PhaseRecord, Recording, RequestTally, Unseen};
use crate::report::{Anchor, Report};
use crate::units::{ByteDelta, ByteRate, Bytes, Elapsed, Gauge, Metric};
use crate::verdict::{Amount, Finding, Outcome, PolicyChange, Standing, Subject, Verdict};

/// All that a report borrows.
pub(super) struct Sample {
    pub recording: Recording,
    pub comparison: Comparison,
    pub verdict: Verdict,
    pub policy_change: Option<PolicyChange>,
    pub anchor: Option<Anchor>,
    pub notes: Vec<String>,
}

impl Sample {
    pub(super) fn report(&self) -> Report<'_> {
        Report {
            recordings: std::slice::from_ref(&self.recording),
            comparison: &self.comparison,
            verdict: &self.verdict,
            policy_change: self.policy_change.as_ref(),
            anchor: self.anchor.as_ref(),
            notes: &self.notes,
            gated: &[Gauge::Live, Gauge::Rss],
        }
    }
}

/// Every rule holds, against a baseline of three runs.
pub(super) fn pass() -> Sample {
    Sample {
        recording: recording(),
        comparison: comparison(),
        verdict: verdict(Outcome::Pass, "every rule holds: `live.floor` keeps 3 B/request", Vec::new()),
        policy_change: None,
        anchor: None,
        notes: Vec::new(),
    }
}

/// A run that holds against the last one, and not against the last release.
pub(super) fn anchored() -> Sample {
    let mut comparison = comparison();
    comparison.levels.push(Value {
        metric: "live.floor".parse().unwrap(),
        payload: None,
        candidate: 42 << 20,
        baseline: Some(40 << 20),
        noise: None,
    });
    let anchor = Anchor { started: "2026-09-01T10:00:00Z".into(), commit: Some("5d1f00d".into()), comparison };
    Sample { anchor: Some(anchor), ..pass() }
}

/// The leak, in a change that would rather allow it.
pub(super) fn excused() -> Sample {
    let policy_change = Some(PolicyChange {
        base: "`main` (0a1b2c3d4e)".into(),
        removed: vec!["block: slope of live.floor, all phases: at most 100 B/request".into()],
        added: vec![
            "warn: slope of live.floor, all phases: at most 4 KiB/request".into(),
            "waiver of static RouteCache.* by <b>payments</b>: we @all agreed: until 2027-01-31".into(),
        ],
        load: true,
        outcome: Outcome::Waived,
        exit_code: 0,
        headline: "`live.floor` keeps 2.31 KiB/request more than the baseline".into(),
    });
    Sample { policy_change, ..leak() }
}

/// A map in a thread-local grows with every request.
pub(super) fn leak() -> Sample {
    let mut sample = pass();
    let curve = &mut sample.comparison.curves[0];
    curve.slope = Some(slope(2366.0, 2251.0, 2458.0));
    curve.shape = Shape::Retention;
    curve.points = (0..=12).map(|i| (500 + i * 250, (40 << 20) + i * 591_500, Some((40 << 20) + i * 900))).collect();
    sample.comparison.owners = vec![owner()];
    let message = "`live.floor` keeps 2.31 KiB/request more than the baseline, allowed 100 B/request; owner \
                   `static RouteCache.CACHE: java.lang.ThreadLocal → entries: java.util.HashMap` (+4120 entries, \
                   2.40 KiB each)";
    let finding = Finding {
        place: Some(Place { file: "plimsoll.toml".into(), line: 31, text: r#"max = "100 B""#.into() }),
        subject: Subject {
            metric: Some("live.slope".parse().unwrap()),
            phase: Some("steady".into()),
            payload: None,
            owner: Some(owner().path),
        },
        limit: Some(Amount::Rate(ByteRate(100.0))),
        interval: Some((Amount::Rate(ByteRate(2251.0)), Amount::Rate(ByteRate(2458.0)))),
        noise: Some(Amount::Rate(ByteRate(11.0))),
        shape: Some("retention"),
        advice: vec!["thread-local map without eviction: bound it, or clear it when the request ends".into()],
        ..about("slope-exceeded", Amount::Rate(ByteRate(2366.0)), message)
    };
    let warning = Finding {
        level: Level::Warn,
        place: Some(Place { file: "web-service (built in)".into(), line: 12, text: r#"metric = "rss.peak""#.into() }),
        subject: Subject { metric: Some("rss.peak".parse().unwrap()), ..Subject::default() },
        limit: Some(Amount::Size(Bytes(120 << 20))),
        ..about("bound-exceeded", Amount::Size(Bytes(131 << 20)), "`rss.peak` is 131 MiB, allowed 120 MiB")
    };
    sample.verdict = verdict(Outcome::Regressed, message, vec![finding, warning]);
    sample
}

/// The first run of a scenario.
pub(super) fn no_baseline() -> Sample {
    let mut sample = pass();
    sample.comparison.reference = Reference::NoBaseline;
    for curve in &mut sample.comparison.curves {
        (curve.evidence, curve.noise) = (Evidence::OwnCurve, None);
        curve.points.iter_mut().for_each(|point| point.2 = None);
    }
    let headline = "nothing to compare with yet: `plimsoll accept` makes this run the baseline";
    sample.verdict = verdict(Outcome::NoBaseline, headline, Vec::new());
    sample
}

/// The runtime was updated since.
pub(super) fn incomparable() -> Sample {
    let mut sample = no_baseline();
    let differ = |fact: &str, baseline: &str, candidate: &str| Difference {
        fact: fact.into(),
        baseline: baseline.into(),
        candidate: candidate.into(),
    };
    let differences = vec![differ("cpus", "4", "2"), differ("runtime-version", "21.0.4+7", "21.0.5+11")];
    sample.comparison.reference = Reference::Incomparable(differences);
    let headline = "the baseline differs in cpus, runtime-version: accept a new one";
    sample.verdict = verdict(Outcome::Incomparable, headline, Vec::new());
    sample
}

/// The kernel killed the service while it decoded an image.
pub(super) fn oom_killed() -> Sample {
    let mut sample = pass();
    sample.recording.complete = false;
    sample.recording.phases.truncate(4);
    sample.comparison.caveats = vec!["the run of `2026-11-20T10:00:00Z` was cut short".into()];
    sample.notes = vec!["`recording.json` is missing, the run was cut off".into()];
    let message = "the kernel killed the service for memory under payload `image-bomb`, 1 times";
    let subject = Subject { phase: Some("ugly".into()), payload: Some("image-bomb".into()), ..Subject::default() };
    let finding = Finding { subject, ..about("oom-killed", Amount::Count(1.0), message) };
    sample.verdict = verdict(Outcome::Regressed, message, vec![finding]);
    sample
}

/// The interval holds the tolerance; a waiver covers something else.
pub(super) fn inconclusive() -> Sample {
    let mut sample = pass();
    sample.comparison.curves[0].slope = Some(slope(96.0, 51.0, 143.0));
    let message = "`live.floor` may keep 96 B/request more than the baseline, allowed 100 B/request";
    let unsure = Finding {
        standing: Standing::Unsure,
        limit: Some(Amount::Rate(ByteRate(100.0))),
        interval: Some((Amount::Rate(ByteRate(51.0)), Amount::Rate(ByteRate(143.0)))),
        ..about("slope-exceeded", Amount::Rate(ByteRate(96.0)), message)
    };
    let waived = Finding {
        standing: Standing::Waived("interned symbols, by payments until 2027-01-31".into()),
        limit: Some(Amount::Size(Bytes(4 << 20))),
        ..about("owner-grew", Amount::Size(Bytes(9 << 20)), "owner `static SymbolTable.ALL: Map` grew by 9.00 MiB")
    };
    sample.verdict = verdict(Outcome::Inconclusive, message, vec![unsure, waived]);
    sample.verdict.waiver_notes = vec!["the waiver at plimsoll.toml:50 ends within a week, on 2026-11-27".into()];
    sample
}

fn verdict(outcome: Outcome, headline: &str, findings: Vec<Finding>) -> Verdict {
    Verdict { outcome, headline: headline.into(), findings, waiver_notes: Vec::new(), fail_when_unsure: true }
}

fn about(code: &'static str, measured: Amount, message: &str) -> Finding {
    Finding {
        code,
        level: Level::Block,
        standing: Standing::Fires,
        place: None,
        subject: Subject::default(),
        measured,
        limit: None,
        interval: None,
        noise: None,
        message: message.into(),
        shape: None,
        advice: Vec::new(),
    }
}

fn slope(per_request: f64, lower: f64, upper: f64) -> SlopeEstimate {
    let [per_request, lower, upper] = [per_request, lower, upper].map(ByteRate);
    SlopeEstimate { per_request, lower, upper, points: 12 }
}

fn owner() -> OwnerChange {
    let step = |edge: &str, class: &str| Step { edge: edge.into(), class: class.into() };
    OwnerChange {
        process: "java#1".into(),
        path: OwnerPath(vec![
            step("static RouteCache.CACHE", "java.lang.ThreadLocal"),
            step("entries", "java.util.HashMap"),
        ]),
        retained: Bytes(9 << 20),
        against_baseline: Some(ByteDelta(9_888_000)),
        entries_against_baseline: Some(4120),
        per_request: Some(ByteRate(2371.0)),
        average_per_request: Some(ByteRate(2400.0)),
        baseline_per_request: Some(ByteRate(0.0)),
        entries_per_request: Some(0.96),
        entries: 4188,
        bytes_per_entry: Some(Bytes(2458)),
        pattern: Some(("thread-local map without eviction", "bound it, or clear it when the request ends")),
    }
}

fn comparison() -> Comparison {
    let curve = |gauge: Gauge, base: u64, wave: u64| Curve {
        gauge,
        payload: None,
        evidence: Evidence::Difference,
        slope: Some(slope(3.0, -9.0, 14.0)),
        repeats: vec![ByteRate(3.0)],
        noise: Some(ByteRate(11.0)),
        shape: Shape::Flat,
        points: (0..=12).map(|i| (500 + i * 250, base + i % 3 * wave, Some(base))).collect(),
    };
    let mut bomb = curve(Gauge::Live, 40 << 20, 4096);
    (bomb.payload, bomb.slope) = (Some("image-bomb".into()), None);
    let peak = |gauge: &str, candidate: u64| Value {
        metric: Metric { gauge: gauge.parse().unwrap(), statistic: crate::units::Statistic::Peak },
        payload: None,
        candidate,
        baseline: Some(candidate),
        noise: Some(1 << 18),
    };
    Comparison {
        residues: Vec::new(),
        reference: Reference::Baseline { runs: 3 },
        curves: vec![
            curve(Gauge::Live, 40 << 20, 900),
            curve(Gauge::Native, 8 << 20, 4096),
            curve(Gauge::Rss, 118 << 20, 300_000),
            curve(Gauge::Threads, 24, 1),
            bomb,
        ],
        levels: vec![peak("live", 48 << 20), peak("rss", 131 << 20), peak("threads", 26)],
        owners: Vec::new(),
        caveats: Vec::new(),
    }
}

fn recording() -> Recording {
    let facts = [("runtime", "jvm"), ("runtime-version", "21.0.5+11"), ("cpus", "2"), ("memory-limit", "512 MiB")];
    let mut phases = vec![phase(Phase::WarmUp, "quote", 500, 200)];
    phases.extend([1, 2].map(|round| phase(Phase::Steady { round }, "quote", 250, 200)));
    let mut bomb = phase(Phase::Ugly { payload: "image-bomb".into(), round: 1 }, "image-bomb", 4, 413);
    bomb.recovery = vec![(Elapsed::from_millis(15_000), [(Gauge::Rss, 119 << 20)].into())];
    phases.push(bomb);
    phases.push(phase(Phase::Ugly { payload: "hang-up".into(), round: 1 }, "hang-up", 0, 200));
    Recording {
        started: "2026-11-20T10:00:00Z".into(),
        scenario: "quotes".into(),
        plan: "5f0c".into(),
        commit: Some("0a1b2c3".into()),
        fingerprint: Fingerprint { facts: facts.map(|(name, value)| (name.into(), value.into())).into() },
        ready: Some(Elapsed::from_millis(900)),
        phases,
        unseen: vec![Unseen {
            what: "working set".into(),
            why: "there is no private control group: run as root".into(),
        }],
        ended: Some(Elapsed::from_millis(60_000)),
        complete: true,
        ..Recording::default()
    }
}

fn phase(phase: Phase, name: &str, sent: u64, status: u16) -> PhaseRecord {
    let tally = RequestTally {
        sent,
        statuses: if sent > 0 { [(status, sent)].into() } else { Default::default() },
        failures: if sent > 0 { Default::default() } else { [("timeout".to_owned(), 2)].into() },
        cut: 0,
        from_send_us: (850, 3100),
        route: String::new(),
        aborted: if sent > 0 { 0 } else { 8 },
        bytes_out: sent * 100,
        bytes_in: sent * 2048,
        latency_us: (900, 4200),
    };
    let pacing = Pacing { late_p99_us: 310, late_max_us: 900, shifted: Elapsed::default(), overrun: false };
    PhaseRecord {
        phase,
        began: Elapsed::default(),
        loaded: Some(Elapsed::from_millis(900)),
        settled: Some(Elapsed::from_millis(1200)),
        tally: LoadTally { requests: [(name.to_owned(), tally)].into(), pacing, digest: "d".into(), invalid: None },
        floor: [(Gauge::Live, 40 << 20), (Gauge::Rss, 118 << 20)].into(),
        peak: [(Gauge::Rss, 240 << 20)].into(),
        processes: Vec::new(),
        recovery: Vec::new(),
        incidents: Vec::new(),
    }
}
