//! `plimsoll policy`, `explain` and `init` from the outside.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]

use std::fs;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

fn plimsoll() -> Command {
    Command::cargo_bin("plimsoll").unwrap()
}

#[test]
fn a_written_policy_checks_and_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.json"), r#"{"scripts": {"start": "node app.js"}}"#).unwrap();
    let init = |arguments: &[&str]| plimsoll().current_dir(folder.path()).arg("init").args(arguments).assert();
    init(&["--workflow"]).success().stdout(contains("plimsoll.yml").and(contains("Node.js")));
    let written = fs::read_to_string(folder.path().join("plimsoll.toml")).unwrap();
    assert!(written.contains(r#"command = ["node", "app.js"]"#), "{written}");
    init(&[]).code(2).stderr(contains("--force"));
    init(&["--force"]).success();
    init(&["--stdout"]).success().stdout(contains("[service]"));
    let check = plimsoll().current_dir(folder.path()).args(["policy", "check"]).assert().success();
    check.stdout(contains("slope of live.floor").and(contains("web-service (built in):")));
    let json = plimsoll().current_dir(folder.path()).args(["policy", "check", "--format", "json"]).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["schema"], 1);
}

#[test]
fn a_wrong_policy_ends_with_two_and_shows_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gate.toml");
    fs::write(&file, "[service]\ncomand = [\"a\"]\n[load]\nbase-url = \"http://a:1\"\n").unwrap();
    let check = plimsoll().current_dir(folder.path()).args(["policy", "check", "gate.toml"]).assert().code(2);
    check.stderr(contains("gate.toml:2:1").and(contains("did you mean `command`?")).and(contains("\u{1b}").not()));
    plimsoll().current_dir(folder.path()).args(["policy", "check"]).assert().code(2).stderr(contains("plimsoll init"));
    fs::write(&file, [0xff, 0xfe]).unwrap();
    let check = plimsoll().current_dir(folder.path()).args(["policy", "check", "gate.toml"]).assert().code(2);
    check.stderr(contains("UTF-8"));
}

#[test]
fn every_name_is_explained_or_corrected() {
    plimsoll().args(["explain", "slope-exceeded"]).assert().success().stdout(contains("for each request"));
    plimsoll().args(["explain", "live.floor"]).assert().success().stdout(contains("full collection"));
    plimsoll().args(["explain", "slope-exeeded"]).assert().code(2).stderr(contains("did you mean `slope-exceeded`?"));
    plimsoll().arg("explain").assert().success().stdout(contains("oom-killed").and(contains("Findings")));
}

#[test]
fn the_schema_is_json() {
    let schema = plimsoll().args(["policy", "schema"]).assert().success();
    assert!(serde_json::from_slice::<serde_json::Value>(&schema.get_output().stdout).is_ok());
}

#[test]
fn the_plan_is_the_same_each_time_and_shows_what_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let policy = r#"
        name = "shop"
        [service]
        command = ["node", "app.js"]
        [load]
        base-url = "http://127.0.0.1:3000"
        [load.request.quote]
        weight = 3
        get = "/quote/{symbol}"
        with = { symbol = { zipf = 10 } }
        [load.request.order]
        post = "/order"
        body = { json = { id = "{id}" } }
        with = { id = "uuid" }
        [load.ugly.big]
        post = "/upload"
        body = { upload = { size = "2 MiB" } }
        payload = "hang-up"
    "#;
    fs::write(folder.path().join("plimsoll.toml"), policy).unwrap();
    let plan = |arguments: &[&str]| {
        let assert = plimsoll().current_dir(folder.path()).arg("plan").args(arguments).assert().success();
        String::from_utf8(assert.get_output().stdout.clone()).unwrap()
    };
    let shown = plan(&["--requests", "3"]);
    assert_eq!(shown, plan(&["--requests", "3"]));
    for part in ["warm-up", "3000", "ugly big", "40.0 MiB", "75.0 %", "hang-up, after 0 B", "reference dump", "/quote/"]
    {
        assert!(shown.contains(part), "{part} is missing in\n{shown}");
    }
    let json: serde_json::Value = serde_json::from_str(&plan(&["--format", "json"])).unwrap();
    assert_eq!(json["phases"][1]["requests"], 3000);
    assert_eq!(json["requests"][1]["first"].as_array().map(Vec::len), Some(2));
    assert!(shown.contains(json["plan"].as_str().unwrap()));
    plimsoll().current_dir(folder.path()).args(["plan", "--config", "no.toml"]).assert().code(2);
}

#[test]
fn every_command_takes_its_arguments() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["plan", "run", "check", "report", "accept"] {
        let told = plimsoll().current_dir(folder.path()).args([command, "-c", "no.toml"]).assert().code(2);
        told.stderr(contains("no.toml").and(contains("plimsoll init")));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let commands: [&[&str]; 5] = [
        &["explain"],
        &["explain", "--format", "json"],
        &["explain", "pass"],
        &["policy", "schema"],
        &["init", "--stdout"],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("plimsoll"));
        let output = command.args(arguments).stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
