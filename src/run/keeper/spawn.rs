//! Starts the service so that it is in its control group from its first instruction and cannot outlive the
//! keeper.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{Pid, getpid, getppid};

use super::Order;

/// A started service.
pub(super) struct Spawned {
    /// Its main process.
    pub pid: Pid,
    /// Whether it is in its control group.
    pub grouped: bool,
    /// Its standard output and standard error together.
    pub output: PipeReader,
}

/// Starts the service in a process group of its own, with its output in one pipe.
///
/// Must be called by the keeper's main thread: the kernel ties the death signal to the *thread* that forked.
pub(super) fn spawn(order: &Order) -> Result<Spawned, String> {
    let (program, arguments) = order.command.split_first().ok_or("the command is empty")?;
    let (output, input) = io::pipe().map_err(|error| format!("cannot make a pipe: {error}"))?;
    let copy = input.try_clone().map_err(|error| format!("cannot copy a pipe: {error}"))?;
    let mut command = Command::new(program);
    for name in secrets() {
        command.env_remove(name);
    }
    command.args(arguments).current_dir(&order.directory).envs(&order.env);
    command.stdin(Stdio::null()).stdout(input).stderr(copy).process_group(0);
    let group = order
        .group
        .as_ref()
        .and_then(|group| OpenOptions::new().write(true).open(group.folder.join("cgroup.procs")).ok());
    bind(&mut command, group, getpid());
    let child = command.spawn().map_err(|error| failure(order, program, &error))?;
    let pid = Pid::from_raw(child.id().cast_signed());
    Ok(Spawned { pid, grouped: is_grouped(order, child.id()), output })
}

/// The variables of a CI job that carry its rights: the service may be anybody's pull request. What a policy names in
/// `env` is given all the same.
fn secrets() -> Vec<OsString> {
    let is_secret = |name: &OsString| {
        let name = name.to_string_lossy();
        let tokens = ["GITHUB_TOKEN", "GH_TOKEN", "PLIMSOLL_TOKEN"];
        tokens.contains(&name.as_ref()) || ["ACTIONS_", "INPUT_"].iter().any(|start| name.starts_with(start))
    };
    std::env::vars_os().map(|(name, _)| name).filter(is_secret).collect()
}

/// Has the child enter the group, and die when the keeper dies.
#[expect(
    unsafe_code,
    reason = "only code between fork and exec can enter a group before the service's first instruction"
)]
fn bind(command: &mut Command, group: Option<File>, keeper: Pid) {
    let enter = move || {
        if let Some(mut group) = group.as_ref() {
            // Not being let in is no reason not to run: the keeper looks afterwards and says so.
            let _refused = group.write(b"0");
        }
        prctl::set_pdeathsig(Signal::SIGKILL)?;
        // The keeper may have died before the signal was asked for.
        if getppid() != keeper { Err(io::Error::from(io::ErrorKind::BrokenPipe)) } else { Ok(()) }
    };
    // SAFETY: between fork and exec only async-signal-safe calls are allowed. The closure makes three system
    // calls (write to a file opened before the fork, prctl, getppid), allocates nothing (both `io::Error`s are
    // plain codes), takes no lock, and touches no memory that another thread could have left half-written.
    unsafe { command.pre_exec(enter) };
}

fn is_grouped(order: &Order, pid: u32) -> bool {
    order.group.as_ref().is_some_and(|group| super::end::members(group).contains(&pid))
}

fn failure(order: &Order, program: &str, error: &io::Error) -> String {
    if !order.directory.is_dir() {
        return format!("its folder `{}` does not exist: correct `directory`", order.directory.display());
    }
    match error.kind() {
        io::ErrorKind::NotFound => format!("`{program}` was not found: install it, or correct `command`"),
        io::ErrorKind::PermissionDenied => format!("`{program}` may not be executed: check its permissions"),
        _ => format!("`{program}` cannot be executed: {error}"),
    }
}
