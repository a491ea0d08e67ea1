//! `[[slope]]`: what is kept for each request.
//!
//! Theil–Sen with Sen's 99 % limits against the tolerance: above it the rule is broken, below it the rule holds, in
//! between the run is repeated; after three runs that are unsure together, mean and median of the single slopes must
//! both exceed the tolerance. Each test has its 1 %: there are a handful in a run, and growth counts only if it is
//! more than the noise of a floor, which keeps payloads of few requests from firing by chance.
//!
//! A rise that flattens, or one jump, is no leak: its level is judged (`plateau`). Without a baseline nothing cancels
//! warm-up and filling caches, so a rise counts only if it goes on in the later rounds as straight as it began, or if
//! the dumps show an owner that grows as steadily as it always did.

use super::{Amount, Finding, Standing as Counts, Subject, plateau};
use crate::compare::{Comparison, Curve, Evidence, OwnerChange, Shape, SlopeEstimate, Standing};
use crate::policy::{Level, PhaseFilter, Rules, Slope};
use crate::stats;
use crate::units::{ByteRate, Gauge, Metric, Statistic};

/// Repeats after which a grey result is decided.
const MOST_PAIRS: usize = 3;
/// Owners explain a rise by this share of it.
const OWNED: f64 = 0.5;
/// A part of `live` counts as the cause if it rises by this share of it.
const CAUSE: f64 = 0.7;

/// A finding for each curve on which a rule is broken or undecided.
pub(super) fn findings(rules: &Rules, comparison: &Comparison) -> Vec<Finding> {
    let active = rules.slopes.iter().filter(|rule| rule.level != Level::Off);
    active.flat_map(|rule| of_rule(rule, rules, comparison)).collect()
}

fn of_rule(rule: &Slope, rules: &Rules, comparison: &Comparison) -> Vec<Finding> {
    let curves = comparison.curves.iter().filter(|curve| curve.gauge == rule.gauge && applies(rule.phase, curve));
    let judged: Vec<(&Curve, SlopeEstimate)> = curves.filter_map(|curve| Some((curve, curve.slope?))).collect();
    if judged.is_empty() {
        return vec![super::bound::no_data(&rule.place, rule.level, metric(rule.gauge))];
    }
    judged.into_iter().filter_map(|(curve, slope)| of_curve(rule, rules, comparison, curve, slope)).collect()
}

fn applies(phase: PhaseFilter, curve: &Curve) -> bool {
    match phase {
        PhaseFilter::All => true,
        PhaseFilter::Steady => curve.payload.is_none(),
        PhaseFilter::Ugly => curve.payload.is_some(),
    }
}

fn metric(gauge: Gauge) -> Metric {
    Metric { gauge, statistic: Statistic::Slope }
}

fn of_curve(
    rule: &Slope,
    rules: &Rules,
    comparison: &Comparison,
    curve: &Curve,
    slope: SlopeEstimate,
) -> Option<Finding> {
    if !curve.is_visible() {
        return None;
    }
    let standing = match (slope.against(rule.max), curve.evidence, curve.shape) {
        (Standing::Below, ..) => return None,
        (Standing::Above, Evidence::Difference, Shape::Plateau(top) | Shape::Step(top))
        | (Standing::Unsure, Evidence::Difference, Shape::Step(top)) => {
            return plateau::finding(rule, &rules.bounds, curve, top);
        }
        (Standing::Above, Evidence::Difference, _) | (Standing::Above, Evidence::OwnCurve, Shape::Retention) => {
            Counts::Fires
        }
        (Standing::Above, Evidence::OwnCurve, _) if is_owned(comparison, curve, slope) => Counts::Fires,
        (Standing::Above, Evidence::OwnCurve, _) | (Standing::Unsure, Evidence::OwnCurve, _) => Counts::Unsure,
        (Standing::Unsure, Evidence::Difference, _) => grey(rule.max, curve)?,
    };
    Some(finding(rule, comparison, curve, slope, standing))
}

/// A slope whose interval holds the tolerance: unsure until there are three pairs, then decided by all of them.
fn grey(max: ByteRate, curve: &Curve) -> Option<Counts> {
    if curve.repeats.len() < MOST_PAIRS {
        return Some(Counts::Unsure);
    }
    let slopes: Vec<f64> = curve.repeats.iter().map(|rate| rate.0).collect();
    let above = |center: Option<f64>| center.is_some_and(|center| center > max.0);
    (above(stats::mean(slopes.iter().copied())) && above(stats::median(&slopes))).then_some(Counts::Fires)
}

fn finding(rule: &Slope, comparison: &Comparison, curve: &Curve, slope: SlopeEstimate, standing: Counts) -> Finding {
    let rate = |rate: ByteRate| Amount::per_request(rule.gauge, rate);
    let (measured, limit) = (rate(slope.per_request), rate(rule.max));
    let each = if rule.gauge.is_count() { " for each request" } else { "" };
    let verb = if standing == Counts::Unsure { "may keep" } else { "keeps" };
    let of = if curve.evidence == Evidence::Difference { " more than the baseline" } else { "" };
    let under = under(curve.payload.as_ref());
    let message = format!("`{}.floor` {verb} {measured}{each}{of}{under}, allowed {limit}", rule.gauge);
    let mut finding = Finding::new("slope-exceeded", rule.level, measured, message);
    finding.advice = advice(curve, &standing);
    finding.standing = standing;
    finding.place = Some(rule.place.clone());
    finding.subject = subject(metric(rule.gauge), curve.payload.as_ref());
    finding.limit = Some(limit);
    finding.interval = Some((rate(slope.lower), rate(slope.upper)));
    finding.noise = curve.noise.map(rate);
    finding.shape = if is_native(comparison, curve, slope) { Some("native") } else { curve.shape.name() };
    finding
}

/// What would settle an unsure slope.
fn advice(curve: &Curve, standing: &Counts) -> Vec<String> {
    match (standing, curve.evidence) {
        (Counts::Unsure, Evidence::OwnCurve) => {
            vec![
                "without a baseline a cache that still fills looks like this: accept a baseline, or lengthen \
                  the warm-up"
                    .to_owned(),
            ]
        }
        (Counts::Unsure, Evidence::Difference) => {
            vec!["the interval holds the limit: run again, or send more requests".to_owned()]
        }
        _ => Vec::new(),
    }
}

/// Whether an owner that grows steadily between the dumps, and so is no cache that fills, explains the steady rise.
fn is_owned(comparison: &Comparison, curve: &Curve, slope: SlopeEstimate) -> bool {
    let steady = comparison.owners.iter().filter(|owner| owner.grows_steadily());
    curve.payload.is_none() && !curve.gauge.is_count() && growth(steady) >= OWNED * slope.per_request.0
}

/// What owners gain together for each request, in bytes.
fn growth<'a>(owners: impl Iterator<Item = &'a OwnerChange>) -> f64 {
    owners.filter_map(|owner| owner.per_request).map(|rate| rate.0.max(0.0)).sum()
}

/// Whether the growth of `live` is that of memory outside the managed heap, and no object that a dump shows holds it:
/// large objects of Python are in malloc's memory, and still have an owner.
fn is_native(comparison: &Comparison, curve: &Curve, slope: SlopeEstimate) -> bool {
    let native = comparison.curves.iter().find(|one| one.gauge == Gauge::Native && one.payload == curve.payload);
    let rises = native.and_then(|native| native.slope).map_or(0.0, |native| native.per_request.0);
    let owned = curve.payload.is_none() && growth(comparison.owners.iter()) >= OWNED * slope.per_request.0;
    curve.gauge == Gauge::Live && slope.per_request.0 > 0.0 && rises >= CAUSE * slope.per_request.0 && !owned
}

/// ` under payload …`, where there is one.
pub(super) fn under(payload: Option<&String>) -> String {
    payload.map(|payload| format!(" under payload `{payload}`")).unwrap_or_default()
}

/// The subject of a finding about a metric in a phase.
pub(super) fn subject(metric: Metric, payload: Option<&String>) -> Subject {
    Subject {
        metric: Some(metric),
        phase: Some(if payload.is_some() { "ugly" } else { "steady" }.into()),
        payload: payload.cloned(),
        owner: None,
    }
}

impl Shape {
    /// The name in reports, where the form has one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Retention => Some("retention"),
            Self::Plateau(_) => Some("plateau"),
            Self::Step(_) => Some("step"),
            Self::Flat | Self::Unknown => None,
        }
    }
}
