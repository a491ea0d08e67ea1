//! A run that goes well, and what it reads.

use plimsoll::record::{Incident, Phase};
use plimsoll::units::Gauge;

use crate::scene::{Scene, has_groups, incidents, is_empty, ugly};

#[test]
fn a_run_records_every_phase_with_floor_and_peak() {
    let scene = Scene::python(
        "dumps = \"never\"\nmemory-limit = \"1 GiB\"",
        "[load.ugly.spike]\nget = \"/spike\"\nrequests = 4\nrounds = 2",
    );
    let ran = scene.run(&["--verbose"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("plimsoll itself used"), "{}", ran.stderr);
    let recording = scene.recording();
    assert!(recording.complete && recording.ready.is_some() && recording.ended.is_some());
    assert_eq!(incidents(&recording), []);
    let names: Vec<String> = recording.phases.iter().map(|record| record.phase.to_string()).collect();
    let expected =
        ["warm-up", "steady 1", "steady 2", "steady 3", "steady 4", "ugly spike 1", "ugly spike 2", "cool-down"];
    assert_eq!(names, expected.map(|name| name.replace("warm-up", &names[0])));
    for record in &recording.phases {
        for gauge in [Gauge::Rss, Gauge::Pss, Gauge::Anon, Gauge::Threads, Gauge::Fds, Gauge::Sockets] {
            assert!(record.floor.contains_key(&gauge), "{gauge} in {}", record.phase);
        }
        assert!(record.peak[&Gauge::Rss] >= record.floor[&Gauge::Pss], "{}", record.phase);
        assert_eq!(record.floor.contains_key(&Gauge::WorkingSet), has_groups(&recording));
        assert!(record.settled.is_some());
    }
    let sent: Vec<u64> = recording.steady().map(|record| record.sent()).collect();
    assert_eq!(sent, [20, 20, 20, 20]);
    assert!(recording.fingerprint.facts.contains_key("cpus"));
    // The keeper is no part of the service, but the daemon that the service started is.
    assert_eq!(recording.phases[0].processes.len(), 2, "{:?}", recording.phases[0].processes);
    // 64 MiB for some milliseconds: no sample has to have seen them, the kernel has.
    let peak = |phase: Phase| recording.phases.iter().find(|record| record.phase == phase).unwrap().peak[&Gauge::Rss];
    assert!(peak(ugly("spike", 1)) > peak(Phase::Steady { round: 4 }) + (60 << 20));
    assert!(!recording.samples.is_empty());
}

#[test]
fn recovery_is_watched_until_the_target_is_met() {
    let rules = "[[recovery]]\nmetric = \"rss.end\"\nwithin = \"20 s\"\nto = \"150 %\"";
    let scene = Scene::python(
        "dumps = \"never\"",
        &format!("[load.ugly.spike]\nget = \"/spike\"\nrequests = 2\nrounds = 2\n{rules}"),
    );
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    let rounds: Vec<_> = recording.ugly("spike").collect();
    assert!(rounds[0].recovery.is_empty());
    let (after, reading) = rounds[1].recovery.last().unwrap();
    assert!(after.0.as_secs() < 10 && reading.contains_key(&Gauge::Rss), "{:?}", rounds[1].recovery);
}

#[test]
fn a_service_is_ready_by_its_output_too() {
    let scene = Scene::python("dumps = \"never\"", "");
    let policy = std::fs::read_to_string(scene.path("plimsoll.toml")).unwrap();
    let http = format!("http = \"http://127.0.0.1:{}/health\"", scene.port);
    std::fs::write(scene.path("plimsoll.toml"), policy.replace(&http, "log = \"listening\"")).unwrap();
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    assert!(scene.recording().complete);
}

#[test]
fn a_service_that_puts_itself_in_the_background_is_measured() {
    let scene = Scene::python_as(
        "BACKGROUND",
        "dumps = \"never\"",
        "[load.ugly.poison]\nget = \"/die\"\nrequests = 2\nrounds = 2",
    );
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert_eq!(recording.steady().filter(|record| record.settled.is_some()).count(), 4);
    let found = incidents(&recording);
    assert!(matches!(found.as_slice(), [(phase, Incident::Died { .. })] if *phase == ugly("poison", 1)), "{found:?}");
}

#[test]
fn recordings_and_dumps_are_where_they_belong() {
    let scene = Scene::python("", "");
    let ran = scene.run(&["--out", "elsewhere"]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let run = std::fs::read_dir(scene.path("elsewhere")).unwrap().next().unwrap().unwrap().path();
    assert!(run.join("recording.json").exists() && run.join("events.jsonl").exists());
    assert!(std::fs::read_to_string(run.join("log.txt")).unwrap().contains("listening"));
    assert!(is_empty(&run.join("dumps")), "dumps are removed after their analysis");
    assert!(!scene.path(".plimsoll/runs").exists());
}
