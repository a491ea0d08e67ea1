//! CPython, through the agent that is loaded by `PYTHONPATH`, in the service and in each process that it forks.
//!
//! `live` is the bytes in allocated blocks of pymalloc plus what malloc has handed out: leaks in C extensions
//! count as well.

use std::path::Path;
use std::time::Duration;

use super::exchange::{self, Agent, Dumping, Figures, GRACE};
use super::process::Process;
use super::{Agents, Collected, Dumped, ProbeError, summed};

const CURE: &str = "it was started with `-I`, `-E` or `-S`, without `PYTHONPATH`, as another user or in a container; \
                    let the service pass the variable on";

/// Forces a collection and reads the figures after it.
pub(super) async fn collect(process: &Process, agents: &Agents, deadline: Duration) -> Result<Collected, ProbeError> {
    let figures: Figures = agent(process, &agents.socket("python", process.inner)).ask("collect", deadline).await?;
    summed(process.pid, vec![figures], Vec::new())
}

/// Writes the object graph; the pause is the collection and the fork.
pub(super) async fn dump(
    process: &Process,
    agents: &Agents,
    to: &Path,
    deadline: Duration,
) -> Result<Dumped, ProbeError> {
    let request = format!("dump {} {}", exchange::within(deadline), to.display());
    let answer: Dumping = agent(process, &agents.socket("python", process.inner)).ask(&request, deadline).await?;
    Dumped::checked(process.pid, None, to.to_owned(), answer.pause)
}

/// The agent of the process.
pub(super) fn agent<'a>(process: &Process, socket: &'a Path) -> Agent<'a> {
    Agent { pid: process.pid, socket, grace: GRACE, cure: CURE }
}
