//! Recordings and baselines on a real disk.

use std::fs;

use plimsoll::record::{Event, Phase, Recording};
use plimsoll::store::{Baselines, RecordingFolder, StoreError, newest};
use plimsoll::units::Elapsed;

fn began(scenario: &str) -> Event {
    Event::Began { started: "2026-01-01T10:00:00Z".into(), scenario: scenario.into(), plan: "p".into(), commit: None }
}

fn recording(started: u32) -> Recording {
    Recording { scenario: "shop".into(), started: started.to_string(), complete: true, ..Recording::default() }
}

#[test]
fn a_finished_recording_reads_back_and_is_the_newest() {
    let runs = tempfile::tempdir().unwrap();
    let mut folder = RecordingFolder::create(runs.path(), "shop", "2026-01-01T10:00:00Z").unwrap();
    folder.append(&began("shop")).unwrap();
    let recording = Recording::fold([began("shop")]);
    folder.finish(&recording).unwrap();
    assert_eq!(newest(runs.path()).unwrap(), folder.path());
    let opened = RecordingFolder::open(folder.path()).unwrap();
    assert_eq!((opened.recording, opened.notes.len()), (recording, 0));
}

#[test]
fn a_recording_that_was_cut_off_is_folded_from_its_events() {
    let runs = tempfile::tempdir().unwrap();
    let mut folder = RecordingFolder::create(runs.path(), "../evil name", "2026-01-01T10:00:00Z").unwrap();
    assert_eq!(folder.path().parent(), Some(runs.path()), "a scenario's name stays within the folder");
    folder.append(&began("shop")).unwrap();
    folder.append(&Event::PhaseBegan { at: Elapsed::from_millis(1), phase: Phase::WarmUp }).unwrap();
    let events = folder.path().join("events.jsonl");
    let mut text = fs::read_to_string(&events).unwrap();
    text.push_str("{\"schema\":1,\"event\":\"rea");
    fs::write(&events, text).unwrap();
    let opened = RecordingFolder::open(folder.path()).unwrap();
    assert_eq!((opened.recording.phases.len(), opened.recording.complete), (1, false));
    assert!(opened.notes.iter().any(|note| note.contains("line 3")));
}

#[test]
fn two_runs_of_one_second_get_two_folders() {
    let runs = tempfile::tempdir().unwrap();
    let make = || RecordingFolder::create(runs.path(), "shop", "2026-01-01T10:00:00Z").unwrap();
    assert_ne!(make().path(), make().path());
}

#[test]
fn a_baseline_keeps_the_last_five_and_passes_over_a_corrupt_one() {
    let folder = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(folder.path());
    assert!(baselines.load("shop").unwrap().recordings.is_empty());
    let paths: Vec<_> = (0..7).map(|run| baselines.accept(&recording(run), false).unwrap()).collect();
    let started = |baselines: &Baselines| -> Vec<String> {
        baselines.load("shop").unwrap().recordings.into_iter().map(|recording| recording.started).collect()
    };
    assert_eq!(started(&baselines), ["2", "3", "4", "5", "6"]);
    fs::write(&paths[6], "{\"schema\":1,").unwrap();
    let baseline = baselines.load("shop").unwrap();
    assert_eq!((baseline.recordings.len(), baseline.skipped.len()), (4, 1));
    baselines.accept(&recording(9), true).unwrap();
    assert_eq!(started(&baselines), ["9"]);
}

#[test]
fn scenarios_whose_names_look_alike_keep_their_baselines_apart() {
    let folder = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(folder.path());
    let names = ["a b", "a/b", "a-b", "", "..", "../..", &"x".repeat(300)];
    for name in names {
        baselines.accept(&Recording { scenario: name.into(), ..recording(1) }, false).unwrap();
    }
    for name in names {
        assert_eq!(baselines.load(name).unwrap().recordings.len(), 1, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names.len());
}

#[test]
fn writers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let baselines = Baselines::open(folder.path());
    std::thread::scope(|scope| {
        for run in 0..4 {
            let baselines = &baselines;
            scope.spawn(move || baselines.accept(&recording(run), false).unwrap());
        }
    });
    let mut started: Vec<_> =
        baselines.load("shop").unwrap().recordings.into_iter().map(|recording| recording.started).collect();
    started.sort();
    assert_eq!(started, ["0", "1", "2", "3"]);
}

#[test]
fn what_is_not_there_is_told_with_a_cure() {
    let folder = tempfile::tempdir().unwrap();
    let error = RecordingFolder::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::NoRecording { .. }));
    assert!(error.to_string().contains("plimsoll run"));
}
