//! The comparison of a run with its baseline: what changed, and how sure. Total and pure.

mod comparison;

pub use comparison::{
    Comparison, Curve, Difference, Evidence, Level, OwnerChange, Reference, Shape, SlopeEstimate, Standing,
};
