//! The one comment: found, changed, resolved, never doubled.

use plimsoll::github::{Draft, GithubError, Posted, post};

use super::fake::{Fake, Fault, HEAD};

const MARKER: &str = "<!-- plimsoll comment 1 0123456789abcdef -->";
const BODY: &str = "**Plimsoll: regressed**\n\n<!-- plimsoll comment 1 0123456789abcdef -->\n";

fn draft(body: &str) -> Draft<'_> {
    Draft { marker: MARKER, body, update: None, make: true }
}

fn posted(fake: &Fake, draft: Draft<'_>) -> Result<Posted, GithubError> {
    post(&fake.client(), &fake.context(), &fake.pull_request(), HEAD, draft)
}

#[test]
fn a_comment_is_made_once_then_changed_then_left_alone() {
    let fake = Fake::start();
    assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Made(_)));
    let worse = BODY.replace("regressed", "regressed more");
    assert!(matches!(posted(&fake, draft(&worse)).unwrap(), Posted::Changed(_)));
    assert!(matches!(posted(&fake, draft(&worse)).unwrap(), Posted::Unchanged(_)));
    assert_eq!(fake.state().comments.len(), 1);
    assert_eq!((fake.count("POST", "/comments"), fake.count("PATCH", "/comments")), (1, 1));
}

#[test]
fn line_ends_that_the_server_changed_are_no_change() {
    let fake = Fake::start();
    fake.comment("github-actions[bot]", "Bot", &BODY.trim_end().replace('\n', "\r\n"));
    assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Unchanged(_)));
}

#[test]
fn what_is_resolved_is_said_where_it_was_told_and_nowhere_else() {
    let fake = Fake::start();
    let green = Draft { make: false, update: Some("resolved\n"), ..draft("pass\n") };
    assert_eq!(posted(&fake, green).unwrap(), Posted::NotNeeded);
    posted(&fake, draft(BODY)).unwrap();
    assert!(matches!(posted(&fake, green).unwrap(), Posted::Changed(_)));
    assert_eq!(fake.state().comments[0]["body"], "resolved\n");
}

#[test]
fn the_comment_is_found_behind_130_others() {
    let fake = Fake::start();
    for i in 0..130 {
        fake.comment("someone", "User", &format!("comment {i}"));
    }
    fake.comment("github-actions[bot]", "Bot", BODY);
    assert!(matches!(posted(&fake, draft("new\n")).unwrap(), Posted::Changed(_)));
    assert_eq!((fake.count("GET", "page=2"), fake.count("GET", "page=3")), (1, 0));
}

#[test]
fn a_marker_in_somebody_elses_comment_is_not_ours() {
    let fake = Fake::start();
    fake.comment("mallory", "User", BODY);
    assert!(matches!(posted(&fake, draft("mine\n")).unwrap(), Posted::Made(_)));
    assert_eq!(fake.state().comments[0]["body"], BODY);
    fake.state().user = Some("robot".into());
    assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Made(_)));
}

#[test]
fn a_verdict_about_an_old_commit_is_not_posted() {
    let fake = Fake::start();
    fake.state().head = "0".repeat(40);
    assert_eq!(posted(&fake, draft(BODY)).unwrap(), Posted::Moved);
    let closed = Fake::start();
    closed.state().state = "closed".into();
    assert_eq!(posted(&closed, draft(BODY)).unwrap(), Posted::Moved);
    assert_eq!(fake.count("POST", "") + closed.count("POST", ""), 0);
}

#[test]
fn a_comment_whose_answer_was_lost_is_not_made_twice() {
    for fault in [Fault::Lost, Fault::Cut, Fault::Slow] {
        let fake = Fake::start();
        let done = !matches!(fault, Fault::Slow);
        fake.fail("POST", "/comments", fault);
        assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Made(_)));
        assert_eq!(fake.state().comments.len(), 1);
        assert_eq!(fake.count("POST", "/comments"), if done { 1 } else { 2 });
    }
}

#[test]
fn a_comment_that_was_refused_for_a_moment_is_made() {
    let fake = Fake::start();
    fake.fail("POST", "/comments", Fault::Status(502, Vec::new(), "Bad gateway"));
    fake.fail("POST", "/comments", Fault::Status(429, vec![("retry-after", "0".into())], "Too many requests"));
    let secondary = "You have exceeded a secondary rate limit";
    fake.fail("POST", "/comments", Fault::Status(403, vec![("retry-after", "0".into())], secondary));
    assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Made(_)));
    assert_eq!(fake.state().comments.len(), 1);
    assert_eq!(fake.count("POST", "/comments"), 4);
}

#[test]
fn a_token_that_may_only_read_is_denied_at_once() {
    let fake = Fake::start();
    fake.state().read_only = true;
    let error = posted(&fake, draft(BODY)).unwrap_err();
    assert!(error.is_denied(), "{error}");
    assert!(error.to_string().contains("Resource not accessible by integration"));
    assert_eq!(fake.count("POST", "/comments"), 1);
}

#[test]
fn of_two_that_were_made_at_once_the_older_stays() {
    let fake = Fake::start();
    // The other job's comment comes between our look and our own.
    fake.fail("GET", "/comments", Fault::Status(200, Vec::new(), "x"));
    let other = fake.comment("github-actions[bot]", "Bot", "theirs\n<!-- plimsoll comment 1 0123456789abcdef -->");
    let error = posted(&fake, draft(BODY));
    assert!(matches!(error, Err(GithubError::Malformed { .. })), "{error:?}");
    assert!(matches!(posted(&fake, draft(BODY)).unwrap(), Posted::Changed(_)));
    let state = fake.state();
    assert_eq!((state.comments.len(), &state.comments[0]["id"]), (1, &other.into()));
}
