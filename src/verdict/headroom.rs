//! `[headroom]`: how long the service lives in production until its memory limit is reached.

use std::time::Duration;

use super::{Amount, Finding, Subject};
use crate::compare::Comparison;
use crate::policy::{Headroom, Level};
use crate::stats;
use crate::units::{ByteRate, Elapsed, Gauge, Metric, Statistic};

/// A finding when the limit is reached before its time, at the production rate and the run's own slope.
pub(super) fn findings(rule: Option<&Headroom>, comparison: &Comparison) -> Option<Finding> {
    let rule = rule.filter(|rule| rule.level != Level::Off)?;
    let metric = Metric { gauge: Gauge::Live, statistic: Statistic::Slope };
    let Some((slope, lower)) = own_slope(comparison) else {
        return Some(super::bound::no_data(&rule.place, rule.level, metric));
    };
    let used = [Gauge::WorkingSet, Gauge::Anon, Gauge::Rss].into_iter().find_map(|gauge| {
        let metric = Metric { gauge, statistic: Statistic::Peak };
        comparison.levels.iter().find(|level| level.metric == metric && level.payload.is_none()).map(|l| l.candidate)
    })?;
    // Only growth that is sure counts: a flat service with a noisy floor lives for ever.
    if lower.0 <= 0.0 {
        return None;
    }
    let room = rule.limit.0.saturating_sub(used) as f64;
    let seconds = room / (slope.0 * rule.rate.0);
    if seconds >= rule.survive.0.as_secs_f64() {
        return None;
    }
    let lives = Elapsed(Duration::try_from_secs_f64(seconds).unwrap_or_default());
    let message = format!(
        "at {} and {slope} the limit of {} is reached after {lives}, wanted {}",
        rule.rate, rule.limit, rule.survive
    );
    let mut finding = Finding::new("headroom-short", rule.level, Amount::Time(lives), message);
    finding.place = Some(rule.place.clone());
    finding.limit = Some(Amount::Time(rule.survive));
    finding.subject = Subject { metric: Some(metric), phase: Some("steady".into()), ..Subject::default() };
    Some(finding)
}

/// The slope of the live floor over the second half of the steady rounds, baseline or not, and its lower limit.
fn own_slope(comparison: &Comparison) -> Option<(ByteRate, ByteRate)> {
    let curve = comparison.curves.iter().find(|curve| curve.gauge == Gauge::Live && curve.payload.is_none())?;
    let late = &curve.points[curve.points.len() / 2..];
    let x: Vec<f64> = late.iter().map(|point| point.0 as f64).collect();
    let y: Vec<f64> = late.iter().map(|point| point.1 as f64).collect();
    let slope = stats::sen(&x, &y, 0.99)?;
    Some((ByteRate(slope.estimate), ByteRate(slope.lower)))
}
