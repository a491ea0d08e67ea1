//! Whether the run did what the plan says: a generator that could not keep up, answers that were not expected.

use std::collections::BTreeMap;

use super::{Amount, Finding, Standing, Subject};
use crate::policy::Level;
use crate::record::{Phase, Recording};

/// Failures above this share of a request name's requests are worth a word.
const TOLERATED_SHARE: f64 = 0.01;

/// Findings about the load itself.
pub(super) fn findings(candidate: &[Recording]) -> Vec<Finding> {
    overruns(candidate).into_iter().chain(unexpected(candidate)).collect()
}

/// A phase in which the generator itself slipped is no evidence of anything.
fn overruns(candidate: &[Recording]) -> Option<Finding> {
    let phases = candidate.iter().flat_map(|recording| &recording.phases);
    let late: Vec<String> =
        phases.filter(|record| record.tally.pacing.overrun).map(|record| format!("`{}`", record.phase)).collect();
    (!late.is_empty()).then(|| {
        let message = format!("the load generator could not keep up in {}: lower the rate", late.join(", "));
        let mut finding = Finding::new("generator-overrun", Level::Block, Amount::Count(late.len() as f64), message);
        finding.standing = Standing::Unsure;
        finding
    })
}

/// Answers outside what the policy expects: of an ugly payload they block, for a payload that is let in is not
/// refused; in the ordinary mix they warn.
fn unexpected(candidate: &[Recording]) -> Vec<Finding> {
    let mut tallies: BTreeMap<(Option<&str>, &str), (u64, BTreeMap<&str, u64>)> = BTreeMap::new();
    for record in candidate.iter().flat_map(|recording| &recording.phases) {
        let payload = match &record.phase {
            Phase::Ugly { payload, .. } => Some(payload.as_str()),
            _ => None,
        };
        for (name, tally) in &record.tally.requests {
            let entry = tallies.entry((payload, name)).or_default();
            entry.0 += tally.sent;
            for (what, count) in &tally.failures {
                *entry.1.entry(what).or_default() += count;
            }
        }
    }
    tallies
        .into_iter()
        .filter_map(|((payload, name), (sent, failures))| wrong(payload, name, sent, &failures))
        .collect()
}

fn wrong(payload: Option<&str>, name: &str, sent: u64, failures: &BTreeMap<&str, u64>) -> Option<Finding> {
    let failed: u64 = failures.values().sum();
    if failed as f64 <= sent as f64 * TOLERATED_SHARE {
        return None;
    }
    let what: Vec<String> = failures.iter().map(|(what, count)| format!("{count} × {what}")).collect();
    let kind = if payload.is_some() { "payload" } else { "request" };
    let message = format!("{kind} `{name}`: {failed} of {sent} answers were not as expected ({})", what.join(", "));
    let level = if payload.is_some() { Level::Block } else { Level::Warn };
    let mut finding = Finding::new("unexpected-answers", level, Amount::Count(failed as f64), message);
    finding.subject = Subject { phase: Some(name.into()), payload: payload.map(str::to_owned), ..Subject::default() };
    Some(finding)
}
