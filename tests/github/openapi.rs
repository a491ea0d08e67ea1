//! Every request against GitHub's own OpenAPI description (package `@octokit/openapi`, MIT; cut down by
//! `scripts/github-openapi.cjs`): prism refuses what the description does not allow, and answers with its examples.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll::github::{
    CheckRun, Client, Conclusion, Context, Draft, Note, Patience, Posted, Severity, Token, WorkflowRun, find, get,
    of_branch, of_run, post, post_check, post_status,
};

use super::fake::{Fake, HEAD};
use super::port::port;

/// Prism in front of the description; it ends with the test.
struct Prism {
    child: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prism {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packed = format!("{}/fixtures/github/openapi.json.gz", env!("CARGO_MANIFEST_DIR"));
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(std::fs::File::open(packed).unwrap()).read_to_end(&mut text).unwrap();
        let description = folder.path().join("openapi.json");
        std::fs::write(&description, text).unwrap();
        let port = port();
        let child = Command::new("node")
            .arg(tools().join("npm/node_modules/.bin/prism"))
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(&description)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let prism = Self { child, address: format!("http://127.0.0.1:{port}"), _folder: folder };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(120), "prism does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        prism
    }
}

/// The folder with prism; installs it where it is missing.
pub fn tools() -> std::path::PathBuf {
    let script = format!("{}/scripts/ci-tools", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "scripts/ci-tools failed");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

fn note(line: u32) -> Note {
    let (title, message) = ("slope-exceeded".to_owned(), "it grows".to_owned());
    Note { path: "plimsoll.toml".into(), line, severity: Severity::Warning, title, message }
}

#[test]
fn every_request_is_one_that_github_describes() {
    let prism = Prism::start();
    let patience = Patience { attempts: 2, timeout: Duration::from_secs(30), ..Patience::default() };
    let client = Client::new(&prism.address, Token::new("x"), patience);
    let context =
        Context { api: prism.address.clone(), repository: "octocat/Hello-World".into(), ..Fake::start().context() };

    let pull_request = get(&client, &context, 1347).unwrap();
    assert_eq!((pull_request.number, pull_request.head_sha.as_str(), pull_request.open), (1347, HEAD, true));
    let run = WorkflowRun {
        id: 30433642,
        event: "pull_request".into(),
        head_sha: HEAD.into(),
        head_branch: Some("new-topic".into()),
        head_repository: Some("octocat/Hello-World".into()),
    };
    assert_eq!(find(&client, &context, &run).unwrap().map(|one| one.number), Some(1347));

    let draft = |marker, body| Draft { marker, body, update: None, make: true };
    let made = post(&client, &context, &pull_request, HEAD, draft("<!-- none has this -->", "text")).unwrap();
    assert!(matches!(made, Posted::Made(_)), "{made:?}");
    let changed = post(&client, &context, &pull_request, HEAD, draft("Me too", "text")).unwrap();
    assert!(matches!(changed, Posted::Changed(_)), "{changed:?}");

    let notes: Vec<Note> = (1..=60).map(note).collect();
    for conclusion in [Conclusion::Success, Conclusion::Neutral, Conclusion::Failure] {
        let check = CheckRun {
            name: "plimsoll / quotes",
            head: HEAD,
            conclusion,
            title: "title",
            summary: "summary",
            address: Some("https://github.com/octocat/Hello-World/actions/runs/1"),
            notes: &notes,
        };
        post_check(&client, &context, &check).unwrap();
        post_status(&client, &context, &check).unwrap();
    }
    of_run(&client, &context, 30433642, "plimsoll").unwrap();
    of_branch(&client, &context, Some("main"), "plimsoll-baseline", 5).unwrap();

    // The judge judges: what is not described is refused.
    let comments = format!("{}/repos/octocat/Hello-World/issues/1347/comments", prism.address);
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let refused = ureq::Agent::from(config).post(&comments).content_type("application/json").send("{}").unwrap();
    assert_eq!(refused.status(), 422);
}
