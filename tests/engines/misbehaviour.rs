//! What an engine can do wrong, and what becomes of the run then.

use std::io::{BufRead, BufReader};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plimsoll::record::Incident;

use crate::scene::{Scene, alive, until};

#[test]
fn counts_other_than_planned_make_a_phase_invalid_and_never_a_pass() {
    for (how, words) in [
        ("short", "python3 counted 18 requests where 20 were planned"),
        ("drops", "python3 dropped 3 of what was planned"),
    ] {
        let scene = Scene::own(how, "");
        let ran = scene.run();
        assert_eq!(ran.code, Some(3), "{}\n{}", ran.stdout, ran.stderr);
        let shown = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(words), "{}", ran.stdout);
        let recording = scene.recording();
        assert!(recording.steady().all(|record| record.tally.invalid.is_some() && record.tally.pacing.overrun));
        assert!(recording.phases[0].tally.invalid.is_none(), "the warm-up was as planned");
    }
}

#[test]
fn an_engine_that_fails_is_an_error_with_its_last_words_and_nothing_of_it_stays() {
    let scene = Scene::own("fails", "");
    let output = scene.command().env("GITHUB_TOKEN", "secret").env("ACTIONS_RUNTIME_TOKEN", "secret").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("`python3` ended with exit code 1") && stderr.contains("cannot log in"), "{stderr}");
    assert!(!stderr.contains("\x1b[31m: no"), "its words do not steer the terminal: {stderr}");
    assert!(!alive(scene.sleeper()));
    let told = std::fs::read_to_string(scene.path("environment.json")).unwrap();
    assert!(told.contains("PLIMSOLL_TARGET_URL") && told.contains("\"PLIMSOLL_PHASE\": \"warm-up\""), "{told}");
    assert!(!told.contains("secret"), "it gets no token");
}

#[test]
fn an_engine_without_end_is_ended_after_its_time() {
    let scene = Scene::own("hangs", "engine-within = \"2 s\"");
    let ran = scene.run();
    assert_eq!(ran.code, Some(3), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("was not done within 2.0 s"), "{}", ran.stderr);
    assert!(ran.stderr.contains("waiting"), "its last words: {}", ran.stderr);
    assert!(!alive(scene.sleeper()));
}

#[test]
fn an_interrupt_ends_the_engine_too() {
    let scene = Scene::own("waits", "");
    let mut child = scene.command().spawn().unwrap();
    let sleeper = scene.sleeper();
    assert!(alive(sleeper));
    kill(Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    let status = child.wait().unwrap();
    let lines: Vec<String> = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok).collect();
    assert!(!status.success(), "{lines:?}");
    assert!(!alive(sleeper), "ended before plimsoll itself");
}

#[test]
fn an_engine_does_not_outlive_a_killed_plimsoll() {
    let scene = Scene::own("waits", "");
    let temporary = tempfile::tempdir().unwrap();
    let left = || std::fs::read_dir(temporary.path()).unwrap().count();
    let mut child = scene.command().env("TMPDIR", temporary.path()).spawn().unwrap();
    let sleeper = scene.sleeper();
    assert!(left() > 0);
    kill(Pid::from_raw(child.id() as i32), Signal::SIGKILL).unwrap();
    child.wait().unwrap();
    until("the end of the engine", || !alive(sleeper));
    until("the end of its files", || left() == 0);
}

#[test]
fn a_service_that_dies_under_an_engine_is_a_finding() {
    let scene = Scene::own("kills", "");
    let ran = scene.run();
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    let incidents: Vec<_> = recording.phases.iter().flat_map(|record| &record.incidents).collect();
    assert_eq!(incidents, [&Incident::Died { code: Some(3), signal: None }]);
}

#[test]
fn counts_that_cannot_be_read_and_programs_that_are_not_there_are_errors() {
    let scene = Scene::own("nonsense", "");
    let ran = scene.run();
    assert_eq!(ran.code, Some(3), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("are no `tally`: line 11"), "{}", ran.stderr);
    let policy = std::fs::read_to_string(scene.path("plimsoll.toml")).unwrap();
    std::fs::write(scene.path("plimsoll.toml"), policy.replace("\"python3\"", "\"./no-such-engine\"")).unwrap();
    let ran = scene.run();
    assert_eq!(ran.code, Some(3), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("`no-such-engine` did not start"), "{}", ran.stderr);
}
