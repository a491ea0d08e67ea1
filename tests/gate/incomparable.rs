//! Another load or another environment than the baseline's: said, never judged.

use serde_json::Value;

use crate::scene::{BRIEF, LEVEL, OWNERS, Runtime, SLOPE, Scene, is_limited};

const UNSURE_FAILS: &str = "[verdict]\nunsure = \"fail\"\n";

/// A service with a baseline of its own.
fn accepted(service: &'static str) -> (Scene, Value) {
    let mut scene = Scene::new(Runtime::Node, BRIEF, format!("{SLOPE}{OWNERS}{LEVEL}"));
    scene.env = vec![("LEAK", "0")];
    scene.service = service;
    let report = scene.run().json();
    scene.accept();
    (scene, report)
}

/// The run differs in this alone; that fails only where the policy says so.
#[track_caller]
fn differs_in(scene: &mut Scene, fact: &str) -> Value {
    let report = scene.run().comes_to("incomparable", 0);
    let differences = report["reference"]["differences"].as_array().unwrap().clone();
    assert!(differences.len() == 1 && differences[0][0] == fact, "{differences:?}");
    assert!(report["verdict"]["headline"].as_str().unwrap().contains(fact), "{}", report["verdict"]["headline"]);
    scene.tables.push_str(UNSURE_FAILS);
    scene.check().comes_to("incomparable", 4);
    differences[0].clone()
}

#[test]
fn another_load_is_incomparable() {
    let (mut scene, _) = accepted("");
    scene.load = BRIEF.replace("160", "200");
    differs_in(&mut scene, "load plan");
    scene.run().comes_to("incomparable", 4);
}

#[test]
fn another_heap_limit_is_incomparable_and_both_values_are_told() {
    let (mut scene, before) = accepted("");
    scene.with_options(&["--max-old-space-size=300"]);
    let difference = differs_in(&mut scene, "max-heap");
    assert_eq!(difference[1], before["environment"]["max-heap"]);
    assert_ne!(difference[1], difference[2]);
}

#[test]
fn another_memory_limit_is_incomparable_where_limits_can_be_set() {
    let (mut scene, before) = accepted("memory-limit = \"500 MiB\"");
    if !is_limited(&before) {
        eprintln!("skipped: no memory limit can be set here");
        return;
    }
    scene.service = "memory-limit = \"400 MiB\"";
    // What the runtime makes of the limit must not differ as well.
    let difference = differs_in(&mut scene, "memory-limit");
    assert_eq!((&difference[1], &difference[2]), (&"500 MiB".into(), &"400 MiB".into()));
}
