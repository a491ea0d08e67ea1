//! Node.js, through the agent that is loaded by `NODE_OPTIONS`: one isolate for the main thread, one for each
//! worker thread, and a process's figures are the sums over its isolates.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::exchange::{self, Agent, Dumping, Figures, GRACE};
use super::process::Process;
use super::{Agents, Collected, Dumped, ProbeError, summed};
use crate::record::Unseen;

/// The most worker threads that are dumped; all of them are measured.
const DUMPED_THREADS: usize = 8;

const CURE: &str = "it was started without `NODE_OPTIONS`, as another user or in a container, or may not write its folder; \
                    let the service pass the variable on";

/// Forces collections in every isolate and adds up the figures after them.
pub(super) async fn collect(process: &Process, agents: &Agents, deadline: Duration) -> Result<Collected, ProbeError> {
    let until = Instant::now() + deadline;
    let mut figures = vec![main(process, &agents.socket("node", process.inner)).ask("collect", deadline).await?];
    let mut unseen = Vec::new();
    for (_, socket) in agents.threads(process.inner) {
        let left = until.saturating_duration_since(Instant::now());
        match thread(process, &socket).ask::<Figures>("collect", left).await {
            Ok(found) => figures.push(found),
            Err(ProbeError::NoAgent { .. }) => {} // The thread ended and left its socket behind.
            Err(error) => unseen.push(silent(&error)),
        }
    }
    summed(process.pid, figures, unseen)
}

/// Writes a snapshot of every isolate.
pub(super) async fn dump(
    process: &Process,
    agents: &Agents,
    to: &Path,
    deadline: Duration,
) -> Result<Vec<Dumped>, ProbeError> {
    let until = Instant::now() + deadline;
    let socket = agents.socket("node", process.inner);
    let mut dumps = vec![snapshot(&main(process, &socket), None, to.to_owned(), deadline).await?];
    for (number, socket) in agents.threads(process.inner) {
        if dumps.len() > DUMPED_THREADS {
            break;
        }
        let part = format!("worker-{number}");
        let file = to.with_extension(format!("{part}.heapsnapshot"));
        let left = until.saturating_duration_since(Instant::now());
        match snapshot(&thread(process, &socket), Some(part), file, left).await {
            Ok(dumped) => dumps.push(dumped),
            Err(ProbeError::NoAgent { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(dumps)
}

async fn snapshot(
    agent: &Agent<'_>,
    part: Option<String>,
    file: PathBuf,
    deadline: Duration,
) -> Result<Dumped, ProbeError> {
    let request = format!("dump {} {}", exchange::within(deadline), file.display());
    let answer: Dumping = agent.ask(&request, deadline).await?;
    Dumped::checked(agent.pid, part, file, answer.pause)
}

/// The agent of the main thread.
pub(super) fn main<'a>(process: &Process, socket: &'a Path) -> Agent<'a> {
    Agent { pid: process.pid, socket, grace: GRACE, cure: CURE }
}

/// The agent of a worker thread: it listens from its start on, or has ended.
fn thread<'a>(process: &Process, socket: &'a Path) -> Agent<'a> {
    Agent { grace: Duration::ZERO, ..main(process, socket) }
}

fn silent(error: &ProbeError) -> Unseen {
    let why = match error {
        ProbeError::Late { .. } => "it did not answer in time: it is busy, or waits in `Atomics.wait`".to_owned(),
        _ => error.to_string(),
    };
    Unseen { what: "heap of a worker thread of node".to_owned(), why }
}
