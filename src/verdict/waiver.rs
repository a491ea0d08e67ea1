//! `[[waiver]]`: growth that somebody answers for, until a day.
//!
//! A waiver for an owner also covers a rising floor or a level above its bound, where what is left without that
//! owner would be allowed. Deaths, hangs and wrong answers cannot be waived.

use globset::Glob;

use super::{Amount, Finding, Standing};
use crate::compare::{Comparison, OwnerChange};
use crate::policy::Waiver;
use crate::units::Statistic;

/// Days before its end from which a waiver is reported.
const ENDS_SOON_DAYS: i32 = 7;

/// Marks the findings that a waiver covers; says which waivers were used, were not needed, have ended or end soon.
pub(super) fn apply(
    waivers: &[Waiver],
    findings: &mut [Finding],
    comparison: &Comparison,
    today: jiff::civil::Date,
) -> Vec<String> {
    waivers.iter().flat_map(|waiver| apply_one(waiver, findings, comparison, today)).collect()
}

fn apply_one(
    waiver: &Waiver,
    findings: &mut [Finding],
    comparison: &Comparison,
    today: jiff::civil::Date,
) -> Vec<String> {
    let name = format!("the waiver at {} by {} (`{}`)", waiver.place, waiver.by, waiver.reason);
    if waiver.until < today {
        return vec![format!("{name} ended on {}: it covers nothing any more", waiver.until)];
    }
    let mut used = 0;
    for finding in findings.iter_mut() {
        if finding.standing == Standing::Fires && covers(waiver, finding, comparison) {
            finding.standing = Standing::Waived(format!("{} ({}, until {})", waiver.reason, waiver.by, waiver.until));
            used += 1;
        }
    }
    let mut notes = match used {
        0 => vec![format!("{name} was not needed: remove it")],
        1 => vec![format!("{name} covers one finding until {}", waiver.until)],
        many => vec![format!("{name} covers {many} findings until {}", waiver.until)],
    };
    let days = today.until(waiver.until).map_or(i32::MAX, |span| span.get_days());
    if days <= ENDS_SOON_DAYS {
        notes.push(format!("{name} ends on {}", waiver.until));
    }
    notes
}

fn covers(waiver: &Waiver, finding: &Finding, comparison: &Comparison) -> bool {
    let owner = waiver.owner.as_ref().map(|pattern| covered_by_owner(waiver, pattern, finding, comparison));
    let metric = waiver.metric.map(|metric| finding.subject.metric == Some(metric) || same_floor(metric, finding));
    match (owner, metric) {
        (Some(owner), None) => owner,
        (None, Some(metric)) => metric && allows(waiver, growth(finding, comparison)),
        (Some(owner), Some(metric)) => owner && metric,
        (None, None) => false,
    }
}

/// A waiver of `live.floor` is meant for its slope as well.
fn same_floor(metric: crate::units::Metric, finding: &Finding) -> bool {
    let Some(subject) = finding.subject.metric else { return false };
    let floor = |statistic| matches!(statistic, Statistic::Floor | Statistic::Slope);
    subject.gauge == metric.gauge && floor(subject.statistic) && floor(metric.statistic)
}

fn covered_by_owner(waiver: &Waiver, pattern: &str, finding: &Finding, comparison: &Comparison) -> bool {
    let Ok(matcher) = Glob::new(pattern).map(|glob| glob.compile_matcher()) else { return false };
    let Some(path) = &finding.subject.owner else { return false };
    let known = comparison.owners.iter().find(|owner| owner.path == *path);
    let rest = known.is_some_and(|owner| finding.subject.metric.is_none() || rest_is_allowed(finding, owner));
    let grown = known.map(|owner| owner.against_baseline.map_or(owner.retained.as_f64(), |delta| delta.0 as f64));
    super::owner::matches(&matcher, &path.to_string()) && rest && allows(waiver, grown)
}

/// Whether the finding would not be one without this owner's growth.
fn rest_is_allowed(finding: &Finding, owner: &OwnerChange) -> bool {
    let share = match finding.measured {
        Amount::Rate(_) => owner.per_request.map(|rate| rate.0),
        Amount::Size(_) => owner.against_baseline.map(|delta| delta.0 as f64),
        Amount::Count(_) | Amount::Time(_) => None,
    };
    let limit = finding.limit.map(Amount::value);
    matches!((share, limit), (Some(share), Some(limit)) if finding.measured.value() - share <= limit)
}

/// What a finding about a metric comes to over the run, in bytes.
fn growth(finding: &Finding, comparison: &Comparison) -> Option<f64> {
    match finding.measured {
        Amount::Size(size) if finding.code == "bound-exceeded" => {
            Some(size.as_f64() - finding.limit.map_or(0.0, Amount::value))
        }
        Amount::Size(size) => Some(size.as_f64()),
        Amount::Rate(rate) => {
            let metric = finding.subject.metric?;
            let on = |curve: &&crate::compare::Curve| {
                curve.gauge == metric.gauge && curve.payload == finding.subject.payload
            };
            comparison.curves.iter().find(on).map(|curve| rate.0 * curve.requests() as f64)
        }
        Amount::Count(_) | Amount::Time(_) => None,
    }
}

fn allows(waiver: &Waiver, grown: Option<f64>) -> bool {
    match (waiver.allow, grown) {
        (None, _) => true,
        (Some(allow), Some(grown)) => grown <= allow.as_f64(),
        (Some(_), None) => false,
    }
}
