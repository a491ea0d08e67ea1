//! A folder with a policy for one of the services in `fixtures/services`, and Plimsoll in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::port::port;

/// Rounds long enough to measure what a request keeps.
pub const MEASURED: &str = "\
warm-up = { requests = 300, rate = \"400/s\" }
steady = { requests = 1200, rounds = 12, rate = \"400/s\" }
diagnosis = { requests = 200, rounds = 2, rate = \"400/s\" }";

/// Rounds for what needs no measure: a death, an answer, a difference.
pub const BRIEF: &str = "\
warm-up = { requests = 20, rate = \"400/s\" }
steady = { requests = 160, rounds = 4, rate = \"400/s\" }
diagnosis = { requests = 20, rounds = 1, rate = \"400/s\" }";

/// A rule that a run is judged by without a baseline: no request keeps more than this.
pub const SLOPE: &str = "
[[slope]]
metric = \"live.floor\"
per = \"request\"
phase = \"steady\"
max = \"500 B\"
";

/// The same for every owner.
pub const OWNERS: &str = "
[[owner]]
match = \"**\"
max-growth-per-request = \"500 B\"
";

/// A rule that needs a baseline.
pub const LEVEL: &str = "
[[bound]]
metric = \"live.floor\"
phase = \"steady\"
max-growth = { relative = \"5 %\", absolute = \"2 MiB\" }
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    Java,
    Node,
    Python,
}

pub struct Scene {
    folder: tempfile::TempDir,
    command: Vec<String>,
    port: u16,
    /// Settings of the service, see the README of the fixtures.
    pub env: Vec<(&'static str, &'static str)>,
    /// More lines for `[service]`.
    pub service: &'static str,
    /// Lines of `[load]` besides the ordinary mix.
    pub load: String,
    /// Whole tables: payloads, rules, waivers.
    pub tables: String,
}

impl Scene {
    pub fn new(runtime: Runtime, load: &str, tables: impl Into<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let command = command(runtime, folder.path());
        let port = port();
        let (load, tables) = (load.to_owned(), tables.into());
        Self { folder, command, port, env: Vec::new(), service: "", load, tables }
    }

    /// Puts options of the runtime behind its name.
    pub fn with_options(&mut self, options: &[&str]) {
        let options = options.iter().map(|option| (*option).to_owned());
        self.command.splice(1..1, options);
    }

    fn policy(&self) -> String {
        let Self { port, service, load, tables, .. } = self;
        let quoted = |text: &String| format!("\"{text}\"");
        let command: Vec<String> = self.command.iter().map(quoted).collect();
        let env: Vec<String> = self.env.iter().map(|(name, value)| format!(", {name} = \"{value}\"")).collect();
        format!(
            "version = 1\nname = \"scene\"\n\n[service]\ncommand = [{}]\nenv = {{ PORT = \"{port}\"{} }}\n\
             ready = {{ http = \"http://127.0.0.1:{port}/health\", within = \"60 s\" }}\nstop-within = \"2 s\"\n{service}\n\n\
             [load]\nbase-url = \"http://127.0.0.1:{port}\"\nseed = 7\ntimeout = \"3 s\"\n{load}\ncool-down = \"200 ms\"\n\n\
             [load.request.quote]\nget = \"/quote/{{symbol}}?client={{client}}\"\n\
             with = {{ symbol = {{ zipf = 500 }}, client = \"unique\" }}\n\n{tables}",
            command.join(", "),
            env.concat(),
        )
    }

    /// Runs a command of Plimsoll under the policy as it is now.
    pub fn plimsoll(&self, arguments: &[&str]) -> Ended {
        fs::write(self.folder.path().join("plimsoll.toml"), self.policy()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// `plimsoll run`, as JSON.
    pub fn run(&self) -> Ended {
        self.plimsoll(&["run", "--format", "json"])
    }

    /// `plimsoll check` of the newest recording, as JSON.
    pub fn check(&self) -> Ended {
        self.plimsoll(&["check", "--format", "json"])
    }

    /// Makes the newest recording the baseline.
    pub fn accept(&self) {
        let accepted = self.plimsoll(&["accept", "--yes"]);
        assert_eq!(accepted.code, Some(0), "{}", accepted.stderr);
        assert!(accepted.stdout.contains("accepted as"), "{}", accepted.stdout);
    }
}

/// A command that ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.stdout);
        parsed.unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// Asserts exit code and outcome, and gives the report.
    #[track_caller]
    pub fn comes_to(&self, outcome: &str, code: i32) -> Value {
        let report = self.json();
        let verdict = &report["verdict"];
        let told = (verdict["outcome"].as_str(), verdict["exit-code"].as_i64(), self.code);
        let wanted = (Some(outcome), Some(i64::from(code)), Some(code));
        assert_eq!(told, wanted, "{verdict:#}\n{}\n{}", report["not-seen"], self.stderr);
        report
    }
}

/// The findings of a report with this code.
pub fn findings(report: &Value, code: &str) -> Vec<Value> {
    let all = report["verdict"]["findings"].as_array().unwrap();
    all.iter().filter(|finding| finding["code"] == code).cloned().collect()
}

/// Whether this machine lets Plimsoll limit the memory of a service, as a report of a run with a limit tells.
pub fn is_limited(report: &Value) -> bool {
    report["environment"]["memory-limit"] != "none"
}

fn command(runtime: Runtime, folder: &Path) -> Vec<String> {
    let words = match runtime {
        Runtime::Java => ["java", "-Xmx256m", "-cp", &compiled(folder), "Service"].map(str::to_owned).to_vec(),
        Runtime::Node => vec!["node".to_owned(), fixture("node/service.cjs")],
        Runtime::Python => vec![interpreter(), fixture("python/service.py")],
    };
    assert!(words.iter().all(|word| !word.contains(['"', '\\'])), "{words:?}");
    words
}

/// Compiles the service: the compiler of `java Service.java` would stay in the heap that is measured.
fn compiled(folder: &Path) -> String {
    let classes = folder.join("classes").to_str().unwrap().to_owned();
    let mut compiler = Command::new("java");
    compiler.args(["--module", "jdk.compiler/com.sun.tools.javac.Main", "-d", &classes]);
    let output = compiler.arg(fixture("java/Service.java")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    classes
}

/// The interpreter itself rather than a version manager's wrapper.
fn interpreter() -> String {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    String::from_utf8(asked.stdout).unwrap().trim().to_owned()
}

fn fixture(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/services").join(name);
    path.to_str().unwrap().to_owned()
}
