//! The anchor of a run: an older level that it is held against as well.

use crate::compare::{Comparison, Reference};
use crate::units::{Gauge, Metric, Statistic};
use crate::verdict::Amount;

/// What an anchor came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// When its newest run began, RFC 3339.
    pub started: String,
    /// The commit of that run, where it is known.
    pub commit: Option<String>,
    /// The run against the anchor.
    pub comparison: Comparison,
}

impl Anchor {
    /// What is told of it in a footer.
    pub(super) fn told(&self) -> String {
        let commit = self.commit.as_deref().map(|commit| format!(", commit `{commit}`")).unwrap_or_default();
        let what = match &self.comparison.reference {
            Reference::NoBaseline => "no whole run".to_owned(),
            Reference::Incomparable(differences) => {
                let facts: Vec<&str> = differences.iter().map(|difference| difference.fact.as_str()).collect();
                format!("not compared, for it differs in {}", facts.join(", "))
            }
            Reference::Baseline { .. } => self.level().unwrap_or_else(|| "no floor in common".to_owned()),
        };
        format!("anchor of {}{commit}: {what}", self.started)
    }

    /// The steady floor then and now.
    fn level(&self) -> Option<String> {
        let of = |gauge| Metric { gauge, statistic: Statistic::Floor };
        let find =
            |metric| self.comparison.levels.iter().find(|level| level.metric == metric && level.payload.is_none());
        let level = [Gauge::Live, Gauge::Heap, Gauge::Rss].into_iter().find_map(|gauge| find(of(gauge)))?;
        let [then, now] = [level.baseline?, level.candidate].map(|value| Amount::of(level.metric.gauge, value));
        Some(format!("`{}` {then} then, {now} now", level.metric))
    }
}
