//! The action and the example workflows, executed by `act` on this machine: the actions they use from elsewhere are
//! stubs that copy, GitHub is the fake, everything of ours is real.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::fake::{BASE, Fake, HEAD};
use super::openapi::tools;
use super::port::port;
use super::scene::write;

const SERVICE: &str = r#"
import http.server, os
KEPT = []
class Quotes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if os.path.exists("leaks"):
            KEPT.append(bytearray(20000))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
open("FOLDER_HERE/seen.txt", "w").write("\n".join(f"{k}={v}" for k, v in os.environ.items()))
http.server.ThreadingHTTPServer(("127.0.0.1", PORT_HERE), Quotes).serve_forever()
"#;

const POLICY: &str = r#"version = 1
name = "quotes"

[service]
command = ["python3", "service.py"]
ready = { http = "http://127.0.0.1:PORT_HERE/", within = "60 s" }

[load]
base-url = "http://127.0.0.1:PORT_HERE"
warm-up = { requests = 40 }
steady = { requests = 240, rounds = 12, rate = "400/s" }
cool-down = "1 s"

[load.request.quote]
get = "/"

[[bound]]
metric = "live.floor"
max = "12 MiB"
"#;

/// A service of Node that keeps what it was told in confidence.
const KEEPER: &str = r#"
const kept = [];
require("http").createServer((_, answer) => {
  kept.push(["hunter2", "of", kept.length].join("-"));
  answer.end("ok");
}).listen(PORT_HERE, "127.0.0.1");
"#;

/// An action from elsewhere, as far as the tests need it.
const STUB: &str = r#"name: stub
description: copies
inputs:
  name: { description: n }
  path: { description: p }
  pattern: { description: p }
  if-no-files-found: { description: i }
runs:
  using: composite
  steps:
    - shell: bash
      env:
        NAME: ${{ inputs.name }}
        PLACE: ${{ inputs.path }}
        PATTERN: ${{ inputs.pattern }}
      run: SCRIPT
"#;
const UPLOAD: &str = r#"|
        mkdir -p "KEPT/$NAME" && for one in $PLACE; do [ ! -e $one ] || cp -r $one "KEPT/$NAME/"; done
        # Beside the redacted dumps lies what they were made from.
        case "$NAME" in plimsoll-dumps-*) cp -r "$PLACE/.." KEPT-from ;; esac"#;
const DOWNLOAD: &str = r#"mkdir -p "$PLACE" && cp -r KEPT/$PATTERN "$PLACE/""#;

/// A repository with a service, a copy of the action, and stubs of the actions from elsewhere.
struct Machine {
    folder: tempfile::TempDir,
    fake: Fake,
    /// More variables of every step.
    env: Vec<String>,
    /// Whether heap dumps are made, which takes its time.
    dumps: bool,
}

/// What `act` ended with.
struct Told {
    success: bool,
    log: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let names = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main"];
    let output = Command::new("git").args(names).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Commits all that is there, and says the id of the commit.
fn commit(folder: &Path) -> String {
    if !folder.join(".git").exists() {
        git(folder, &["init", "--quiet"]);
        git(folder, &["remote", "add", "origin", "https://github.com/acme/quotes"]);
    }
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "-m", "x"]);
    git(folder, &["rev-parse", "HEAD"])
}

impl Machine {
    fn new() -> Self {
        let (folder, fake) = (tempfile::tempdir().unwrap(), Fake::start());
        let machine = Self { folder, fake, env: Vec::new(), dumps: false };
        machine.service("quotes", "quotes");
        machine.write("quotes/build.sh", "#!/bin/sh\n");
        for (action, script) in [("upload-artifact", UPLOAD), ("download-artifact", DOWNLOAD)] {
            let stub = STUB.replace("SCRIPT", script).replace("KEPT", &machine.path("kept").display().to_string());
            machine.write(&format!("{action}/action.yml"), &stub);
            commit(&machine.path(action));
        }
        for part in ["action.yml", "action", "publish", "merge"] {
            copy(&root().join(part), &machine.path("action").join(part));
        }
        commit(&machine.path("action"));
        machine
    }

    /// Puts a service with its policy into a folder.
    fn service(&self, folder: &str, scenario: &str) {
        // The work tree is copied for each job: what is to be seen afterwards is written beside it.
        let outside = self.path("").display().to_string();
        let port = self.policy(folder, "python3", "service.py", scenario);
        let service = SERVICE.replace("PORT_HERE", &port).replace("FOLDER_HERE", &outside);
        self.write(&format!("{folder}/service.py"), &service);
    }

    /// Puts a policy for a service into a folder; returns the port that the service is to listen at.
    fn policy(&self, folder: &str, program: &str, script: &str, scenario: &str) -> String {
        let port = port().to_string();
        let policy = POLICY.replace("PORT_HERE", &port).replace("python3", program).replace("service.py", script);
        let policy = policy.replace("name = \"quotes\"", &format!("name = \"{scenario}\""));
        self.write(&format!("{folder}/plimsoll.toml"), &policy);
        port
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.path(name), text);
    }

    /// Executes an example workflow for an event.
    fn act(&self, workflow: &str, event: &str, payload: &Value) -> Told {
        self.act_with(workflow, event, payload, &[])
    }

    /// The same with more inputs of the action.
    fn act_with(&self, workflow: &str, event: &str, payload: &Value, inputs: &[&str]) -> Told {
        let example = fs::read_to_string(root().join("examples/workflows").join(workflow)).unwrap();
        // The program of this build, and nothing that takes long.
        let binary = env!("CARGO_BIN_EXE_plimsoll");
        let mut more = inputs.to_vec();
        if !self.dumps {
            more.push("arguments: --no-dumps");
        }
        let mut parts = example.split("uses: plimsoll/plimsoll");
        let mut example = parts.next().unwrap().to_owned();
        for part in parts {
            // The second stages measure nothing.
            let more = if part.starts_with('@') { &more[..] } else { &[] };
            let more: String = more.iter().map(|input| format!("\n          {input}")).collect();
            let with = format!("with: # of ours\n          binary: {binary}{more}\n");
            example += &format!("uses: plimsoll/plimsoll{}", part.replacen("with:\n", &with, 1));
        }
        self.write("quotes/.github/workflows/memory.yml", &example);
        self.write("event.json", &payload.to_string());
        if !self.path("quotes/.git").exists() {
            commit(&self.path("quotes"));
        }
        let local = |action: &str, folder: &str| format!("{action}={}", self.path(folder).display());
        let upload = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f";
        let download = "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c";
        let output = Command::new(tools().join("venv/bin/act"))
            .arg(event)
            .args(["-P", "ubuntu-latest=-self-hosted", "-e"])
            .arg(self.path("event.json"))
            .args(["-s", "GITHUB_TOKEN=ghs_fake_token", "--env"])
            .arg(format!("GITHUB_API_URL={}", self.fake.address))
            .args(["--env", "GH_PROMPT_DISABLED=1", "--local-repository"])
            .arg(local("plimsoll/plimsoll@v0", "action"))
            .args(["--local-repository", &local(upload, "upload-artifact")])
            .args(["--local-repository", &local(download, "download-artifact")])
            .args(self.env.iter().flat_map(|variable| ["--env", variable]))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("HOME", self.path("home"))
            .current_dir(self.path("quotes"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let log = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Told { success: output.status.success(), log }
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

fn pull_request(head_repository: &str) -> Value {
    let end = |sha: &str, branch: &str, repository: &str| json!({ "sha": sha, "ref": branch, "repo": { "full_name": repository } });
    json!({ "pull_request": {
        "number": 5, "state": "open", "head": end(HEAD, "feature", head_repository), "base": end(BASE, "main", "acme/quotes"),
    }})
}

#[test]
fn a_pull_request_that_leaks_is_stopped_with_a_comment_and_a_sound_one_passes() {
    let machine = Machine::new();
    machine.write("quotes/leaks", "");
    let told = machine.act("pull-request.yml", "pull_request", &pull_request("acme/quotes"));
    assert!(!told.success && told.log.contains("Failure - Main Verdict"), "{}", told.log);
    {
        let state = machine.fake.state();
        let body = state.comments.first().map(|one| one["body"].to_string()).unwrap_or_default();
        assert!(body.contains("**Plimsoll: regressed**") && body.contains("bound-exceeded"), "{}", told.log);
        assert_eq!(state.checks[0]["conclusion"], "failure");
    }
    let seen = fs::read_to_string(machine.path("seen.txt")).unwrap();
    assert!(!seen.contains("ghs_fake_token"), "{seen}");
    let kept = machine.path("kept/plimsoll-report-default");
    assert!(fs::read_dir(&kept).is_ok_and(|mut files| files.next().is_some()), "{}", told.log);

    fs::remove_file(machine.path("quotes/leaks")).unwrap();
    machine.fake.state().checks.clear();
    let told = machine.act("pull-request.yml", "pull_request", &pull_request("acme/quotes"));
    assert!(told.success, "{}", told.log);
    assert!(machine.fake.state().comments[0]["body"].to_string().contains("(resolved)"), "{}", told.log);
}

#[test]
fn a_forks_pull_request_keeps_its_own_verdict_with_a_token_that_may_nothing() {
    let machine = Machine::new();
    machine.fake.state().read_only = true;
    machine.fake.state().head_repository = "mallory/quotes".into();
    machine.write("quotes/leaks", "");
    let told = machine.act("pull-request.yml", "pull_request", &pull_request("mallory/quotes"));
    assert!(!told.success && told.log.contains("Failure - Main Verdict"), "{}", told.log);
    assert!(told.log.contains("workflow_run"), "{}", told.log);
    assert!(machine.fake.state().comments.is_empty());

    // The second stage, with what the first one kept.
    let kept = machine.path("kept/plimsoll-recording-default/recording.json");
    let recording = fs::read(&kept).unwrap_or_else(|error| panic!("{error}: {}", told.log));
    {
        let mut state = machine.fake.state();
        state.read_only = false;
        let archive = super::artifacts::zip(&[("run/recording.json", &recording)]);
        state.artifacts.push((super::artifacts::artifact(3, "plimsoll-recording-default", "feature", 2), archive));
    }
    let run = json!({ "workflow_run": {
        "id": 9, "event": "pull_request", "head_sha": HEAD, "head_branch": "feature",
        "head_repository": { "full_name": "mallory/quotes" },
    }});
    let told = machine.act("fork-publish.yml", "workflow_run", &run);
    assert!(told.success, "{}", told.log);
    let state = machine.fake.state();
    let body = state.comments.first().map(|one| one["body"].to_string()).unwrap_or_default();
    assert!(body.contains("**Plimsoll: regressed**"), "{}", told.log);
    assert_eq!(state.checks[0]["conclusion"], "failure");
}

#[test]
fn a_change_is_measured_in_turn_with_its_base_and_judged_by_the_rules_of_that() {
    let machine = Machine::new();
    let policy = fs::read_to_string(machine.path("quotes/plimsoll.toml")).unwrap();
    let policy = policy.replace("\nready =", "\nbuild = [\"true\"]\nready =");
    let growth = "max-growth = { relative = \"2 %\", absolute = \"1 MiB\" }";
    machine.write("quotes/plimsoll.toml", &policy.replace("max = \"12 MiB\"", growth));
    let base = commit(&machine.path("quotes"));
    // The change leaks, and would rather not be told.
    machine.write("quotes/leaks", "");
    machine.write("quotes/plimsoll.toml", &policy.replace("12 MiB", "2 GiB"));
    commit(&machine.path("quotes"));
    let mut payload = pull_request("acme/quotes");
    payload["pull_request"]["base"]["sha"] = base.clone().into();
    let told = machine.act_with("pull-request.yml", "pull_request", &payload, &["against: base"]);
    assert!(!told.success && told.log.contains("Failure - Main Verdict"), "{}", told.log);
    let state = machine.fake.state();
    let body = state.comments.first().map(|one| one["body"].to_string()).unwrap_or_default();
    assert!(body.contains("**Plimsoll: regressed**") && body.contains("growth-exceeded"), "{}", told.log);
    assert!(body.contains("**Policy changed**") && body.contains(&base[..7]), "{body}");
    assert!(git(&machine.path("quotes"), &["worktree", "list"]).lines().count() == 1);
}

#[test]
fn a_push_seeds_the_baseline() {
    let machine = Machine::new();
    let push = json!({ "after": HEAD, "ref": "refs/heads/main", "before": BASE });
    let told = machine.act("pull-request.yml", "push", &push);
    assert!(told.success, "{}", told.log);
    assert!(machine.path("kept/plimsoll-baseline-quotes/recording.json").is_file(), "{}", told.log);
    assert!(machine.fake.state().comments.is_empty());
}

#[test]
fn a_tag_is_released_only_if_the_gate_passes() {
    let machine = Machine::new();
    let released = machine.path("released.txt");
    machine.write("quotes/release.sh", &format!("#!/bin/sh\necho done > {}\n", released.display()));
    let policy = fs::read_to_string(machine.path("quotes/plimsoll.toml")).unwrap();
    machine.write("quotes/plimsoll-release.toml", &policy);
    let tag = json!({ "after": HEAD, "ref": "refs/tags/v1.2.3", "before": "0".repeat(40) });
    machine.write("quotes/leaks", "");
    let told = machine.act("release.yml", "push", &tag);
    assert!(!told.success && !released.exists(), "{}", told.log);
    fs::remove_file(machine.path("quotes/leaks")).unwrap();
    let told = machine.act("release.yml", "push", &tag);
    assert!(told.success && released.exists(), "{}", told.log);
}

/// The files below a folder, with the folders below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Whether a file holds a text, packed or not.
fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    let mut plain = Vec::new();
    if std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*bytes), &mut plain).is_err() {
        plain = bytes;
    }
    plain.windows(text.len()).any(|part| part == text.as_bytes())
}

#[test]
fn heap_dumps_are_kept_only_where_that_is_asked_for_and_redacted_then() {
    let mut machine = Machine::new();
    machine.dumps = true;
    let port = machine.policy("quotes", "node", "keeper.cjs", "quotes");
    machine.write("quotes/keeper.cjs", &KEEPER.replace("PORT_HERE", &port));
    let push = json!({ "after": HEAD, "ref": "refs/heads/main", "before": BASE });
    let act = |upload: &str| machine.act_with("pull-request.yml", "push", &push, &[upload]);

    let told = act("upload-dumps: false");
    let kept = files(&machine.path("kept"));
    let recording = kept.iter().find(|path| path.ends_with("recording.json")).unwrap_or_else(|| panic!("{}", told.log));
    assert!(fs::read_to_string(recording).unwrap().contains("\"dumps\""), "{}", told.log);
    assert!(kept.iter().all(|path| !holds(path, "hunter2")), "{kept:?}");
    assert!(kept.iter().all(|path| !path.display().to_string().contains("plimsoll-dumps")), "{kept:?}");

    let told = act("upload-dumps: true");
    let kept = files(&machine.path("kept"));
    assert!(kept.iter().all(|path| !holds(path, "hunter2")), "{kept:?}");
    let dumps: Vec<&PathBuf> =
        kept.iter().filter(|path| path.starts_with(machine.path("kept/plimsoll-dumps-default"))).collect();
    assert!(!dumps.is_empty(), "{}", told.log);
    assert!(files(&machine.path("kept-from")).iter().any(|path| holds(path, "hunter2")), "{}", told.log);
    for dump in dumps {
        let read = Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["heap", "summary"]).arg(dump).output().unwrap();
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    }
}

#[test]
fn many_services_are_judged_as_one_and_their_files_are_called_from_the_top() {
    let machine = Machine::new();
    machine.service("quotes/services/quotes", "quotes");
    machine.service("quotes/services/orders", "orders");
    machine.write("quotes/services/orders/leaks", "");
    let told = machine.act("matrix.yml", "pull_request", &pull_request("acme/quotes"));
    assert!(!told.success && told.log.contains("Failure - Main Merge"), "{}", told.log);
    {
        let state = machine.fake.state();
        assert_eq!(state.comments.len(), 1, "{}", told.log);
        let body = state.comments[0]["body"].as_str().unwrap();
        assert!(body.contains("orders") && body.contains("bound-exceeded"), "{body}");
        let check = |name: &str| state.checks.iter().find(|check| check["name"] == name).unwrap().clone();
        assert_eq!(check("plimsoll / all")["conclusion"], "failure");
        assert_eq!(check("plimsoll / quotes")["conclusion"], "success");
        let note = check("plimsoll / orders")["output"]["annotations"][0]["path"].clone();
        assert_eq!(note, "services/orders/plimsoll.toml");
    }
    let kept = files(&machine.path("kept/plimsoll-report-orders"));
    let sarif = kept.iter().find(|path| path.ends_with("report.sarif")).unwrap();
    assert!(fs::read_to_string(sarif).unwrap().contains("\"uri\": \"services/orders/plimsoll.toml\""));

    fs::remove_file(machine.path("quotes/services/orders/leaks")).unwrap();
    fs::remove_dir_all(machine.path("kept")).unwrap();
    let told = machine.act("matrix.yml", "pull_request", &pull_request("acme/quotes"));
    assert!(told.success, "{}", told.log);
    assert!(machine.fake.state().comments[0]["body"].to_string().contains("(resolved)"), "{}", told.log);
}

#[test]
fn every_night_what_passes_joins_the_baseline_on_its_branch() {
    let mut machine = Machine::new();
    let policy = fs::read_to_string(machine.path("quotes/plimsoll.toml")).unwrap();
    machine.write("quotes/plimsoll-soak.toml", &policy);
    let remote = machine.path("remote.git").display().to_string();
    git(&machine.path(""), &["init", "--quiet", "--bare", &remote]);
    machine.env = vec![
        "GIT_CONFIG_COUNT=1".to_owned(),
        format!("GIT_CONFIG_KEY_0=url.{remote}.insteadOf"),
        "GIT_CONFIG_VALUE_0=https://github.com/acme/quotes".to_owned(),
    ];
    let runs = || {
        let names = ["ls-tree", "-r", "--name-only", "plimsoll-baselines"];
        git(Path::new(&remote), &names).lines().filter(|name| name.ends_with(".json")).count()
    };
    let told = machine.act("nightly.yml", "schedule", &json!({}));
    assert!(told.success, "{}", told.log);
    assert_eq!(runs(), 1, "{}", told.log);
    machine.write("quotes/leaks", "");
    let told = machine.act("nightly.yml", "schedule", &json!({}));
    assert!(!told.success && told.log.contains("bound-exceeded"), "{}", told.log);
    assert_eq!(runs(), 1, "{}", told.log);
}
