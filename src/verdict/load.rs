//! Whether the run did what the plan says: a generator that could not keep up, answers that were not expected.

use std::collections::BTreeMap;

use super::{Amount, Finding, Standing, Subject};
use crate::policy::Level;
use crate::record::{Phase, PhaseRecord, Recording};

/// Failures above this share of a request name's requests are worth a word.
const TOLERATED_SHARE: f64 = 0.01;

/// Failures above this share make the steady rounds worthless as a measurement.
const WORTHLESS_SHARE: f64 = 0.5;

/// Requests that were sent, and failures by description.
type Answers<'a> = (u64, BTreeMap<&'a str, u64>);

/// Findings about the load itself.
pub(super) fn findings(candidate: &[Recording]) -> Vec<Finding> {
    overruns(candidate).into_iter().chain(unexpected(candidate)).collect()
}

/// Why the run is no measurement at all, if so: no floor, a generator that slipped, a service that refused all.
pub(super) fn unmeasured(candidate: &[Recording]) -> Option<String> {
    if candidate.is_empty() {
        return Some("there is no run to judge".to_owned());
    }
    let mut rounds = candidate.iter().flat_map(Recording::steady);
    if !rounds.any(|record| !record.floor.is_empty()) {
        return Some("no steady round was measured".to_owned());
    }
    let rounds: Vec<&PhaseRecord> = candidate.iter().flat_map(Recording::steady).collect();
    let invalid: Vec<&&PhaseRecord> = rounds.iter().filter(|record| record.tally.pacing.overrun).collect();
    if 2 * invalid.len() > rounds.len() {
        let other = invalid.iter().find_map(|record| record.tally.invalid.as_deref());
        return Some(match other {
            Some(why) => format!("the load of most steady rounds is not what was planned: {why}"),
            None => "the load generator could not keep up in most steady rounds: lower the rate".to_owned(),
        });
    }
    if let Some(payload) = overrun_payload(candidate) {
        return Some(format!("the load generator could not keep up with payload `{payload}`: lower its rate"));
    }
    let tallies = rounds.iter().flat_map(|record| record.tally.requests.values());
    let (sent, failed) = tallies.fold((0_u64, 0_u64), |(sent, failed), tally| {
        (sent.saturating_add(tally.sent), tally.failures.values().fold(failed, |sum, count| sum.saturating_add(*count)))
    });
    if failed as f64 > WORTHLESS_SHARE * sent as f64 {
        return Some(format!("{failed} of {sent} ordinary requests failed: their memory says nothing"));
    }
    let cut = candidate.iter().find(|run| !run.complete && run.phases.iter().all(|record| record.incidents.is_empty()));
    cut.map(|_| "the run was cut short".to_owned())
}

/// A payload all of whose rounds are invalid.
fn overrun_payload(candidate: &[Recording]) -> Option<&str> {
    let payloads = candidate.iter().flat_map(|run| run.payloads().into_iter().map(move |name| (run, name)));
    let mut invalid = payloads.filter(|(run, name)| run.ugly(name).all(|record| record.tally.pacing.overrun));
    invalid.next().map(|(_, name)| name)
}

/// A phase in which the generator itself slipped is no evidence of anything; single ones are only told.
fn overruns(candidate: &[Recording]) -> Option<Finding> {
    let phases = candidate.iter().flat_map(|recording| &recording.phases);
    let (other, late): (Vec<&PhaseRecord>, Vec<&PhaseRecord>) =
        phases.filter(|record| record.tally.pacing.overrun).partition(|record| record.tally.invalid.is_some());
    let told = |(name, why): (&str, &str)| format!("{name} ({why})");
    let named = |record: &&PhaseRecord| format!("`{}`", record.phase);
    let mut words = Vec::new();
    if !late.is_empty() {
        let names: Vec<String> = late.iter().map(named).collect();
        words.push(format!("the load generator could not keep up in {}: left out; lower the rate", names.join(", ")));
    }
    if !other.is_empty() {
        let why = |record: &&PhaseRecord| told((&named(record), record.tally.invalid.as_deref().unwrap_or_default()));
        let names: Vec<String> = other.iter().map(why).collect();
        words.push(format!("the load was not what was planned in {}: left out", names.join(", ")));
    }
    let count = late.len() + other.len();
    (count > 0).then(|| {
        let mut finding = Finding::new("generator-overrun", Level::Warn, Amount::Count(count as f64), words.join("; "));
        finding.standing = Standing::Unsure;
        finding
    })
}

/// Answers outside what the policy expects. A wrong status for an ugly payload blocks, for a payload that is let in
/// is not refused; a connection that broke, and failures in the ordinary mix, warn.
fn unexpected(candidate: &[Recording]) -> Vec<Finding> {
    let mut tallies: BTreeMap<(Option<&str>, &str), Answers<'_>> = BTreeMap::new();
    for record in candidate.iter().flat_map(|recording| &recording.phases) {
        let payload = match &record.phase {
            Phase::Ugly { payload, .. } | Phase::Residue { payload } => Some(payload.as_str()),
            _ => None,
        };
        for (name, tally) in &record.tally.requests {
            let entry = tallies.entry((payload, name)).or_default();
            entry.0 = entry.0.saturating_add(tally.sent);
            for (what, count) in &tally.failures {
                let sum = entry.1.entry(what).or_default();
                *sum = sum.saturating_add(*count);
            }
        }
    }
    tallies
        .into_iter()
        .filter_map(|((payload, name), (sent, failures))| wrong(payload, name, sent, &failures))
        .collect()
}

fn wrong(payload: Option<&str>, name: &str, sent: u64, failures: &BTreeMap<&str, u64>) -> Option<Finding> {
    let failed = failures.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    if failed as f64 <= sent as f64 * TOLERATED_SHARE {
        return None;
    }
    let what: Vec<String> = failures.iter().map(|(what, count)| format!("{count} × {what}")).collect();
    let kind = if payload.is_some() { "payload" } else { "request" };
    let message = format!("{kind} `{name}`: {failed} of {sent} answers were not as expected ({})", what.join(", "));
    let answered = failures.keys().any(|what| what.starts_with("status "));
    let level = if payload.is_some() && answered { Level::Block } else { Level::Warn };
    let mut finding = Finding::new("unexpected-answers", level, Amount::Count(failed as f64), message);
    finding.subject = Subject { phase: Some(name.into()), payload: payload.map(str::to_owned), ..Subject::default() };
    Some(finding)
}
