//! `plimsoll publish` from the outside: a pull request, a push, a fork, the second stage.

use std::fs;

use assert_cmd::Command;
use serde_json::json;

use super::artifacts::{artifact, zip};
use super::fake::{Fault, HEAD};
use super::job::{Job, POLICY, body, recording};

#[test]
fn a_regression_is_a_comment_a_red_check_and_a_summary_and_the_fix_resolves_them() {
    let mut job = Job::of(2000);
    let told = job.publish(&["--html", "report.html", "--junit", "report.xml", "--sarif", "report.sarif"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(body(&job.fake).starts_with("**Plimsoll: regressed**"), "{}", told.out);
    assert!(body(&job.fake).contains("<code>main at c3d0be4, baseline of c3d0be4</code>"), "{}", body(&job.fake));
    {
        let state = job.fake.state();
        let check = &state.checks[0];
        assert_eq!((&check["conclusion"], &check["head_sha"]), (&"failure".into(), &HEAD.into()));
        let note = &check["output"]["annotations"][0];
        assert_eq!((&note["path"], &note["annotation_level"]), (&"plimsoll.toml".into(), &"failure".into()));
        assert!(note["start_line"].as_u64().unwrap() > 10, "{note}");
    }
    assert!(job.read("summary.md").starts_with("**Plimsoll: regressed**"));
    assert!(job.read("output").contains("regressed") && job.read("output").contains("exit-code"));
    assert!(!told.out.contains("::error"), "the check run carries the annotations: {}", told.out);
    for file in ["report.html", "report.xml", "report.sarif"] {
        assert!(job.read(file).contains("slope-exceeded"), "{file}");
    }
    job.keep("runs/a/recording.json", &recording(0, "2026-11-20T11:00:00Z"));
    job.fake.state().checks.clear();
    let told = job.publish(&[]);
    assert!(body(&job.fake).starts_with("**Plimsoll: pass** (resolved)"), "{}", told.out);
    assert_eq!(job.fake.state().comments.len(), 1);
    assert_eq!(job.fake.state().checks[0]["conclusion"], "success");
    job.event.0 = "pull_request_target";
    assert!(job.publish(&[]).out.contains("says this already"));
}

#[test]
fn a_pass_says_nothing_unless_it_is_asked_to() {
    let job = Job::of(0);
    assert!(job.publish(&[]).out.contains("comment: not needed"));
    job.publish(&["--comment", "changes"]);
    job.publish(&["--comment", "never"]);
    assert_eq!(job.fake.count("POST", "/comments"), 0);
    job.publish(&["--comment", "always"]);
    assert_eq!(job.fake.count("POST", "/comments"), 1);
}

#[test]
fn a_token_that_may_nothing_leaves_summary_annotations_and_the_lines_that_cure_it() {
    let job = Job::of(2000);
    job.fake.state().read_only = true;
    let told = job.publish(&[]);
    assert_eq!(told.code, Some(0));
    assert!(told.out.contains("  pull-requests: write\n  checks: write\n"), "{}", told.out);
    assert!(told.out.contains("::error file=plimsoll.toml,line="), "{}", told.out);
    assert!(job.read("summary.md").contains("slope-exceeded"));
}

#[test]
fn a_forks_token_is_told_of_the_second_stage() {
    let job = Job::of(2000);
    job.fake.state().head_repository = "mallory/quotes".into();
    job.fake.state().read_only = true;
    let told = job.publish(&[]);
    assert!(told.out.contains("workflow_run") && !told.out.contains("pull-requests: write"), "{}", told.out);
    assert!(job.read("output").contains("regressed"));
}

#[test]
fn where_check_runs_are_not_allowed_a_status_is_set() {
    let job = Job::of(2000);
    job.fake.state().no_checks = true;
    let told = job.publish(&[]);
    assert_eq!(job.fake.state().statuses[0]["state"], "failure", "{}", told.out);
    assert!(!told.out.contains("permissions:"), "{}", told.out);
}

#[test]
fn a_push_marks_its_commit_and_comments_nowhere() {
    let mut job = Job::of(0);
    job.event = ("push", json!({ "after": HEAD, "ref": "refs/heads/main" }));
    job.publish(&["--check", "status"]);
    assert_eq!(job.fake.count("POST", &format!("/statuses/{HEAD}")), 1);
    assert_eq!(job.fake.count("GET", "/comments"), 0);
}

/// The end of a first stage for a fork's pull request, whose artifact holds these files.
fn second_stage(leak: u64, files: &[(&str, &[u8])]) -> Job {
    let mut job = Job::of(leak);
    fs::remove_dir_all(job.path().join("runs")).unwrap();
    job.fake.state().head_repository = "mallory/quotes".into();
    job.fake.state().artifacts.push((artifact(3, "plimsoll-recording-quotes", "feature", 2), zip(files)));
    job.event = (
        "workflow_run",
        json!({ "workflow_run": {
            "id": 9, "event": "pull_request", "head_sha": HEAD, "head_branch": "feature",
            "head_repository": { "full_name": "mallory/quotes" }, "pull_requests": [],
        }}),
    );
    job
}

#[test]
fn the_second_stage_finds_recording_and_pull_request_and_judges_by_the_policy_here() {
    let leak = recording(2000, "2026-11-20T10:00:00Z");
    let files: &[(&str, &[u8])] = &[("x/recording.json", &leak), ("pr-number.txt", b"1"), ("plimsoll.toml", b"evil")];
    let job = second_stage(0, files);
    let told = job.run(&["publish"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(body(&job.fake).starts_with("**Plimsoll: regressed**"), "{}{}", told.out, told.err);
    assert!(body(&job.fake).contains("those of the base branch"));
    assert_eq!(job.fake.state().checks[0]["head_sha"], HEAD);
}

#[test]
fn the_second_stage_says_whose_rules_it_judges_by_where_they_are_not_those_of_the_base() {
    let leak = recording(2000, "2026-11-20T10:00:00Z");
    let job = second_stage(0, &[("x/recording.json", &leak)]);
    let told = job.run_with(&[("GITHUB_REF_NAME", "trunk")], &["publish"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(body(&job.fake).contains("those of <code>trunk</code>, not of <code>main</code>"), "{}", body(&job.fake));
}

#[test]
fn the_second_stage_takes_what_was_measured_in_turn_for_the_baseline_not_for_a_repeat() {
    let (leak, base) = (recording(2000, "2026-11-20T10:00:00Z"), recording(1990, "2026-11-20T10:01:00Z"));
    let job = second_stage(0, &[("x/recording.json", &leak), ("x/against/y/recording.json", &base)]);
    fs::remove_dir_all(job.path().join(".plimsoll")).unwrap();
    let told = job.run(&["publish", "--comment", "always"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(body(&job.fake).starts_with("**Plimsoll: pass**"), "{}", body(&job.fake));
    // A baseline that is named here counts more than what a fork measured.
    job.keep("kept/quotes/000001.json", &recording(0, "2026-11-19T10:00:00Z"));
    job.run(&["publish", "--baseline", "kept"]);
    assert!(body(&job.fake).starts_with("**Plimsoll: regressed**"), "{}", body(&job.fake));
}

#[test]
fn the_second_stage_refuses_what_is_no_recording_of_the_scenario() {
    let other = String::from_utf8(recording(0, "x")).unwrap().replace("\"quotes\"", "\"other\"");
    let deep = "[".repeat(200_000);
    let cases: [(&[u8], &str); 4] = [
        (other.as_bytes(), "hold no recording of the scenario `quotes` (1 of others)"),
        (b"{\"schema\": 9}", "schema version 9"),
        (deep.as_bytes(), "is no recording"),
        (b"", "is no recording"),
    ];
    for (text, why) in cases {
        let job = second_stage(0, &[("recording.json", text)]);
        let told = job.run(&["publish"]);
        assert_eq!(told.code, Some(3));
        assert!(told.err.contains(why), "{}", told.err);
        assert_eq!(job.fake.count("POST", ""), 0);
    }
}

#[test]
fn the_second_stage_shows_hostile_names_and_obeys_none() {
    let text = String::from_utf8(recording(2000, "2026-11-20T10:00:00Z")).unwrap();
    let text = text.replace("\"quote\"", r#""</details><script>@all ::error::x\n::set-output""#);
    let job = second_stage(0, &[("recording.json", text.as_bytes())]);
    let told = job.run(&["publish"]);
    let comment = body(&job.fake);
    assert!(comment.contains("regressed") && !comment.contains("<script>") && !comment.contains("@all"), "{comment}");
    let commands = told.out.lines().filter(|line| line.starts_with("::") && !line.starts_with("::add-mask::"));
    assert_eq!(commands.count(), 0, "{}", told.out);
}

#[test]
fn a_first_stage_without_artifact_is_nothing_to_publish() {
    let job = second_stage(0, &[]);
    job.fake.state().artifacts.clear();
    let told = job.run(&["publish"]);
    assert_eq!(told.code, Some(0));
    assert!(told.out.contains("nothing to publish"), "{}", told.out);
}

#[test]
fn a_newer_commit_meanwhile_is_left_alone() {
    let job = Job::of(2000);
    job.fake.state().head = "0".repeat(40);
    assert!(job.publish(&[]).out.contains("newer commit"));
    assert_eq!(job.fake.count("POST", "/comments"), 0);
}

#[test]
fn publishing_failures_change_no_exit_code() {
    let job = Job::of(2000);
    for path in ["/comments", "/check-runs", "/statuses"] {
        job.fake.fail("POST", path, Fault::Status(422, Vec::new(), "Validation Failed"));
    }
    let told = job.publish(&[]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("comment: failed") && told.out.contains("status 422"), "{}", told.out);
}

#[test]
fn outside_of_a_job_it_says_where_it_belongs() {
    let job = Job::of(0);
    let mut command = Command::cargo_bin("plimsoll").unwrap();
    let output = command.current_dir(job.path()).env_clear().args(["publish", "runs/a"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("GITHUB_REPOSITORY"));
}

#[test]
fn a_matrix_of_reports_becomes_one_verdict() {
    let job = Job::of(2000);
    for (name, recording) in [("leak", recording(2000, "a")), ("sound", recording(0, "b"))] {
        job.keep(&format!("runs/{name}/recording.json"), &recording);
        let told = job.run(&["check", &format!("runs/{name}"), "--format", "json"]);
        let text = told.out.replace("\"scenario\": \"quotes\"", &format!("\"scenario\": \"{name}\""));
        job.keep(&format!("reports/artifact-{name}/report.json"), text.as_bytes());
    }
    let told = job.run(&["merge", "reports"]);
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.out.contains("2 scenarios: 1 regressed, 1 pass"), "{}", told.out);
    assert!(job.read("summary.md").starts_with("**Plimsoll: regressed**"));
    let told = job.run(&["merge", "reports/artifact-sound", "--expect", "sound", "--expect", "lost"]);
    assert_eq!(told.code, Some(3));
    assert!(told.out.contains("lost: there is no report of it"), "{}", told.out);
    assert_eq!(job.run(&["merge", "reports/artifact-sound"]).code, Some(0));
    assert_eq!(job.run(&["merge", "reports/artifact-sound", "reports/artifact-sound/report.json"]).code, Some(0));
}

#[test]
fn a_merged_verdict_is_one_comment_and_one_check_of_its_own() {
    let job = Job::of(2000);
    job.publish(&[]);
    let report = |leak: u64| {
        job.keep("runs/b/recording.json", &recording(leak, "b"));
        let told = job.run(&["check", "runs/b", "--format", "json"]);
        job.keep("reports/b/report.json", told.out.as_bytes());
        job.run(&["merge", "reports", "--comment", "regressions", "--check", "run"])
    };
    let told = report(2000);
    assert_eq!(told.code, Some(1), "{}", told.err);
    {
        let state = job.fake.state();
        assert_eq!(state.comments.len(), 2, "the scenario's own is left alone: {}", told.err);
        let check = state.checks.last().unwrap();
        assert_eq!((&check["name"], &check["conclusion"]), (&"plimsoll / all".into(), &"failure".into()));
    }
    assert!(body(&job.fake).starts_with("**Plimsoll: regressed** · 1 scenarios"), "{}", body(&job.fake));
    let told = report(0);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(body(&job.fake).starts_with("**Plimsoll: pass** (resolved) ·"), "{}", body(&job.fake));
    assert_eq!(job.fake.state().comments.len(), 2);
}

#[test]
fn the_service_sees_no_token_of_the_job() {
    let job = Job::of(0);
    let service = r#"["sh", "-c", "env > seen.txt; echo up; sleep 1"]"#;
    let policy = POLICY.replace(r#"["true"]"#, service).replace(r#"{ tcp = "127.0.0.1:1" }"#, r#"{ log = "up" }"#);
    job.keep("plimsoll.toml", policy.as_bytes());
    let told = job.run(&["run", "--no-dumps", "--confirm", "1"]);
    assert_ne!(told.code, Some(2), "{}", told.err);
    let seen = job.read("seen.txt");
    assert!(seen.contains("GITHUB_REPOSITORY=acme/quotes") && !seen.contains("ghs_fake_token"), "{seen}");
}

#[test]
fn sarif_holds_to_the_schema_of_the_standard() {
    let job = Job::of(2000);
    job.publish(&["--sarif", "report.sarif"]);
    let packed = format!("{}/fixtures/github/sarif-2.1.0.json.gz", env!("CARGO_MANIFEST_DIR"));
    let mut schema = Vec::new();
    std::io::copy(&mut flate2::read::GzDecoder::new(fs::File::open(packed).unwrap()), &mut schema).unwrap();
    job.keep("schema.json", &schema);
    let check = |file: &str| {
        let mut command = std::process::Command::new(super::openapi::tools().join("venv/bin/check-jsonschema"));
        command
            .current_dir(job.path())
            .args(["--regex-variant", "python", "--schemafile", "schema.json", file])
            .output()
            .unwrap()
    };
    let sound = check("report.sarif");
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stdout));
    job.keep("wrong.sarif", job.read("report.sarif").replace("\"error\"", "\"blocker\"").as_bytes());
    assert!(!check("wrong.sarif").status.success(), "the schema tells right from wrong");
}

#[test]
fn a_fork_that_keeps_too_much_is_refused_before_anything_is_downloaded() {
    let job = second_stage(2000, &[("run/recording.json", &recording(2000, "2026-11-20T10:00:00Z"))]);
    for id in 10..215 {
        job.fake.state().artifacts.push((artifact(id, &format!("plimsoll-recording-{id}"), "feature", 2), Vec::new()));
    }
    let told = job.run(&["publish"]);
    assert!(told.err.contains("206 artifacts") && told.err.contains("--artifact"), "{}", told.err);
    assert_eq!((told.code, job.fake.count("GET", "/zip")), (Some(3), 0));
}

#[test]
fn a_summary_without_room_is_said() {
    let job = Job::of(0);
    job.keep("summary.md", &vec![b'x'; 999_000]);
    let told = job.publish(&[]);
    assert!(told.err.contains("no room left"), "{}", told.err);
    assert_eq!((told.code, job.read("summary.md").len()), (Some(0), 999_000));
}
