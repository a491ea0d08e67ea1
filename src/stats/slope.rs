//! Theil–Sen slopes with Sen's one-sided limits.
//!
//! P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63 (1968):
//! the median of all pairwise slopes, and as limits those pairwise slopes whose ranks the variance
//! of Kendall's statistic gives. Breaks down only when 29 % of the points are outliers.

use statrs::distribution::{ContinuousCDF, Normal};

use super::median;

/// Fewest points whose extreme pairwise slopes bound the slope with 99 %: five points are all in
/// order by chance once in 120 times, four once in 24.
pub const POINTS_FOR_LIMITS: usize = 5;

/// Points above this number are thinned: the pairs grow with the square.
const MOST_POINTS: usize = 512;

/// A slope with its limits, in units of y for each unit of x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenSlope {
    /// The median of the pairwise slopes.
    pub slope: f64,
    /// Lower limit, one-sided.
    pub lower: f64,
    /// Upper limit, one-sided.
    pub upper: f64,
    /// Points it rests on.
    pub points: usize,
}

/// The slope of `(x, y)` points with one-sided limits of the given confidence (0.5 to 1).
///
/// `None` for fewer than three finite points with different x. Below [`POINTS_FOR_LIMITS`] points
/// the limits are the extreme pairwise slopes and hold with less than 99 %.
pub fn theil_sen(points: &[(f64, f64)], confidence: f64) -> Option<SenSlope> {
    let points = thinned(points);
    let slopes = pairwise(&points);
    if points.len() < 3 || slopes.len() < 3 {
        return None;
    }
    let (lower, upper) = ranks(points.len(), slopes.len(), confidence);
    Some(SenSlope { slope: median(&slopes)?, lower: slopes[lower], upper: slopes[upper], points: points.len() })
}

fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let finite = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite());
    let stride = points.len().div_ceil(MOST_POINTS).max(1);
    finite.step_by(stride).collect()
}

/// All slopes between two points, in rising order.
fn pairwise(points: &[(f64, f64)]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (i, from) in points.iter().enumerate() {
        for to in &points[i + 1..] {
            let slope = (to.1 - from.1) / (to.0 - from.0);
            if slope.is_finite() {
                slopes.push(slope);
            }
        }
    }
    slopes.sort_by(f64::total_cmp);
    slopes
}

/// Ranks of the limits among so many sorted pairwise slopes; the slopes are not empty.
fn ranks(points: usize, slopes: usize, confidence: f64) -> (usize, usize) {
    let (n, m) = (points as f64, slopes as f64);
    let deviation = (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let reach = Normal::standard().inverse_cdf(confidence.clamp(0.5, 1.0 - 1e-9)) * deviation;
    let lower = ((m - reach) / 2.0).floor().max(0.0) as usize;
    let upper = ((m + reach) / 2.0).ceil() as usize;
    // At low confidence the rounding must not carry a limit past the median.
    (lower.min((slopes - 1) / 2), upper.clamp(slopes / 2, slopes - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(points: usize, slope: f64) -> Vec<(f64, f64)> {
        (0..points).map(|i| (i as f64 * 250.0, 1e6 + slope * i as f64 * 250.0)).collect()
    }

    #[test]
    fn an_exact_line_has_its_slope_and_no_width() {
        let fit = theil_sen(&line(12, 100.0), 0.99).unwrap();
        assert_eq!((fit.slope, fit.lower, fit.upper, fit.points), (100.0, 100.0, 100.0, 12));
    }

    #[test]
    fn limits_are_the_ranks_of_the_reference_procedure() {
        // 12 points, 66 slopes: 2.3263 · √(12·11·29/18) = 33.93, so ranks 16 and 50.
        assert_eq!(ranks(12, 66, 0.99), (16, 50));
    }

    #[test]
    fn three_outliers_of_twelve_do_not_move_it_far() {
        let mut points = line(12, 100.0);
        for i in [2, 5, 9] {
            points[i].1 += 2e6;
        }
        let fit = theil_sen(&points, 0.99).unwrap();
        assert!((fit.slope - 100.0).abs() < 60.0, "{fit:?}");
    }

    #[test]
    fn degenerate_input_has_no_slope() {
        assert_eq!(theil_sen(&[], 0.99), None);
        assert_eq!(theil_sen(&line(2, 1.0), 0.99), None);
        assert_eq!(theil_sen(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0), (1.0, 4.0)], 0.99), None);
        assert_eq!(theil_sen(&[(f64::NAN, 1.0); 9], 0.99), None);
    }

    #[test]
    fn very_many_points_are_thinned() {
        let fit = theil_sen(&line(100_000, 3.0), 0.99).unwrap();
        assert!(fit.points <= MOST_POINTS && (fit.slope - 3.0).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn the_slope_lies_within_its_limits(values in prop::collection::vec(-1e12..1e12_f64, 0..30), c in 0.0..1.0_f64) {
            let points: Vec<_> = values.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            if let Some(fit) = theil_sen(&points, c) {
                prop_assert!(fit.lower <= fit.slope && fit.slope <= fit.upper);
            }
        }

        #[test]
        fn an_added_line_adds_its_slope(values in prop::collection::vec(-1e6..1e6_f64, 5..20), slope in -1e3..1e3_f64) {
            let plain: Vec<_> = values.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            let tilted: Vec<_> = plain.iter().map(|(x, y)| (*x, y + slope * x)).collect();
            let (before, after) = (theil_sen(&plain, 0.99).unwrap(), theil_sen(&tilted, 0.99).unwrap());
            prop_assert!((after.lower - before.lower - slope).abs() < 1e-3);
            prop_assert!((after.slope - before.slope - slope).abs() < 1e-3);
        }
    }
}
