//! The processes below a process, as the kernel lists them now.
//!
//! Read from `/proc/PID/task/TID/children` ([proc(5)]); where the kernel does not keep that file, from the
//! parents of all processes. A list is old when it is returned: callers that end processes list again until
//! nothing is left.
//!
//! [proc(5)]: https://man7.org/linux/man-pages/man5/proc_pid_task.5.html

use std::collections::{BTreeMap, BTreeSet};

use procfs::process::{Process, all_processes};

/// Ids of all living descendants of `root`, without `root` itself. Zombies are not counted as living.
pub(crate) fn descendants(root: u32) -> BTreeSet<u32> {
    let mut parents = None;
    let mut found = BTreeSet::new();
    let mut open = vec![root];
    while let Some(pid) = open.pop() {
        let children = children(pid).unwrap_or_else(|| by_parent(&mut parents, pid));
        open.extend(children.into_iter().filter(|child| *child != root && found.insert(*child)));
    }
    found.retain(|pid| is_alive(*pid));
    found
}

/// Whether the process runs; a zombie does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    let stat = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok()?.stat().ok());
    stat.is_some_and(|stat| !matches!(stat.state, 'Z' | 'X' | 'x'))
}

/// When a process was started, in clock ticks since boot.
pub(crate) fn start_of(pid: u32) -> Option<u64> {
    Some(Process::new(i32::try_from(pid).ok()?).ok()?.stat().ok()?.starttime)
}

/// The children of all threads of a process; `None` where the kernel does not list children.
fn children(pid: u32) -> Option<Vec<u32>> {
    let Some(tasks) = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok()?.tasks().ok()) else {
        return Some(Vec::new());
    };
    let mut children = Vec::new();
    for task in tasks.flatten() {
        match task.children() {
            Ok(listed) => children.extend(listed),
            // A thread that ended meanwhile has no file either: only a missing feature is missing everywhere.
            Err(_) if !kernel_lists_children() => return None,
            Err(_) => {}
        }
    }
    Some(children)
}

fn kernel_lists_children() -> bool {
    Process::myself().and_then(|own| own.task_main_thread()?.children()).is_ok()
}

fn by_parent(parents: &mut Option<BTreeMap<u32, Vec<u32>>>, pid: u32) -> Vec<u32> {
    let parents = parents.get_or_insert_with(|| {
        let mut parents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for stat in all_processes().into_iter().flatten().flatten().filter_map(|process| process.stat().ok()) {
            parents.entry(stat.ppid.unsigned_abs()).or_default().push(stat.pid.unsigned_abs());
        }
        parents
    });
    parents.get(&pid).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn grandchildren_are_found_and_the_dead_are_not() {
        let mut shell =
            Command::new("sh").args(["-c", "sleep 60 & echo $!; wait"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(shell.stdout.as_mut().unwrap()), &mut line).unwrap();
        let sleeper: u32 = line.trim().parse().unwrap();
        assert!(descendants(shell.id()).contains(&sleeper));
        assert!(descendants(std::process::id()).is_superset(&BTreeSet::from([shell.id(), sleeper])));
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(sleeper as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
        shell.wait().unwrap();
        assert!(descendants(shell.id()).is_empty());
    }
}
