//! After an ugly payload: how fast does the service come down again?

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::live::{Live, Stop};
use super::settle::needs_collection;
use crate::policy::{Level, Recovery};
use crate::record::{Event, Phase, Reading};
use crate::units::Elapsed;

/// Time between two readings.
const EVERY: Duration = Duration::from_millis(250);
/// Time between two forced collections.
const COLLECT_EVERY: Duration = Duration::from_secs(2);

impl Live<'_> {
    /// Reads on until every recovery rule is met or its time is over, and records the readings.
    ///
    /// `before` is the floor before the payload; `ended` the moment at which its load was done. The first
    /// reading is the floor that the payload's last round settled at.
    pub async fn recover(&mut self, phase: &Phase, before: &Reading, ended: Elapsed) -> Result<(), Stop> {
        let rules = &self.setup.policy.rules.recoveries;
        let rules: Vec<&Recovery> = rules.iter().filter(|rule| rule.level != Level::Off).collect();
        if rules.is_empty() {
            return Ok(());
        }
        let since = |clock: Elapsed| Elapsed(clock.0.saturating_sub(ended.0));
        let mut after = vec![(since(self.clock.elapsed()), self.floor.clone())];
        let mut collected = Instant::now();
        loop {
            let at = since(self.clock.elapsed());
            let open: Vec<&&Recovery> =
                rules.iter().filter(|rule| at < rule.within && !is_met(rule, before, &after)).collect();
            if open.is_empty() {
                break;
            }
            let collect = open.iter().any(|rule| needs_collection(rule.gauge));
            self.drive(sleep(EVERY)).await?;
            let reading = if collect && collected.elapsed() >= COLLECT_EVERY {
                collected = Instant::now();
                self.collected().await?
            } else {
                let sampler = self.sampler.clone();
                self.drive(async move { sampler.read().await }).await?.tree.total
            };
            after.push((since(self.clock.elapsed()), reading));
        }
        self.journal.record(Event::Recovered { phase: phase.clone(), after })?;
        Ok(())
    }
}

/// Whether the last reading of the gauge is low enough. Whether that was in time is for the verdict to say.
fn is_met(rule: &Recovery, before: &Reading, after: &[(Elapsed, Reading)]) -> bool {
    let last = after.iter().rev().find_map(|(_, reading)| reading.get(&rule.gauge));
    match (before.get(&rule.gauge), last) {
        (Some(before), Some(last)) => *last as f64 <= *before as f64 * rule.to.0 / 100.0,
        // What cannot be read will not be read by waiting.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Gauge, Percent};

    #[test]
    fn a_rule_is_met_when_its_gauge_is_down_again() {
        let rule = Recovery {
            place: crate::diag::Place::default(),
            level: Level::Block,
            gauge: Gauge::Rss,
            within: Elapsed::from_millis(1000),
            to: Percent(110.0),
        };
        let reading = |rss| Reading::from([(Gauge::Rss, rss)]);
        let after = |rss| vec![(Elapsed::default(), reading(500)), (Elapsed::from_millis(5), reading(rss))];
        assert!(!is_met(&rule, &reading(100), &after(111)));
        assert!(is_met(&rule, &reading(100), &after(110)));
        assert!(is_met(&rule, &Reading::new(), &after(110)));
    }
}
