//! The form of a rising curve: straight, flattening, or one jump.

use super::least_squares::{aicc, fit};

/// A form must be this much better than the line in Akaike's corrected criterion to be named.
const BETTER: f64 = 10.0;
/// Time constants that are tried, as shares of the length of the curve (first, last, how many).
const CONSTANTS: (f64, f64, u32) = (0.05, 20.0, 60);
/// A curve that flattens more slowly than this share of its length reads as a line.
const SLOWEST: f64 = 0.7;
/// Fewer points fit everything.
const FEWEST: usize = 6;

/// The form of a curve, y in bytes (or things) and x in requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// A line is as good as anything.
    Straight,
    /// `start + rise · (1 − exp(−x / constant))`: a cache that fills.
    Saturating {
        /// The value at the first point.
        start: f64,
        /// What comes on top in the end; above zero.
        rise: f64,
        /// Requests until 63 % of it.
        constant: f64,
    },
    /// Two levels.
    Step {
        /// The second minus the first.
        height: f64,
    },
}

/// The form of `(x, y)` points in rising order of x; `None` for fewer than six finite ones.
pub fn form(points: &[(f64, f64)]) -> Option<Form> {
    let points: Vec<_> = points.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    if points.len() < FEWEST {
        return None;
    }
    let line = aicc(fit(points.iter().copied())?.residual, points.len(), 2);
    let (curved, saturating) = saturating(&points)?;
    let (stepped, step) = step(&points)?;
    if stepped < line - BETTER && stepped < curved {
        return Some(step);
    }
    let bounded = matches!(saturating, Form::Saturating { rise, constant, .. }
        if rise > 0.0 && constant < SLOWEST * length(&points));
    Some(if curved < line - BETTER && bounded { saturating } else { Form::Straight })
}

fn length(points: &[(f64, f64)]) -> f64 {
    points[points.len() - 1].0 - points[0].0
}

/// The best saturating curve and its criterion.
fn saturating(points: &[(f64, f64)]) -> Option<(f64, Form)> {
    let (first, last, steps) = CONSTANTS;
    let origin = points[0].0;
    let constants = (0..steps).map(|i| {
        let share = f64::from(i) / f64::from(steps - 1);
        length(points) * first * (last / first).powf(share)
    });
    let fits = constants.filter_map(|constant| {
        let pairs = points.iter().map(move |(x, y)| (1.0 - (-(x - origin) / constant).exp(), *y));
        fit(pairs).map(|fit| (constant, fit))
    });
    let (constant, best) = fits.min_by(|a, b| a.1.residual.total_cmp(&b.1.residual))?;
    let form = Form::Saturating { start: best.start, rise: best.factor, constant };
    Some((aicc(best.residual, points.len(), 3), form))
}

/// The best pair of levels, each of at least two points, and its criterion.
fn step(points: &[(f64, f64)]) -> Option<(f64, Form)> {
    let splits = (2..=points.len() - 2).filter_map(|split| {
        let pairs = points.iter().enumerate().map(move |(i, (_, y))| (if i < split { 0.0 } else { 1.0 }, *y));
        fit(pairs)
    });
    let best = splits.min_by(|a, b| a.residual.total_cmp(&b.residual))?;
    Some((aicc(best.residual, points.len(), 3), Form::Step { height: best.factor }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn curve(y: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        // A fixed ripple of some kilobytes stands in for the noise of real floors.
        let ripple = [3e3, -4e3, 1e3, 5e3, -2e3, 0.0, -5e3, 4e3, 2e3, -3e3, 1e3, -1e3];
        ripple.iter().enumerate().map(|(i, noise)| (250.0 * i as f64, y(250.0 * i as f64) + noise)).collect()
    }

    #[test]
    fn a_leak_is_straight() {
        assert_eq!(form(&curve(|x| 1000.0 * x)), Some(Form::Straight));
        assert_eq!(form(&curve(|_| 4e6)), Some(Form::Straight));
    }

    #[test]
    fn a_cache_that_fills_within_the_run_saturates_at_its_size() {
        let Some(Form::Saturating { start, rise, .. }) = form(&curve(|x| 5e6 * (1.0 - (-x / 800.0).exp()))) else {
            panic!("not saturating");
        };
        assert!((start + rise - 5e6).abs() < 2e5, "{start} {rise}");
    }

    #[test]
    fn a_cache_far_longer_than_the_run_is_straight() {
        assert_eq!(form(&curve(|x| 5e6 * (1.0 - (-x / 9000.0).exp()))), Some(Form::Straight));
    }

    #[test]
    fn a_jump_is_a_step() {
        let Some(Form::Step { height }) = form(&curve(|x| if x < 1200.0 { 0.0 } else { 2e6 })) else {
            panic!("no step");
        };
        assert!((height - 2e6).abs() < 1e4, "{height}");
    }

    #[test]
    fn few_points_have_no_form() {
        assert_eq!(form(&curve(|x| x)[..5]), None);
        assert_eq!(form(&[(1.0, 1.0); 12]), None);
    }

    proptest! {
        #[test]
        fn any_curve_has_a_finite_form(values in prop::collection::vec(-1e15..1e15_f64, 0..30)) {
            let points: Vec<_> = values.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect();
            match form(&points) {
                Some(Form::Saturating { start, rise, constant }) =>
                    prop_assert!(start.is_finite() && rise > 0.0 && constant > 0.0),
                Some(Form::Step { height }) => prop_assert!(height.is_finite()),
                Some(Form::Straight) | None => {}
            }
        }
    }
}
