//! The action and the example workflows, executed by `act` on this machine: the actions they use from elsewhere are
//! stubs that copy, GitHub is the fake, everything of ours is real.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::fake::{BASE, Fake, HEAD};
use super::openapi::tools;

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

/// A repository with a service, a copy of the action, and stubs of the actions from elsewhere.
struct Machine {
    folder: tempfile::TempDir,
    fake: Fake,
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
        let machine = Self { folder: tempfile::tempdir().unwrap(), fake: Fake::start() };
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        // The work tree is copied for each job: what is to be seen afterwards is written beside it.
        let service =
            SERVICE.replace("PORT_HERE", &port).replace("FOLDER_HERE", &machine.path("").display().to_string());
        machine.write("quotes/service.py", &service);
        machine.write("quotes/plimsoll.toml", &POLICY.replace("PORT_HERE", &port));
        machine.write("quotes/build.sh", "#!/bin/sh\n");
        for action in ["upload-artifact", "download-artifact"] {
            let stub = format!(
                "name: stub\ndescription: copies\ninputs:\n  name: {{ description: n }}\n  path: {{ description: p }}\n  \
                 if-no-files-found: {{ description: i }}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      \
                 env:\n        NAME: ${{{{ inputs.name }}}}\n        FROM: ${{{{ inputs.path }}}}\n      run: |\n        \
                 mkdir -p \"{kept}/$NAME\"\n        for one in $FROM; do [ ! -e $one ] || cp -r $one \"{kept}/$NAME/\"; done\n",
                kept = machine.path("kept").display()
            );
            machine.write(&format!("{action}/action.yml"), &stub);
            commit(&machine.path(action));
        }
        for part in ["action.yml", "action", "publish", "merge"] {
            copy(&root().join(part), &machine.path("action").join(part));
        }
        commit(&machine.path("action"));
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        if name.ends_with(".sh") {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
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
        let more = if workflow == "fork-publish.yml" { "" } else { "\n          arguments: --no-dumps" };
        let inputs: String = inputs.iter().map(|input| format!("\n          {input}")).collect();
        let with = format!("with: # of ours\n          binary: {binary}{more}{inputs}\n");
        let (before, after) = example.split_once("uses: plimsoll/plimsoll").unwrap();
        let example = format!("{before}uses: plimsoll/plimsoll{}", after.replacen("with:\n", &with, 1));
        assert!(example.contains(binary), "{example}");
        self.write("quotes/.github/workflows/memory.yml", &example);
        self.write("event.json", &payload.to_string());
        if !self.path("quotes/.git").exists() {
            commit(&self.path("quotes"));
        }
        let local = |action: &str, folder: &str| format!("{action}={}", self.path(folder).display());
        let upload = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f";
        let output = Command::new(tools().join("venv/bin/act"))
            .arg(event)
            .args(["-P", "ubuntu-latest=-self-hosted", "-e"])
            .arg(self.path("event.json"))
            .args(["-s", "GITHUB_TOKEN=ghs_fake_token", "--env"])
            .arg(format!("GITHUB_API_URL={}", self.fake.address))
            .args(["--env", "GH_PROMPT_DISABLED=1", "--local-repository"])
            .arg(local("plimsoll/plimsoll@v0", "action"))
            .args(["--local-repository", &local(upload, "upload-artifact")])
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
