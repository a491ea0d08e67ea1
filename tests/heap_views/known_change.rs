//! Two runs of one program that differ by a known amount under one static list: one row, with the right sum.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{json, source};

/// Entries of a unit of the leak.
const ENTRIES: u64 = 900;
/// `LeakEntry` of two references 24, its `byte[1000]` 1,016, its `String` 24 and the 12 Latin-1 characters of
/// that 32 bytes: the layout of a 64-bit JVM with compressed references.
const EACH: u64 = 24 + 1016 + 24 + 32;

/// Runs the program to where its graph is in place, dumps it, and lets it end.
fn dump(classes: &Path, leak: u64, file: &Path) {
    let mut program = Command::new("java")
        .args(["-XX:+UseCompressedOops", "-Xmx512m", "-cp", classes.to_str().unwrap(), "Mixed", "3", "1"])
        .arg(leak.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let ready = lines.map(Result::unwrap).any(|line| line.starts_with("READY"));
    assert!(ready, "the program ended early");
    let dumped = Command::new("jcmd")
        .args([&program.id().to_string(), "GC.heap_dump", file.to_str().unwrap()])
        .output()
        .unwrap();
    drop(program.stdin.take());
    assert!(program.wait().unwrap().success());
    assert!(dumped.status.success() && file.exists(), "{}", String::from_utf8_lossy(&dumped.stdout));
}

#[test]
fn a_known_change_is_one_row_with_the_right_sum_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let classes = folder.path().join("classes");
    let sources = [source("tests/heap_views/Mixed.java"), source("tests/heap_views/Plugin.java")];
    let compiled = Command::new("javac").args(["-nowarn", "-d", classes.to_str().unwrap()]).args(&sources).output();
    assert!(compiled.unwrap().status.success());
    let file = |name: &str| folder.path().join(name);
    let (before, after, again) = (file("before.hprof"), file("after.hprof"), file("again.hprof"));
    dump(&classes, 0, &before);
    dump(&classes, 2, &after);
    dump(&classes, 0, &again);
    let diff = |before: &Path, after: &Path| json(&["heap", "diff", before.to_str().unwrap(), after.to_str().unwrap()]);
    let leaked = ENTRIES * 2;
    let hundredth = (leaked * EACH / 100) as i64;

    let told = diff(&before, &after);
    let rows = told["owners"].as_array().unwrap();
    assert_eq!(rows[0]["path"], "static Mixed.LISTENERS: java.util.ArrayList", "{told:#}");
    let growth = rows[0]["growth_bytes"].as_i64().unwrap();
    // The list grows by halves, so its array is up to half as long again as its content.
    let slots = (leaked * 4) as i64..(leaked * 4 * 3 / 2) as i64 + 100;
    assert!(slots.contains(&(growth - (leaked * EACH) as i64)), "{growth}");
    assert_eq!(rows[0]["entries_after"].as_u64().unwrap() - rows[0]["entries_before"].as_u64().unwrap(), leaked);
    for other in &rows[1..] {
        assert!(other["growth_bytes"].as_i64().unwrap().abs() < hundredth, "{other:#}");
    }

    let same = diff(&before, &again);
    for other in same["owners"].as_array().unwrap() {
        assert!(other["growth_bytes"].as_i64().unwrap().abs() < hundredth, "{other:#}");
    }
    let [first, last] = [&before, &again].map(|file| file.to_str().unwrap());
    let series = json(&["heap", "diff", last, first, last]);
    let caveats = |dump: usize| series["dumps"][dump]["caveats"].to_string();
    assert!(caveats(1).contains("it was written before dump 1: give the dumps in the order"), "{series:#}");
    assert!(caveats(2).contains("it is the same file as dump 1"), "{series:#}");
    assert!(!caveats(0).contains("dump 1"), "{series:#}");
}
