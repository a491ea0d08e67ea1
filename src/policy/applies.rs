//! Which rules can match anything in a scenario at all.

use super::complete::FEWEST_ROUNDS;
use super::{Bound, DumpPolicy, Load, PhaseFilter, Service, Slope};
use crate::diag::Code;

/// The scenario that rules are checked against.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub service: &'a Service,
    pub load: &'a Load,
}

/// Why a rule can never match, and what to do about it.
pub(super) struct Hindrance {
    pub code: Code,
    pub why: &'static str,
    pub cure: &'static str,
    /// Whether it is a mistake even where the rule is inherited: a gate that everybody expects
    /// must not be off without a word.
    pub always: bool,
}

const NO_PAYLOAD: Hindrance = Hindrance {
    code: Code::RuleNeverMatches,
    why: "the rule looks at ugly payloads, and the load has none",
    cure: "add `[load.ugly.name]`, or remove the rule or its `phase`",
    always: false,
};

const NO_DUMP: Hindrance = Hindrance {
    code: Code::RuleNeverMatches,
    why: "owners are known from heap dumps, and `dumps` is `never`",
    cure: "write `dumps = \"always\"` or `\"on-suspicion\"` below `[service]`, or remove the rule",
    always: false,
};

const NO_SLOPE: Hindrance = Hindrance {
    code: Code::TooFewRounds,
    why: "the rule limits a slope, and with fewer than 4 rounds there is none",
    cure: "write `rounds = 12` below `[load.steady]`, with `requests` that it divides",
    always: true,
};

const NO_UGLY_SLOPE: Hindrance = Hindrance {
    code: Code::TooFewRounds,
    why: "the rule limits a slope, and every ugly payload has fewer than 4 rounds",
    cure: "write `rounds = 4` or more for a payload, with `requests` that it divides",
    always: false,
};

impl Scope<'_> {
    pub fn hinders_bound(self, bound: &Bound) -> Option<Hindrance> {
        (bound.phase == PhaseFilter::Ugly && self.load.ugly.is_empty()).then_some(NO_PAYLOAD)
    }

    pub fn hinders_slope(self, slope: &Slope) -> Option<Hindrance> {
        let mut payloads = self.load.ugly.iter().map(|ugly| ugly.round.rounds);
        match slope.phase {
            PhaseFilter::Ugly if self.load.ugly.is_empty() => Some(NO_PAYLOAD),
            PhaseFilter::Ugly => payloads.all(|rounds| rounds < FEWEST_ROUNDS).then_some(NO_UGLY_SLOPE),
            PhaseFilter::All | PhaseFilter::Steady => (self.load.steady.rounds < FEWEST_ROUNDS).then_some(NO_SLOPE),
        }
    }

    pub fn hinders_owner(self) -> Option<Hindrance> {
        (self.service.dumps == DumpPolicy::Never).then_some(NO_DUMP)
    }

    pub fn hinders_recovery(self) -> Option<Hindrance> {
        self.load.ugly.is_empty().then_some(NO_PAYLOAD)
    }
}
