//! A check-out with a policy, a baseline and a recording, in a job of GitHub Actions.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use plimsoll::record::{Fingerprint, LoadTally, Pacing, Phase, PhaseRecord, Recording, RequestTally, schema};
use plimsoll::units::{Elapsed, Gauge};
use serde_json::{Value, json};

use super::fake::{BASE, Fake, HEAD};

pub const POLICY: &str = r#"version = 1
name = "quotes"

[service]
command = ["true"]
ready = { tcp = "127.0.0.1:1" }

[load]
base-url = "http://127.0.0.1:1"

[load.request.quote]
get = "/"

[[slope]]
metric = "live.floor"
per = "request"
max = "100 B"
"#;

/// A check-out with a policy, a baseline and a recording, in a job.
pub struct Job {
    folder: tempfile::TempDir,
    pub fake: Fake,
    pub event: (&'static str, Value),
}

impl Job {
    /// A job of a pull request whose service keeps so many bytes for each request.
    pub fn of(leak: u64) -> Self {
        let job =
            Self { folder: tempfile::tempdir().unwrap(), fake: Fake::start(), event: ("pull_request", Value::Null) };
        fs::write(job.path().join("plimsoll.toml"), POLICY).unwrap();
        job.keep(".plimsoll/baselines/quotes/000001.json", &recording(0, "2026-11-19T10:00:00Z"));
        job.keep("runs/a/recording.json", &recording(leak, "2026-11-20T10:00:00Z"));
        job
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn keep(&self, name: &str, text: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    fn payload(&self) -> Value {
        if !self.event.1.is_null() {
            return self.event.1.clone();
        }
        let end = |sha: &str, branch: &str, repository: &str| json!({ "sha": sha, "ref": branch, "repo": { "full_name": repository } });
        let head = end(HEAD, "feature", &self.fake.state().head_repository);
        json!({ "pull_request": {
            "number": 5, "state": "open", "head": head, "base": end(BASE, "main", "acme/quotes"),
        }})
    }

    pub fn publish(&self, more: &[&str]) -> Told {
        self.run(&[&["publish", "runs/a"], more].concat())
    }

    pub fn run(&self, arguments: &[&str]) -> Told {
        self.run_in("", arguments)
    }

    /// Runs the program with more variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Told {
        self.start("", variables, arguments)
    }

    /// Runs the program in a folder of the check-out.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Told {
        self.start(folder, &[], arguments)
    }

    fn start(&self, folder: &str, variables: &[(&str, &str)], arguments: &[&str]) -> Told {
        let event = self.keep("event.json", self.payload().to_string().as_bytes());
        let mut command = Command::cargo_bin("plimsoll").unwrap();
        let command = command
            .current_dir(self.path().join(folder))
            .env_clear()
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "acme/quotes")
            .env("GITHUB_API_URL", &self.fake.address)
            .env("GITHUB_EVENT_NAME", self.event.0)
            .env("GITHUB_EVENT_PATH", event)
            .env("GITHUB_SHA", "f".repeat(40))
            .env("GITHUB_RUN_ID", "7")
            .env("GITHUB_WORKSPACE", self.path())
            .env("GITHUB_STEP_SUMMARY", self.path().join("summary.md"))
            .env("GITHUB_OUTPUT", self.path().join("output"))
            .env("GITHUB_TOKEN", "ghs_fake_token\n")
            .envs(variables.iter().copied())
            .args(arguments);
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let told = Told { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!told.err.contains("ghs_fake_token"), "{}", told.err);
        told
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_default()
    }
}

pub struct Told {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

pub fn recording(leak: u64, started: &str) -> Vec<u8> {
    let steady = (1..=12).map(|round| Phase::Steady { round });
    let phases = std::iter::once(Phase::WarmUp).chain(steady).zip(1_u64..).map(|(phase, i)| {
        let live = (40 << 20) + leak * 250 * i + i * 7919 % 300;
        let tally = RequestTally { sent: 250, statuses: [(200, 250)].into(), ..RequestTally::default() };
        let requests = [("quote".to_owned(), tally)].into();
        PhaseRecord {
            phase,
            began: Elapsed::from_millis(i * 1000),
            loaded: Some(Elapsed::from_millis(i * 1000 + 500)),
            settled: Some(Elapsed::from_millis(i * 1000 + 900)),
            tally: LoadTally { requests, pacing: Pacing::default(), digest: "d".into(), invalid: None },
            floor: [(Gauge::Live, live), (Gauge::Rss, 120 << 20)].into(),
            peak: [(Gauge::Live, live), (Gauge::Rss, 120 << 20)].into(),
            processes: Vec::new(),
            recovery: Vec::new(),
            incidents: Vec::new(),
        }
    });
    let run = Recording {
        started: started.into(),
        scenario: "quotes".into(),
        plan: "p".into(),
        commit: Some(BASE.into()),
        fingerprint: Fingerprint { facts: [("runtime".to_owned(), "jvm".to_owned())].into() },
        phases: phases.collect(),
        ended: Some(Elapsed::from_millis(14_000)),
        complete: true,
        ..Recording::default()
    };
    schema::recording_to_json(&run).unwrap().into_bytes()
}

pub fn body(fake: &Fake) -> String {
    fake.state().comments.last().map(|comment| comment["body"].as_str().unwrap().to_owned()).unwrap_or_default()
}
