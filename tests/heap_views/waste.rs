//! Waste: known numbers of useless things are counted, and as many useful ones are not.

use serde_json::Value;

use crate::{dumps, json, source, text};

fn row<'a>(waste: &'a Value, list: &str, class: &str) -> Option<&'a Value> {
    waste[list].as_array().unwrap().iter().find(|row| row["class"] == class)
}

/// Rows of a class that a program under test fills, whoever else has some.
fn number(row: Option<&Value>, field: &str) -> u64 {
    row.map_or(0, |row| row[field].as_u64().unwrap())
}

#[test]
fn a_java_program_is_told_its_duplicates_and_its_empty_and_boxed_things() {
    let program = source("tests/heap_views/Waste.java");
    let run =
        |wasteful| dumps("java", &["-Xshare:auto", "-XX:+UseCompressedOops", &program, wasteful, "FOLDER"], "hprof");
    let (_folder, files) = run("1");
    let summary = json(&["heap", "summary", &files[0], "--waste"]);
    let waste = &summary["waste"];
    let group = &waste["strings"]["groups"][0];
    assert_eq!((group["length"].as_u64(), group["copies"].as_u64()), (Some(13), Some(3000)), "{group:#}");
    // A string of 24 bytes with an array of 16 + 13 bytes, rounded up to 32.
    assert_eq!(group["lost_bytes"].as_u64(), Some(2999 * (24 + 32)));
    assert_eq!(group["holder"]["path"], "static Waste.TEXTS: java.util.ArrayList → entries: java.lang.String");
    assert_eq!(group["holder"]["share"].as_f64(), Some(1.0));

    let maps = row(waste, "collections", "java.util.HashMap");
    assert!(maps.unwrap()["holder"]["path"].as_str().unwrap().starts_with("static Waste.MAPS: "), "{maps:#?}");
    assert!(!text(&["heap", "summary", &files[0], "--waste"]).contains("secret-text"));
    assert!(!summary.to_string().contains("secret-text"));

    // What the program and its twin do not have in common is what was planted.
    let (_folder, files) = run("0");
    let twin = &json(&["heap", "summary", &files[0], "--waste"])["waste"];
    let groups = twin["strings"]["groups"].as_array().unwrap();
    assert!(groups.iter().all(|group| group["copies"].as_u64().unwrap() < 1000), "{groups:#?}");
    let more = |list, class, field| {
        number(row(waste, list, class), field) as i64 - number(row(twin, list, class), field) as i64
    };
    let maps = |field| more("collections", "java.util.HashMap", field);
    // The JVM's own maps differ by one or two from run to run.
    let about = |told: i64, planted: i64| assert!((told - planted).abs() * 50 <= planted, "{told} of {planted}");
    about(maps("empty"), 200);
    about(maps("sparse"), 200);
    // Tables of 256 slots of four bytes: all of them, with a header of 16 and the map of 48, and 255 of them.
    about(maps("empty_bytes"), 200 * (48 + 16 + 256 * 4));
    about(maps("sparse_bytes"), 200 * 255 * 4);
    let lists = |field| more("collections", "java.util.ArrayList", field);
    about(lists("sparse"), 400);
    about(lists("sparse_bytes"), 400 * 397 * 4);
    let numbers = |field| more("boxed_numbers", "java.lang.Integer", field);
    about(numbers("count"), 5000);
    about(numbers("bytes"), 5000 * 16);
    about(numbers("plain_bytes"), 5000 * 4);
    assert_eq!(more("arrays", "long[]", "zero"), 50);
}

#[test]
fn a_node_program_is_told_its_duplicates_and_its_empty_maps() {
    let program = source("tests/heap_views/waste.cjs");
    let run = |wasteful| dumps("node", &["--no-opt", &program, wasteful, "FOLDER"], "heapsnapshot");
    let (_folder, files) = run("1");
    let summary = json(&["heap", "summary", &files[0], "--waste"]);
    let waste = &summary["waste"];
    let groups = waste["strings"]["groups"].as_array().unwrap();
    let group = groups.iter().find(|group| group["length"] == 13 && group["copies"].as_u64() >= Some(3000));
    assert!(group.is_some(), "{groups:#?}");
    let holder = group.unwrap()["holder"]["path"].as_str().unwrap();
    assert!(holder.starts_with("context waste.cjs:texts: Array"), "{holder}");
    assert!((500..600).contains(&number(row(waste, "collections", "Map"), "empty")), "{waste:#}");
    assert!(!summary.to_string().contains("secret-text"));

    let (_folder, files) = run("0");
    let summary = json(&["heap", "summary", &files[0], "--waste"]);
    let waste = &summary["waste"];
    let groups = waste["strings"]["groups"].as_array().unwrap();
    assert!(groups.iter().all(|group| group["copies"].as_u64().unwrap() < 3000), "{groups:#?}");
    assert!(number(row(waste, "collections", "Map"), "empty") < 200, "{waste:#}");
}

#[test]
fn a_python_program_is_told_its_empty_and_sparse_dicts() {
    let (program, agents) = (source("tests/heap_views/waste.py"), source("src/run/probe/agents"));
    let run = |wasteful| dumps("python3", &[&program, wasteful, "FOLDER", &agents], "pygraph");
    let (_folder, files) = run("1");
    let wasteful = json(&["heap", "summary", &files[0], "--waste"]);
    let (_folder, files) = run("0");
    let twin = json(&["heap", "summary", &files[0], "--waste"]);
    let dicts = |summary: &Value, field| number(row(&summary["waste"], "collections", "dict"), field);
    // Of 1,000 entries ten are left, in a table that was made for 1,000.
    assert_eq!(dicts(&wasteful, "sparse") - dicts(&twin, "sparse"), 100, "{wasteful:#} {twin:#}");
    assert_eq!(dicts(&wasteful, "empty") - dicts(&twin, "empty"), 500, "{wasteful:#} {twin:#}");
    let numbers = |summary: &Value| number(row(&summary["waste"], "boxed_numbers", "int"), "count");
    assert!((3900..4200).contains(&(numbers(&wasteful) - numbers(&twin))), "{wasteful:#} {twin:#}");
    assert!(wasteful["waste"]["strings"].is_null());
    assert!(wasteful["waste"]["untold"].to_string().contains("no texts"));
}

#[test]
fn a_dump_without_contents_has_no_duplicate_strings_and_says_so() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let waste = &json(&["heap", "summary", &tiny, "--waste"])["waste"];
    assert!(waste["strings"].is_null());
    assert!(waste["untold"].to_string().contains("taken out"), "{}", waste["untold"]);
}
