//! What the kernel tells of a process: who it is, what it runs, where its files are.

use std::path::PathBuf;

use procfs::process::Status;

use super::ProbeError;

/// A process, as far as a probe needs to know it.
pub(super) struct Process {
    /// Its id in our own namespace.
    pub pid: u32,
    /// Its id in its own, innermost namespace: what it calls itself.
    pub inner: u32,
    /// Its effective user.
    pub uid: u32,
    /// Whether it has a handler for SIGQUIT. Without one, the signal would end it.
    pub catches_quit: bool,
    /// The name of its executable file, without folder.
    pub executable: String,
}

impl Process {
    /// Reads `/proc/PID`.
    pub fn read(pid: u32) -> Result<Self, ProbeError> {
        let gone = |_| ProbeError::Gone { pid };
        let signed = i32::try_from(pid).map_err(|_| ProbeError::Gone { pid })?;
        let process = procfs::process::Process::new(signed).map_err(gone)?;
        let status = process.status().map_err(gone)?;
        let path = process.exe().unwrap_or_default();
        let executable = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self {
            pid,
            inner: inner_id(&status, pid),
            uid: status.euid,
            catches_quit: status.sigcgt & (1 << (nix::libc::SIGQUIT - 1)) != 0,
            // The kernel marks files that were replaced since the process started.
            executable: executable.trim_end_matches(" (deleted)").to_owned(),
        })
    }

    /// A path as the process sees it.
    pub fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{inside}", self.pid))
    }

    /// Whether files have the same names for the process and for us.
    pub fn shares_files(&self) -> bool {
        let space = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/mnt")).ok();
        space(&self.pid.to_string()) == space("self")
    }

    /// File names of the libraries that are mapped, each once, sorted.
    pub fn libraries(&self) -> Vec<String> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.pid)).unwrap_or_default();
        let mut names: Vec<String> =
            maps.lines().filter_map(|line| line.rsplit_once('/')).map(|(_, name)| name.to_owned()).collect();
        names.sort();
        names.dedup();
        names.retain(|name| name.contains(".so"));
        names
    }

    /// The memory allocator as far as mapped libraries tell it.
    pub fn allocator(&self) -> Option<&'static str> {
        let libraries = self.libraries();
        let mapped = |start: &str| libraries.iter().any(|name| name.starts_with(start));
        let known = [
            ("libjemalloc", "jemalloc"),
            ("libtcmalloc", "tcmalloc"),
            ("libmimalloc", "mimalloc"),
            ("ld-musl", "musl"),
            ("libc.so.6", "glibc"),
            ("libc-2.", "glibc"),
        ];
        known.iter().find(|(start, _)| mapped(start)).map(|(_, name)| *name)
    }
}

fn inner_id(status: &Status, pid: u32) -> u32 {
    let last = status.nspid.as_ref().and_then(|ids| ids.last().copied());
    last.and_then(|id| u32::try_from(id).ok()).unwrap_or(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_executable_and_user() {
        let own = Process::read(std::process::id()).unwrap();
        assert_eq!(own.uid, nix::unistd::geteuid().as_raw());
        assert!(own.executable.starts_with("plimsoll"), "{}", own.executable);
        assert!(own.shares_files());
        assert!(!own.catches_quit);
    }

    #[test]
    fn a_process_that_is_gone_is_said_to_be_gone() {
        assert!(matches!(Process::read(u32::MAX), Err(ProbeError::Gone { .. })));
    }
}
