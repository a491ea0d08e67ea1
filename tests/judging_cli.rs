//! `plimsoll check`, `report` and `accept` from the outside, on a recording in the project's folder.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use plimsoll::record::Recording;
use plimsoll::store::RecordingFolder;
use predicates::str::contains;

const POLICY: &str = r#"
version = 1
[service]
command = ["node", "app.js"]
[load]
base-url = "http://127.0.0.1:23000"
[load.request.root]
get = "/"
"#;

fn plimsoll(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("plimsoll").unwrap();
    command.current_dir(folder).args(arguments);
    command
}

fn project() -> tempfile::TempDir {
    let project = tempfile::tempdir().unwrap();
    let gate = project.path().join("gate");
    fs::create_dir(&gate).unwrap();
    fs::write(gate.join("plimsoll.toml"), POLICY).unwrap();
    let started = "2026-01-01T10:00:00Z";
    let recording =
        Recording { scenario: "shop".into(), started: started.into(), complete: true, ..Recording::default() };
    RecordingFolder::create(&gate.join(".plimsoll/runs"), "shop", started).unwrap().finish(&recording).unwrap();
    project
}

#[test]
fn recordings_and_baselines_are_found_beside_the_policy() {
    let project = project();
    let accept = ["accept", "--yes", "-c", "gate/plimsoll.toml"];
    plimsoll(project.path(), &accept).assert().success().stdout(contains("000001.json"));
    assert!(project.path().join("gate/.plimsoll/baselines/shop/000001.json").exists());
    plimsoll(project.path(), &["report", "-c", "gate/plimsoll.toml"]).assert().success().stdout(contains("shop"));
    plimsoll(project.path(), &["report", "-c", "gate/plimsoll.toml", "--format", "json"]).assert().success();
    plimsoll(&project.path().join("gate"), &["check"]).assert().stdout(contains("shop"));
}

#[test]
fn a_run_is_accepted_once() {
    let project = project();
    let gate = project.path().join("gate");
    plimsoll(&gate, &["accept", "--yes"]).assert().success();
    let again = plimsoll(&gate, &["accept", "--yes"]).assert().success();
    again.stdout(contains("in the baseline already"));
    let json = plimsoll(&gate, &["accept", "--yes", "--format", "json"]).assert().success();
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["accepted"].as_array().map(Vec::len), Some(0));
    assert_eq!(fs::read_dir(gate.join(".plimsoll/baselines/shop")).unwrap().count(), 1);
}

#[test]
fn what_is_wrong_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let told = plimsoll(folder.path(), &["heap", "summary", "none.hprof"]).assert().code(3);
    let text = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    assert_eq!(text.to_lowercase().matches("no such file").count(), 1, "{text}");
}
