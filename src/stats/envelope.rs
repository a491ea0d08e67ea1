//! The lower envelope of a curve of floors.

/// The lower of each value and the one before it: `min(y[k-1], y[k])` for `k ≥ 1`.
///
/// Takes out single upward outliers (a stale stack slot, a compiled method, one late free) and
/// keeps a steady rise. The result is one shorter than the input; both in the unit of the input.
pub fn lower_envelope(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[0].min(pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_outlier_vanishes() {
        assert_eq!(lower_envelope(&[1.0, 2.0, 99.0, 4.0, 5.0]), [1.0, 2.0, 4.0, 4.0]);
    }

    #[test]
    fn nothing_and_one_value_have_no_envelope() {
        assert!(lower_envelope(&[]).is_empty());
        assert!(lower_envelope(&[7.0]).is_empty());
    }
}
