//! `[headroom]`: how long the service lives in production until its memory limit is reached.
//!
//! Time = (limit − peak of the steady rounds) / (own slope × production rate). Every runtime's floor drifts by tens of
//! bytes a request while it warms up, which at production rates would fill any limit within days: only a slope that is
//! surely above noise and goes on straight counts. One that bends is told without consequence.

use std::time::Duration;

use super::{Amount, Finding, Standing, Subject};
use crate::compare::{Comparison, OwnSlope};
use crate::policy::{Headroom, Level};
use crate::units::{Bytes, Elapsed, Gauge, Metric, Statistic};

/// A finding when the limit is reached before its time, at the production rate and the run's own slope.
pub(super) fn findings(rule: Option<&Headroom>, comparison: &Comparison) -> Option<Finding> {
    let rule = rule.filter(|rule| rule.level != Level::Off)?;
    let Some(used) = used(comparison) else {
        let metric = Metric { gauge: Gauge::WorkingSet, statistic: Statistic::Peak };
        return Some(super::bound::no_data(&rule.place, rule.level, metric));
    };
    if used >= rule.limit {
        let message = format!("the steady rounds already take {used}, the limit in production is {}", rule.limit);
        return Some(finding(rule, Elapsed::default(), message));
    }
    let Some(slope) = comparison.steady_live().and_then(|curve| curve.own_slope()) else {
        let metric = Metric { gauge: Gauge::Live, statistic: Statistic::Slope };
        return Some(super::bound::no_data(&rule.place, rule.level, metric));
    };
    let lives = lives(rule, used, slope)?;
    let message = format!(
        "at {} and {} the limit of {} is reached after {lives}, wanted {}",
        rule.rate, slope.estimate.per_request, rule.limit, rule.survive
    );
    let mut finding = finding(rule, lives, message);
    if !slope.straight {
        finding.level = rule.level.min(Level::Warn);
        finding.standing = Standing::Unsure;
        finding.advice = vec!["the rise flattens: a longer run would tell whether it ends".to_owned()];
    }
    Some(finding)
}

/// The time until the limit, where it is too short and the slope is surely one.
fn lives(rule: &Headroom, used: Bytes, slope: OwnSlope) -> Option<Elapsed> {
    if slope.estimate.lower.0 <= 0.0 || !slope.visible {
        return None;
    }
    let seconds = (rule.limit - used).as_f64() / (slope.estimate.per_request.0 * rule.rate.0);
    let short = seconds < rule.survive.0.as_secs_f64();
    short.then(|| Elapsed(Duration::try_from_secs_f64(seconds).unwrap_or_default()))
}

fn used(comparison: &Comparison) -> Option<Bytes> {
    [Gauge::WorkingSet, Gauge::Anon, Gauge::Rss].into_iter().find_map(|gauge| {
        let metric = Metric { gauge, statistic: Statistic::Peak };
        let level = comparison.levels.iter().find(|level| level.metric == metric && level.payload.is_none())?;
        Some(Bytes(level.candidate))
    })
}

fn finding(rule: &Headroom, lives: Elapsed, message: String) -> Finding {
    let metric = Metric { gauge: Gauge::Live, statistic: Statistic::Slope };
    let mut finding = Finding::new("headroom-short", rule.level, Amount::Time(lives), message);
    finding.place = Some(rule.place.clone());
    finding.limit = Some(Amount::Time(rule.survive));
    finding.subject = Subject { metric: Some(metric), phase: Some("steady".into()), ..Subject::default() };
    finding
}
