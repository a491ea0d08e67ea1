//! Reports: strings only. Whether a number is too high was decided before; here it is told.

mod anchor;
pub mod annotation;
mod chart;
pub mod comment;
mod detail;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
mod policy;
pub mod sarif;
mod section;
pub mod source;
mod sparkline;
pub mod terminal;
pub(crate) mod text;
mod xml;

pub use anchor::Anchor;
pub use text::{clean, shorten, wrap};

use crate::compare::Comparison;
use crate::record::Recording;
use crate::units::Gauge;
use crate::verdict::{PolicyChange, Verdict};

/// What a report tells.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The repeats of the run; their first is told in full.
    pub recordings: &'a [Recording],
    /// What changed.
    pub comparison: &'a Comparison,
    /// What it comes to.
    pub verdict: &'a Verdict,
    /// What the change does to the rules, where it is judged by those of its base and does anything.
    pub policy_change: Option<&'a PolicyChange>,
    /// The older level that the run is held against as well.
    pub anchor: Option<&'a Anchor>,
    /// What was missing or passed over while reading, one sentence each.
    pub notes: &'a [String],
    /// The gauges that a rule looks at; the others are only shown.
    pub gated: &'a [Gauge],
}

#[cfg(test)]
mod tests;
