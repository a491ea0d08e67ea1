//! A leak and its fixed twin on each runtime: the twin becomes the baseline, the leak is stopped with its owner's name.

use serde_json::Value;

use crate::scene::{Ended, LEVEL, MEASURED, OWNERS, Runtime, SLOPE, Scene, findings};

/// Bytes that the leaky service keeps for each request, besides entry, key and object.
const KEPT_BYTES: f64 = 2048.0;

/// The requests of a run up to the dump that owners are taken from.
const REQUESTS: u64 = 300 + 1200;

#[test]
fn a_map_in_a_static_field_of_a_java_service_is_stopped_and_named() {
    gate(Runtime::Java, "static", &["Service$SessionCache.CACHE", "ConcurrentHashMap"]);
}

#[test]
fn a_map_at_module_level_of_a_node_service_is_stopped_and_named() {
    gate(Runtime::Node, "map", &["clients", "Map"]);
}

#[test]
fn a_dict_at_module_level_of_a_python_service_is_stopped_and_named() {
    gate(Runtime::Python, "dict", &["__main__", "CLIENTS", "dict"]);
}

fn gate(runtime: Runtime, holder: &'static str, owner: &[&str]) {
    let mut scene = Scene::new(runtime, MEASURED, format!("{SLOPE}{OWNERS}{LEVEL}"));
    scene.env = vec![("HOLDER", holder), ("LEAK", "0")];
    scene.run().comes_to("no-baseline", 0);
    scene.accept();
    let twin = scene.run().comes_to("pass", 0);
    assert_eq!(twin["reference"], serde_json::json!({ "kind": "baseline", "runs": 1 }));

    scene.env = vec![("HOLDER", holder), ("LEAK", "1")];
    let leaky = scene.run();
    let report = leaky.comes_to("regressed", 1);
    assert_eq!(findings(&report, "slope-exceeded").len(), 1, "{:#}", report["verdict"]);
    names_the_owner(&report, owner);
    judges_again_alike(&scene, &leaky);
    reads_well(&scene, owner);
}

fn names_the_owner(report: &Value, words: &[&str]) {
    let found = findings(report, "owner-grows-per-request");
    let finding = found.first().unwrap_or_else(|| panic!("no owner in {:#}", report["verdict"]));
    let path = finding["owner"].as_str().unwrap();
    words.iter().for_each(|word| assert!(path.contains(word), "`{word}` is not in `{path}`"));
    let rate = finding["measured"].as_f64().unwrap();
    assert!((0.9..2.0).contains(&(rate / KEPT_BYTES)), "{rate} bytes for each request: {finding:#}");
    let owners = report["owners"].as_array().unwrap();
    let owner = owners.iter().find(|owner| owner["owner"] == path).unwrap();
    assert_eq!(owner["entries"].as_u64(), Some(REQUESTS), "{owner:#}");
    let each = owner["entries-per-request"].as_f64().unwrap();
    assert!((each - 1.0).abs() < 0.05, "{owner:#}");
}

/// Judging a recording again gives the bytes that the run gave; a report of it never fails a build.
fn judges_again_alike(scene: &Scene, run: &Ended) {
    let check = scene.check();
    assert_eq!((check.code, check.stdout), (Some(1), run.stdout.clone()));
    let report = scene.plimsoll(&["report", "--format", "json"]);
    assert_eq!((report.code, report.stdout), (Some(0), run.stdout.clone()));
}

fn reads_well(scene: &Scene, words: &[&str]) {
    for format in ["terminal", "markdown"] {
        let told = scene.plimsoll(&["check", "--format", format]);
        assert_eq!(told.code, Some(1), "{}", told.stderr);
        // Markdown escapes what could be markup in a name.
        let text = told.stdout.replace('\\', "");
        let holder = words.iter().all(|word| text.contains(word));
        assert!(holder && text.contains("regressed"), "{format}:\n{text}");
    }
}
