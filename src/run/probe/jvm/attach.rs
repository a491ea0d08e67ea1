//! The attach socket of HotSpot, spoken directly: what `jcmd` does, without a JDK on the machine.
//!
//! The JVM opens `/tmp/.java_pidPID` when it finds `/tmp/.attach_pidPID` after SIGQUIT. A process that does not
//! expect that signal would end by it, so that it is sent only where the JVM has said that it listens.
//! Reference: `attachListener_posix.cpp`, `VirtualMachineImpl.java` (Linux), protocol version 1.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{sleep, timeout};

use super::super::ProbeError;
use super::super::error::presentable;
use super::super::process::Process;
use super::perfdata::Counters;
use crate::units::Elapsed;

/// Longest answer, in bytes: a class histogram has a line for each class.
const LONGEST: u64 = 64 << 20;

/// Sends one operation with its arguments and returns what the JVM says, within the deadline.
pub(super) async fn execute(process: &Process, operation: &[&str], deadline: Duration) -> Result<String, ProbeError> {
    let late = || ProbeError::Late {
        pid: process.pid,
        request: operation.join(" ").chars().take(40).collect(),
        deadline: Elapsed(deadline),
    };
    let answer = timeout(deadline, converse(process, operation)).await.map_err(|_| late())??;
    let (code, text) = answer.split_once('\n').unwrap_or((&answer, ""));
    match code.trim() {
        "0" => Ok(text.to_owned()),
        _ => Err(ProbeError::Refused { pid: process.pid, message: presentable(text) }),
    }
}

async fn converse(process: &Process, operation: &[&str]) -> Result<String, ProbeError> {
    let socket = process.path(&format!("/tmp/.java_pid{}", process.inner));
    let failed = |source| ProbeError::File { path: socket.clone(), source };
    let mut stream = match connect(process, &socket).await {
        Some(stream) => stream,
        None => {
            open(process, &socket).await?;
            UnixStream::connect(&socket).await.map_err(failed)?
        }
    };
    let mut request = b"1\0".to_vec();
    for field in operation.iter().copied().chain(std::iter::repeat("")).take(4) {
        request.extend(field.bytes().filter(|byte| *byte != 0));
        request.push(0);
    }
    stream.write_all(&request).await.map_err(failed)?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).await.map_err(failed)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Connects where the JVM listens already. A socket of an earlier process with the same id answers nobody.
async fn connect(process: &Process, socket: &Path) -> Option<UnixStream> {
    let found = fs::symlink_metadata(socket).ok()?;
    let own = found.file_type().is_socket() && found.uid() == process.uid;
    if own { UnixStream::connect(socket).await.ok() } else { None }
}

/// Asks the JVM to listen, and waits until it does.
async fn open(process: &Process, socket: &Path) -> Result<(), ProbeError> {
    let refused = |why: &str| ProbeError::NoAttach { pid: process.pid, why: why.to_owned() };
    let counters = Counters::of(process);
    let capabilities = counters.as_ref().and_then(|counters| counters.text("sun.rt.jvmCapabilities"));
    if capabilities.is_some_and(|flags| !flags.starts_with('1')) {
        return Err(refused("it was started with `-XX:+DisableAttachMechanism`; leave that option out"));
    }
    if !process.catches_quit {
        return Err(refused("it does not handle SIGQUIT, or not yet; leave `-Xrs` out"));
    }
    let trigger = Trigger::leave(process).map_err(|source| refused(&unreachable(process, &source)))?;
    let pid = i32::try_from(process.pid).map_err(|_| ProbeError::Gone { pid: process.pid })?;
    kill(Pid::from_raw(pid), Signal::SIGQUIT).map_err(|error| refused(&error.to_string()))?;
    while connect(process, socket).await.is_none() {
        if !Path::new(&format!("/proc/{pid}")).exists() {
            return Err(ProbeError::Gone { pid: process.pid });
        }
        sleep(Duration::from_millis(10)).await;
    }
    drop(trigger);
    Ok(())
}

fn unreachable(process: &Process, error: &io::Error) -> String {
    format!("its `/tmp` cannot be written ({error}); run plimsoll as user `{}` or as root", process.uid)
}

/// The file that tells the JVM that SIGQUIT means an attach; gone when dropped.
struct Trigger(PathBuf);

impl Trigger {
    fn leave(process: &Process) -> io::Result<Self> {
        let name = format!(".attach_pid{}", process.inner);
        let leave = |path: PathBuf| match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Self(path)),
        };
        // The JVM looks into its working directory first; `/tmp` leaves the service's work tree alone.
        leave(process.path(&format!("/tmp/{name}")))
            .or_else(|_| leave(PathBuf::from(format!("/proc/{}/cwd/{name}", process.pid))))
    }
}

impl Drop for Trigger {
    fn drop(&mut self) {
        // The JVM may have removed it.
        let _ = fs::remove_file(&self.0);
    }
}
