//! A service of this folder, running, and what the kernel and itself tell of it.
//!
//! A service is one file in `services/`. It listens on a free port of 127.0.0.1, prints the port on its
//! first line, and serves `/naive/<family>` and `/hardened/<family>`; `GET /floor` collects garbage and
//! answers the bytes in use, a bare number.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

pub struct Service {
    child: Child,
    pub port: u16,
}

impl Service {
    /// Starts `services/FILE` by what its ending says.
    pub fn start(file: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defence/services");
        let path = folder.join(file);
        let mut command = match file.rsplit_once('.').unwrap().1 {
            "py" => {
                let mut command = Command::new(tools().join("venv/bin/python"));
                // Nothing is left among the sources.
                command.arg("-B").arg(&path);
                command
            }
            "cjs" => {
                let mut command = Command::new("node");
                command.args(["--expose-gc".as_ref(), path.as_os_str()]);
                command.env("NODE_PATH", tools().join("npm/node_modules"));
                command
            }
            "java" => {
                let mut command = Command::new("java");
                command.args(["-Xmx3g", "-XX:+UseSerialGC"]).arg(&path);
                command
            }
            "go" => Command::new(built(&path)),
            other => panic!("nobody runs `.{other}`"),
        };
        let mut child = command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("`{file}` did not say its port but `{line}`"));
        Self { child, port }
    }

    /// The number that a route of the service itself answers.
    pub fn ask(&self, path: &str) -> u64 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        let number = body.lines().find_map(|line| line.trim().parse().ok());
        number.unwrap_or_else(|| panic!("`{path}` answered `{answer}`"))
    }

    /// Begins to watch: peaks from now on.
    pub fn watch(&self) -> Watch {
        let pid = self.child.id();
        // The high-water mark begins anew (proc_pid_clear_refs(5)).
        fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
        let start = Figures::of(pid);
        let (stop, peaks) = (Arc::new(AtomicBool::new(false)), Arc::new(Peaks::default()));
        let (stopped, seen) = (stop.clone(), peaks.clone());
        let sampling = std::thread::spawn(move || {
            while !stopped.load(SeqCst) {
                seen.threads.fetch_max(threads(pid), SeqCst);
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        Watch { pid, start, stop, peaks, sampling: Some(sampling) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Figures of a service at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Figures {
    /// Bytes.
    pub resident: u64,
    /// Bytes, the most since the watch began.
    pub peak: u64,
    pub threads: u64,
    /// Milliseconds of all cores.
    pub cpu: u64,
}

impl Figures {
    fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let kilobytes = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.split_whitespace().next().unwrap().parse::<u64>().unwrap() << 10
        };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
        Self {
            resident: kilobytes("VmRSS:"),
            peak: kilobytes("VmHWM:"),
            threads: threads(pid),
            cpu: (ticks(11) + ticks(12)) * 10,
        }
    }
}

#[derive(Default)]
struct Peaks {
    threads: AtomicU64,
}

/// A service that is being watched.
pub struct Watch {
    pid: u32,
    start: Figures,
    stop: Arc<AtomicBool>,
    peaks: Arc<Peaks>,
    sampling: Option<JoinHandle<()>>,
}

impl Watch {
    /// By how much the figures went up at most since the watch began.
    pub fn rise(mut self) -> Figures {
        self.stop.store(true, SeqCst);
        self.sampling.take().unwrap().join().unwrap();
        let end = Figures::of(self.pid);
        Figures {
            resident: end.resident.saturating_sub(self.start.resident),
            peak: end.peak.saturating_sub(self.start.resident),
            threads: self.peaks.threads.load(SeqCst).saturating_sub(self.start.threads),
            cpu: end.cpu.saturating_sub(self.start.cpu),
        }
    }
}

fn threads(pid: u32) -> u64 {
    fs::read_dir(format!("/proc/{pid}/task")).map_or(0, |tasks| tasks.count() as u64)
}

/// Where `scripts/defence-tools` keeps what the services need.
fn tools() -> &'static Path {
    static TOOLS: std::sync::LazyLock<std::path::PathBuf> = std::sync::LazyLock::new(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/defence-tools");
        let output = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "scripts/defence-tools failed");
        String::from_utf8(output.stdout).unwrap().trim().into()
    });
    &TOOLS
}

/// Builds a Go service once.
fn built(source: &Path) -> std::path::PathBuf {
    let name = source.file_stem().unwrap().to_str().unwrap();
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("defence-{name}"));
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one = ONE.lock();
    let newer = |of: &Path| fs::metadata(of).and_then(|of| of.modified()).ok();
    if newer(&program) < newer(source) {
        let mut command = Command::new("go");
        let status = command.arg("build").arg("-o").arg(&program).arg(source).env("GO111MODULE", "off").status();
        assert!(status.unwrap().success(), "go could not build {}", source.display());
    }
    program
}
