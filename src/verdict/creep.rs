//! Growth against the anchor, an older level such as that of the last release: changes of a few percent each pass every
//! comparison with the run before, and add up. It warns, since the change at hand need not be the one to blame.

use super::{Finding, Standing, bound};
use crate::compare::{Comparison, Reference};
use crate::policy::{Level, Rules};

/// A finding for each bound on growth that holds against the baseline and does not against the anchor; `found` is what
/// was found against the baseline.
pub(super) fn findings(rules: &Rules, anchor: &Comparison, found: &[Finding]) -> Vec<Finding> {
    if !matches!(anchor.reference, Reference::Baseline { .. }) {
        return Vec::new();
    }
    let told = |finding: &Finding| {
        found.iter().any(|other| other.subject == finding.subject && other.standing == Standing::Fires)
    };
    let grown = bound::findings(&rules.bounds, anchor).into_iter().filter(|finding| {
        matches!(finding.code, "growth-exceeded" | "peak-spike") && finding.standing == Standing::Fires
    });
    let crept = grown.filter(|finding| !told(finding)).map(|finding| Finding {
        code: "crept",
        level: Level::Warn,
        message: format!("since the anchor, {}", finding.message),
        ..finding
    });
    crept.collect()
}
