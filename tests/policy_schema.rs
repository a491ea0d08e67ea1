//! The schema for editors knows the same keys as the reader, no more and no less.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]

use std::collections::BTreeSet;

use plimsoll::diag::{Code, Source};
use plimsoll::policy::{Policy, parse};
use serde_json::Value;

/// A table of the schema, and a policy that ends within it.
const TABLES: &[(&str, &str)] = &[
    ("", ""),
    ("service", "[service]"),
    ("ready", "[service.ready]"),
    ("load", "[load]"),
    ("rounds", "[load.steady]"),
    ("request", "[load.request.a]\nget = \"/\""),
    ("ugly", "[load.ugly.a]\nget = \"/\""),
    ("login", "[load.login]\npost = \"/login\""),
    ("body-table", "[load.ugly.a]\npost = \"/\"\n[load.ugly.a.body]\ntext = \"a\""),
    ("image-bomb", "[load.ugly.a]\npost = \"/\"\n[load.ugly.a.body.image-bomb]"),
    ("bound", "[[bound]]\nmetric = \"live.floor\"\nmax = \"1 B\""),
    ("growth", "[[bound]]\nmetric = \"live.floor\"\n[bound.max-growth]\nabsolute = \"1 B\""),
    ("slope", "[[slope]]\nmetric = \"live.floor\"\nmax = \"1 B\""),
    ("owner", "[[owner]]\nmax-growth = \"1 B\""),
    ("recovery", "[[recovery]]\nmetric = \"rss.end\""),
    ("headroom", "[headroom]"),
    ("waiver", "[[waiver]]\nowner = \"a\"\nuntil = 2027-01-31\nreason = \"a\"\nby = \"b\""),
    ("verdict", "[verdict]"),
];

fn schema() -> Value {
    let mut command = assert_cmd::Command::cargo_bin("plimsoll").unwrap();
    let printed = command.args(["policy", "schema"]).assert().success().get_output().stdout.clone();
    serde_json::from_slice(&printed).unwrap()
}

fn read(text: &str) -> Result<Policy, plimsoll::diag::Diagnostics> {
    parse(&Source::new("plimsoll.toml", text), &|_| Err("none".into()))
}

#[test]
fn each_table_has_the_keys_that_are_read() {
    let schema = schema();
    for (name, text) in TABLES {
        let table = if name.is_empty() { &schema } else { &schema["$defs"][name] };
        let stated: BTreeSet<String> = table["properties"].as_object().unwrap().keys().cloned().collect();
        // No word is near to this one, so that the mistake lists all that is known.
        let diagnostics = read(&format!("{text}\nqqqqqqqqqqqqqqqqqqqqqqq = 1\n")).unwrap_err();
        let unknown =
            diagnostics.iter().find(|d| d.code == Code::UnknownKey).unwrap_or_else(|| panic!("{diagnostics}"));
        let read: BTreeSet<String> = unknown.cure.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(stated, read, "keys of `{name}`");
    }
}

#[test]
fn the_metrics_are_those_that_exist() {
    let schema = schema();
    let metrics = schema["$defs"]["metric"]["enum"].as_array().unwrap();
    let known: BTreeSet<&str> = metrics.iter().map(|metric| metric.as_str().unwrap()).collect();
    let all = plimsoll::units::Gauge::ALL.into_iter().flat_map(|gauge| {
        gauge.statistics().map(move |statistic| plimsoll::units::Metric { gauge, statistic }.to_string())
    });
    let all: BTreeSet<String> = all.collect();
    assert_eq!(known, all.iter().map(String::as_str).collect());
}
