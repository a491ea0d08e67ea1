//! `plimsoll check`, `report` and `accept` from the outside, on recordings that the test writes.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use plimsoll::record::{
    Event, Fingerprint, Incident, LoadTally, Pacing, Phase, Reading, Recording, RequestTally, Unseen,
};
use plimsoll::store::RecordingFolder;
use plimsoll::units::{Elapsed, Gauge};
use predicates::prelude::*;
use predicates::str::contains;

const POLICY: &str = r#"
version = 1
name = "shop"

[service]
command = ["true"]
ready = { tcp = "127.0.0.1:1" }

[load]
base-url = "http://127.0.0.1:1"

[load.request.quote]
get = "/"
"#;

/// A project with its policy and recordings.
struct Project(tempfile::TempDir);

/// What a written run is like.
struct Run {
    /// Bytes kept for each request.
    leak: u64,
    runtime: &'static str,
    start: u64,
    incident: Option<Incident>,
    complete: bool,
    rounds: u32,
}

const SOUND: Run = Run { leak: 0, runtime: "21.0.4", start: 0, incident: None, complete: true, rounds: 12 };

impl Project {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("plimsoll.toml"), format!("{}\n{POLICY}", more)).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a run and gives its folder.
    fn record(&self, run: Run) -> PathBuf {
        let started = format!("2026-11-20T10:00:{:02}Z", run.start);
        let mut folder = RecordingFolder::create(&self.path().join(".plimsoll/runs"), "shop", &started).unwrap();
        let events = events(&run, started);
        events.iter().for_each(|event| folder.append(event).unwrap());
        if run.complete {
            folder.finish(&Recording::fold(events)).unwrap();
        }
        folder.path().to_owned()
    }

    fn plimsoll(&self, arguments: &[&str]) -> Assert {
        Command::cargo_bin("plimsoll").unwrap().current_dir(self.path()).args(arguments).assert()
    }

    /// Runs a command on one recording.
    fn on(&self, command: &str, recording: &Path, more: &[&str]) -> Assert {
        self.plimsoll(&[&[command, recording.to_str().unwrap()], more].concat())
    }
}

fn events(run: &Run, started: String) -> Vec<Event> {
    let facts = [("runtime".to_owned(), "jvm".to_owned()), ("runtime-version".to_owned(), run.runtime.to_owned())];
    let mut events = vec![
        Event::Began { started, scenario: "shop".into(), plan: "p".into(), commit: None },
        Event::Identified { fingerprint: Fingerprint { facts: facts.into() } },
        Event::Unseen { unseen: Unseen { what: "working set".into(), why: "there is no control group".into() } },
    ];
    let mut sent = 0;
    let steady = (1..=run.rounds).map(|round| Phase::Steady { round });
    for (i, phase) in std::iter::once(Phase::WarmUp).chain(steady).enumerate() {
        let at = Elapsed::from_millis(i as u64 * 1000);
        sent += 250;
        // A floor repeats within some hundred bytes.
        let live = (40 << 20) + run.leak * sent + (i as u64 * 7919 + run.start * 31) % 300;
        let floor: Reading = [(Gauge::Live, live), (Gauge::Rss, 120 << 20)].into();
        let tally = RequestTally { sent: 250, statuses: [(200, 250)].into(), ..RequestTally::default() };
        let tally = LoadTally {
            requests: [("quote".to_owned(), tally)].into(),
            pacing: Pacing::default(),
            digest: "d".into(),
            invalid: None,
        };
        events.push(Event::PhaseBegan { at, phase: phase.clone() });
        events.push(Event::Loaded { at, phase: phase.clone(), tally });
        events.push(Event::Settled { at, phase, peak: floor.clone(), floor, processes: Vec::new() });
    }
    if let Some(incident) = &run.incident {
        let (at, phase) = (Elapsed::from_millis(60_000), Phase::Ugly { payload: "image-bomb".into(), round: 1 });
        events.push(Event::PhaseBegan { at, phase: phase.clone() });
        events.push(Event::Incident { at, phase, incident: incident.clone() });
    }
    if run.complete {
        events.push(Event::Ended { at: Elapsed::from_millis(61_000), complete: true });
    }
    events
}

#[test]
fn a_first_run_is_accepted_and_the_next_one_passes() {
    let project = Project::new("");
    let first = project.record(SOUND);
    project.on("check", &first, &[]).code(0).stdout(contains("no-baseline").and(contains("plimsoll accept")));
    project.on("accept", &first, &[]).code(0).stderr(contains("first baseline")).stdout(contains("000001.json"));
    let second = project.record(Run { start: 1, ..SOUND });
    project.on("check", &second, &[]).code(0).stdout(contains(" pass ").and(contains("\u{1b}").not()));
    project.on("accept", &second, &["-q"]).code(0).stderr("");
    project.on("check", &second, &[]).stdout(contains("a baseline of 2 runs"));
}

#[test]
fn a_run_is_in_the_baseline_only_once() {
    let project = Project::new("");
    let run = project.record(SOUND);
    project.on("accept", &run, &[]).success();
    project.on("accept", &run, &[]).success().stdout(contains("already"));
    assert_eq!(fs::read_dir(project.path().join(".plimsoll/baselines/shop")).unwrap().count(), 1);
}

#[test]
fn a_leak_ends_with_one_and_becomes_a_baseline_only_with_a_reason() {
    let project = Project::new("");
    project.on("accept", &project.record(SOUND), &[]).success();
    let leak = project.record(Run { leak: 1000, start: 1, ..SOUND });
    let told = contains("regressed").and(contains("slope-exceeded")).and(contains("allowed 100 B/request"));
    project.on("check", &leak, &[]).code(1).stdout(told);
    project.on("report", &leak, &[]).code(0).stdout(contains("regressed"));
    project.on("accept", &leak, &[]).code(1).stderr(contains("--force WHY"));
    project.on("accept", &leak, &["--force", "symbols are interned now"]).code(0).stderr(contains("starts again"));
    let next = project.record(Run { leak: 1000, start: 2, ..SOUND });
    project.on("check", &next, &[]).code(0).stdout(contains("a baseline of one run"));
}

#[test]
fn the_newest_recording_is_the_default_and_formats_are_chosen() {
    let project = Project::new("");
    project.plimsoll(&["check"]).code(3).stderr(contains("no recording").and(contains("plimsoll run")));
    project.record(SOUND);
    project.plimsoll(&["report"]).code(0).stdout(contains("not seen").and(contains("there is no control group")));
    project.plimsoll(&["report", "--format", "markdown"]).stdout(contains("**Plimsoll: no-baseline**"));
    let json = project.plimsoll(&["check", "--format", "json"]).code(0);
    let json: serde_json::Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!((&json["schema"], &json["verdict"]["outcome"]), (&1.into(), &"no-baseline".into()));
    project.plimsoll(&["check", "--color", "always"]).stdout(contains("\u{1b}["));
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let project = Project::new("");
    project.record(SOUND);
    let print = || project.plimsoll(&["report", "--date", "2026-12-01"]).get_output().stdout.clone();
    assert_eq!(print(), print());
}

#[test]
fn another_runtime_is_not_compared_and_fails_only_where_the_policy_says_so() {
    let project = Project::new("");
    project.on("accept", &project.record(SOUND), &[]).success();
    let updated = project.record(Run { runtime: "21.0.5", start: 1, ..SOUND });
    let told = contains("incomparable").and(contains("runtime-version: `21.0.4` in the baseline, `21.0.5` here"));
    project.on("check", &updated, &[]).code(0).stdout(told);
    let strict = project.path().join("strict.toml");
    fs::write(&strict, format!("{POLICY}\n[verdict]\nunsure = \"fail\"\n")).unwrap();
    project.on("check", &updated, &["--policy", "strict.toml"]).code(4);
    project.on("accept", &updated, &[]).code(0).stderr(contains("starts again"));
    project.on("check", &updated, &[]).code(0).stdout(contains("a baseline of one run"));
}

#[test]
fn an_oom_kill_is_a_finding_with_its_payload_even_in_a_run_that_was_cut_off() {
    let project = Project::new("");
    let killed = Run { incident: Some(Incident::OomKilled { kills: 1 }), complete: false, ..SOUND };
    let killed = project.record(killed);
    let told = contains("oom-killed").and(contains("image-bomb")).and(contains("recording.json"));
    project.on("check", &killed, &[]).code(1).stdout(told);
    project.on("accept", &killed, &[]).code(3).stderr(contains("cut short"));
}

#[test]
fn a_run_without_rounds_could_not_be_measured() {
    let project = Project::new("");
    let empty = project.record(Run { rounds: 0, complete: false, ..SOUND });
    project.on("check", &empty, &[]).code(3).stdout(contains(" error "));
}

#[test]
fn a_corrupt_baseline_is_named_and_the_one_before_serves() {
    let project = Project::new("");
    project.on("accept", &project.record(SOUND), &[]).success();
    project.on("accept", &project.record(Run { start: 1, ..SOUND }), &[]).success();
    fs::write(project.path().join(".plimsoll/baselines/shop/000002.json"), "{\"schema\": 1, ").unwrap();
    let run = project.record(Run { start: 2, ..SOUND });
    let told = contains("a baseline of one run").and(contains("000002.json"));
    project.on("check", &run, &[]).code(0).stdout(told);
}

#[test]
fn a_newer_or_broken_recording_is_refused_with_a_word() {
    let project = Project::new("");
    let run = project.record(SOUND);
    fs::write(run.join("recording.json"), r#"{"schema": 9, "anything": []}"#).unwrap();
    project.on("check", &run, &[]).code(3).stderr(contains("schema version 9"));
    fs::write(run.join("recording.json"), "[[[[").unwrap();
    project.on("report", &run, &[]).code(3).stderr(contains("is no recording"));
}

#[test]
fn a_policy_that_is_wrong_ends_with_two() {
    let project = Project::new("surprise = true");
    let run = project.record(SOUND);
    for command in ["check", "report", "accept"] {
        project.on(command, &run, &[]).code(2).stderr(contains("surprise"));
    }
    project.on("check", &run, &["--config", "nowhere.toml"]).code(2).stderr(contains("nowhere.toml"));
}

#[test]
fn several_recordings_are_repeats_of_one_run() {
    let project = Project::new("");
    project.on("accept", &project.record(SOUND), &[]).success();
    let repeats = [1, 2].map(|start| project.record(Run { start, ..SOUND }));
    let paths = repeats.each_ref().map(|path| path.to_str().unwrap());
    project.plimsoll(&["check", paths[0], paths[1]]).code(0).stdout(contains(" pass "));
    project.plimsoll(&["accept", paths[0], paths[1]]).code(0);
    assert_eq!(fs::read_dir(project.path().join(".plimsoll/baselines/shop")).unwrap().count(), 3);
}

#[test]
fn a_waiver_is_looked_at_on_the_day_that_is_asked_for() {
    let waiver = "
[[waiver]]
metric = \"live.slope\"
until = 2026-12-31
reason = \"symbols are interned\"
by = \"payments\"
";
    let project = Project::new("");
    let policy = project.path().join("waived.toml");
    fs::write(&policy, format!("{POLICY}{waiver}")).unwrap();
    project.on("accept", &project.record(SOUND), &[]).success();
    let leak = project.record(Run { leak: 1000, start: 1, ..SOUND });
    let check = |day: &str| project.on("check", &leak, &["--config", "waived.toml", "--date", day]);
    check("2026-12-01").stdout(contains("symbols are interned"));
    check("2027-01-01").code(1).stdout(contains("ended"));
}
