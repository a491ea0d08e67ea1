//! The comparison of a run with its baseline: what changed, and how sure. Total and pure.

mod comparability;
mod comparison;
mod curve;
mod level;

pub use comparison::{
    Comparison, Curve, Difference, Evidence, Level, OwnerChange, Reference, Shape, SlopeEstimate, Standing,
};

use crate::record::Recording;

/// Compares the repeats of a run (their curves are averaged) with the runs of its baseline.
pub fn compare(candidate: &[Recording], baseline: &[Recording]) -> Comparison {
    let reference = comparability::reference(candidate, baseline);
    let comparable = if matches!(reference, Reference::Baseline { .. }) { baseline } else { &[] };
    Comparison {
        curves: curve::curves(candidate, comparable),
        levels: level::levels(candidate, comparable),
        owners: Vec::new(),
        reference,
    }
}
