//! Robust statistics of memory curves: slopes with limits, forms, noise.
//!
//! Every function is total: empty, constant and non-finite input gives `None` or a neutral value.
//! Statistical libraries stay inside; callers see plain numbers.

mod envelope;
mod form;
mod least_squares;
mod noise;
mod order;
mod slope;

pub use envelope::lower_envelope;
pub use form::{Form, form};
pub use noise::{spread, widest};
pub use order::{mean, median, quantile};
pub use slope::{POINTS_FOR_LIMITS, SenSlope, theil_sen};
