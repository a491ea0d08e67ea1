//! `cargo bench --bench heap`: dumps of 100 MB, 1 GB and 4 GB by a real JVM and snapshots of 100 and 500 MB by a
//! real Node, analyzed by Plimsoll and by its peers on the same files, with ratios.
//!
//! `-- 100m v100 diff` takes only some of the inputs (`100m 1g 4g v100 v500 diff`); without a name the small ones.
//! `$PLIMSOLL` names another binary of Plimsoll to measure, such as that of a release.
//! Inputs are written once, to `target/bench-inputs` (7 GB for all, and up to 17 GB of memory for `4g`). Peers are
//! `hprof-slurp` and `hprof-analyzer` from `$PATH` or `target/bench-peers/bin` (`cargo install --locked
//! --root target/bench-peers hprof-slurp hprof-analyzer`) and Chrome DevTools' own code by `scripts/devtools-retained`.
//! CPU is user and system time of the process, waited for; peaks are read off `/proc` every 2 ms.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is none")]

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use procfs::process::Process;

/// Name, units of `inputs/Mixed.java`, heap of the JVM that makes it.
const DUMPS: [(&str, &str, &str); 3] = [("100m", "180", "1g"), ("1g", "1920", "4g"), ("4g", "7860", "16g")];
const SNAPSHOTS: [(&str, &str); 2] = [("v100", "100"), ("v500", "500")];

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let small = ["100m", "v100", "diff"];
    let wanted =
        |name: &str| if asked.is_empty() { small.contains(&name) } else { asked.iter().any(|word| word == name) };
    let inputs = root().join("target/bench-inputs");
    fs::create_dir_all(&inputs).unwrap();
    for (name, units, heap) in DUMPS.into_iter().filter(|(name, ..)| wanted(name)) {
        let dump = inputs.join(format!("mixed-{name}.hprof"));
        write_dump(&dump, &[units, "7"], heap);
        measure_hprof(&dump);
    }
    for (name, size) in SNAPSHOTS.into_iter().filter(|(name, _)| wanted(name)) {
        let snapshot = inputs.join(format!("{size}.heapsnapshot"));
        if !snapshot.exists() {
            run(Command::new("node")
                .arg(root().join("scripts/v8-inputs"))
                .arg(&inputs)
                .arg(size)
                .stdout(Stdio::null()));
        }
        println!("\n{name}: {}", size_of(&snapshot));
        let ours = run(plimsoll().args(["heap", "summary"]).arg(&snapshot));
        let peer = run(Command::new("node")
            .arg("--max-old-space-size=8000")
            .arg(root().join("scripts/devtools-retained"))
            .arg(&snapshot));
        ours.print("plimsoll heap summary", None);
        peer.print("Chrome DevTools", Some(&ours));
    }
    if wanted("diff") {
        measure_diff(&inputs);
    }
}

fn measure_hprof(dump: &Path) {
    println!("\n{}: {}", dump.file_name().unwrap().display(), size_of(dump));
    let ours = run(plimsoll().args(["heap", "summary"]).arg(dump));
    ours.print("plimsoll heap summary", None);
    for name in ["hprof-slurp", "hprof-analyzer"] {
        match peer(name) {
            Some(program) => run(Command::new(program).arg(dump)).print(name, Some(&ours)),
            None => println!("{name:24} not installed: cargo install --locked --root target/bench-peers {name}"),
        }
    }
}

/// The known change: 7,200 entries of 1,100 bytes more in one static list.
fn measure_diff(inputs: &Path) {
    let [before, after] = ["before", "after"].map(|name| inputs.join(format!("mixed-100m-{name}.hprof")));
    write_dump(&before, &["180", "7", "0"], "1g");
    write_dump(&after, &["180", "7", "8"], "1g");
    println!("\ndiff of two dumps: {} and {}", size_of(&before), size_of(&after));
    let [one, other] = [&before, &after].map(|dump| run(plimsoll().args(["heap", "summary"]).arg(dump)));
    let diff = run(plimsoll().args(["heap", "diff"]).args([&before, &after]));
    diff.print("plimsoll heap diff", None);
    println!("{:.2} times the CPU of the two summaries", diff.cpu() / (one.cpu() + other.cpu()));
    let shown = plimsoll().args(["heap", "diff"]).args([&before, &after]).output().unwrap();
    print!("{}", String::from_utf8_lossy(&shown.stdout));
}

/// What a program took.
struct Cost {
    wall: Duration,
    user: f64,
    system: f64,
    /// Bytes.
    resident: u64,
    anonymous: u64,
}

impl Cost {
    fn cpu(&self) -> f64 {
        self.user + self.system
    }

    fn print(&self, name: &str, ours: Option<&Self>) {
        let Self { user, system, .. } = self;
        let (wall, resident, anonymous) = (self.wall.as_secs_f64(), self.resident >> 20, self.anonymous >> 20);
        print!(
            "{name:24} CPU {:7.2} s ({user:.2} user, {system:.2} system), wall {wall:7.2} s, peak {anonymous} MiB \
             anonymous, {resident} MiB resident",
            self.cpu(),
        );
        match ours {
            Some(ours) => {
                println!("; {:.1} times our CPU, {:.1} times our memory", self.cpu() / ours.cpu(), {
                    self.anonymous as f64 / ours.anonymous as f64
                });
            }
            None => println!(),
        }
    }
}

/// Runs a program to its end, its output thrown away.
fn run(command: &mut Command) -> Cost {
    let before = children();
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let process = Process::new(child.id() as i32).unwrap();
    let (mut resident, mut anonymous) = (0, 0);
    let status = loop {
        if let Ok(status) = process.status() {
            resident = resident.max(status.vmhwm.unwrap_or(0) << 10);
            anonymous = anonymous.max(status.rssanon.unwrap_or(0) << 10);
        }
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    let after = children();
    Cost { wall, user: after.0 - before.0, system: after.1 - before.1, resident, anonymous }
}

/// CPU seconds of all children that were waited for: user, system.
fn children() -> (f64, f64) {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    (seconds(usage.user_time()), seconds(usage.system_time()))
}

/// Lets a JVM make the graph and dump it; an input that is there stays.
fn write_dump(dump: &Path, arguments: &[&str], heap: &str) {
    if dump.exists() {
        return;
    }
    let classes = dump.parent().unwrap().join("classes");
    let sources = ["Mixed.java", "Plugin.java"].map(|name| root().join("benches/inputs").join(name));
    assert!(Command::new("javac").arg("-nowarn").arg("-d").arg(&classes).args(sources).status().unwrap().success());
    let mut jvm = Command::new("java")
        .args([&format!("-Xmx{heap}"), "-cp"])
        .arg(&classes)
        .arg("Mixed")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(jvm.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    assert!(ready.starts_with("READY"), "the JVM said `{ready}`");
    let told =
        Command::new("jcmd").args([&jvm.id().to_string(), "GC.heap_dump"]).arg(dump).stdout(Stdio::null()).status();
    drop(jvm.stdin.take());
    jvm.wait().unwrap();
    assert!(told.unwrap().success() && dump.exists(), "no dump in `{}`", dump.display());
}

fn plimsoll() -> Command {
    Command::new(std::env::var_os("PLIMSOLL").unwrap_or_else(|| env!("CARGO_BIN_EXE_plimsoll").into()))
}

fn peer(name: &str) -> Option<PathBuf> {
    let installed = root().join("target/bench-peers/bin").join(name);
    let found =
        || std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.exists());
    if installed.exists() { Some(installed) } else { found() }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn size_of(file: &Path) -> String {
    format!("{} MiB", File::open(file).unwrap().metadata().unwrap().len() >> 20)
}
