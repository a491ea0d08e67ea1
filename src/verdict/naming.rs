//! The owner's name for findings about growth, and owners in a sentence.

use super::{Amount, Finding, Standing};
use crate::compare::{Comparison, OwnerChange};

/// An owner explains a finding if it carries this share of the growth.
const EXPLAINS: f64 = 1.0 / 3.0;

/// Gives each finding about steady growth the owner that explains most of it.
pub(super) fn name_owners(findings: &mut [Finding], comparison: &Comparison) {
    for finding in findings.iter_mut() {
        if finding.subject.owner.is_none() && KEEPING.contains(&finding.code) {
            name_residue(finding, comparison);
        }
        if finding.subject.owner.is_some() || finding.subject.payload.is_some() || finding.standing == Standing::Unsure
        {
            continue;
        }
        if let Some(owner) = explaining(finding, comparison) {
            let rate =
                owner.per_request.filter(|rate| rate.0 > 0.0).map(|rate| format!(" +{rate}")).unwrap_or_default();
            finding.message += &format!("; owner `{}`{rate}{}", owner.path, entries(owner));
            finding.subject.owner = Some(owner.path.clone());
            finding.advice.extend(advice(owner));
        }
    }
}

/// Findings that say that something stays.
const KEEPING: [&str; 3] = ["slope-exceeded", "growth-exceeded", "not-recovered"];

/// What a payload leaves, and who owns it.
fn name_residue(finding: &mut Finding, comparison: &Comparison) {
    let Some(payload) = &finding.subject.payload else { return };
    let Some(residue) = comparison.residues.iter().find(|residue| residue.payload == *payload) else { return };
    let each = residue.per_request.map(|rate| format!(" +{rate}")).unwrap_or_default();
    finding.message += &format!("; what it leaves is owned by `{}`{each}", residue.path);
    finding.subject.owner = Some(residue.path.clone());
    finding.advice.extend(residue.pattern.map(|(name, advice)| format!("{name}: {advice}")));
}

fn explaining<'a>(finding: &Finding, comparison: &'a Comparison) -> Option<&'a OwnerChange> {
    let growth = |owner: &OwnerChange| match (finding.code, finding.measured) {
        ("slope-exceeded", Amount::Rate(_)) => owner.per_request.map(|rate| rate.0),
        ("growth-exceeded", Amount::Size(_)) => owner.against_baseline.map(|delta| delta.0 as f64),
        _ => None,
    };
    let explains = |(_, grown): &(&OwnerChange, f64)| *grown > 0.0 && *grown >= EXPLAINS * finding.measured.value();
    let owners = comparison.owners.iter().filter_map(|owner| Some((owner, growth(owner)?))).filter(explains);
    // The first of equals: owners are in a fixed order.
    owners.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(owner, _)| owner)
}

/// Entries and bytes for each, as far as they are known: ` (+4,120 entries, 2.40 KiB each, …)`.
pub(super) fn entries(owner: &OwnerChange) -> String {
    let mut parts = Vec::new();
    match owner.entries_against_baseline {
        Some(more) if more != 0 => parts.push(format!("{} entries", signed(more))),
        _ if owner.entries <= 1 => {}
        _ => parts.push(format!("{} entries", grouped(owner.entries))),
    }
    parts.extend(owner.bytes_per_entry.map(|each| format!("{each} each")));
    let more = owner.entries_per_request.filter(|more| *more >= 0.005);
    parts.extend(more.map(|more| format!("{more:.2} more for each request")));
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

/// What the known pattern of an owner says to look at.
pub(super) fn advice(owner: &OwnerChange) -> Vec<String> {
    owner.pattern.map(|(name, advice)| format!("{name}: {advice}")).into_iter().collect()
}

fn signed(count: i64) -> String {
    format!("{}{}", if count < 0 { '−' } else { '+' }, grouped(count.unsigned_abs()))
}

/// Digits in groups of three: `4,120`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 4_120_000].map(grouped), ["0", "999", "1,000", "4,120,000"]);
        assert_eq!([signed(-1234), signed(5)], ["−1,234", "+5"]);
    }
}
