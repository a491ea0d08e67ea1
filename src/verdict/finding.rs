//! One thing that is wrong with the service.

use crate::diag::Place;
use crate::heap::OwnerPath;
use crate::policy::Level;
use crate::units::{ByteRate, Bytes, Elapsed, Metric};

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
