//! How much two runs of the same service differ.

use super::quantile;

/// The 95th percentile of the absolute differences between any two of the values, in their unit.
/// `None` for fewer than two.
pub fn spread(values: &[f64]) -> Option<f64> {
    let mut differences = Vec::new();
    for (i, a) in values.iter().enumerate() {
        differences.extend(values[i + 1..].iter().map(|b| (a - b).abs()));
    }
    quantile(&differences, 0.95)
}

/// The larger of two spreads, where there is one.
pub fn widest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    match (one, other) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_run_has_no_spread() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[4.0]), None);
        assert_eq!(spread(&[4.0, 9.0]), Some(5.0));
        assert_eq!(widest(Some(1.0), Some(2.0)), Some(2.0));
        assert_eq!(widest(None, Some(2.0)), Some(2.0));
    }

    proptest! {
        #[test]
        fn the_spread_ignores_a_common_offset(values in prop::collection::vec(-1e6..1e6_f64, 2..6), offset in -1e6..1e6_f64) {
            let moved: Vec<_> = values.iter().map(|value| value + offset).collect();
            prop_assert!((spread(&values).unwrap() - spread(&moved).unwrap()).abs() < 1e-6);
        }
    }
}
