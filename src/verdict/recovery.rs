//! `[[recovery]]`: how soon a gauge comes down after an ugly payload.

use super::{Amount, Finding, Subject};
use crate::policy::{Level, Recovery};
use crate::record::{Phase, PhaseRecord, Recording};
use crate::units::{Metric, Statistic};

/// A finding for each payload after which a gauge stayed up.
pub(super) fn findings(rules: &[Recovery], candidate: &[Recording]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.level != Level::Off) {
        let before = findings.len();
        let mut judged = 0;
        for recording in candidate {
            for payload in recording.payloads() {
                let Some(result) = of_payload(rule, recording, payload) else { continue };
                judged += 1;
                findings.extend(result.filter(|new| !findings[before..].iter().any(|old| old.subject == new.subject)));
            }
        }
        if judged == 0 {
            let metric = Metric { gauge: rule.gauge, statistic: Statistic::End };
            findings.push(super::bound::no_data(&rule.place, rule.level, metric));
        }
    }
    findings
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
