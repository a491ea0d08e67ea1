//! k6 and locust send the ordinary mix: a leak is found by request, and its fixed twin passes.

use std::collections::BTreeSet;

use plimsoll::record::Recording;

use crate::scene::Scene;

const K6: &str = "k6 = \"script.js\"\nwarm-up = { requests = 40, rate = \"300/s\" }\n\
                  steady = { requests = 160, rounds = 4, rate = \"300/s\" }\n\
                  [load.ugly.report]\nget = \"/report\"\nrequests = 4\nrounds = 2";
const LOCUST: &str = "locust = \"locustfile.py\"\nwarm-up = { requests = 41, rate = \"200/s\" }\n\
                      steady = { requests = 404, rounds = 4, rate = \"200/s\" }";

/// Requests of each steady round by name.
fn counted(recording: &Recording) -> Vec<Vec<(&str, u64)>> {
    let rounds = recording
        .steady()
        .map(|record| record.tally.requests.iter().map(|(name, tally)| (name.as_str(), tally.sent)).collect());
    rounds.collect()
}

/// What the floor rose by for each request, over the steady rounds.
fn slope(recording: &Recording) -> f64 {
    let floors: Vec<(u64, u64)> =
        recording.steady().map(|record| (record.sent(), record.floor[&plimsoll::units::Gauge::Live])).collect();
    let requests: u64 = floors[1..].iter().map(|(sent, _)| sent).sum();
    (floors[floors.len() - 1].1 as f64 - floors[0].1 as f64) / requests as f64
}

#[test]
fn k6_finds_a_leak_by_request_and_not_by_iteration() {
    let scene = Scene::new(true, K6);
    let ran = scene.run();
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("slope-exceeded"), "{}", ran.stdout);
    let recording = scene.recording();
    // Forty iterations of three requests each, two of which leave a client of 16 KiB.
    let round = vec![("GET /quote/A", 40), ("GET /quote/B", 40), ("health", 40)];
    assert_eq!(counted(&recording), vec![round; 4]);
    let expected = 16384.0 * 2.0 / 3.0;
    assert!((0.9 * expected..1.15 * expected).contains(&slope(&recording)), "{}", slope(&recording));
    // Ugly payloads are not the engine's.
    assert_eq!(recording.ugly("report").map(|record| record.sent()).collect::<Vec<_>>(), [2, 2]);
    let digests: BTreeSet<&str> = recording.steady().map(|record| record.tally.digest.as_str()).collect();
    assert_eq!(digests.len(), 4, "each round was told to be other clients");
}

#[test]
fn k6_passes_the_fixed_twin() {
    let scene = Scene::new(false, K6);
    let ran = scene.run();
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert!(recording.complete && recording.phases.iter().all(|record| !record.tally.pacing.overrun));
    assert!(slope(&recording) < 1024.0, "{}", slope(&recording));
}

#[test]
fn locust_with_two_workers_finds_a_leak_by_request() {
    let scene = Scene::new(true, &format!("workers = 2\n{LOCUST}"));
    let ran = scene.run();
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("slope-exceeded"), "{}", ran.stdout);
    let recording = scene.recording();
    let totals: Vec<u64> = recording.steady().map(|record| record.sent()).collect();
    assert_eq!(totals, [101; 4], "exactly as planned, over both workers");
    let tally = &recording.phases[1].tally.requests["GET /quote"];
    assert_eq!(tally.statuses[&200], tally.sent);
    assert!(tally.bytes_in > 0 && tally.latency_us.0 > 0, "{tally:?}");
    let expected = 16384.0 / 2.0;
    assert!((0.85 * expected..1.2 * expected).contains(&slope(&recording)), "{}", slope(&recording));
}

#[test]
fn locust_alone_passes_the_fixed_twin() {
    let scene = Scene::new(false, LOCUST);
    let ran = scene.run();
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    assert_eq!(recording.steady().map(|record| record.sent()).collect::<Vec<_>>(), [101; 4]);
    assert!(slope(&recording) < 1024.0, "{}", slope(&recording));
}
