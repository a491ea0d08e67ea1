//! Whether a rising curve is straight, flattens, or jumped once.

/// The form that describes a curve best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// A straight line.
    Line,
    /// A rise that flattens: it will end so much above its start.
    Saturating {
        /// Height above the start, in units of `y`.
        height: f64,
    },
    /// One jump of this height.
    Step {
        /// Height of the jump, in units of `y`.
        height: f64,
    },
}

/// By how much the corrected Akaike criterion of a form must beat the line's.
const MARGIN: f64 = 10.0;
/// A rise counts as flattening only if its time constant is below this share of the run.
const LONGEST_TIME_CONSTANT: f64 = 0.7;
/// Time constants tried: from 0.05 to 20 lengths of the run.
const TIME_CONSTANTS: i32 = 60;

/// Fits a line, `a + b (1 − exp(−x/T))` and a single jump; the line wins unless another is clearly better.
/// The exponential is a grid over `T` with linear least squares for `a` and `b` at each.
pub fn fit(x: &[f64], y: &[f64]) -> Fit {
    let length = match (x.first(), x.last()) {
        (Some(first), Some(last)) if last > first && x.len() >= 6 && x.len() == y.len() => last - first,
        _ => return Fit::Line,
    };
    let n = x.len() as f64;
    let start = x[0];
    let line = akaike(least_squares(x, y).2, n, 2.0);
    let saturating = (0..TIME_CONSTANTS)
        .map(|i| length * 0.05 * 400f64.powf(f64::from(i) / f64::from(TIME_CONSTANTS - 1)))
        .map(|constant| {
            let basis: Vec<f64> = x.iter().map(|x| 1.0 - (-(x - start) / constant).exp()).collect();
            let (_, height, error) = least_squares(&basis, y);
            (error, height, constant)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let step = (1..x.len()).map(|at| jump(y, at)).min_by(|a, b| a.0.total_cmp(&b.0));

    let step = step.map(|(error, height)| (akaike(error, n, 3.0), Fit::Step { height }));
    let saturating = saturating
        .filter(|(_, height, constant)| *height > 0.0 && *constant < LONGEST_TIME_CONSTANT * length)
        .map(|(error, height, _)| (akaike(error, n, 3.0), Fit::Saturating { height }));
    [step, saturating]
        .into_iter()
        .flatten()
        .filter(|(criterion, _)| *criterion < line - MARGIN)
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(Fit::Line, |(_, form)| form)
}

/// The corrected Akaike information criterion of a least-squares fit.
fn akaike(error: f64, n: f64, parameters: f64) -> f64 {
    n * (error / n).max(f64::MIN_POSITIVE).ln()
        + 2.0 * parameters
        + 2.0 * parameters * (parameters + 1.0) / (n - parameters - 1.0).max(1.0)
}

/// Intercept, slope and squared error of the least-squares line.
fn least_squares(x: &[f64], y: &[f64]) -> (f64, f64, f64) {
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let xx: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
    let xy: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    let intercept = mean_y - slope * mean_x;
    (intercept, slope, x.iter().zip(y).map(|(x, y)| (y - intercept - slope * x).powi(2)).sum())
}

/// Squared error and height of a jump before point `at`.
fn jump(y: &[f64], at: usize) -> (f64, f64) {
    let level = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (before, after) = (level(&y[..at]), level(&y[at..]));
    let error = |part: &[f64], level: f64| part.iter().map(|y| (y - level).powi(2)).sum::<f64>();
    (error(&y[..at], before) + error(&y[at..], after), after - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(form: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
        let x: Vec<f64> = (1..=12).map(|k| f64::from(k) * 250.0).collect();
        // A small fixed wobble, so that no fit is perfect.
        let y = x.iter().enumerate().map(|(k, x)| form(*x) + [3.0, -5.0, 4.0, -2.0][k % 4]).collect();
        (x, y)
    }

    #[test]
    fn the_three_forms_are_told_apart() {
        let (x, y) = curve(|x| 3.0 * x);
        assert_eq!(fit(&x, &y), Fit::Line);
        let (x, y) = curve(|x| 5000.0 * (1.0 - (-x / 600.0).exp()));
        assert!(matches!(fit(&x, &y), Fit::Saturating { .. }));
        let (x, y) = curve(|x| if x > 1500.0 { 9000.0 } else { 0.0 });
        assert!(matches!(fit(&x, &y), Fit::Step { .. }));
    }

    #[test]
    fn too_few_points_are_a_line() {
        assert_eq!(fit(&[], &[]), Fit::Line);
        assert_eq!(fit(&[1.0, 2.0, 3.0], &[0.0, 5.0, 5.0]), Fit::Line);
    }
}
