//! A folder with a service and a policy, and `plimsoll run` in it.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use plimsoll::record::{Incident, Phase, Recording};
use plimsoll::store::{RecordingFolder, newest};

use super::port::port;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Scene {
    pub folder: tempfile::TempDir,
    pub port: u16,
}

impl Scene {
    /// A policy with this service table and these ugly payloads, besides an ordinary mix.
    pub fn new(service: &str, ugly: &str) -> Self {
        let port = port();
        let scene = Self { folder: tempfile::tempdir().unwrap(), port };
        let policy = format!(
            "version = 1\nname = \"scene\"\n[service]\n{service}\n[load]\nbase-url = \"http://127.0.0.1:{port}\"\n\
             timeout = \"4 s\"\nwarm-up = {{ requests = 20, rate = \"400/s\" }}\n\
             steady = {{ requests = 80, rounds = 4, rate = \"400/s\" }}\n\
             diagnosis = {{ requests = 20, rounds = 1, rate = \"400/s\" }}\ncool-down = \"100 ms\"\n\
             [load.request.plain]\nget = \"/plain\"\n{ugly}\n[[bound]]\nmetric = \"rss.peak\"\nmax = \"2 GiB\"\n"
        );
        let policy = policy.replace("{port}", &port.to_string());
        fs::write(scene.path("plimsoll.toml"), policy).unwrap();
        fs::write(scene.path("service.py"), include_str!("service.py")).unwrap();
        scene
    }

    /// The Python service of the tests, ready by HTTP.
    pub fn python(more: &str, ugly: &str) -> Self {
        Self::python_as("DAEMON", more, ugly)
    }

    /// The Python service in another form: `DAEMON`, `WORKERS` or `BACKGROUND`.
    pub fn python_as(form: &str, more: &str, ugly: &str) -> Self {
        let service = format!(
            "command = [\"{}\", \"service.py\"]\nenv = {{ PORT = \"{{port}}\", PIDS = \"pids\", {form} = \"daemon\" }}\n\
             ready = {{ http = \"http://127.0.0.1:{{port}}/health\", within = \"30 s\" }}\nstop-within = \"2 s\"\n{more}",
            python()
        );
        Self::new(&service, ugly)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.arg("run").args(arguments).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    pub fn recording(&self) -> Recording {
        let runs = self.path(".plimsoll/runs");
        RecordingFolder::open(&newest(&runs).unwrap()).unwrap().recording
    }

    /// A number that the service wrote into a file of its folder.
    pub fn pid(&self, file: &str) -> u32 {
        let read = || fs::read_to_string(self.path(file)).ok()?.lines().next()?.trim().parse().ok();
        until("a pid", || read().is_some());
        read().unwrap()
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

/// A run that goes on, whose progress is read as it comes.
pub struct Running {
    pub child: Child,
    pub lines: BufReader<std::process::ChildStderr>,
    pub seen: String,
}

impl Running {
    pub fn start(scene: &Scene, arguments: &[&str]) -> Self {
        Self::of(&mut scene.command(arguments))
    }

    pub fn of(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap());
        Self { child, lines, seen: String::new() }
    }

    /// Reads progress until a line has this text.
    pub fn until(&mut self, text: &str) {
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "no `{text}` in:\n{}", self.seen);
            self.seen.push_str(&line);
            if line.contains(text) {
                return;
            }
        }
    }

    /// Sends a signal to Plimsoll alone.
    pub fn signal(&self, signal: nix::sys::signal::Signal) {
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    pub fn wait(mut self) -> Ran {
        self.lines.read_to_string(&mut self.seen).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Ran { stderr: self.seen, ..Ran::from(output) }
    }
}

/// The interpreter itself rather than a version manager's wrapper.
fn python() -> String {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().unwrap();
    String::from_utf8(asked.stdout).unwrap().trim().to_owned()
}

pub fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// The control groups that this Plimsoll made and left.
pub fn groups(plimsoll: u32) -> Vec<PathBuf> {
    let prefix = format!("plimsoll-{plimsoll}-");
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|e| e.path().is_dir() && !e.path().is_symlink())
        {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                found.push(entry.path());
            }
            open.push(entry.path());
        }
    }
    found
}

/// Whether this machine lets a test make a group with a memory controller.
pub fn has_groups(recording: &Recording) -> bool {
    !recording.unseen.iter().any(|unseen| unseen.what.contains("working set"))
}

pub fn incidents(recording: &Recording) -> Vec<(Phase, Incident)> {
    let with_phase = |record: &plimsoll::record::PhaseRecord| {
        let phase = record.phase.clone();
        record.incidents.iter().map(|incident| (phase.clone(), incident.clone())).collect::<Vec<_>>()
    };
    recording.phases.iter().flat_map(with_phase).collect()
}

pub fn ugly(payload: &str, round: u32) -> Phase {
    Phase::Ugly { payload: payload.to_owned(), round }
}

pub fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}
