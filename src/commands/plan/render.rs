//! A plan's outline as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tabled::Table;
use tabled::builder::Builder;
use tabled::settings::Style;

use super::outline::{Outline, body};
use crate::plan::PlannedRequest;
use crate::policy::{DumpPolicy, Expect};

/// For people.
pub(super) fn terminal(outline: &Outline) -> String {
    let (mut stages, mut requests) = (stages(outline), requests(outline));
    stages.with(Style::sharp());
    requests.with(Style::sharp());
    page(outline, &stages, &requests)
}

/// For pull requests.
pub(super) fn markdown(outline: &Outline) -> String {
    let (mut stages, mut requests) = (stages(outline), requests(outline));
    stages.with(Style::markdown());
    requests.with(Style::markdown());
    page(outline, &stages, &requests)
}

fn page(outline: &Outline, stages: &Table, requests: &Table) -> String {
    let mut text = format!("scenario `{}` against {}, seed {}\n", outline.scenario, outline.base_url, outline.seed);
    let _ = writeln!(text, "starts `{}`", outline.command.join(" "));
    if let Some(engine) = &outline.engine {
        let _ = writeln!(text, "`{engine}` sends the ordinary mix: what it sends is known to its script alone");
    }
    let _ = writeln!(text, "\n{stages}");
    let _ = writeln!(text, "at least {}: settling after each round and dumps come on top", outline.at_least);
    let _ = writeln!(text, "samples every {}; {}", outline.sample_every, dumps(outline.dumps));
    let _ = writeln!(text, "\n{requests}");
    for shown in outline.requests.iter().filter(|shown| !shown.first.is_empty()) {
        let _ = writeln!(text, "\nfirst of `{}`:", shown.name);
        for request in &shown.first {
            let line = format!("  {} {} {}", request.method, request.path, body(&request.body));
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    let _ = writeln!(text, "\nplan {}", outline.digest);
    text
}

fn stages(outline: &Outline) -> Table {
    let mut builder = Builder::default();
    builder.push_record(["phase", "requests", "rounds", "rate", "lasts", "bodies"]);
    for stage in &outline.stages {
        let count = |count: u64| if count == 0 { String::new() } else { count.to_string() };
        builder.push_record([
            stage.name.clone(),
            count(stage.requests),
            count(stage.rounds.into()),
            stage.arrivals.map(|arrivals| arrivals.to_string()).unwrap_or_default(),
            stage.lasts.map(|lasts| lasts.to_string()).unwrap_or_default(),
            stage.sends.filter(|sends| sends.0 > 0).map(|sends| sends.to_string()).unwrap_or_default(),
        ]);
    }
    builder.build()
}

fn requests(outline: &Outline) -> Table {
    let mut builder = Builder::default();
    builder.push_record(["request", "share", "what", "client", "right is"]);
    for shown in &outline.requests {
        let share = shown.share.map_or_else(|| "ugly".to_owned(), |share| format!("{share:.1} %"));
        let what = format!("{} {}", shown.method, shown.path);
        builder.push_record([shown.name.clone(), share, what, shown.client.clone(), expect(shown.expect)]);
    }
    builder.build()
}

fn expect(expect: Expect) -> String {
    match expect {
        Expect::Any => "any".to_owned(),
        Expect::Class(class) => format!("{class}xx"),
        Expect::Status(status) => status.to_string(),
    }
}

fn dumps(dumps: DumpPolicy) -> &'static str {
    match dumps {
        DumpPolicy::Always => "heap dumps in every run, after everything that is measured",
        DumpPolicy::OnSuspicion => "heap dumps only if the floors rise",
        DumpPolicy::Never => "no heap dumps: owners stay unknown",
    }
}

/// For programs; times in milliseconds, sizes in bytes, rates per second.
pub(super) fn json(outline: &Outline) -> Value {
    let stages = outline.stages.iter().map(|stage| {
        json!({
            "name": stage.name,
            "requests": stage.requests,
            "rounds": stage.rounds,
            "arrivals": stage.arrivals.map(|arrivals| arrivals.to_string()),
            "lasts-ms": stage.lasts.map(|lasts| lasts.millis()),
            "body-bytes": stage.sends.map(|sends| sends.0),
        })
    });
    let requests = outline.requests.iter().map(|shown| {
        json!({
            "name": shown.name,
            "ugly": shown.ugly,
            "share-percent": shown.share,
            "method": shown.method,
            "path": shown.path,
            "expect": expect(shown.expect),
            "client": shown.client.clone(),
            "first": shown.first.iter().map(|request| planned(request)).collect::<Vec<_>>(),
        })
    });
    json!({
        "schema": 1,
        "scenario": outline.scenario,
        "plan": outline.digest,
        "base-url": outline.base_url,
        "seed": outline.seed,
        "command": outline.command,
        "engine": outline.engine,
        "sample-every-ms": outline.sample_every.millis(),
        "at-least-ms": outline.at_least.millis(),
        "phases": stages.collect::<Vec<_>>(),
        "requests": requests.collect::<Vec<_>>(),
    })
}

fn planned(request: &PlannedRequest) -> Value {
    json!({
        "method": &*request.method,
        "path": request.path,
        "headers": request.headers,
        "body": body(&request.body),
        "body-bytes": request.body.size(),
    })
}
