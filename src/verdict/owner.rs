//! `[[owner]]`: growth of what holds the memory.
//!
//! Two dumps alone cannot tell a leak from a cache that fills, nor growth from memory that moved from one owner to
//! another (a field was renamed). So an owner counts only as far as the floors agree, which are measured twelve times
//! and not twice: its growth for each request must be found back, at least by half, in the slope of the live floor,
//! and its growth against the baseline in the level of some floor. Growth that the baseline's owner has too is not
//! this change's.

use globset::{Glob, GlobMatcher};

use super::{Amount, Finding, Standing, Subject, naming};
use crate::compare::{Comparison, Evidence, OwnerChange, Reference, Shape};
use crate::heap::without_packages;
use crate::policy::{Level, OwnerRule};
use crate::record::Recording;
use crate::units::{ByteRate, Bytes, Gauge, Statistic};

/// Share of an owner's growth that the floors must show.
const AGREES: f64 = 0.5;

/// A finding for each owner that grew beyond a rule; the first rule whose pattern matches decides.
pub(super) fn findings(rules: &[OwnerRule], comparison: &Comparison, candidate: &[Recording]) -> Vec<Finding> {
    let compiled: Vec<(&OwnerRule, GlobMatcher)> =
        rules.iter().filter_map(|rule| Some((rule, Glob::new(&rule.pattern).ok()?.compile_matcher()))).collect();
    let mut findings = undumped(rules, comparison, candidate);
    for owner in &comparison.owners {
        let path = owner.path.to_string();
        let rule = compiled.iter().find(|(_, matcher)| matches(matcher, &path)).map(|(rule, _)| *rule);
        if let Some(rule) = rule.filter(|rule| rule.level != Level::Off) {
            findings.extend(total(rule, owner, comparison).into_iter().chain(rate(rule, owner, comparison)));
        }
    }
    findings
}

/// Whether a pattern matches a printed path, as a whole or one of its steps. Static fields may be written without the
/// package of their class, wherever it is told.
pub fn matches(matcher: &GlobMatcher, path: &str) -> bool {
    let is_match = |path: &str| fits(matcher, path) || path.split(" → ").any(|step| fits(matcher, step));
    is_match(path) || (path.contains("static ") && is_match(&without_packages(path)))
}

/// Whether a pattern fits a printed text; what is printed fits itself, whatever signs are in it.
pub fn fits(matcher: &GlobMatcher, text: &str) -> bool {
    matcher.glob().glob() == text || matcher.is_match(text)
}

/// Without a dump no owner can be judged; where the floors are flat there is none to look for.
fn undumped(rules: &[OwnerRule], comparison: &Comparison, candidate: &[Recording]) -> Vec<Finding> {
    let flat = comparison.steady_live().is_some_and(|curve| curve.shape == Shape::Flat);
    if flat || candidate.iter().any(|run| !run.dumps.is_empty()) {
        return Vec::new();
    }
    let active = rules.iter().filter(|rule| rule.level != Level::Off);
    active.map(|rule| super::bound::missing(&rule.place, rule.level, "there is no heap dump")).collect()
}

fn total(rule: &OwnerRule, owner: &OwnerChange, comparison: &Comparison) -> Option<Finding> {
    let max = rule.max_growth?;
    let grown = owner.against_baseline.and_then(|delta| u64::try_from(delta.0).ok()).map(Bytes);
    let grown = grown.filter(|grown| *grown > max)?;
    let standing = match floor_growth(comparison) {
        Some(floor) if floor >= AGREES * grown.as_f64() => Standing::Fires,
        Some(_) => return None,
        None => Standing::Unsure,
    };
    let message = format!("owner `{}` grew by {grown}{}, allowed {max}", owner.path, naming::entries(owner));
    let mut finding = finding("owner-grew", rule, owner, Amount::Size(grown), Amount::Size(max), message);
    finding.standing = standing;
    Some(finding)
}

/// How much more than the baseline the service holds, in the phase where that is most.
fn floor_growth(comparison: &Comparison) -> Option<f64> {
    let floors = comparison
        .levels
        .iter()
        .filter(|level| level.metric.statistic == Statistic::Floor)
        .filter(|level| matches!(level.metric.gauge, Gauge::Live | Gauge::Heap));
    floors.filter_map(|level| Some(level.candidate as f64 - level.baseline? as f64)).max_by(f64::total_cmp)
}

fn rate(rule: &OwnerRule, owner: &OwnerChange, comparison: &Comparison) -> Option<Finding> {
    let max = rule.max_growth_per_request?;
    let compared = matches!(comparison.reference, Reference::Baseline { .. });
    let before = owner.baseline_per_request.filter(|rate| compared && rate.0 > 0.0).unwrap_or_default();
    let extra = ByteRate(owner.per_request?.0 - before.0);
    let standing = (extra > max).then(|| agreement(owner, extra, comparison)).flatten()?;
    let message = format!("owner `{}` grows by {extra}{}, allowed {max}", owner.path, naming::entries(owner));
    let mut finding = finding("owner-grows-per-request", rule, owner, Amount::Rate(extra), Amount::Rate(max), message);
    finding.standing = standing;
    Some(finding)
}

/// Whether the live floor of the steady rounds bears out that an owner grows by so much; `None` where it denies it.
fn agreement(owner: &OwnerChange, extra: ByteRate, comparison: &Comparison) -> Option<Standing> {
    let Some((curve, slope)) = comparison.steady_live().and_then(|curve| Some((curve, curve.slope?))) else {
        return Some(Standing::Unsure);
    };
    let needed = AGREES * extra.0;
    match (curve.shape, curve.evidence) {
        _ if slope.upper.0 < needed => None,
        (Shape::Plateau(_) | Shape::Step(_), Evidence::Difference) => None,
        (Shape::Retention, _) if slope.per_request.0 >= needed => Some(Standing::Fires),
        (_, Evidence::OwnCurve) if slope.lower.0 >= needed && owner.grows_steadily() => Some(Standing::Fires),
        _ => Some(Standing::Unsure),
    }
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
    finding.advice = naming::advice(owner);
    finding
}
