//! The verdict: which rule is broken, by how much, at which policy line. Total and pure.

mod finding;

pub use finding::{Amount, Finding, Standing, Subject};

use crate::policy::Level;

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
