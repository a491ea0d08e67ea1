//! Ends processes, however they hide: by process group, by descent, by control group.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;

use super::Group;
use crate::run::tree;

/// The members of a control group and of the groups that the service made below it.
pub(crate) fn members(group: &Group) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut folders = vec![group.folder.clone()];
    while let Some(folder) = folders.pop() {
        let listed = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
        found.extend(listed.lines().filter_map(|line| line.parse::<u32>().ok()).filter(|pid| *pid != 0));
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()),
        );
    }
    found
}

/// Everything that belongs to the service now: descendants of the keeper, and members of the group.
pub(super) fn living(keeper: u32, group: Option<&Group>) -> BTreeSet<u32> {
    let mut pids = tree::descendants(keeper);
    pids.extend(group.map(members).unwrap_or_default().into_iter().filter(|pid| tree::is_alive(*pid)));
    pids.remove(&keeper);
    pids
}

/// Asks the main process's group and every process of the tree to end.
pub(super) fn ask(main: Pid, pids: &BTreeSet<u32>) {
    let _gone = signal::killpg(main, Signal::SIGTERM);
    pids.iter().for_each(|pid| send(*pid, Signal::SIGTERM));
}

/// Ends the processes at once; where the kernel can, the whole group in one stroke.
pub(crate) fn kill_all(group: Option<&Group>, pids: &BTreeSet<u32>) {
    if let Some(group) = group {
        let _only_v2_has_it = fs::write(group.folder.join("cgroup.kill"), "1");
    }
    pids.iter().for_each(|pid| send(*pid, Signal::SIGKILL));
}

fn send(pid: u32, signal: Signal) {
    // Pid 0 and 1, and what does not fit, are never of the service.
    if let Ok(pid @ 2..) = i32::try_from(pid) {
        let _gone = signal::kill(Pid::from_raw(pid), signal);
    }
}

/// Removes an empty control group with the empty groups below it; `Ok` if it is gone.
pub(crate) fn remove(group: &Group) -> io::Result<()> {
    let mut folders = vec![group.folder.clone()];
    let mut at = 0;
    while let Some(folder) = folders.get(at) {
        let entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
        folders
            .extend(entries.iter().filter(|e| e.file_type().is_ok_and(|kind| kind.is_dir())).map(fs::DirEntry::path));
        at += 1;
    }
    for folder in folders.iter().rev() {
        match fs::remove_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
