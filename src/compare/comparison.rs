//! The types of a comparison.

use crate::heap::OwnerPath;
use crate::units::{ByteDelta, ByteRate, Bytes, Gauge, Metric};

/// Everything that a rule may ask about a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What it was compared with.
    pub reference: Reference,
    /// Slopes of the floors: over the steady rounds, and over the rounds of each ugly payload.
    pub curves: Vec<Curve>,
    /// Values of metrics by phase.
    pub levels: Vec<Level>,
    /// Owners that grew, largest growth first.
    pub owners: Vec<OwnerChange>,
    /// What ugly payloads leave behind, largest first.
    pub residues: Vec<Residue>,
    /// What was left out of the comparison and why, one sentence each.
    pub caveats: Vec<String>,
}

/// What a run was compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// A baseline of so many runs.
    Baseline {
        /// Runs in the baseline.
        runs: usize,
    },
    /// There is none.
    NoBaseline,
    /// There is one, of another environment or load.
    Incomparable(Vec<Difference>),
}

/// A fact in which the environments differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which fact.
    pub fact: String,
    /// In the baseline.
    pub baseline: String,
    /// In this run.
    pub candidate: String,
}

/// The growth of a gauge's floor over the equal rounds of a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Which gauge.
    pub gauge: Gauge,
    /// The ugly payload, or `None` for the steady rounds.
    pub payload: Option<String>,
    /// What the slope is of.
    pub evidence: Evidence,
    /// The slope, where there were rounds enough.
    pub slope: Option<SlopeEstimate>,
    /// The slope of each repeat of the run by itself.
    pub repeats: Vec<ByteRate>,
    /// How two runs of the baseline differ in slope (95th percentile), where it holds several runs.
    pub noise: Option<ByteRate>,
    /// The form of the curve.
    pub shape: Shape,
    /// The points: requests completed, floor of the candidate, floor of the baseline.
    pub points: Vec<(u64, u64, Option<u64>)>,
}

/// What a slope is the slope of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Of the difference to the baseline at equal request counts.
    Difference,
    /// Of the run itself: there is no baseline to subtract.
    OwnCurve,
}

/// A Theil–Sen slope with Sen's one-sided limits, in bytes (or things) per request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlopeEstimate {
    /// The slope.
    pub per_request: ByteRate,
    /// It is above this with the stated confidence.
    pub lower: ByteRate,
    /// It is below this with the stated confidence.
    pub upper: ByteRate,
    /// Points it rests on.
    pub points: usize,
}

/// The growth of the run itself, whatever it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwnSlope {
    /// The slope over the later rounds.
    pub estimate: SlopeEstimate,
    /// Whether the later rounds rise as the earlier ones did.
    pub straight: bool,
    /// Whether it comes to more over the run than the noise of a floor.
    pub visible: bool,
}

/// Where a slope stands against a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The lower limit is above it.
    Above,
    /// The upper limit is below it.
    Below,
    /// The interval holds it.
    Unsure,
}

/// The form of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// No growth to speak of.
    Flat,
    /// A straight rise.
    Retention,
    /// A rise that flattens, at about this much above the baseline, or above its own start where there is none.
    /// Things instead of bytes for gauges that count.
    Plateau(Bytes),
    /// One jump by this much.
    Step(Bytes),
    /// The floors say nothing about a form.
    Unknown,
}

/// An owner that grew while one ugly payload was sent once more between two dumps.
#[derive(Debug, Clone, PartialEq)]
pub struct Residue {
    /// Which payload.
    pub payload: String,
    /// Which process.
    pub process: String,
    /// At which the growth accumulates.
    pub path: OwnerPath,
    /// By how much it grew.
    pub grown: ByteDelta,
    /// Entries (or objects) more.
    pub entries: i64,
    /// For each of the payload's requests that was sent.
    pub per_request: Option<ByteRate>,
    /// The known pattern it matches and what to look at.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// The value of a metric in a phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Which metric.
    pub metric: Metric,
    /// The ugly payload, or `None` for the steady rounds.
    pub payload: Option<String>,
    /// Of this run (the median over repeats).
    pub candidate: u64,
    /// Of the baseline (the median over its runs).
    pub baseline: Option<u64>,
    /// How two runs differ, in the metric's unit.
    pub noise: Option<u64>,
}

/// What became of one owner.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnerChange {
    /// Which process.
    pub process: String,
    /// Which owner: the container or holder at which the growth accumulates.
    pub path: OwnerPath,
    /// Retained in the reference dump.
    pub retained: Bytes,
    /// Against the baseline's reference dump; `None` without a baseline.
    pub against_baseline: Option<ByteDelta>,
    /// Entries (or objects, where it is no container) more than in the baseline.
    pub entries_against_baseline: Option<i64>,
    /// For each request of the diagnosis rounds, within this run; `None` without a second dump.
    pub per_request: Option<ByteRate>,
    /// Retained in the reference dump for each request until then: what the growth would be had it always been the
    /// same. `None` where no request was answered before.
    pub average_per_request: Option<ByteRate>,
    /// `per_request` in the baseline's newest run; `None` without a baseline or where it has no second dump.
    pub baseline_per_request: Option<ByteRate>,
    /// Entries (or objects) more for each request of the diagnosis rounds.
    pub entries_per_request: Option<f64>,
    /// Entries (or objects) in the reference dump: what `retained` is in.
    pub entries: u64,
    /// Bytes for each entry that was added.
    pub bytes_per_entry: Option<Bytes>,
    /// The known pattern it matches (`thread-local map without eviction`, …) and what to look at.
    pub pattern: Option<(&'static str, &'static str)>,
}
