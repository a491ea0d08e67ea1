//! Payloads that kill, hang or get in: findings with the payload's name.

use serde_json::Value;

use crate::scene::{BRIEF, Runtime, SLOPE, Scene, findings, is_limited};

const RUNTIMES: [Runtime; 3] = [Runtime::Java, Runtime::Node, Runtime::Python];

fn under(runtime: Runtime, service: &'static str, payload: &str) -> Scene {
    let mut scene = Scene::new(runtime, BRIEF, format!("{payload}requests = 4\nrounds = 2\n{SLOPE}"));
    scene.env = vec![("LEAK", "0")];
    scene.service = service;
    scene
}

/// Its finding blocks, and names the payload in words and as a field.
#[track_caller]
fn blames(report: &Value, code: &str, payload: &str) {
    let found = findings(report, code);
    assert_eq!(found.len(), 1, "{:#}", report["verdict"]);
    assert_eq!((&found[0]["payload"], &found[0]["level"]), (&payload.into(), &"block".into()));
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.contains(&format!("`{payload}`")), "{message}");
}

#[test]
fn a_payload_that_ends_the_service_is_blamed_for_its_death() {
    for runtime in RUNTIMES {
        let scene = under(runtime, "dumps = \"never\"", "[load.ugly.poison]\nget = \"/crash\"\n");
        let report = scene.run().comes_to("regressed", 1);
        blames(&report, "service-died", "poison");
        let message = findings(&report, "service-died")[0]["message"].clone();
        assert!(message.as_str().unwrap().contains("exit code 3"), "{message}");
        scene.check().comes_to("regressed", 1);
    }
}

#[test]
fn a_payload_that_hangs_the_service_is_blamed() {
    for runtime in RUNTIMES {
        let scene = under(runtime, "dumps = \"never\"", "[load.ugly.tar-pit]\nget = \"/hang\"\n");
        blames(&scene.run().comes_to("regressed", 1), "service-hung", "tar-pit");
    }
}

#[test]
fn a_payload_that_fills_the_memory_is_blamed_where_limits_can_be_set() {
    for runtime in [Runtime::Node, Runtime::Python] {
        let limit = "dumps = \"never\"\nmemory-limit = \"160 MiB\"";
        let scene = under(runtime, limit, "[load.ugly.glutton]\nget = \"/oom\"\n");
        // Without a limit the service would fill the machine: ask with a harmless payload first.
        let harmless = under(runtime, limit, "[load.ugly.harmless]\nget = \"/health\"\n").run().json();
        if !is_limited(&harmless) {
            eprintln!("skipped: no memory limit can be set here");
            return;
        }
        blames(&scene.run().comes_to("regressed", 1), "oom-killed", "glutton");
    }
}

/// 4,200 × 4,200 pixels: 67 MiB where the size is believed, refused where it is looked at.
const BOMB: &str = "[load.ugly.image-bomb]\npost = \"/evidence\"\nexpect = \"4xx\"\n\
                    body = { image-bomb = { format = \"png\", width = 4200, height = 4200 } }\nrate = \"5/s\"\n";

#[test]
fn a_payload_that_is_let_in_is_told_and_one_that_is_refused_is_not() {
    for runtime in RUNTIMES {
        let mut scene = under(runtime, "dumps = \"never\"", BOMB);
        scene.env.push(("NAIVE", "1"));
        let naive = scene.run().json();
        let found = findings(&naive, "unexpected-answers");
        assert!(found.len() == 1 && found[0]["standing"] == "fires", "{runtime:?}: {:#}", naive["verdict"]);
        assert_eq!(naive["payloads"]["image-bomb"]["statuses"]["201"], 4);
        let message = found[0]["message"].as_str().unwrap();
        assert!(message.contains("image-bomb") && message.contains("201"), "{message}");

        scene.env.retain(|(name, _)| *name != "NAIVE");
        let hardened = scene.run().json();
        assert_eq!(findings(&hardened, "unexpected-answers"), [Value::Null; 0], "{runtime:?}");
        assert_eq!(hardened["payloads"]["image-bomb"]["statuses"]["413"], 4);
    }
}
