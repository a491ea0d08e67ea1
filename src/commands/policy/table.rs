//! What a policy means, rule by rule.

use serde_json::{Value, json};
use tabled::builder::Builder;
use tabled::settings::Style;

use crate::diag::Place;
use crate::policy::{Bound, Level, OwnerRule, Policy};
use crate::units::{ByteRate, Bytes, Gauge};

/// One rule in words.
struct Row {
    level: &'static str,
    subject: String,
    limit: String,
    place: Place,
}

/// For people.
pub(super) fn terminal(policy: &Policy) -> String {
    let mut table = table(policy);
    table.with(Style::sharp());
    format!("{}\n\n{table}\n{}", summary(policy), notes(policy))
}

/// For pull requests.
pub(super) fn markdown(policy: &Policy) -> String {
    let mut table = table(policy);
    table.with(Style::markdown());
    format!("{}\n\n{table}\n{}", summary(policy), notes(policy))
}

/// For programs.
pub(super) fn json(policy: &Policy) -> Value {
    let rules = rows(policy).into_iter().map(|row| {
        json!({
            "level": row.level,
            "subject": row.subject,
            "limit": row.limit,
            "file": row.place.file,
            "line": row.place.line,
        })
    });
    json!({ "schema": 1, "scenario": policy.name, "rules": rules.collect::<Vec<_>>() })
}

fn table(policy: &Policy) -> tabled::Table {
    let mut builder = Builder::default();
    builder.push_record(["level", "what", "limit", "stands in"]);
    for row in rows(policy) {
        builder.push_record([row.level.to_owned(), row.subject, row.limit, row.place.to_string()]);
    }
    builder.build()
}

fn summary(policy: &Policy) -> String {
    let load = &policy.load;
    let (requests, rounds) = (load.steady.requests, load.steady.rounds);
    format!(
        "scenario `{}`: {requests} requests in {rounds} rounds at {}; kinds of request: {}, ugly payloads: {}",
        policy.name,
        load.steady.arrivals,
        load.requests.len(),
        load.ugly.len()
    )
}

fn notes(policy: &Policy) -> String {
    let mut notes = String::new();
    let rows = rows(policy);
    let off = rows.iter().filter(|row| row.level == Level::Off.name()).count();
    if off > 0 && policy.load.ugly.is_empty() {
        notes.push_str("without `[load.ugly.name]`, rules about ugly payloads are off\n");
    }
    if policy.rules.fail_when_unsure {
        notes.push_str("`inconclusive` and `incomparable` end with exit code 4\n");
    }
    notes
}

fn rows(policy: &Policy) -> Vec<Row> {
    let rules = &policy.rules;
    let mut rows = Vec::new();
    rows.extend(rules.slopes.iter().map(|slope| Row {
        level: slope.level.name(),
        subject: format!("slope of {}.floor, {}", slope.gauge, slope.phase.phrase()),
        limit: rate(slope.gauge, slope.max),
        place: slope.place.clone(),
    }));
    rows.extend(rules.bounds.iter().map(|bound| Row {
        level: bound.level.name(),
        subject: format!("{}, {}", bound.metric, bound.phase.phrase()),
        limit: bound_limit(bound),
        place: bound.place.clone(),
    }));
    rows.extend(rules.owners.iter().map(|owner| Row {
        level: owner.level.name(),
        subject: format!("owner {}", owner.pattern),
        limit: owner_limit(owner),
        place: owner.place.clone(),
    }));
    rows.extend(rules.recoveries.iter().map(|recovery| Row {
        level: recovery.level.name(),
        subject: format!("recovery of {} after each ugly payload", recovery.gauge),
        limit: format!("to {} within {}", recovery.to, recovery.within),
        place: recovery.place.clone(),
    }));
    rows.extend(rules.headroom.iter().map(|headroom| Row {
        level: headroom.level.name(),
        subject: format!("headroom below {} at {}", headroom.limit, headroom.rate),
        limit: format!("lives {}", headroom.survive),
        place: headroom.place.clone(),
    }));
    rows.extend(rules.waivers.iter().map(|waiver| Row {
        level: "waiver",
        subject: format!(
            "waiver of {} by {}: {}",
            waiver.owner.clone().or(waiver.metric.map(|metric| metric.to_string())).unwrap_or_default(),
            waiver.by,
            waiver.reason
        ),
        limit: match waiver.allow {
            Some(allow) => format!("up to {allow}, until {}", waiver.until),
            None => format!("until {}", waiver.until),
        },
        place: waiver.place.clone(),
    }));
    rows
}

fn bound_limit(bound: &Bound) -> String {
    let amount = |amount| if bound.metric.gauge.is_count() { format!("{amount}") } else { Bytes(amount).to_string() };
    let max = bound.max.map(|max| format!("at most {}", amount(max)));
    let growth = bound.max_growth.map(|growth| {
        format!("grows by at most {} or {}, whichever is more", growth.relative, amount(growth.absolute))
    });
    [max, growth].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn owner_limit(owner: &OwnerRule) -> String {
    let growth = owner.max_growth.map(|max| format!("grows by at most {max}"));
    let rate = owner.max_growth_per_request.map(|max| format!("at most {max} within the run"));
    [growth, rate].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn rate(gauge: Gauge, max: ByteRate) -> String {
    if gauge.is_count() { format!("at most {}/request", max.0) } else { format!("at most {max}") }
}
