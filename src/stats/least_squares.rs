//! Fits of `a + b·u` and the criterion that compares them.

/// A fit with the sum of its squared residuals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub start: f64,
    pub factor: f64,
    pub residual: f64,
}

/// The least-squares fit of `y = start + factor · u`; `None` where all u are equal.
pub(super) fn fit(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Fit> {
    let n = pairs.clone().count() as f64;
    let (u_mean, y_mean) = pairs.clone().fold((0.0, 0.0), |(u, y), pair| (u + pair.0 / n, y + pair.1 / n));
    let (mut uu, mut uy) = (0.0, 0.0);
    for (u, y) in pairs.clone() {
        uu += (u - u_mean).powi(2);
        uy += (u - u_mean) * (y - y_mean);
    }
    if uu.is_nan() || uu <= 0.0 {
        return None;
    }
    let factor = uy / uu;
    let start = y_mean - factor * u_mean;
    let residual = pairs.map(|(u, y)| (y - start - factor * u).powi(2)).sum();
    Some(Fit { start, factor, residual })
}

/// Akaike's criterion, corrected for few points; lower is better. Infinite where there are too few.
///
/// A byte is the resolution of the data: residuals below that of rounding say nothing.
pub(super) fn aicc(residual: f64, points: usize, parameters: usize) -> f64 {
    if points <= parameters + 1 {
        return f64::INFINITY;
    }
    let (n, k) = (points as f64, parameters as f64);
    n * (residual.max(n / 12.0) / n).ln() + 2.0 * k + 2.0 * k * (k + 1.0) / (n - k - 1.0)
}
