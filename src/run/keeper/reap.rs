//! Collects the exit statuses of everything that became the keeper's child.

use nix::errno::Errno;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::Exit;

/// Reaps all that ended; the exit of `main` if it is among them.
pub(super) fn reap(main: Pid) -> Option<Exit> {
    let mut exit = None;
    loop {
        let (pid, status) = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(pid, code)) => (pid, Exit { code: Some(code), signal: None }),
            Ok(WaitStatus::Signaled(pid, signal, _)) => (pid, Exit { code: None, signal: Some(signal as i32) }),
            Ok(WaitStatus::StillAlive) => return exit,
            Ok(_) | Err(Errno::EINTR) => continue,
            Err(_) => return exit,
        };
        if pid == main {
            exit = Some(status);
        }
    }
}
