//! A service under test: started with the agents, loaded over HTTP, gone with its value.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use plimsoll::record::Runtime;
use plimsoll::run::probe::{self, Agents, Collected, Dumped, ProbeError};
use tempfile::TempDir;

use super::port::port;

/// For everything that a loaded machine may delay.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The folder of the agents, below that of the service.
const AGENTS: &str = "with space";

pub struct Service {
    child: Child,
    port: u16,
    pub agents: Agents,
    pub folder: TempDir,
}

impl Service {
    /// Starts a command with these variables and waits until it answers.
    pub fn start(command: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let agents = Agents::install(&folder.path().join(AGENTS)).unwrap();
        let port = port();
        let mut set: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        set.extend(agents.environment(&set));
        let mut starting = Command::new(command[0]);
        starting.args(&command[1..]).env_remove("NODE_OPTIONS").env_remove("PYTHONPATH").envs(&set);
        starting.env("PORT", port.to_string()).current_dir(folder.path());
        starting.stdin(Stdio::null()).stdout(log(&folder)).stderr(log(&folder));
        let child = starting.process_group(0).spawn().unwrap();
        let service = Self { child, port, agents, folder };
        service.wait();
        service
    }

    fn wait(&self) {
        let until = Instant::now() + DEADLINE;
        while self.try_get("/health").is_none() {
            assert!(Instant::now() < until, "the service did not start: {}", self.output());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it printed.
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// What there is to see of it when something went wrong: its process, what listens for it, what it printed.
    pub fn state(&self) -> String {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let status: String =
            status.lines().filter(|line| line.starts_with("State") || line.starts_with("Threads")).collect();
        let files = std::fs::read_dir(self.folder.path().join(AGENTS)).unwrap();
        let files: Vec<_> = files.flatten().map(|file| file.file_name()).collect();
        let health = self.try_get("/health").is_some();
        format!(
            "pid {}: {status}; healthy: {health}; beside the agents: {files:?}; it printed: {}",
            self.pid(),
            self.output()
        )
    }

    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn get(&self, path: &str) -> String {
        self.try_get(path).unwrap_or_else(|| panic!("no answer to {path}: {}", self.output()))
    }

    fn try_get(&self, path: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(DEADLINE)).ok()?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.contains(" 200 ").then_some(answer)
    }

    /// Asks for quotes, each as another client.
    pub fn load(&self, clients: std::ops::Range<u32>) {
        for client in clients {
            self.get(&format!("/quote/ABC?client=c{client}"));
        }
    }

    pub async fn collect(&self, runtime: Runtime) -> Result<Collected, ProbeError> {
        probe::collect(self.pid(), runtime, &self.agents, DEADLINE).await
    }

    pub async fn dump(&self, runtime: Runtime, name: &str) -> Result<Vec<Dumped>, ProbeError> {
        let to = self.folder.path().join(name).with_extension(probe::extension(runtime));
        probe::dump(self.pid(), runtime, &self.agents, &to, DEADLINE).await
    }

    /// The processes that it forked, once there are so many: the first of them answers before the last is there.
    pub fn children(&self, count: usize) -> Vec<u32> {
        let until = Instant::now() + DEADLINE;
        loop {
            let list = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.pid())).unwrap();
            let pids: Vec<u32> = list.split_whitespace().map(|pid| pid.parse().unwrap()).collect();
            if pids.len() == count {
                return pids;
            }
            assert!(Instant::now() < until, "{} children, not {count}: {}", pids.len(), self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(self.child.id() as i32), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

fn log(folder: &TempDir) -> std::fs::File {
    std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap()
}

/// The path of a fixture service.
pub fn fixture(name: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/services").join(name);
    path.to_str().unwrap().to_owned()
}
