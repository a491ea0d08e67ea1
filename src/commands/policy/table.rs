//! What a policy means, rule by rule.

use serde_json::{Value, json};
use tabled::builder::Builder;
use tabled::settings::Style;

use crate::policy::{Level, Policy};

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
    let rules = policy.rules.statements().into_iter().map(|row| {
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
    for row in policy.rules.statements() {
        builder.push_record([row.level.to_owned(), row.subject, row.limit, row.place.to_string()]);
    }
    builder.build()
}

fn summary(policy: &Policy) -> String {
    let load = &policy.load;
    let (requests, rounds) = (load.steady.requests, load.steady.rounds);
    format!(
        "scenario `{}`: {requests} requests in {rounds} rounds at {}; {}, ugly payloads: {}",
        policy.name,
        load.steady.arrivals,
        match &load.engine {
            Some(engine) => format!("sent by {}", engine.name()),
            None => format!("kinds of request: {}", load.requests.len()),
        },
        load.ugly.len()
    )
}

fn notes(policy: &Policy) -> String {
    let mut notes = String::new();
    let rows = policy.rules.statements();
    let off = rows.iter().filter(|row| row.level == Level::Off.name()).count();
    if off > 0 && policy.load.ugly.is_empty() {
        notes.push_str("without `[load.ugly.name]`, rules about ugly payloads are off\n");
    }
    if policy.rules.fail_when_unsure {
        notes.push_str("`inconclusive` and `incomparable` end with exit code 4\n");
    }
    notes
}
