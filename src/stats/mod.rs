//! Robust statistics of short series: lower envelopes, slopes with limits, shapes. All total.
//!
//! The normal quantile comes from statrs and stays in here.

mod shape;
mod slope;

pub use shape::{Fit, fit};
pub use slope::{Slope, sen};

/// The lower envelope `y'_k = min(y_{k-1}, y_k)`, one point shorter than its input: a single upward
/// outlier (a stale stack slot, one late free) leaves no trace.
pub fn envelope(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[0].min(pair[1])).collect()
}

/// The median; `None` of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The quantile `share` (0 to 1), linearly interpolated between order statistics; `None` of nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(below + (above - below) * place.fract())
}

/// The 95th percentile of the differences between any two values: how far two runs of the same
/// thing lie apart. `None` where there are not two.
pub fn spread(values: &[f64]) -> Option<f64> {
    let pairs = values.iter().enumerate().flat_map(|(i, a)| values[i + 1..].iter().map(move |b| (a - b).abs()));
    quantile(&pairs.collect::<Vec<_>>(), 0.95)
}

/// The mean curve of several of the same rounds, as long as the shortest.
pub fn mean_curve(curves: &[Vec<f64>]) -> Vec<f64> {
    let length = curves.iter().map(Vec::len).min().unwrap_or(0);
    (0..length).map(|k| curves.iter().map(|curve| curve[k]).sum::<f64>() / curves.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_forgets_single_outliers() {
        assert_eq!(envelope(&[1.0, 2.0, 90.0, 3.0, 4.0]), [1.0, 2.0, 3.0, 3.0]);
        assert!(envelope(&[1.0]).is_empty());
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
        assert_eq!(spread(&[1.0]), None);
        assert_eq!(spread(&[1.0, 4.0]), Some(3.0));
    }
}
