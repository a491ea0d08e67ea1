//! `[[recovery]]`: how soon a gauge comes down after an ugly payload.

use super::{Amount, Finding, Subject};
use crate::policy::{Level, Recovery};
use crate::record::{Phase, PhaseRecord, Recording};
use crate::units::{Metric, Statistic};

/// A finding for each payload after which a gauge stayed up in most repeats of the run.
pub(super) fn findings(rules: &[Recovery], candidate: &[Recording]) -> Vec<Finding> {
    rules.iter().filter(|rule| rule.level != Level::Off).flat_map(|rule| of_rule(rule, candidate)).collect()
}

fn of_rule(rule: &Recovery, candidate: &[Recording]) -> Vec<Finding> {
    let mut payloads: Vec<&str> = candidate.iter().flat_map(Recording::payloads).collect();
    payloads.sort_unstable();
    payloads.dedup();
    let results = payloads.iter().map(|payload| {
        candidate.iter().filter_map(|recording| of_payload(rule, recording, payload)).collect::<Vec<_>>()
    });
    let results: Vec<Vec<Option<Finding>>> = results.filter(|results| !results.is_empty()).collect();
    if results.is_empty() {
        let metric = Metric { gauge: rule.gauge, statistic: Statistic::End };
        return vec![super::bound::no_data(&rule.place, rule.level, metric)];
    }
    let most = results.into_iter().filter(|results| 2 * results.iter().flatten().count() > results.len());
    most.filter_map(|results| results.into_iter().flatten().next_back()).collect()
}

/// `None` where nothing was read, `Some(None)` where the service recovered.
fn of_payload(rule: &Recovery, recording: &Recording, payload: &str) -> Option<Option<Finding>> {
    let is_first = |record: &PhaseRecord| matches!(&record.phase, Phase::Ugly { payload: name, .. } if name == payload);
    let first = recording.phases.iter().position(is_first)?;
    let before = *recording.phases[..first].iter().rev().find_map(|record| record.floor.get(&rule.gauge))?;
    let readings = &recording.ugly(payload).last()?.recovery;
    let allowed = (before as f64 * rule.to.0 / 100.0) as u64;
    let in_time = readings.iter().filter(|(after, _)| *after <= rule.within);
    let lowest = in_time.filter_map(|(_, reading)| reading.get(&rule.gauge)).min()?;
    if *lowest <= allowed {
        return Some(None);
    }
    let [measured, limit, from] = [*lowest, allowed, before].map(|value| Amount::of(rule.gauge, value));
    let message = format!(
        "`{}` stayed at {measured} for {} after payload `{payload}`, from {from} before; allowed {limit}",
        rule.gauge, rule.within
    );
    let mut finding = Finding::new("not-recovered", rule.level, measured, message);
    finding.place = Some(rule.place.clone());
    finding.limit = Some(limit);
    finding.subject = Subject {
        metric: Some(Metric { gauge: rule.gauge, statistic: Statistic::End }),
        phase: Some("ugly".into()),
        payload: Some(payload.into()),
        owner: None,
    };
    Some(Some(finding))
}
