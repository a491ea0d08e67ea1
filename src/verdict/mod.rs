//! The verdict: which rule is broken, by how much, at which policy line. Total and pure.

mod bound;
mod evidence;
mod finding;
mod headroom;
mod incident;
mod owner;
mod recovery;
mod slope;
mod waiver;

pub use finding::{Amount, Finding, Standing, Subject};

use crate::compare::{Comparison, Reference};
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
    let mut findings = incident::findings(candidate);
    findings.extend(evidence::findings(candidate));
    findings.extend(slope::findings(&rules.slopes, comparison, candidate.len()));
    findings.extend(bound::findings(&rules.bounds, comparison));
    findings.extend(owner::findings(&rules.owners, comparison));
    findings.extend(recovery::findings(&rules.recoveries, candidate));
    findings.extend(headroom::findings(rules.headroom.as_ref(), comparison));
    findings.retain(|finding| finding.level != Level::Off);
    owner::name_owners(&mut findings, comparison);
    let waiver_notes = waiver::apply(&rules.waivers, &mut findings, today);
    findings.sort_by(|a, b| b.weight().total_cmp(&a.weight()).then_with(|| a.message.cmp(&b.message)));
    let outcome = outcome(rules, comparison, candidate, &findings);
    Verdict {
        headline: headline(outcome, comparison, &findings),
        outcome,
        findings,
        waiver_notes,
        fail_when_unsure: rules.fail_when_unsure,
    }
}

/// A broken rule outweighs missing evidence: what was seen was seen, however the run ended.
fn outcome(rules: &Rules, comparison: &Comparison, candidate: &[Recording], findings: &[Finding]) -> Outcome {
    let any = |standing: &Standing, level: Level| {
        findings.iter().any(|finding| finding.standing == *standing && finding.level == level)
    };
    let measured = !candidate.is_empty() && candidate.iter().all(|recording| recording.steady().next().is_some());
    if any(&Standing::Fires, Level::Block) {
        Outcome::Regressed
    } else if !measured {
        Outcome::Error
    } else if matches!(comparison.reference, Reference::Incomparable(_)) {
        Outcome::Incomparable
    } else if any(&Standing::Unsure, Level::Block) || candidate.iter().any(|recording| !recording.complete) {
        Outcome::Inconclusive
    } else if matches!(comparison.reference, Reference::NoBaseline) && rules.need_baseline() {
        Outcome::NoBaseline
    } else if any(&Standing::Fires, Level::Warn) {
        Outcome::Warn
    } else if findings.iter().any(|finding| matches!(finding.standing, Standing::Waived(_))) {
        Outcome::Waived
    } else {
        Outcome::Pass
    }
}

fn headline(outcome: Outcome, comparison: &Comparison, findings: &[Finding]) -> String {
    let worst = findings.first().map(|finding| finding.message.clone());
    match (outcome, &comparison.reference) {
        (Outcome::Incomparable, Reference::Incomparable(differences)) => {
            let facts: Vec<&str> = differences.iter().map(|difference| difference.fact.as_str()).collect();
            format!("the baseline differs in {}: accept a new one", facts.join(", "))
        }
        (Outcome::NoBaseline, _) => "nothing to compare with yet: `plimsoll accept` makes this run the baseline".into(),
        (Outcome::Error, _) => "no steady round was measured".into(),
        (Outcome::Inconclusive, _) => worst.unwrap_or_else(|| "the run was cut short".into()),
        _ => worst.unwrap_or_else(|| "every rule holds".into()),
    }
}
