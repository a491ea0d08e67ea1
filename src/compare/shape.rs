//! The shape of a curve: what kind of growth it is.

use super::curve::CONFIDENCE;
use super::{Evidence, Shape, SlopeEstimate};
use crate::stats::{self, Form};
use crate::units::{Bytes, Gauge};

/// A curve without a baseline is straight if its second half rises by this share of its first: a cache that takes
/// the whole run to fill comes to 0.6, one that takes twice the run to 0.78, and a leak of 1 KiB with the drift of a
/// runtime that still warms up to 0.9. Whoever is below waits for a baseline, or for the dumps to tell.
const STRAIGHT: f64 = 0.9;
/// Growth of a floor that collections, compilers and allocators make by themselves: tens of kilobytes from round to
/// round, hence for a long curve, which has many floors to rest on, 64 KiB.
const LONG_CURVE_NOISE: f64 = 64.0 * 1024.0;
/// A short curve rests on few floors, and single ones are off by 100 kB.
const SHORT_CURVE_NOISE: f64 = 256.0 * 1024.0;
/// Points that make a curve long.
const LONG: usize = 8;
/// Things (threads, descriptors) that come and go by themselves.
const COUNT_NOISE: f64 = 4.0;

/// Growth over a whole curve below this is not told from noise, in bytes or things.
pub(super) fn smallest_growth(gauge: Gauge, points: usize) -> f64 {
    match (gauge.is_count(), points >= LONG) {
        (true, _) => COUNT_NOISE,
        (false, true) => LONG_CURVE_NOISE,
        (false, false) => SHORT_CURVE_NOISE,
    }
}

/// The shape of judged points, whose slope was estimated as told.
pub(super) fn of(points: &[(f64, f64)], slope: Option<SlopeEstimate>, evidence: Evidence, gauge: Gauge) -> Shape {
    let (Some(slope), Some(length)) = (slope, length(points)) else { return Shape::Unknown };
    let form = stats::form(points);
    let noise = smallest_growth(gauge, points.len());
    match form {
        Some(Form::Step { height }) if height > noise => return Shape::Step(Bytes(height as u64)),
        Some(Form::Saturating { start, rise, .. }) if rise > noise => {
            // Two runs start at the same level, so that what the difference comes to is above the baseline.
            let top = if evidence == Evidence::Difference { start + rise } else { rise };
            return Shape::Plateau(Bytes(top.max(0.0) as u64));
        }
        _ => {}
    }
    if slope.per_request.0 * length < noise {
        return Shape::Flat;
    }
    if slope.lower.0 <= 0.0 {
        return Shape::Unknown;
    }
    match evidence {
        Evidence::Difference => Shape::Retention,
        Evidence::OwnCurve if is_straight(&points[first_use(points)..]) => Shape::Retention,
        Evidence::OwnCurve => Shape::Unknown,
    }
}

fn length(points: &[(f64, f64)]) -> Option<f64> {
    Some(points.last()?.0 - points.first()?.0)
}

/// Points to leave out at the start of a short curve: what the first use of a payload loads is no bend.
fn first_use(points: &[(f64, f64)]) -> usize {
    usize::from(points.len() < LONG)
}

/// Whether a rise goes on in its second half as it began in its first; of few points, in the last three as in the
/// first three.
pub(super) fn is_straight(points: &[(f64, f64)]) -> bool {
    let half = points.len().div_ceil(2).max(3).min(points.len());
    let (early, late) = (&points[..half], &points[points.len() - half..]);
    match (stats::theil_sen(early, CONFIDENCE), stats::theil_sen(late, CONFIDENCE)) {
        (Some(early), Some(late)) => late.slope > 0.0 && late.slope >= STRAIGHT * early.slope,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        (0..12).map(|k| f64::from(k) * 250.0).map(|x| (x, y(x))).collect()
    }

    #[test]
    fn a_steady_rise_is_straight_and_a_filling_cache_is_not() {
        assert!(is_straight(&points(|x| 1000.0 * x)));
        for constant in [500.0, 1500.0, 3000.0] {
            assert!(!is_straight(&points(|x| 5e6 * (1.0 - (-x / constant).exp()))), "{constant}");
        }
        assert!(!is_straight(&points(|_| 7.0)));
        assert!(!is_straight(&[]));
        assert!(!is_straight(&[(0.0, 1.0), (1.0, 2.0)]));
    }
}
