//! One thing that is wrong with the service.

use crate::diag::Place;
use crate::heap::OwnerPath;
use crate::policy::Level;
use crate::units::{ByteRate, Bytes, Elapsed, Gauge, Metric};

/// One broken rule, or one misbehaviour under load.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Kebab-case code; `plimsoll explain CODE` has a text for each.
    pub code: &'static str,
    /// What it does.
    pub level: Level,
    /// Whether it counts.
    pub standing: Standing,
    /// The policy line, where a rule is broken.
    pub place: Option<Place>,
    /// What it is about.
    pub subject: Subject,
    /// What was measured.
    pub measured: Amount,
    /// What is allowed.
    pub limit: Option<Amount>,
    /// The interval around the measured value (99 %, one-sided each).
    pub interval: Option<(Amount, Amount)>,
    /// How much two runs of the same service differ.
    pub noise: Option<Amount>,
    /// The finding in one sentence, lower case, values in backticks.
    pub message: String,
    /// The named shape (`retention`, `plateau`, `spike`, …), where there is one.
    pub shape: Option<&'static str>,
    /// What to look at, one sentence each.
    pub advice: Vec<String>,
}

impl Finding {
    /// A finding of a code about a subject; the rest is filled in by the rule.
    pub(super) fn new(code: &'static str, level: Level, measured: Amount, message: String) -> Self {
        Self {
            code,
            level,
            standing: Standing::Fires,
            place: None,
            subject: Subject::default(),
            measured,
            limit: None,
            interval: None,
            noise: None,
            message,
            shape: None,
            advice: Vec::new(),
        }
    }

    /// What comes first in a report: what fires before what is unsure or waived, blocking before warning,
    /// then the share by which the limit is exceeded.
    pub(super) fn weight(&self) -> f64 {
        let standing = match self.standing {
            Standing::Fires => 2e9,
            Standing::Unsure => 1e9,
            Standing::Waived(_) => 0.0,
        };
        let level = if self.level == Level::Block { 4e8 } else { 0.0 };
        let incident = if self.limit.is_none() && self.level == Level::Block { 2e8 } else { 0.0 };
        let excess = match (self.measured, self.limit) {
            // A time to live is the worse the shorter it is.
            (Amount::Time(lives), Some(Amount::Time(wanted))) => {
                wanted.0.as_secs_f64() / lives.0.as_secs_f64().max(1.0)
            }
            (measured, Some(limit)) => measured.value() / limit.value().max(1.0),
            (_, None) => 0.0,
        };
        standing + level + incident + excess.clamp(0.0, 1e8)
    }
}

/// Whether a finding counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The rule is broken.
    Fires,
    /// It is broken, but a waiver covers it (reason and person).
    Waived(String),
    /// The evidence is not enough either way.
    Unsure,
}

/// What a finding is about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subject {
    /// The metric, if one.
    pub metric: Option<Metric>,
    /// The phase or request name.
    pub phase: Option<String>,
    /// The ugly payload, if one.
    pub payload: Option<String>,
    /// The owner, if one.
    pub owner: Option<OwnerPath>,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// Bytes.
    Size(Bytes),
    /// Bytes for each request.
    Rate(ByteRate),
    /// Things.
    Count(f64),
    /// Time.
    Time(Elapsed),
}

impl Amount {
    /// The bare number, in the unit's base.
    pub fn value(self) -> f64 {
        match self {
            Self::Size(bytes) => bytes.as_f64(),
            Self::Rate(rate) => rate.0,
            Self::Count(count) => count,
            Self::Time(time) => time.0.as_secs_f64(),
        }
    }

    /// A value of a gauge: bytes, or things for the gauges that count.
    pub fn of(gauge: Gauge, value: u64) -> Self {
        if gauge.is_count() { Self::Count(value as f64) } else { Self::Size(Bytes(value)) }
    }

    /// A slope of a gauge: bytes, or things, for each request.
    pub fn per_request(gauge: Gauge, rate: ByteRate) -> Self {
        if gauge.is_count() { Self::Count(rate.0) } else { Self::Rate(rate) }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Size(bytes) => bytes.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
            Self::Count(count) => f.pad(&format!("{}", (count * 100.0).round() / 100.0)),
            Self::Time(time) => time.fmt(f),
        }
    }
}
