//! Event payloads as GitHub sends them (from the package `@octokit/webhooks-examples`, MIT), and hostile ones.

use std::io::Read as _;

use plimsoll::github::{Context, Event};

fn payload(name: &str) -> Vec<u8> {
    let path = format!("{}/fixtures/github/{name}.json.gz", env!("CARGO_MANIFEST_DIR"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut text).unwrap();
    text
}

#[test]
fn a_pull_request_is_about_its_head_and_not_about_the_merge() {
    let Event::PullRequest(one) = Event::parse("pull_request", &payload("pull_request"), "merge").unwrap() else {
        panic!("another event");
    };
    assert_eq!((one.number, one.head_sha.as_str()), (2, "ec26c3e57ca3a959ca5aad62de7213c562f8c821"));
    assert_eq!((one.base_branch.as_str(), one.base_repository.as_str()), ("master", "Codertocat/Hello-World"));
    assert!(one.open && !one.is_from_fork());
}

#[test]
fn a_pull_request_from_a_fork_or_from_a_repository_that_is_gone_is_foreign() {
    let mut value: serde_json::Value = serde_json::from_slice(&payload("pull_request")).unwrap();
    for repository in [serde_json::json!({ "full_name": "mallory/Hello-World" }), serde_json::Value::Null] {
        value["pull_request"]["head"]["repo"] = repository;
        let event = Event::parse("pull_request", value.to_string().as_bytes(), "").unwrap();
        assert!(matches!(event, Event::PullRequest(one) if one.is_from_fork()));
    }
}

#[test]
fn a_push_and_the_end_of_a_workflow_are_read() {
    let push = Event::parse("push", &payload("push"), "").unwrap();
    assert!(matches!(&push, Event::Push { reference, .. } if reference.starts_with("refs/")), "{push:?}");
    let Event::WorkflowRun(run) = Event::parse("workflow_run", &payload("workflow_run"), "").unwrap() else {
        panic!("another event");
    };
    assert!(run.id > 0 && run.head_sha.len() == 40 && run.head_repository.is_some(), "{run:?}");
}

#[test]
fn a_payload_that_is_cut_or_of_another_shape_is_refused_with_a_word() {
    let whole = payload("pull_request");
    for text in [&whole[..whole.len() / 2], b"[]", b"{\"pull_request\": 5}", b""] {
        let error = Event::parse("pull_request", text, "").unwrap_err();
        assert!(error.contains("`pull_request` cannot be read"), "{error}");
    }
}

#[test]
fn variables_that_could_lead_elsewhere_are_refused() {
    let read = |repository: &'static str, sha: &'static str| {
        Context::read(&move |name| match name {
            "GITHUB_REPOSITORY" => Some(repository.to_owned()),
            "GITHUB_SHA" => Some(sha.to_owned()),
            "GITHUB_TOKEN" => Some(" ghs_x\n".to_owned()),
            _ => None,
        })
    };
    let sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
    let context = read("acme/quotes", sha).unwrap();
    assert!(context.token.is_some() && !format!("{context:?}").contains("ghs_x"));
    assert_eq!(context.api, "https://api.github.com");
    for (repository, sha) in [
        ("", sha),
        ("acme", sha),
        ("acme/..", sha),
        ("a/b/../../user", sha),
        ("a/b?x", sha),
        ("a/b", "main"),
        ("a/b", ""),
    ] {
        assert!(read(repository, sha).is_err(), "{repository} {sha}");
    }
}
