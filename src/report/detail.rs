//! What is told about one finding, line by line, for any view.

use super::Report;
use crate::compare::OwnerChange;
use crate::units::{ByteRate, Bytes, Elapsed};
use crate::verdict::{Amount, Finding, Standing};

/// A line: what it tells, and the text with values in backticks.
pub(super) type Detail = (&'static str, String);

/// Everything known about a finding but its message, most important first.
pub(super) fn details(report: &Report<'_>, finding: &Finding) -> Vec<Detail> {
    let mut lines = Vec::new();
    if let Some(limit) = finding.limit {
        let margin = margin(finding.measured, limit).map(|margin| format!(": {margin}")).unwrap_or_default();
        lines.push(("measured", format!("{}, allowed {limit}{margin}", finding.measured)));
    }
    lines.extend(certainty(finding).map(|text| ("certainty", text)));
    if let Some(path) = &finding.subject.owner {
        lines.push(("owner", path.to_string()));
        let change = report.comparison.owners.iter().find(|change| change.path == *path);
        lines.extend(change.and_then(growth).map(|text| ("growth", text)));
    }
    lines.extend(finding.subject.payload.as_ref().map(|payload| ("payload", payload.clone())));
    lines.extend(finding.subject.phase.as_ref().map(|phase| ("phase", phase.clone())));
    lines.extend(finding.shape.map(|shape| ("shape", shape.to_owned())));
    lines.extend(finding.place.as_ref().filter(|place| place.line > 0).map(|place| {
        let text = if place.text.is_empty() { String::new() } else { format!("  {}", place.text) };
        ("rule", format!("{place}{text}"))
    }));
    if let Standing::Waived(why) = &finding.standing {
        lines.push(("waived", why.clone()));
    }
    lines.extend(finding.advice.iter().map(|advice| ("look at", advice.clone())));
    lines
}

/// How far two amounts of one kind lie apart: `2.21 KiB/request more, 23.7 times as much`.
fn margin(measured: Amount, limit: Amount) -> Option<String> {
    let apart = (measured.value() - limit.value()).abs();
    let word = if measured.value() < limit.value() { "less" } else { "more" };
    let apart = match (measured, limit) {
        (Amount::Size(_), Amount::Size(_)) => Amount::Size(Bytes(apart as u64)),
        (Amount::Rate(_), Amount::Rate(_)) => Amount::Rate(ByteRate(apart)),
        (Amount::Count(_), Amount::Count(_)) => Amount::Count(apart),
        (Amount::Time(_), Amount::Time(_)) => {
            Amount::Time(Elapsed(std::time::Duration::try_from_secs_f64(apart).ok()?))
        }
        _ => return None,
    };
    let times = measured.value() / limit.value();
    let times = if times.is_finite() && times >= 1.05 { format!(", {times:.1} times as much") } else { String::new() };
    Some(format!("{apart} {word}{times}"))
}

fn certainty(finding: &Finding) -> Option<String> {
    let interval = finding.interval.map(|(low, high)| format!("between {low} and {high} (99 %)"));
    let noise = finding.noise.map(|noise| format!("two runs of the baseline differ by up to {noise}"));
    let parts: Vec<String> = interval.into_iter().chain(noise).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// What became of an owner, as far as it is known.
fn growth(change: &OwnerChange) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(delta) = change.against_baseline {
        let entries = change.entries_against_baseline.map(|more| format!(" and {more:+} entries")).unwrap_or_default();
        parts.push(format!("{delta}{entries} against the baseline"));
    }
    let entries = change.entries_per_request.map(|more| format!("{more:.2} entries"));
    let bytes = change.per_request.map(|rate| rate.to_string());
    match (bytes, entries) {
        (Some(bytes), Some(entries)) => parts.push(format!("{bytes}, that is {entries}")),
        (one, other) => parts.extend(one.or(other.map(|entries| format!("{entries}/request")))),
    }
    parts.extend(change.bytes_per_entry.map(|bytes| format!("{bytes} for each entry")));
    parts.push(format!("{} in {} entries retained", change.retained, change.entries));
    (parts.len() > 1).then(|| parts.join("; "))
}
