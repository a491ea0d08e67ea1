//! Theil–Sen slopes with Sen's limits.
//!
//! P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).

use statrs::distribution::{ContinuousCDF, Normal};

/// A slope with one-sided limits, in units of `y` per unit of `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The median of all pairwise slopes.
    pub estimate: f64,
    /// The slope is above this with the stated confidence.
    pub lower: f64,
    /// The slope is below this with the stated confidence.
    pub upper: f64,
}

/// The Theil–Sen slope of `y` over `x` with one-sided limits at `confidence` (0.99 for 99 %): the rank
/// limits follow from the variance of Kendall's score. `None` for fewer than two points of different `x`.
pub fn sen(x: &[f64], y: &[f64], confidence: f64) -> Option<Slope> {
    let points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a, b)));
    let mut slopes: Vec<f64> = pairs.filter(|(a, b)| a.0 != b.0).map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).collect();
    slopes.sort_by(f64::total_cmp);
    let last = slopes.len().checked_sub(1)?;
    let (n, count) = (points.len() as f64, slopes.len() as f64);
    let deviation = (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let width = Normal::standard().inverse_cdf(confidence.clamp(0.5, 0.999_999)) * deviation;
    let lower = ((count - width) / 2.0).floor().max(0.0) as usize;
    let upper = (((count + width) / 2.0).ceil() as usize).min(last);
    Some(Slope { estimate: super::median(&slopes)?, lower: slopes[lower], upper: slopes[upper] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_own_slope() {
        let x: Vec<f64> = (0..12).map(|k| f64::from(k) * 250.0).collect();
        let y: Vec<f64> = x.iter().map(|x| 1000.0 + 3.0 * x).collect();
        assert_eq!(sen(&x, &y, 0.99), Some(Slope { estimate: 3.0, lower: 3.0, upper: 3.0 }));
    }

    #[test]
    fn one_outlier_moves_the_limits_and_not_the_estimate() {
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let mut y = x.clone();
        y[5] = 500.0;
        let slope = sen(&x, &y, 0.99).unwrap();
        assert_eq!(slope.estimate, 1.0);
        assert!(slope.lower <= 1.0 && slope.upper >= 1.0);
    }

    #[test]
    fn no_points_no_slope() {
        assert_eq!(sen(&[], &[], 0.99), None);
        assert_eq!(sen(&[1.0, 1.0], &[1.0, 2.0], 0.99), None);
    }
}
