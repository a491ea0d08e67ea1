//! A service that dies, hangs or is killed for memory under a payload: a finding with the payload's name.

use plimsoll::record::Incident;

use crate::scene::{Scene, has_groups, incidents, ugly};

#[test]
fn a_death_under_a_payload_is_recorded_with_its_name() {
    let scene = Scene::python("dumps = \"never\"", "[load.ugly.poison]\nget = \"/die\"\nrequests = 2\nrounds = 2");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert_eq!(incidents(&recording), [(ugly("poison", 1), Incident::Died { code: Some(42), signal: None })]);
    assert!(!recording.complete && recording.ended.is_some());
    assert_eq!(recording.steady().count(), 4, "what was measured before is kept");
}

#[test]
fn a_kill_for_memory_is_recorded_with_the_payloads_name() {
    let scene = Scene::python(
        "dumps = \"never\"\nmemory-limit = \"96 MiB\"",
        "[load.ugly.bomb]\nget = \"/grow\"\nrequests = 2\nrounds = 2",
    );
    let policy = std::fs::read_to_string(scene.path("plimsoll.toml")).unwrap();
    if !has_groups(&probe_groups()) {
        return;
    }
    assert!(policy.contains("96 MiB"));
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(incidents(&scene.recording()), [(ugly("bomb", 1), Incident::OomKilled { kills: 1 })]);
}

#[test]
fn a_workers_death_is_recorded_and_the_run_goes_on() {
    let ugly = "[load.ugly.poison]\nget = \"/die\"\nrequests = 2\nrounds = 2";
    let scene = Scene::python_as("WORKERS", "dumps = \"never\"", ugly);
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    let found = incidents(&recording);
    let died = |round| matches!(&found[round], (phase, Incident::WorkerDied { .. }) if *phase == ugly_round(round));
    assert!(found.len() == 2 && died(0) && died(1), "{found:?}");
    assert!(recording.complete, "the master lives");
}

fn ugly_round(index: usize) -> plimsoll::record::Phase {
    ugly("poison", index as u32 + 1)
}

#[test]
fn a_workers_kill_for_memory_is_recorded_although_the_master_lives() {
    if !has_groups(&probe_groups()) {
        return;
    }
    let ugly_payload = "[load.ugly.bomb]\nget = \"/grow\"\nrequests = 1\nrounds = 1";
    let scene = Scene::python_as("WORKERS", "dumps = \"never\"\nmemory-limit = \"128 MiB\"", ugly_payload);
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert_eq!(incidents(&recording), [(ugly("bomb", 1), Incident::OomKilled { kills: 1 })]);
    assert!(recording.complete);
}

/// Whether control groups can be made here, seen by a run without payloads.
fn probe_groups() -> plimsoll::record::Recording {
    let scene = Scene::python("dumps = \"never\"", "");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    scene.recording()
}

#[test]
fn a_hang_under_a_payload_is_recorded_with_its_name() {
    let scene = Scene::python("dumps = \"never\"", "[load.ugly.tar-pit]\nget = \"/hang\"\nrequests = 4\nrounds = 2");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let found = incidents(&scene.recording());
    assert!(
        matches!(found.as_slice(), [(phase, Incident::Hung { unanswered: 1.. })] if *phase == ugly("tar-pit", 1)),
        "{found:?}"
    );
}
