//! Check runs with their annotations, and statuses.

use plimsoll::github::{CheckRun, Conclusion, Note, Severity, post_check, post_status};

use super::fake::{Fake, Fault, HEAD};

fn notes(count: u32) -> Vec<Note> {
    let note = |line| Note {
        path: "plimsoll.toml".into(),
        line,
        severity: Severity::Failure,
        title: "slope-exceeded".into(),
        message: "it grows".into(),
    };
    (1..=count).map(note).collect()
}

fn check<'a>(notes: &'a [Note], summary: &'a str) -> CheckRun<'a> {
    CheckRun {
        name: "plimsoll / quotes",
        head: HEAD,
        conclusion: Conclusion::Failure,
        title: "regressed",
        summary,
        address: Some("https://github.com/acme/quotes/actions/runs/7"),
        notes,
    }
}

#[test]
fn annotations_go_in_batches_of_fifty() {
    let fake = Fake::start();
    post_check(&fake.client(), &fake.context(), &check(&notes(120), "text")).unwrap();
    let state = fake.state();
    let sizes: Vec<usize> =
        state.journal.iter().filter_map(|(_, _, body)| Some(body["output"]["annotations"].as_array()?.len())).collect();
    assert_eq!(sizes, [50, 50, 20]);
    assert_eq!(state.checks[0]["output"]["annotations"].as_array().unwrap().len(), 120);
    assert_eq!((&state.checks[0]["head_sha"], &state.checks[0]["conclusion"]), (&HEAD.into(), &"failure".into()));
}

#[test]
fn a_repeated_step_changes_its_check_run() {
    let fake = Fake::start();
    (0..2).for_each(|_| drop(post_check(&fake.client(), &fake.context(), &check(&notes(1), "text")).unwrap()));
    let state = fake.state();
    assert_eq!((state.checks.len(), state.checks[0]["output"]["annotations"].as_array().unwrap().len()), (1, 1));
}

#[test]
fn a_check_run_whose_answer_was_lost_is_not_made_twice() {
    let fake = Fake::start();
    fake.fail("POST", "/check-runs", Fault::Lost);
    post_check(&fake.client(), &fake.context(), &check(&[], "text")).unwrap();
    assert_eq!(fake.state().checks.len(), 1);
}

#[test]
fn a_long_summary_is_cut_to_what_is_allowed() {
    let fake = Fake::start();
    post_check(&fake.client(), &fake.context(), &check(&[], &"Ä".repeat(70_000))).unwrap();
    let length = fake.state().checks[0]["output"]["summary"].as_str().unwrap().chars().count();
    assert!(length <= 65_535, "{length}");
}

#[test]
fn a_status_is_short_and_on_the_head() {
    let fake = Fake::start();
    let long = "x".repeat(300);
    post_status(&fake.client(), &fake.context(), &CheckRun { title: &long, ..check(&[], "") }).unwrap();
    let state = fake.state();
    assert_eq!(state.statuses[0]["state"], "failure");
    assert_eq!(state.statuses[0]["description"].as_str().unwrap().chars().count(), 140);
    assert!(state.journal.last().unwrap().1.ends_with(HEAD));
}
