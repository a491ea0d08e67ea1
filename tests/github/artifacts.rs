//! Artifacts: downloaded without the token leaving GitHub, and as a baseline.

use std::io::{Cursor, Write as _};

use plimsoll::github::{Artifact, ArtifactShelf, WorkflowRun, download, find, of_run};
use plimsoll::record::{Recording, schema};
use plimsoll::store::Baselines;
use serde_json::{Value, json};

use super::fake::{Fake, HEAD};

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub fn artifact(id: u64, name: &str, branch: &str, repository: u64) -> Value {
    json!({
        "id": id, "name": name, "size_in_bytes": 100, "expired": false,
        "workflow_run": {
            "id": 1, "head_branch": branch, "head_sha": HEAD, "head_repository_id": repository, "repository_id": 1,
        },
    })
}

fn run(started: &str) -> Vec<u8> {
    let run = Recording { scenario: "quotes".into(), started: started.into(), complete: true, ..Recording::default() };
    schema::recording_to_json(&run).unwrap().into_bytes()
}

#[test]
fn the_storage_behind_the_redirection_never_sees_the_token() {
    let fake = Fake::start();
    fake.state().artifacts.push((artifact(3, "plimsoll-recording-quotes", "feature", 2), b"bytes".to_vec()));
    let found = of_run(&fake.client(), &fake.context(), 7, "plimsoll-recording").unwrap();
    assert_eq!(download(&fake.client(), &fake.context(), &found[0], 100).unwrap(), b"bytes");
    assert_eq!(fake.state().leaked, Vec::<String>::new());
    assert_eq!(fake.count("GET", "/storage/3"), 1);
}

#[test]
fn a_download_stops_at_its_limit_whatever_the_size_that_was_told() {
    let fake = Fake::start();
    fake.state().artifacts.push((artifact(3, "r", "main", 1), vec![0; 5000]));
    let lying = Artifact { id: 3, name: "r".into(), size_in_bytes: 1, expired: false, workflow_run: None };
    let error = download(&fake.client(), &fake.context(), &lying, 4999).unwrap_err().to_string();
    assert!(error.contains("more than 4999 bytes"), "{error}");
    let honest = Artifact { size_in_bytes: 5000, ..lying };
    assert!(download(&fake.client(), &fake.context(), &honest, 4999).is_err());
    assert_eq!(download(&fake.client(), &fake.context(), &honest, 5000).unwrap().len(), 5000);
}

#[test]
fn a_baseline_is_the_newest_artifacts_of_the_base_branch_and_a_broken_one_is_passed_over() {
    let fake = Fake::start();
    {
        let mut state = fake.state();
        let name = "plimsoll-baseline-quotes";
        let packed = |started| zip(&[("quotes-1/recording.json", &run(started)), ("quotes-1/log.txt", b"log")]);
        state.artifacts.push((artifact(1, name, "main", 1), packed("1")));
        state.artifacts.push((artifact(2, name, "main", 1), packed("2")));
        state.artifacts.push((artifact(3, name, "feature", 1), packed("of another branch")));
        state.artifacts.push((artifact(4, name, "main", 2), packed("of a fork's main")));
        state.artifacts.push((artifact(5, name, "main", 1), b"no archive".to_vec()));
        state.artifacts.push((artifact(6, "plimsoll-baseline-other", "main", 1), packed("of another scenario")));
    }
    let shelf = ArtifactShelf::new(fake.client(), fake.context(), "plimsoll-baseline", Some("main".into()));
    let baseline = Baselines::on(std::sync::Arc::new(shelf)).load("quotes").unwrap();
    let started: Vec<&str> = baseline.recordings.iter().map(|run| run.started.as_str()).collect();
    assert_eq!(started, ["1", "2"]);
    assert_eq!(baseline.skipped.len(), 1);
}

#[test]
fn the_pull_request_of_a_run_is_found_by_commit_and_repository() {
    let fake = Fake::start();
    fake.state().head_repository = "mallory/quotes".into();
    let run = |head: &str, repository: &str| WorkflowRun {
        id: 7,
        event: "pull_request".into(),
        head_sha: head.into(),
        head_branch: Some("feature".into()),
        head_repository: Some(repository.into()),
    };
    let ask = |run: WorkflowRun| find(&fake.client(), &fake.context(), &run).unwrap().map(|one| one.number);
    assert_eq!(ask(run(HEAD, "mallory/quotes")), Some(5));
    assert_eq!(ask(run(HEAD, "eve/quotes")), None);
    assert_eq!(ask(run(&"0".repeat(40), "mallory/quotes")), None);
    assert!(fake.count("GET", "head=mallory%3Afeature") > 0);
}
