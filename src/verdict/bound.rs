//! `[[bound]]`: limits on values, absolute or against the baseline.

use super::{Amount, Finding, Standing, Subject};
use crate::compare::{Comparison, Level as Measured, Reference};
use crate::diag::Place;
use crate::policy::{Bound, Growth, Level, PhaseFilter};
use crate::units::Metric;

/// A finding for each value that breaks a bound, and for each bound that matched nothing.
pub(super) fn findings(rules: &[Bound], comparison: &Comparison) -> Vec<Finding> {
    rules.iter().filter(|rule| rule.level != Level::Off).flat_map(|rule| of_rule(rule, comparison)).collect()
}

fn of_rule(rule: &Bound, comparison: &Comparison) -> Vec<Finding> {
    let applies = |value: &&Measured| {
        value.metric == rule.metric
            && match rule.phase {
                PhaseFilter::All => true,
                PhaseFilter::Steady => value.payload.is_none(),
                PhaseFilter::Ugly => value.payload.is_some(),
            }
    };
    let values: Vec<&Measured> = comparison.levels.iter().filter(applies).collect();
    if values.is_empty() {
        return vec![no_data(&rule.place, rule.level, rule.metric)];
    }
    let compared = matches!(comparison.reference, Reference::Baseline { .. });
    values
        .into_iter()
        .flat_map(|value| {
            let absolute = rule.max.and_then(|max| absolute(rule, value, max));
            let growth = rule.max_growth.filter(|_| compared).and_then(|growth| grown(rule, value, growth));
            absolute.into_iter().chain(growth)
        })
        .collect()
}

fn absolute(rule: &Bound, value: &Measured, max: u64) -> Option<Finding> {
    (value.candidate > max).then(|| {
        let [measured, limit] = [value.candidate, max].map(|value| Amount::of(rule.metric.gauge, value));
        let message = format!("`{}` is {measured}{}, allowed {limit}", rule.metric, under(value));
        finding("bound-exceeded", rule, value, measured, limit, message)
    })
}

/// Growth counts only above the relative limit, the absolute one and the noise of the baseline.
fn grown(rule: &Bound, value: &Measured, growth: Growth) -> Option<Finding> {
    let baseline = value.baseline?;
    let grown = value.candidate.checked_sub(baseline)?;
    let relative = (baseline as f64 * growth.relative.0 / 100.0) as u64;
    let limit = relative.max(growth.absolute);
    (grown > limit && grown > value.noise.unwrap_or(0)).then(|| {
        let [more, from, to, limit] =
            [grown, baseline, value.candidate, limit].map(|value| Amount::of(rule.metric.gauge, value));
        let message = format!("`{}` grew by {more} from {from} to {to}{}, allowed {limit}", rule.metric, under(value));
        finding("growth-exceeded", rule, value, more, limit, message)
    })
}

fn under(value: &Measured) -> String {
    value.payload.as_ref().map(|payload| format!(" under payload `{payload}`")).unwrap_or_default()
}

fn finding(
    code: &'static str,
    rule: &Bound,
    value: &Measured,
    measured: Amount,
    limit: Amount,
    message: String,
) -> Finding {
    let mut finding = Finding::new(code, rule.level, measured, message);
    finding.place = Some(rule.place.clone());
    finding.limit = Some(limit);
    finding.noise = value.noise.map(|noise| Amount::of(rule.metric.gauge, noise));
    finding.subject = Subject {
        metric: Some(rule.metric),
        phase: Some(if value.payload.is_some() { "ugly" } else { "steady" }.into()),
        payload: value.payload.clone(),
        owner: None,
    };
    finding
}

/// A rule that found nothing to judge is never a pass.
pub(super) fn no_data(place: &Place, level: Level, metric: Metric) -> Finding {
    let message = format!("nothing was measured for `{metric}`: the rule at {place} could not be judged");
    let mut finding = Finding::new("no-data", level, Amount::Count(0.0), message);
    finding.standing = Standing::Unsure;
    finding.place = Some(place.clone());
    finding.subject.metric = Some(metric);
    finding
}
