//! Growth that comes to an end: a cache that fills, or one jump. Not a leak; judged by the level it comes to.

use super::slope::{subject, under};
use super::{Amount, Finding};
use crate::compare::{Curve, Shape};
use crate::policy::{Bound, Growth, PhaseFilter, Slope};
use crate::units::{Bytes, Metric, Percent, Statistic};

/// The budget where no bound gives one: two percent, and half a mebibyte.
const DEFAULT: Growth = Growth { relative: Percent(2.0), absolute: 512 * 1024 };

/// The finding about new growth that will come to `top` above the baseline, if that is above the level budget.
pub(super) fn finding(rule: &Slope, bounds: &[Bound], curve: &Curve, top: Bytes) -> Option<Finding> {
    let baseline = curve.points.last().and_then(|point| point.2)?;
    let metric = Metric { gauge: rule.gauge, statistic: Statistic::Floor };
    let budget = bounds.iter().find(|bound| bound.metric == metric && matches(bound.phase, curve));
    let growth = budget.and_then(|bound| bound.max_growth).unwrap_or(DEFAULT);
    let allowed = limit(growth, baseline);
    if top.0 <= allowed {
        return None;
    }
    let level = budget.map_or(rule.level, |bound| bound.level);
    let (top, limit) = (Amount::of(rule.gauge, top.0), Amount::of(rule.gauge, allowed));
    let form = match curve.shape {
        Shape::Step(_) => format!("`{metric}` jumped once to {top} above the baseline"),
        _ => format!("`{metric}` rises and flattens at about {top} above the baseline"),
    };
    let message = format!("{form}{}: bounded growth, allowed {limit}", under(curve.payload.as_ref()));
    let mut finding = Finding::new("growth-exceeded", level, top, message);
    finding.place = Some(budget.map_or(&rule.place, |bound| &bound.place).clone());
    finding.limit = Some(limit);
    finding.subject = subject(metric, curve.payload.as_ref());
    finding.shape = curve.shape.name();
    Some(finding)
}

/// What a growth budget allows above a baseline: relative and absolute must both be exceeded.
pub(super) fn limit(growth: Growth, baseline: u64) -> u64 {
    ((baseline as f64 * growth.relative.0 / 100.0) as u64).max(growth.absolute)
}

fn matches(phase: PhaseFilter, curve: &Curve) -> bool {
    match phase {
        PhaseFilter::All => true,
        PhaseFilter::Steady => curve.payload.is_none(),
        PhaseFilter::Ugly => curve.payload.is_some(),
    }
}
