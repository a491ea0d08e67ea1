//! A change is judged by the rules of its base; what it does to them is told, with the outcome under both.

use std::process::Command;

use super::job::{Job, POLICY, Told, body, recording};

/// A job whose check-out is a repository: `main` has this policy, the work tree that one.
fn job(leak: u64, main: Option<&str>, change: &str) -> Job {
    let job = Job::of(leak);
    let git = |arguments: &[&str]| {
        let names = ["-c", "user.name=t", "-c", "user.email=t@t"];
        let output = Command::new("git").args(names).args(arguments).current_dir(job.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    if let Some(main) = main {
        job.keep("plimsoll.toml", main.as_bytes());
        git(&["add", "plimsoll.toml"]);
    }
    git(&["commit", "--quiet", "--allow-empty", "-m", "main"]);
    git(&["checkout", "--quiet", "-b", "change"]);
    job.keep("plimsoll.toml", change.as_bytes());
    git(&["add", "plimsoll.toml"]);
    git(&["commit", "--quiet", "--allow-empty", "-m", "change"]);
    job
}

fn lax() -> String {
    POLICY.replace("100 B", "1 MiB")
}

fn check(job: &Job) -> Told {
    job.run(&["check", "runs/a", "--rules-at", "main"])
}

#[test]
fn a_change_that_loosens_its_rules_does_not_pass_by_that() {
    let job = job(2000, Some(POLICY), &lax());
    assert_eq!(job.run(&["check", "runs/a"]).code, Some(0));
    let told = check(&job);
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.out.contains("policy changed") && told.out.contains("it would be pass"), "{}", told.out);
    let told = job.publish(&["--rules-at", "main"]);
    let comment = body(&job.fake);
    assert!(comment.starts_with("**Plimsoll: regressed**"), "{}{}", told.out, told.err);
    assert!(comment.contains("**Policy changed**") && comment.contains("taken out: <code>block"), "{comment}");
    let check = job.fake.state().checks[0].clone();
    assert_eq!(check["conclusion"], "failure");
    assert!(check["output"]["summary"].as_str().unwrap().contains("**Policy changed**"), "{check}");
    assert!(job.read("summary.md").contains("**Policy changed**"));
}

#[test]
fn a_change_that_tightens_its_rules_is_told_what_they_will_do() {
    let job = job(2000, Some(&lax()), POLICY);
    let told = check(&job);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("it would be regressed (exit code 1)"), "{}", told.out);
}

#[test]
fn a_change_that_leaves_its_rules_alone_says_nothing_of_them() {
    let job = job(2000, Some(POLICY), &format!("# a remark\n\n{POLICY}"));
    let told = check(&job);
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(!told.out.contains("policy changed"), "{}", told.out);
}

#[test]
fn a_waiver_of_the_change_does_not_cover_it_yet() {
    let waiver = "[[waiver]]\nmetric = \"live.slope\"\nuntil = 2999-01-01\nreason = \"known\"\nby = \"me\"\n";
    let job = job(2000, Some(POLICY), &format!("{POLICY}\n{waiver}"));
    let told = check(&job);
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.out.contains("it would be waived") && told.out.contains("+ waiver"), "{}", told.out);
}

#[test]
fn another_load_is_told() {
    let job = job(0, Some(POLICY), &POLICY.replace("get = \"/\"", "get = \"/cheap\""));
    let told = check(&job);
    assert!(told.out.contains("sends another load"), "{}", told.out);
}

#[test]
fn where_the_base_has_no_policy_or_a_broken_one_that_of_the_change_counts_and_it_is_said() {
    let told = check(&job(2000, None, POLICY));
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.out.contains("has no `plimsoll.toml`: judged by the rules of the change"), "{}", told.out);
    let told = check(&job(2000, Some("version = 99"), POLICY));
    assert_eq!(told.code, Some(1), "{}", told.err);
    assert!(told.out.contains("cannot be read, so those of the change count"), "{}", told.out);
}

#[test]
fn a_base_that_is_not_there_is_a_mistake() {
    let job = job(0, Some(POLICY), POLICY);
    let told = job.run(&["check", "runs/a", "--rules-at", "nowhere"]);
    assert_eq!(told.code, Some(2), "{}", told.out);
    assert!(told.err.contains("`nowhere` is no commit here"), "{}", told.err);
}

#[test]
fn what_crept_in_since_the_anchor_warns_and_what_did_not_says_nothing() {
    let bound = "[[bound]]\nmetric = \"live.floor\"\nmax-growth = { relative = \"2 %\", absolute = \"64 KiB\" }\n";
    let policy = format!("{}\n{bound}", POLICY.split("[[slope]]").next().unwrap());
    let job = Job::of(2000);
    job.keep("plimsoll.toml", policy.as_bytes());
    job.keep(".plimsoll/baselines/quotes/000001.json", &recording(2000, "2026-11-19T10:00:00Z"));
    job.keep("release/quotes/000001.json", &recording(0, "2026-09-01T10:00:00Z"));
    assert!(job.run(&["check", "runs/a"]).out.contains("pass"));
    let told = job.run(&["check", "runs/a", "--anchor", "release"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("warn") && told.out.contains("crept"), "{}", told.out);
    assert!(told.out.contains("anchor of 2026-09-01"), "{}", told.out);
    job.publish(&["--anchor", "release", "--comment", "changes"]);
    assert!(body(&job.fake).contains("anchor of 2026-09-01"), "{}", body(&job.fake));
    let same = job.run(&["check", "runs/a", "--anchor", ".plimsoll/baselines"]);
    assert!(!same.out.contains("crept"), "{}", same.out);
    let none = job.run(&["check", "runs/a", "--anchor", "nowhere"]);
    assert!(none.code == Some(0) && none.out.contains("there is no anchor yet"), "{}", none.out);
}
