//! A payload that leaves something is sent once more between two heap dumps, and the owner is named.

use plimsoll::record::{DumpPoint, Phase};

use crate::scene::Scene;

fn ugly(path: &str) -> String {
    format!(
        "[load.ugly.keeper]\nget = \"{path}\"\nrequests = 800\nrounds = 4\nrate = \"1000/s\"\n\
         [[slope]]\nmetric = \"live.floor\"\nphase = \"ugly\"\nmax = \"200 B\"\n"
    )
}

#[test]
fn what_a_payload_leaves_has_an_owner() {
    let scene = Scene::python("", &ugly("/keep"));
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    let residue = Phase::Residue { payload: "keeper".into() };
    assert_eq!(recording.phases.iter().filter(|record| record.phase == residue).count(), 1);
    let last = recording.dumps.last().unwrap();
    assert_eq!((last.point, last.payload.as_deref()), (DumpPoint::Residue, Some("keeper")));
    // The report is broken into lines as the terminal wants them.
    let flat = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("what it leaves is owned by `module __main__ → .KEPT: list`"), "{}", ran.stdout);
    let table = ran.stdout.split("what payloads leave behind").nth(1).unwrap_or_default();
    assert!(table.contains("keeper") && table.contains("KEPT"), "{}", ran.stdout);
    assert!(ran.stdout.contains("keeper (GET /keep)"), "{}", ran.stdout);
}

#[test]
fn a_payload_that_leaves_nothing_is_not_sent_again() {
    let scene = Scene::python("", &ugly("/plain"));
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert!(!recording.phases.iter().any(|record| matches!(record.phase, Phase::Residue { .. })));
    assert!(recording.dumps.iter().all(|dump| dump.payload.is_none()));
    assert!(!ran.stdout.contains("leave behind"), "{}", ran.stdout);
}
