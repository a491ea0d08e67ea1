//! The rules: bounds, slopes, owner rules, recovery, headroom, waivers.

use crate::diag::Place;
use crate::units::{ByteRate, Bytes, Elapsed, Gauge, Metric, Percent, RequestRate};

/// All rules, each with the place where it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// `[[bound]]`.
    pub bounds: Vec<Bound>,
    /// `[[slope]]`.
    pub slopes: Vec<Slope>,
    /// `[[owner]]`.
    pub owners: Vec<OwnerRule>,
    /// `[[recovery]]`.
    pub recoveries: Vec<Recovery>,
    /// `[headroom]`.
    pub headroom: Option<Headroom>,
    /// `[[waiver]]`.
    pub waivers: Vec<Waiver>,
    /// Whether `inconclusive` and `incomparable` end with exit code 4 instead of 0.
    pub fail_when_unsure: bool,
}

impl Rules {
    /// Whether any rule that is not off compares with a baseline, so that a run without one leaves it open.
    pub fn need_baseline(&self) -> bool {
        self.bounds.iter().any(|rule| rule.level != Level::Off && rule.max_growth.is_some())
            || self.owners.iter().any(|rule| rule.level != Level::Off && rule.max_growth.is_some())
    }
}

/// What a broken rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing: the rule is switched off.
    Off,
    /// It is reported.
    Warn,
    /// It is reported and stops the release.
    #[default]
    Block,
}

/// Which phases a rule looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PhaseFilter {
    /// Steady rounds and ugly payloads.
    #[default]
    All,
    /// Steady rounds.
    Steady,
    /// Ugly payloads.
    Ugly,
}

impl Level {
    /// The name in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }
}

impl PhaseFilter {
    /// The name in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Steady => "steady",
            Self::Ugly => "ugly",
        }
    }

    /// The phases in a sentence.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::All => "all phases",
            Self::Steady => "the steady rounds",
            Self::Ugly => "ugly payloads",
        }
    }
}

/// A limit on a metric: absolute, or against the baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Where it stands.
    pub place: Place,
    /// Block, warn or off.
    pub level: Level,
    /// What is limited.
    pub metric: Metric,
    /// In which phases.
    pub phase: PhaseFilter,
    /// Absolute limit: bytes, or a plain count for gauges that count.
    pub max: Option<u64>,
    /// Limit on the growth against the baseline.
    pub max_growth: Option<Growth>,
}

/// Growth against the baseline; both limits must be exceeded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// Share of the baseline's value.
    pub relative: Percent,
    /// Bytes, or a plain count for gauges that count.
    pub absolute: u64,
}

/// A limit on what is kept for each request: of the difference to the baseline if there is one,
/// else of the run itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    /// Where it stands.
    pub place: Place,
    /// Block, warn or off.
    pub level: Level,
    /// Whose floor.
    pub gauge: Gauge,
    /// In which phases: the steady rounds, and each ugly payload by itself.
    pub phase: PhaseFilter,
    /// Bytes (or things) for each request.
    pub max: ByteRate,
}

/// A limit on the growth of owners.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnerRule {
    /// Where it stands.
    pub place: Place,
    /// Block, warn or off.
    pub level: Level,
    /// Glob over the printed owner path; `**` is every owner.
    pub pattern: String,
    /// Retained growth of the reference dump against the baseline's.
    pub max_growth: Option<Bytes>,
    /// Retained growth for each request of the diagnosis rounds.
    pub max_growth_per_request: Option<ByteRate>,
}

/// How soon and how far a gauge must come down after an ugly payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// Where it stands.
    pub place: Place,
    /// Block, warn or off.
    pub level: Level,
    /// What is watched.
    pub gauge: Gauge,
    /// Time from the end of the payload.
    pub within: Elapsed,
    /// Share of the value before the payload.
    pub to: Percent,
}

/// How long the service must live in production.
#[derive(Debug, Clone, PartialEq)]
pub struct Headroom {
    /// Where it stands.
    pub place: Place,
    /// Block, warn or off.
    pub level: Level,
    /// Memory limit in production.
    pub limit: Bytes,
    /// Requests per second in production.
    pub rate: RequestRate,
    /// Time to live until the limit is reached.
    pub survive: Elapsed,
}

/// Growth that somebody answers for.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// Where it stands.
    pub place: Place,
    /// Glob over the printed owner path.
    pub owner: Option<String>,
    /// The metric it covers, where it covers a bound or slope.
    pub metric: Option<Metric>,
    /// Growth that is allowed up to here.
    pub allow: Option<Bytes>,
    /// Last day, ISO 8601.
    pub until: jiff::civil::Date,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
}
