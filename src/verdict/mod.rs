//! The verdict: which rule is broken, by how much, at which policy line. Total and pure.

mod bound;
mod creep;
mod finding;
mod headroom;
mod incident;
mod load;
mod naming;
mod outcome;
mod owner;
mod plateau;
mod policy_change;
mod recovery;
mod slope;
mod waiver;

pub use finding::{Amount, Finding, Standing, Subject};
pub use owner::{fits, matches as owner_matches};
pub use policy_change::PolicyChange;

use crate::compare::Comparison;
use crate::policy::{Level, Rules};
use crate::record::Recording;

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nothing to say.
    Pass,
    /// A rule of level `warn` is broken.
    Warn,
    /// Every broken rule is covered by a waiver.
    Waived,
    /// There is no baseline, and no rule that needs none is broken.
    NoBaseline,
    /// The baseline was made in another environment or by another load.
    Incomparable,
    /// The evidence is not enough either way.
    Inconclusive,
    /// A rule of level `block` is broken.
    Regressed,
    /// It could not be measured.
    Error,
}

/// The judgement of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What it comes to.
    pub outcome: Outcome,
    /// The reason in one sentence, with the worst number.
    pub headline: String,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// Waivers that were used, unused, or end soon; one sentence each.
    pub waiver_notes: Vec<String>,
    /// Whether unsure outcomes fail.
    pub fail_when_unsure: bool,
}

impl Outcome {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Waived => "waived",
            Self::NoBaseline => "no-baseline",
            Self::Incomparable => "incomparable",
            Self::Inconclusive => "inconclusive",
            Self::Regressed => "regressed",
            Self::Error => "error",
        }
    }
}

impl Verdict {
    /// 0 pass, 1 regressed, 3 could not measure, 4 unsure where the policy says so.
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Pass | Outcome::Warn | Outcome::Waived | Outcome::NoBaseline => 0,
            Outcome::Regressed => 1,
            Outcome::Error => 3,
            Outcome::Inconclusive | Outcome::Incomparable if self.fail_when_unsure => 4,
            Outcome::Inconclusive | Outcome::Incomparable => 0,
        }
    }

    /// Findings that fire at this level.
    pub fn firing(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.level == level && finding.standing == Standing::Fires)
    }
}

/// Judges a run: `candidate` holds its repeats, `comparison` was made of them; `today` decides which waivers
/// have ended.
pub fn judge(rules: &Rules, comparison: &Comparison, candidate: &[Recording], today: jiff::civil::Date) -> Verdict {
    judge_beside(rules, comparison, None, candidate, today)
}

/// As [`judge`], with what the run came to against an anchor, an older level.
pub fn judge_beside(
    rules: &Rules,
    comparison: &Comparison,
    anchor: Option<&Comparison>,
    candidate: &[Recording],
    today: jiff::civil::Date,
) -> Verdict {
    let mut findings = incident::findings(candidate);
    findings.extend(load::findings(candidate));
    findings.extend(slope::findings(rules, comparison));
    findings.extend(bound::findings(&rules.bounds, comparison));
    findings.extend(owner::findings(&rules.owners, comparison, candidate));
    findings.extend(recovery::findings(&rules.recoveries, candidate));
    findings.extend(headroom::findings(rules.headroom.as_ref(), comparison));
    findings.retain(|finding| finding.level != Level::Off);
    drop_repeated(&mut findings);
    naming::name_owners(&mut findings, comparison);
    if let Some(anchor) = anchor {
        findings.extend(creep::findings(rules, anchor, &findings));
    }
    let waiver_notes = waiver::apply(&rules.waivers, &mut findings, comparison, today);
    findings.sort_by(|a, b| b.weight().total_cmp(&a.weight()).then_with(|| a.message.cmp(&b.message)));
    let outcome = outcome::of(rules, comparison, candidate, &findings);
    Verdict {
        headline: outcome::headline(outcome, comparison, candidate, &findings),
        outcome,
        findings,
        waiver_notes,
        fail_when_unsure: rules.fail_when_unsure,
    }
}

/// A plateau that a bound finds too is told once: by the bound, with the name of its shape.
fn drop_repeated(findings: &mut Vec<Finding>) {
    let bounded = |finding: &Finding| finding.code == "growth-exceeded" && finding.shape.is_none();
    let shapes: Vec<(Subject, &'static str)> = findings
        .iter()
        .filter(|finding| finding.code == "growth-exceeded")
        .filter_map(|finding| Some((finding.subject.clone(), finding.shape?)))
        .collect();
    for (subject, shape) in shapes {
        let Some(kept) = findings.iter_mut().find(|finding| bounded(finding) && finding.subject == subject) else {
            continue;
        };
        kept.shape = Some(shape);
        let message = kept.message.clone();
        findings.retain(|finding| {
            finding.message == message
                || finding.code != "growth-exceeded"
                || finding.subject != subject
                || finding.shape != Some(shape)
        });
    }
}
