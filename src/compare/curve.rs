//! The growth of the floors over equal rounds: slopes with limits, noise, shape.

use super::{Curve, Evidence, Shape, SlopeEstimate, Standing};
use crate::record::{Phase, PhaseRecord, Recording};
use crate::stats::{self, Fit};
use crate::units::{ByteRate, Bytes, Gauge};

/// Confidence of each one-sided limit.
const CONFIDENCE: f64 = 0.99;
/// Fewer points than this carry no slope.
const FEWEST_POINTS: usize = 4;

/// One floor after so many requests.
type Point = (u64, u64);

/// The curves of all gauges: over the steady rounds, and over the rounds of each ugly payload.
pub(super) fn curves(candidate: &[Recording], baseline: &[Recording]) -> Vec<Curve> {
    let payloads = candidate.first().map(Recording::payloads).unwrap_or_default();
    let parts = std::iter::once(None).chain(payloads.into_iter().map(Some));
    parts
        .flat_map(|payload| Gauge::ALL.into_iter().filter_map(move |gauge| curve(candidate, baseline, gauge, payload)))
        .collect()
}

fn curve(candidate: &[Recording], baseline: &[Recording], gauge: Gauge, payload: Option<&str>) -> Option<Curve> {
    let runs = |recordings: &[Recording]| -> Vec<Vec<Point>> {
        let all = recordings.iter().map(|recording| points(recording, gauge, payload));
        all.filter(|points| points.len() > 1).collect()
    };
    let (own, base) = (runs(candidate), runs(baseline));
    let first = own.first()?;
    let requests: Vec<u64> = first.iter().map(|point| point.0).collect();
    let (own_mean, base_mean) = (mean(&own), mean(&base));

    let evidence = if base.is_empty() { Evidence::OwnCurve } else { Evidence::Difference };
    let (x, y) = match evidence {
        Evidence::Difference => difference(&requests, &own_mean, &base_mean),
        Evidence::OwnCurve => own_curve(&requests, &own_mean, payload.is_some()),
    };
    let slope = (y.len() >= FEWEST_POINTS).then(|| estimate(&x, &y)).flatten();
    Some(Curve {
        gauge,
        payload: payload.map(str::to_owned),
        evidence,
        slope,
        noise: noise(&requests, &base),
        shape: shape(&x, &y, slope),
        points: (0..own_mean.len())
            .map(|k| (requests[k], own_mean[k] as u64, base_mean.get(k).map(|value| *value as u64)))
            .collect(),
    })
}

/// The floor before the first round and after each, against the requests of the part that were completed.
fn points(recording: &Recording, gauge: Gauge, payload: Option<&str>) -> Vec<Point> {
    let within = |record: &&PhaseRecord| match (&record.phase, payload) {
        (Phase::Steady { .. }, None) => true,
        (Phase::Ugly { payload: name, .. }, Some(payload)) => name == payload,
        _ => false,
    };
    let Some(start) = recording.phases.iter().position(|record| within(&record)) else { return Vec::new() };
    let before = start.checked_sub(1).and_then(|before| recording.phases[before].floor.get(&gauge));
    let mut points: Vec<Point> = before.map(|floor| (0, *floor)).into_iter().collect();
    let mut requests = 0;
    for record in recording.phases.iter().filter(within) {
        requests += record.sent();
        let Some(floor) = record.floor.get(&gauge) else { break };
        points.push((requests, *floor));
    }
    points
}

fn mean(runs: &[Vec<Point>]) -> Vec<f64> {
    stats::mean_curve(&runs.iter().map(|run| run.iter().map(|point| point.1 as f64).collect()).collect::<Vec<_>>())
}

/// The difference of the lower envelopes at equal request counts.
fn difference(requests: &[u64], own: &[f64], base: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let gap: Vec<f64> = stats::envelope(own).iter().zip(stats::envelope(base)).map(|(own, base)| own - base).collect();
    (requests.iter().skip(1).take(gap.len()).map(|x| *x as f64).collect(), gap)
}

/// Without a baseline there is nothing to cancel warm-up and filling caches, so the first half of the
/// steady rounds is not evidence. A payload's rounds are few and come after it, so all of them are.
fn own_curve(requests: &[u64], own: &[f64], whole: bool) -> (Vec<f64>, Vec<f64>) {
    let lower = stats::envelope(own);
    let skip = if whole { 0 } else { lower.len() / 2 };
    let x = requests.iter().skip(1 + skip).take(lower.len() - skip).map(|x| *x as f64).collect();
    (x, lower[skip..].to_vec())
}

fn estimate(x: &[f64], y: &[f64]) -> Option<SlopeEstimate> {
    let slope = stats::sen(x, y, CONFIDENCE)?;
    Some(SlopeEstimate {
        per_request: ByteRate(slope.estimate),
        lower: ByteRate(slope.lower),
        upper: ByteRate(slope.upper),
        points: y.len(),
    })
}

/// How far the slopes of two runs of the baseline lie apart.
fn noise(requests: &[u64], base: &[Vec<Point>]) -> Option<ByteRate> {
    let slopes: Vec<f64> = base
        .iter()
        .filter_map(|run| {
            let lower = stats::envelope(&run.iter().map(|point| point.1 as f64).collect::<Vec<_>>());
            let x: Vec<f64> = requests.iter().skip(1).take(lower.len()).map(|x| *x as f64).collect();
            stats::sen(&x, &lower, CONFIDENCE).map(|slope| slope.estimate)
        })
        .collect();
    stats::spread(&slopes).map(ByteRate)
}

fn shape(x: &[f64], y: &[f64], slope: Option<SlopeEstimate>) -> Shape {
    let Some(slope) = slope else { return Shape::Unknown };
    match stats::fit(x, y) {
        _ if slope.upper.0 <= 0.0 => Shape::Flat,
        Fit::Saturating { height } => Shape::Plateau(Bytes(height.max(0.0) as u64)),
        Fit::Step { .. } => Shape::Step,
        Fit::Line if slope.lower.0 > 0.0 => Shape::Retention,
        Fit::Line => Shape::Flat,
    }
}

impl SlopeEstimate {
    /// Where the slope stands against a tolerance.
    pub fn against(self, tolerance: ByteRate) -> Standing {
        if self.lower > tolerance {
            Standing::Above
        } else if self.upper < tolerance {
            Standing::Below
        } else {
            Standing::Unsure
        }
    }

    /// The smallest growth that this run could have told from none.
    pub fn smallest_visible(self) -> ByteRate {
        ByteRate((self.per_request.0 - self.lower.0).max(0.0))
    }
}
