//! `[[slope]]`: what is kept for each request.
//!
//! The procedure: Theil–Sen with Sen's 99 % limits against the tolerance. Above it the rule is broken, below it the
//! rule holds, in between the run is repeated; after three runs that are all unsure the point estimate decides.
//! A rise that flattens, or a single jump, is no leak: the bounds judge its level.

use super::{Amount, Finding, Standing as Counts, Subject};
use crate::compare::{Comparison, Curve, Evidence, Shape, Standing};
use crate::policy::{Level, PhaseFilter, Slope};
use crate::units::{Metric, Statistic};

/// Repeats after which a grey result is decided by its point estimate.
const MOST_PAIRS: usize = 3;

/// A finding for each curve on which a rule is broken or undecided.
pub(super) fn findings(rules: &[Slope], comparison: &Comparison, repeats: usize) -> Vec<Finding> {
    rules.iter().filter(|rule| rule.level != Level::Off).flat_map(|rule| of_rule(rule, comparison, repeats)).collect()
}

fn of_rule(rule: &Slope, comparison: &Comparison, repeats: usize) -> Vec<Finding> {
    let curves = comparison.curves.iter().filter(|curve| curve.gauge == rule.gauge && applies(rule.phase, curve));
    let judged: Vec<&Curve> = curves.filter(|curve| curve.slope.is_some()).collect();
    if judged.is_empty() {
        return vec![super::bound::no_data(&rule.place, rule.level, metric(rule))];
    }
    judged.into_iter().filter_map(|curve| of_curve(rule, curve, repeats)).collect()
}

fn applies(phase: PhaseFilter, curve: &Curve) -> bool {
    match phase {
        PhaseFilter::All => true,
        PhaseFilter::Steady => curve.payload.is_none(),
        PhaseFilter::Ugly => curve.payload.is_some(),
    }
}

fn metric(rule: &Slope) -> Metric {
    Metric { gauge: rule.gauge, statistic: Statistic::Slope }
}

fn of_curve(rule: &Slope, curve: &Curve, repeats: usize) -> Option<Finding> {
    let slope = curve.slope?;
    let standing = match (slope.against(rule.max), curve.shape) {
        (Standing::Below, _) => return None,
        // The level of what flattens or jumped is for the bounds; without a baseline nothing bounds it.
        (Standing::Above, Shape::Plateau(_) | Shape::Step) if curve.evidence == Evidence::Difference => return None,
        (Standing::Above, Shape::Plateau(_) | Shape::Step) => Counts::Unsure,
        (Standing::Above, _) => Counts::Fires,
        (Standing::Unsure, _) if repeats < MOST_PAIRS => Counts::Unsure,
        (Standing::Unsure, _) if slope.per_request > rule.max => Counts::Fires,
        (Standing::Unsure, _) => return None,
    };
    // A few requests of a payload cannot show a slope in bytes per request below the noise of one floor.
    let [measured, limit] = [slope.per_request, rule.max].map(|rate| Amount::per_request(rule.gauge, rate));
    let (verb, of) = match (&standing, curve.evidence) {
        (Counts::Unsure, Evidence::Difference) => ("may keep", " more than the baseline"),
        (Counts::Unsure, Evidence::OwnCurve) => ("may keep", ""),
        (_, Evidence::Difference) => ("keeps", " more than the baseline"),
        (_, Evidence::OwnCurve) => ("keeps", ""),
    };
    let under = curve.payload.as_ref().map(|payload| format!(" under payload `{payload}`")).unwrap_or_default();
    let message = format!("`{}.floor` {verb} {measured}{of}{under}, allowed {limit}", rule.gauge);
    let mut finding = Finding::new("slope-exceeded", rule.level, measured, message);
    finding.standing = standing;
    finding.place = Some(rule.place.clone());
    finding.subject = Subject {
        metric: Some(metric(rule)),
        phase: Some(if curve.payload.is_some() { "ugly" } else { "steady" }.into()),
        payload: curve.payload.clone(),
        owner: None,
    };
    finding.limit = Some(limit);
    finding.interval =
        Some((Amount::per_request(rule.gauge, slope.lower), Amount::per_request(rule.gauge, slope.upper)));
    finding.noise = curve.noise.map(|noise| Amount::per_request(rule.gauge, noise));
    finding.shape = curve.shape.name();
    Some(finding)
}

impl Shape {
    /// The name in reports, where the form has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Retention => Some("retention"),
            Self::Plateau(_) => Some("plateau"),
            Self::Step => Some("step"),
            Self::Flat | Self::Unknown => None,
        }
    }
}
