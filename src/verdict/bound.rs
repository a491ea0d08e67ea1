//! `[[bound]]`: limits on values, absolute or against the baseline.

use super::plateau::limit;
use super::slope::{subject, under};
use super::{Amount, Finding, Standing};
use crate::compare::{Comparison, Level as Measured, Reference};
use crate::diag::Place;
use crate::policy::{Bound, Growth, Level, PhaseFilter};
use crate::units::{Metric, Statistic};

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
    let compared = matches!(comparison.reference, Reference::Baseline { .. });
    let growth = rule.max_growth.filter(|_| compared);
    let uncompared = growth.is_some() && values.iter().all(|value| value.baseline.is_none());
    if values.is_empty() || uncompared {
        return vec![no_data(&rule.place, rule.level, rule.metric)];
    }
    values
        .into_iter()
        .flat_map(|value| {
            let absolute = rule.max.and_then(|max| absolute(rule, comparison, value, max));
            absolute.into_iter().chain(growth.and_then(|growth| grown(rule, comparison, value, growth)))
        })
        .collect()
}

fn absolute(rule: &Bound, comparison: &Comparison, value: &Measured, max: u64) -> Option<Finding> {
    (value.candidate > max).then(|| {
        let [measured, limit] = [value.candidate, max].map(|value| Amount::of(rule.metric.gauge, value));
        let message = format!("`{}` is {measured}{}, allowed {limit}", rule.metric, under(value.payload.as_ref()));
        let mut finding = finding("bound-exceeded", rule, value, measured, limit, message);
        finding.shape = comes_back(comparison, value, max).then_some("spike");
        finding
    })
}

/// Growth counts only above the relative limit and the absolute one; within the noise of two equal runs it is unsure.
fn grown(rule: &Bound, comparison: &Comparison, value: &Measured, growth: Growth) -> Option<Finding> {
    let baseline = value.baseline?;
    let grown = value.candidate.checked_sub(baseline)?;
    let allowed = limit(growth, baseline);
    (grown > allowed).then(|| {
        let [more, from, to, limit] =
            [grown, baseline, value.candidate, allowed].map(|value| Amount::of(rule.metric.gauge, value));
        let under = under(value.payload.as_ref());
        let message = format!("`{}` grew by {more} from {from} to {to}{under}, allowed {limit}", rule.metric);
        let spike = comes_back(comparison, value, baseline.saturating_add(allowed));
        let code = if spike { "peak-spike" } else { "growth-exceeded" };
        let mut finding = finding(code, rule, value, more, limit, message);
        finding.shape = spike.then_some("spike");
        if value.noise.is_some_and(|noise| grown <= noise) {
            finding.standing = Standing::Unsure;
            finding.advice = vec!["two equal runs differ by as much: run again".to_owned()];
        }
        finding
    })
}

/// Whether a peak is one that comes back: the same gauge ends the phase within the limit.
fn comes_back(comparison: &Comparison, value: &Measured, limit: u64) -> bool {
    let end = Metric { statistic: Statistic::End, ..value.metric };
    let after = comparison.levels.iter().find(|level| level.metric == end && level.payload == value.payload);
    value.metric.statistic == Statistic::Peak && after.is_some_and(|after| after.candidate <= limit)
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
    finding.subject = subject(rule.metric, value.payload.as_ref());
    finding
}

/// A rule that found nothing to judge is never a pass.
pub(super) fn no_data(place: &Place, level: Level, metric: Metric) -> Finding {
    let mut finding = missing(place, level, &format!("nothing was measured for `{metric}`"));
    finding.subject.metric = Some(metric);
    finding
}

/// The finding of a rule that could not be judged, and why.
pub(super) fn missing(place: &Place, level: Level, why: &str) -> Finding {
    let message = format!("{why}: the rule at {place} could not be judged");
    let mut finding = Finding::new("no-data", level, Amount::Count(0.0), message);
    finding.standing = Standing::Unsure;
    finding.place = Some(place.clone());
    finding
}
