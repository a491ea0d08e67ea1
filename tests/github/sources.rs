//! Where the owner of a finding is written down: annotated there as well, where one tracked file alone can be it.

use std::collections::BTreeMap;
use std::process::Command;

use plimsoll::heap::{Format, HeapSummary, Owner, Step};
use plimsoll::record::{Dump, DumpPoint, Runtime, schema};
use plimsoll::units::{Bytes, Elapsed};
use serde_json::Value;

use super::job::{Job, recording};

const POLICY: &str = "plimsoll.toml";
const SOURCE: &str = "import java.util.*;\n\nclass RouteCache {\n    static final Map CACHE = new HashMap();\n}\n";

/// A job in a repository whose service keeps what it does in that owner, and these files are tracked.
fn job(owner: &[(&str, &str)], files: &[(&str, &str)]) -> Job {
    let job = Job::of(2000);
    let mut run = schema::recording_from_json(&recording(2000, "2026-11-20T10:00:00Z")).unwrap();
    for (point, requests, entries) in [(DumpPoint::Reference, 3250, 10_000), (DumpPoint::Diagnosis, 3750, 11_000)] {
        run.dumps.push(Dump {
            point,
            payload: None,
            process: "java".into(),
            runtime: Runtime::Jvm,
            requests,
            file: String::new(),
            pause: Elapsed::default(),
            summary: summary(owner, entries),
        });
    }
    job.keep("runs/a/recording.json", schema::recording_to_json(&run).unwrap().as_bytes());
    for (name, text) in files {
        job.keep(name, text.as_bytes());
    }
    track(&job);
    job
}

fn track(job: &Job) {
    for arguments in [&["init", "--quiet"][..], &["add", "--all"]] {
        assert!(Command::new("git").args(arguments).current_dir(job.path()).status().unwrap().success());
    }
}

fn summary(path: &[(&str, &str)], entries: u64) -> HeapSummary {
    let size = Bytes(entries * 1000);
    let mut owners = Vec::new();
    for (i, (edge, class)) in path.iter().enumerate().rev() {
        let last = i + 1 == path.len();
        owners = vec![Owner {
            step: Step { edge: (*edge).into(), class: (*class).into() },
            count: 1,
            shallow: if last { size } else { Bytes(16) },
            retained: size,
            entries: last.then_some(entries),
            marks: Default::default(),
            children: owners,
        }];
    }
    HeapSummary {
        format: Format::Hprof,
        objects: entries,
        references: entries,
        total: size,
        unreachable: (0, Bytes(0)),
        roots: 1,
        owners,
        full_names: BTreeMap::new(),
        classes: Vec::new(),
        caveats: Vec::new(),
    }
}

/// Where the annotations of the check run stand.
fn places(job: &Job) -> Vec<String> {
    let notes = job.fake.state().checks[0]["output"]["annotations"].clone();
    let place = |note: &Value| format!("{}:{}", note["path"].as_str().unwrap(), note["start_line"]);
    notes.as_array().unwrap().iter().map(place).collect()
}

const CACHE: [(&str, &str); 1] = [("static RouteCache.CACHE", "java.util.HashMap")];

#[test]
fn a_finding_is_annotated_at_its_rule_and_where_its_owner_is_declared() {
    let job = job(&CACHE, &[("src/main/java/com/shop/RouteCache.java", SOURCE)]);
    let told = job.publish(&["--sarif", "report.sarif"]);
    let rule = format!("{POLICY}:{}", super::job::POLICY.lines().position(|line| line == "[[slope]]").unwrap() + 1);
    let found = places(&job);
    assert_eq!(found.len(), 2, "{found:?} {}{}", told.out, told.err);
    assert!(found[0].starts_with(POLICY), "{rule} {found:?}");
    assert_eq!(found[1], "src/main/java/com/shop/RouteCache.java:4");
    let sarif: Value = serde_json::from_str(&job.read("report.sarif")).unwrap();
    let related = &sarif["runs"][0]["results"][0]["relatedLocations"][0]["physicalLocation"];
    assert_eq!(related["artifactLocation"]["uri"], "src/main/java/com/shop/RouteCache.java");
    assert_eq!(related["region"]["startLine"], 4);
}

#[test]
fn without_a_check_run_the_log_carries_both_places() {
    let job = job(&CACHE, &[("a/RouteCache.java", SOURCE)]);
    job.fake.state().read_only = true;
    let told = job.publish(&[]);
    assert!(told.out.contains("::error file=plimsoll.toml,line="), "{}", told.out);
    assert!(told.out.contains("::error file=a/RouteCache.java,line=4,"), "{}", told.out);
}

#[test]
fn where_two_files_or_none_could_be_it_only_the_rule_is_annotated() {
    let twice = [("a/RouteCache.java", SOURCE), ("b/RouteCache.java", SOURCE)];
    // Of the same name, from a library: what is kept is not declared there.
    let other = [("a/RouteCache.java", "class RouteCache { int cached; }")];
    for files in [&twice[..], &other[..], &[]] {
        let job = job(&CACHE, files);
        job.publish(&[]);
        assert_eq!(places(&job).len(), 1, "{files:?}");
    }
}

#[test]
fn hostile_names_and_links_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("RouteCache.java"), SOURCE).unwrap();
    for hostile in ["context ../../../../etc/passwd:root", "context /etc/passwd:root", "context a.js\n::error::x:y"] {
        let job = job(&[(hostile, "Map")], &[("etc/passwd", "root: x"), ("a.js", "y = 1")]);
        let told = job.publish(&[]);
        assert_eq!(places(&job).len(), 1, "{hostile}");
        assert!(!told.out.contains("\n::error::x"), "{}", told.out);
    }
    let link = job(&CACHE, &[]);
    std::os::unix::fs::symlink(outside.path().join("RouteCache.java"), link.path().join("RouteCache.java")).unwrap();
    track(&link);
    link.publish(&[]);
    assert_eq!(places(&link).len(), 1);
    // Tracked as a folder, and a link by the time it is looked at.
    let swapped = job(&CACHE, &[("src/RouteCache.java", SOURCE)]);
    std::fs::remove_dir_all(swapped.path().join("src")).unwrap();
    std::os::unix::fs::symlink(outside.path(), swapped.path().join("src")).unwrap();
    swapped.publish(&[]);
    assert_eq!(places(&swapped).len(), 1);
}

#[test]
fn files_are_called_from_the_top_of_the_repository_wherever_the_job_works() {
    let owner = [("module app.cache", ""), (".KEPT", "list")];
    let job = job(&owner, &[("services/quotes/app/cache.py", "import os\nKEPT = []\n")]);
    for name in ["plimsoll.toml", ".plimsoll", "runs"] {
        std::fs::rename(job.path().join(name), job.path().join("services/quotes").join(name)).unwrap();
    }
    track(&job);
    let told = job.run_in("services/quotes", &["publish", "runs/a", "--sarif", "report.sarif"]);
    let found = places(&job);
    assert!(found[0].starts_with("services/quotes/plimsoll.toml:"), "{found:?} {}", told.err);
    assert_eq!(found[1..], ["services/quotes/app/cache.py:2".to_owned()]);
    let told = job.run_in("services/quotes", &["report", "runs/a", "--format", "sarif"]);
    for sarif in [told.out, job.read("services/quotes/report.sarif")] {
        assert!(sarif.contains("\"uri\": \"services/quotes/plimsoll.toml\""), "{sarif}");
        assert!(sarif.contains("\"uri\": \"services/quotes/app/cache.py\""), "{sarif}");
    }
}

#[test]
fn the_main_module_is_the_script_that_the_policy_starts() {
    let job =
        job(&[("module __main__", ""), (".KEPT", "list")], &[("app/service.py", "\nKEPT = []\n"), ("service.py", "")]);
    let policy = job.read(POLICY).replace("[\"true\"]", "[\"python3\", \"app/service.py\"]");
    job.keep(POLICY, policy.as_bytes());
    job.publish(&[]);
    assert_eq!(places(&job)[1..], ["app/service.py:2".to_owned()]);
}
