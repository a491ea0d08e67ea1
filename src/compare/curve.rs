//! The growth of the floors over equal rounds: slopes with limits, noise, shape.

use super::floors::{Floors, floors};
use super::shape;
use super::track::{Tracks, mean};
use super::{Curve, Evidence, OwnSlope, SlopeEstimate, Standing};
use crate::record::Recording;
use crate::stats::{self, POINTS_FOR_LIMITS};
use crate::units::{ByteRate, Gauge};

/// Confidence of each one-sided limit.
pub(super) const CONFIDENCE: f64 = 0.99;
/// From so many points on, the first half of a curve without baseline is warm-up and no evidence.
const HALVED_FROM: usize = 8;

/// The curves of all gauges: over the steady rounds, and over the rounds of each ugly payload.
pub(super) fn curves(candidate: &[Recording], baseline: &[&Recording]) -> Vec<Curve> {
    let payloads = candidate.first().map(Recording::payloads).unwrap_or_default();
    let parts = std::iter::once(None).chain(payloads.into_iter().map(Some));
    parts
        .flat_map(|payload| Gauge::ALL.into_iter().filter_map(move |gauge| curve(candidate, baseline, gauge, payload)))
        .collect()
}

fn curve(candidate: &[Recording], baseline: &[&Recording], gauge: Gauge, payload: Option<&str>) -> Option<Curve> {
    let own: Vec<Floors> = candidate.iter().map(|run| floors(run, gauge, payload)).collect();
    let base: Vec<Floors> = baseline.iter().map(|run| floors(run, gauge, payload)).collect();
    let tracks = Tracks::align(&own, &base)?;
    let x = tracks.judged_requests();
    let judged = |tracks_of: &[Vec<f64>]| -> Vec<Vec<f64>> { tracks_of.iter().map(|t| tracks.judged(t)).collect() };
    let (own, base) = (judged(&tracks.candidate), judged(&tracks.baseline));
    let evidence = if base.is_empty() { Evidence::OwnCurve } else { Evidence::Difference };
    let against = |curve: &[f64], base: &[f64]| points(&x, curve, base);
    let whole = against(&mean(&own), &mean(&base));
    let slope = estimate(&whole, evidence);
    Some(Curve {
        gauge,
        payload: payload.map(str::to_owned),
        evidence,
        slope,
        repeats: repeats(&own, &base, evidence, against),
        noise: stats::spread(&base.iter().filter_map(|run| slope_of(&points(&x, run, &[]))).collect::<Vec<_>>())
            .map(ByteRate),
        shape: shape::of(&whole, slope, evidence, gauge),
        points: raw_points(&tracks),
    })
}

/// The judged points of a curve, less those of the baseline where there is one.
fn points(x: &[f64], curve: &[f64], base: &[f64]) -> Vec<(f64, f64)> {
    let less = base.iter().copied().chain(std::iter::repeat(0.0));
    x.iter().zip(curve).zip(less).map(|((x, y), base)| (*x, y - base)).collect()
}

fn raw_points(tracks: &Tracks) -> Vec<(u64, u64, Option<u64>)> {
    let (own, base) = (mean(&tracks.candidate), mean(&tracks.baseline));
    let floor = |value: &f64| value.max(0.0) as u64;
    (0..own.len()).map(|k| (tracks.requests[k], floor(&own[k]), base.get(k).map(floor))).collect()
}

/// The slope of each repeat, paired with its own baseline run where there are as many.
fn repeats(
    own: &[Vec<f64>],
    base: &[Vec<f64>],
    evidence: Evidence,
    against: impl Fn(&[f64], &[f64]) -> Vec<(f64, f64)>,
) -> Vec<ByteRate> {
    let average = mean(base);
    let paired = own.len() == base.len();
    let curves = own.iter().enumerate().map(|(i, run)| against(run, if paired { &base[i] } else { &average }));
    curves.filter_map(|curve| estimate(&curve, evidence)).map(|slope| slope.per_request).collect()
}

fn slope_of(points: &[(f64, f64)]) -> Option<f64> {
    stats::theil_sen(points, CONFIDENCE).map(|slope| slope.slope)
}

/// Without a baseline nothing cancels warm-up and filling caches: only the second half of many rounds counts.
fn estimate(points: &[(f64, f64)], evidence: Evidence) -> Option<SlopeEstimate> {
    let skip = if evidence == Evidence::OwnCurve && points.len() >= HALVED_FROM { points.len() / 2 } else { 0 };
    let slope = stats::theil_sen(&points[skip..], CONFIDENCE)?;
    Some(SlopeEstimate {
        per_request: ByteRate(slope.slope),
        lower: ByteRate(slope.lower),
        upper: ByteRate(slope.upper),
        points: slope.points,
    })
}

impl SlopeEstimate {
    /// Where the slope stands against a tolerance. Fewer than five points cannot be sure of anything above it.
    pub fn against(self, tolerance: ByteRate) -> Standing {
        if self.upper < tolerance {
            Standing::Below
        } else if self.lower > tolerance && self.points >= POINTS_FOR_LIMITS {
            Standing::Above
        } else {
            Standing::Unsure
        }
    }

    /// The smallest growth that this run could have told from none.
    pub fn smallest_visible(self) -> ByteRate {
        ByteRate((self.per_request.0 - self.lower.0).max(self.upper.0 - self.per_request.0).max(0.0))
    }
}

impl Curve {
    /// Requests from the first point to the last.
    pub fn requests(&self) -> u64 {
        match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) => last.0.saturating_sub(first.0),
            _ => 0,
        }
    }

    /// Growth over the whole curve that a single floor's noise could not have made, in bytes or things.
    pub fn smallest_growth(&self) -> f64 {
        shape::smallest_growth(self.gauge, self.points.len())
    }

    /// Whether the growth over all requests of the curve is more than the noise of a floor.
    pub fn is_visible(&self) -> bool {
        self.slope.is_some_and(|slope| slope.per_request.0 * self.requests() as f64 >= self.smallest_growth())
    }

    /// The slope of the run itself over the second half of its points, baseline or not.
    pub fn own_slope(&self) -> Option<OwnSlope> {
        let points: Vec<(f64, f64)> = self.points.iter().map(|point| (point.0 as f64, point.1 as f64)).collect();
        let estimate = estimate(&points, Evidence::OwnCurve)?;
        Some(OwnSlope {
            estimate,
            straight: shape::is_straight(&points),
            visible: estimate.per_request.0 * self.requests() as f64 >= self.smallest_growth(),
        })
    }

    /// The smallest slope that would have been seen here: by the width of the interval, by what two runs of the
    /// baseline differ, and by the noise of a single floor over so few requests.
    pub fn smallest_visible(&self) -> Option<ByteRate> {
        let slope = self.slope.filter(|_| self.requests() > 0)?;
        let floor = self.smallest_growth() / self.requests() as f64;
        Some(ByteRate(slope.smallest_visible().0.max(floor).max(self.noise.map_or(0.0, |noise| noise.0))))
    }
}
