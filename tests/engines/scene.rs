//! A folder with a service, a policy and an engine, and `plimsoll run` in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use plimsoll::record::Recording;
use plimsoll::store::{RecordingFolder, newest};

use super::port::port;

pub struct Scene {
    pub folder: tempfile::TempDir,
}

impl Scene {
    /// The Node service, leaking or not, and an engine named by these keys of `[load]`.
    pub fn new(leak: bool, load: &str) -> Self {
        let port = port();
        let scene = Self { folder: tempfile::tempdir().unwrap() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let service = root.join("fixtures/services/node/service.cjs");
        let policy = format!(
            "version = 1\nname = \"scene\"\n[service]\ncommand = [\"node\", \"{}\"]\n\
             env = {{ PORT = \"{port}\", LEAK = \"{}\", LEAK_BYTES = \"16384\" }}\n\
             ready = {{ http = \"http://127.0.0.1:{port}/health\", within = \"60 s\" }}\ndumps = \"never\"\n\
             [load]\nbase-url = \"http://127.0.0.1:{port}\"\nin-flight = 8\ncool-down = \"100 ms\"\n{load}\n\
             [[slope]]\nmetric = \"live.floor\"\nmax = \"2 KiB\"\n",
            service.display(),
            u8::from(leak)
        );
        fs::write(scene.path("plimsoll.toml"), policy).unwrap();
        for file in ["script.js", "locustfile.py", "load.py"] {
            fs::copy(root.join("tests/engines").join(file), scene.path(file)).unwrap();
        }
        scene
    }

    /// The engine of somebody's own, which does this wrong.
    pub fn own(how: &str, more: &str) -> Self {
        let rounds = "warm-up = { requests = 10 }\nsteady = { requests = 80, rounds = 4 }";
        Self::new(
            true,
            &format!(
                "command = [\"python3\", \"load.py\", \"{how}\", \"{{requests}}\"]\nformat = \"tally\"\n{rounds}\n{more}"
            ),
        )
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `plimsoll run` where the engines are installed.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [tools()].into_iter().chain(std::env::split_paths(&path));
        // From another folder than that of the policy, whose paths count from the policy.
        let policy = Path::new(self.folder.path().file_name().unwrap()).join("plimsoll.toml");
        command.args(["run", "--config"]).arg(policy).current_dir(self.folder.path().parent().unwrap());
        command.env("PATH", std::env::join_paths(folders).unwrap());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self) -> Ran {
        Ran::from(self.command().output().unwrap())
    }

    pub fn recording(&self) -> Recording {
        RecordingFolder::open(&newest(&self.path(".plimsoll/runs")).unwrap()).unwrap().recording
    }

    /// The process that the engine left behind, once it wrote its number.
    pub fn sleeper(&self) -> u32 {
        let read = || fs::read_to_string(self.path("sleeper")).ok().filter(|text| text.ends_with('\n'));
        until("a process of the engine", || read().is_some());
        read().unwrap().trim().parse().unwrap()
    }
}

/// A run that ended.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The folder with the programs of the engines, which are installed if need be.
fn tools() -> PathBuf {
    let script = format!("{}/scripts/load-tools", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(script).output().unwrap();
    assert!(output.status.success(), "scripts/load-tools failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().into()
}

pub fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} within a minute");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}
