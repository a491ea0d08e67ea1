//! `[[owner]]`: growth of what holds the memory; and the owner's name for every other finding about growth.

use globset::{Glob, GlobMatcher};

use super::{Amount, Finding, Standing, Subject};
use crate::compare::{Comparison, OwnerChange};
use crate::policy::{Level, OwnerRule};
use crate::units::{ByteRate, Bytes};

/// A finding for each owner that grew beyond a rule; the first rule whose pattern matches decides.
pub(super) fn findings(rules: &[OwnerRule], comparison: &Comparison) -> Vec<Finding> {
    let compiled: Vec<(&OwnerRule, GlobMatcher)> =
        rules.iter().filter_map(|rule| Some((rule, Glob::new(&rule.pattern).ok()?.compile_matcher()))).collect();
    comparison
        .owners
        .iter()
        .flat_map(|owner| {
            let path = owner.path.to_string();
            let rule = compiled.iter().find(|(_, matcher)| matches(matcher, &path)).map(|(rule, _)| *rule);
            rule.filter(|rule| rule.level != Level::Off).map(|rule| of_owner(rule, owner)).unwrap_or_default()
        })
        .collect()
}

/// Whether a pattern matches a printed path, as a whole or from the start of one of its steps.
pub(super) fn matches(matcher: &GlobMatcher, path: &str) -> bool {
    matcher.is_match(path) || path.split(" → ").any(|step| matcher.is_match(step))
}

fn of_owner(rule: &OwnerRule, owner: &OwnerChange) -> Vec<Finding> {
    let grown = owner.against_baseline.map(|delta| delta.0).filter(|delta| *delta > 0).map(|delta| Bytes(delta as u64));
    let total = rule.max_growth.and_then(|max| {
        let grown = grown.filter(|grown| *grown > max)?;
        let message = format!("owner `{}` grew by {grown}{}, allowed {max}", owner.path, told(owner));
        Some(finding("owner-grew", rule, owner, Amount::Size(grown), Amount::Size(max), message))
    });
    let rate = rule.max_growth_per_request.and_then(|max| {
        let rate = owner.per_request.filter(|rate| *rate > max)?;
        let message = format!("owner `{}` grows by {rate}{}, allowed {max}", owner.path, told(owner));
        Some(finding("owner-grows-per-request", rule, owner, Amount::Rate(rate), Amount::Rate(max), message))
    });
    total.into_iter().chain(rate).collect()
}

fn finding(
    code: &'static str,
    rule: &OwnerRule,
    owner: &OwnerChange,
    measured: Amount,
    limit: Amount,
    message: String,
) -> Finding {
    let mut finding = Finding::new(code, rule.level, measured, message);
    finding.place = Some(rule.place.clone());
    finding.limit = Some(limit);
    finding.subject = Subject { owner: Some(owner.path.clone()), ..Subject::default() };
    finding.advice = advice(owner);
    finding
}

/// Entries and bytes for each, as far as they are known.
fn told(owner: &OwnerChange) -> String {
    let mut parts = Vec::new();
    match owner.entries_against_baseline {
        Some(more) if more != 0 => parts.push(format!("{more:+} entries")),
        _ => parts.push(format!("{} entries", owner.entries)),
    }
    if let Some(each) = owner.bytes_per_entry {
        parts.push(format!("{each} each"));
    }
    if let Some(more) = owner.entries_per_request.filter(|more| *more > 0.0) {
        parts.push(format!("{more:.2} more for every request"));
    }
    format!(" ({})", parts.join(", "))
}

fn advice(owner: &OwnerChange) -> Vec<String> {
    owner.pattern.map(|(name, advice)| format!("{name}: {advice}")).into_iter().collect()
}

/// Gives the findings about steady growth the owner that explains most of it: at least a third.
pub(super) fn name_owners(findings: &mut [Finding], comparison: &Comparison) {
    for finding in findings.iter_mut().filter(|finding| finding.subject.owner.is_none()) {
        let growing = |owner: &&OwnerChange| match finding.measured {
            Amount::Rate(rate) => owner.per_request.is_some_and(|own| own.0 > rate.0 / 3.0 && own > ByteRate(0.0)),
            Amount::Size(size) if finding.code == "growth-exceeded" => {
                owner.against_baseline.is_some_and(|own| own.0 > 0 && own.0 as u64 > size.0 / 3)
            }
            _ => false,
        };
        if finding.subject.payload.is_some() || finding.standing == Standing::Unsure {
            continue;
        }
        if let Some(owner) = comparison.owners.iter().find(growing) {
            finding.message += &format!("; owner `{}`{}", owner.path, told(owner));
            finding.subject.owner = Some(owner.path.clone());
            finding.advice.extend(advice(owner));
        }
    }
}
