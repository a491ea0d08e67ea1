//! What all findings together come to.
//!
//! In this order, the first that holds: a broken rule that blocks (what was seen was seen, however the run ended) ·
//! no measurement · a baseline that cannot be compared · a blocking rule that is unsure or found no data · no
//! baseline · a broken rule that warns · only waived ones · pass.

use super::{Finding, Outcome, Standing};
use crate::compare::{Comparison, Reference};
use crate::policy::{Level, Rules};
use crate::record::Recording;

/// What the run comes to.
pub(super) fn of(rules: &Rules, comparison: &Comparison, candidate: &[Recording], findings: &[Finding]) -> Outcome {
    let any = |standing: &Standing, level: Level| {
        findings.iter().any(|finding| finding.standing == *standing && finding.level == level)
    };
    let open = |finding: &&Finding| finding.standing == Standing::Unsure && finding.level == Level::Block;
    let unjudged = comparison.reference == Reference::NoBaseline;
    // Only a baseline settles these; running again would not.
    let awaits_baseline = |finding: &&Finding| unjudged && needs_baseline(finding);
    if any(&Standing::Fires, Level::Block) {
        Outcome::Regressed
    } else if super::load::unmeasured(candidate).is_some() {
        Outcome::Error
    } else if matches!(comparison.reference, Reference::Incomparable(_)) {
        Outcome::Incomparable
    } else if findings.iter().filter(open).any(|finding| !awaits_baseline(&finding)) {
        Outcome::Inconclusive
    } else if unjudged && (rules.need_baseline() || findings.iter().any(|finding| open(&finding))) {
        Outcome::NoBaseline
    } else if any(&Standing::Fires, Level::Warn) {
        Outcome::Warn
    } else if findings.iter().any(|finding| matches!(finding.standing, Standing::Waived(_))) {
        Outcome::Waived
    } else {
        Outcome::Pass
    }
}

fn needs_baseline(finding: &Finding) -> bool {
    matches!(finding.code, "slope-exceeded" | "owner-grows-per-request")
}

/// The reason in one sentence.
pub(super) fn headline(
    outcome: Outcome,
    comparison: &Comparison,
    candidate: &[Recording],
    findings: &[Finding],
) -> String {
    let of = |wanted: &dyn Fn(&Finding) -> bool| {
        let mut matching = findings.iter().filter(|finding| wanted(finding));
        matching.next().map(|worst| told(worst, matching.count()))
    };
    let worst = match (outcome, &comparison.reference) {
        (Outcome::Incomparable, Reference::Incomparable(differences)) => {
            let facts: Vec<&str> = differences.iter().map(|difference| difference.fact.as_str()).collect();
            Some(format!("the baseline differs in {}: accept a new one", facts.join(", ")))
        }
        (Outcome::NoBaseline, _) => {
            let rising = of(&|finding| finding.standing == Standing::Unsure).map(|told| format!("; {told}"));
            let cure = "nothing to compare with yet: `plimsoll accept` makes this run the baseline";
            Some(format!("{cure}{}", rising.unwrap_or_default()))
        }
        (Outcome::Error, _) => super::load::unmeasured(candidate),
        (Outcome::Regressed, _) => of(&|one| one.standing == Standing::Fires && one.level == Level::Block),
        (Outcome::Inconclusive, _) => of(&|one| one.standing == Standing::Unsure && one.level == Level::Block),
        (Outcome::Warn, _) => of(&|one| one.standing == Standing::Fires),
        (Outcome::Waived, _) => of(&|one| matches!(one.standing, Standing::Waived(_))),
        _ => None,
    };
    worst.unwrap_or_else(|| holds(comparison))
}

fn told(worst: &Finding, more: usize) -> String {
    match more {
        0 => worst.message.clone(),
        more => format!("{}; {more} more", worst.message),
    }
}

/// A pass says how much it would have seen.
fn holds(comparison: &Comparison) -> String {
    let seen = comparison.steady_live().and_then(|curve| Some((curve.slope?, curve.smallest_visible()?, curve)));
    match seen {
        Some((slope, smallest, curve)) => format!(
            "every rule holds: `{}.floor` keeps {}, and {smallest} would have been seen",
            curve.gauge, slope.per_request
        ),
        None => "every rule holds".to_owned(),
    }
}
