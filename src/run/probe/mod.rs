//! Looking into the runtimes of a service: which one it is, what is live after a full collection, what holds it.
//!
//! A probe reads one process. It neither judges nor adds up processes, and it reads nothing that the kernel
//! tells better (RSS, threads, descriptors). What a process answers is foreign input.

mod agents;
mod error;
mod exchange;
mod foreign;
mod jvm;
mod node;
mod process;
mod python;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use agents::Agents;
pub use error::ProbeError;

use crate::record::{Reading, Runtime, Unseen};
use crate::units::{Elapsed, Gauge};
use error::presentable;
use exchange::Figures;
use process::Process;

/// The figures of one process after a full collection.
#[derive(Debug, Clone, PartialEq)]
pub struct Collected {
    /// `Heap` and `Live` always, `Native`, `Metaspace` and `Direct` where they can be seen; bytes.
    pub reading: Reading,
    /// What the process could not tell.
    pub unseen: Vec<Unseen>,
}

/// A heap dump that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Dumped {
    /// Which part of the process, where it has several heaps: `worker-1` of a Node.js process.
    pub part: Option<String>,
    /// The file.
    pub file: PathBuf,
    /// How long the service stood still for it.
    pub pause: Elapsed,
}

/// What runs in a process. A process that is gone is `Other`.
pub async fn identify(pid: u32, agents: &Agents) -> Runtime {
    let Ok(process) = Process::read(pid) else {
        return Runtime::Other;
    };
    match process.executable.as_str() {
        "node" | "nodejs" => Runtime::Node,
        name if is_python(name) => Runtime::Python,
        _ if jvm::runs_in(&process) => Runtime::Jvm,
        // Interpreters inside of other programs (uwsgi, electron). Where the process replaced its program since,
        // the socket is left over and nobody listens.
        _ if listens(&agents.socket("python", process.inner)).await => Runtime::Python,
        _ if listens(&agents.socket("node", process.inner)).await => Runtime::Node,
        _ => Runtime::Other,
    }
}

fn is_python(executable: &str) -> bool {
    executable
        .strip_prefix("python")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 't'))
}

async fn listens(socket: &Path) -> bool {
    socket.exists() && tokio::net::UnixStream::connect(socket).await.is_ok()
}

/// Forces a full collection in one process and reads the figures after it.
pub async fn collect(pid: u32, runtime: Runtime, agents: &Agents, deadline: Duration) -> Result<Collected, ProbeError> {
    let process = Process::read(pid)?;
    match runtime {
        Runtime::Jvm => jvm::collect(&process, deadline).await,
        Runtime::Node => node::collect(&process, agents, deadline).await,
        Runtime::Python => python::collect(&process, agents, deadline).await,
        Runtime::Other => Err(ProbeError::NoProbe { pid }),
    }
}

/// Writes the heap dumps of one process to `to`; the parts of a process that has several heaps are written beside it.
pub async fn dump(
    pid: u32,
    runtime: Runtime,
    agents: &Agents,
    to: &Path,
    deadline: Duration,
) -> Result<Vec<Dumped>, ProbeError> {
    let process = Process::read(pid)?;
    // The service has another working directory.
    let to = std::path::absolute(to).map_err(|source| ProbeError::File { path: to.to_owned(), source })?;
    // A request to an agent is one line.
    if to.to_str().is_none_or(|path| path.contains(['\n', '\0'])) {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidFilename, "choose a path that is text on one line");
        return Err(ProbeError::File { path: to, source });
    }
    match runtime {
        Runtime::Jvm => Ok(vec![jvm::dump(&process, &to, deadline).await?]),
        Runtime::Node => node::dump(&process, agents, &to, deadline).await,
        Runtime::Python => Ok(vec![python::dump(&process, agents, &to, deadline).await?]),
        Runtime::Other => Err(ProbeError::NoProbe { pid }),
    }
}

/// The ending of the runtime's dump files, without the dot; empty for `Other`.
pub fn extension(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Jvm => "hprof",
        Runtime::Node => "heapsnapshot",
        Runtime::Python => "plimpy",
        Runtime::Other => "",
    }
}

/// What the fingerprint of a run should tell of a process: `runtime`, `runtime-version`, `gc`, `max-heap`,
/// `allocator`, as far as they are known.
pub async fn facts(pid: u32, runtime: Runtime, agents: &Agents) -> BTreeMap<String, String> {
    let Ok(process) = Process::read(pid) else {
        return BTreeMap::new();
    };
    let deadline = Duration::from_secs(5);
    let (name, mut facts) = match runtime {
        Runtime::Jvm => ("jvm", jvm::facts(&process, deadline).await),
        Runtime::Node => {
            let socket = agents.socket("node", process.inner);
            ("node", node::main(&process, &socket).ask("facts", deadline).await.unwrap_or_default())
        }
        Runtime::Python => {
            let socket = agents.socket("python", process.inner);
            ("python", python::agent(&process, &socket).ask("facts", deadline).await.unwrap_or_default())
        }
        Runtime::Other => ("other", BTreeMap::new()),
    };
    facts.values_mut().for_each(|fact: &mut String| *fact = presentable(fact));
    facts.insert("runtime".to_owned(), name.to_owned());
    if let (false, Some(allocator)) = (facts.contains_key("allocator"), process.allocator()) {
        facts.insert("allocator".to_owned(), allocator.to_owned());
    }
    facts
}

/// What cannot be seen of a process that has no probe; `None` for shells and other wrappers.
pub fn unseen(pid: u32, runtime: Runtime) -> Option<Unseen> {
    match runtime {
        Runtime::Other => Process::read(pid).ok().and_then(|process| foreign::unseen(&process)),
        Runtime::Jvm | Runtime::Node | Runtime::Python => None,
    }
}

/// Adds up the figures of a process's heaps.
fn summed(pid: u32, figures: Vec<Figures>, mut unseen: Vec<Unseen>) -> Result<Collected, ProbeError> {
    let mut reading = Reading::new();
    for one in figures {
        let heap = one.heap.ok_or_else(|| ProbeError::Garbled { pid, what: reason(&one) })?;
        let gauges = [(Gauge::Heap, Some(heap)), (Gauge::Native, one.native), (Gauge::Direct, one.direct)];
        for (gauge, bytes) in gauges.into_iter().filter_map(|(gauge, bytes)| Some((gauge, bytes?))) {
            let sum = reading.entry(gauge).or_insert(0);
            *sum = bytes.saturating_add(*sum);
        }
        let told = one.unseen.iter().take(8);
        unseen.extend(told.map(|(what, why)| Unseen { what: presentable(what), why: presentable(why) }));
    }
    let part = |gauge| reading.get(&gauge).copied().unwrap_or(0);
    let live = part(Gauge::Heap).saturating_add(part(Gauge::Native));
    reading.insert(Gauge::Live, live);
    unseen.sort();
    unseen.dedup();
    Ok(Collected { reading, unseen })
}

fn reason(figures: &Figures) -> String {
    figures.unseen.get("heap").map_or("it has no figure for the heap".to_owned(), |why| presentable(why))
}

impl Dumped {
    /// A dump that the process says is done: the file must be there, and the pause a length of time.
    fn checked(pid: u32, part: Option<String>, file: PathBuf, pause: f64) -> Result<Self, ProbeError> {
        let garbled = |what: &str| ProbeError::Garbled { pid, what: what.to_owned() };
        let pause = Duration::try_from_secs_f64(pause).map_err(|_| garbled("the pause is no length of time"))?;
        let size = std::fs::metadata(&file).map(|found| found.len()).unwrap_or(0);
        match size {
            0 => Err(garbled("it said that the dump is written, but there is none")),
            _ => Ok(Self { part, file, pause: Elapsed(pause) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_is_the_heap_and_what_is_native() {
        let isolate = || Figures { heap: Some(5), native: Some(2), direct: Some(1), ..Figures::default() };
        let sum = summed(1, vec![isolate(), isolate()], Vec::new()).unwrap().reading;
        let expected = [(Gauge::Live, 14), (Gauge::Heap, 10), (Gauge::Native, 4), (Gauge::Direct, 2)];
        assert_eq!(sum, Reading::from(expected));
    }

    #[test]
    fn absurd_figures_do_not_overflow() {
        let absurd = || Figures { heap: Some(u64::MAX), native: Some(u64::MAX), ..Figures::default() };
        assert_eq!(summed(1, vec![absurd(), absurd()], Vec::new()).unwrap().reading[&Gauge::Live], u64::MAX);
    }

    #[test]
    fn a_process_without_a_figure_for_its_heap_is_an_error_with_the_reason() {
        let unseen = BTreeMap::from([("heap".to_owned(), "free-threaded".to_owned())]);
        let error = summed(1, vec![Figures { unseen, ..Figures::default() }], Vec::new()).unwrap_err();
        assert!(error.to_string().contains("free-threaded"), "{error}");
    }

    #[test]
    fn interpreters_are_known_by_their_names() {
        assert!(is_python("python") && is_python("python3.13") && is_python("python3.13t"));
        assert!(!is_python("python-wrapper") && !is_python("pythonista"));
    }
}
