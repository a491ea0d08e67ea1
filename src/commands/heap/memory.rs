//! How much memory an analysis may take.

use std::fs;
use std::path::{Path, PathBuf};

use crate::units::Bytes;

/// What the figures of a group call pages of files.
const FILES: [&str; 2] = ["inactive_file", "active_file"];

/// Memory that can be had without swapping or meeting the limit of a control group.
pub(super) fn available() -> Bytes {
    let free = procfs::Current::current().ok().and_then(|info: procfs::Meminfo| info.mem_available);
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limit = left(&groups, Path::new("/sys/fs/cgroup"));
    Bytes(free.unwrap_or(u64::MAX).min(limit.unwrap_or(u64::MAX)))
}

/// What the control groups of a process leave it: the least of its own group and those above, of either version.
fn left(groups: &str, mounted: &Path) -> Option<u64> {
    let paths = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let below = path.trim_start_matches('/');
        match controllers {
            "" => Some((mounted.to_owned(), below, "memory.max", "memory.current")),
            _ if controllers.split(',').any(|controller| controller == "memory") => {
                Some((mounted.join("memory"), below, "memory.limit_in_bytes", "memory.usage_in_bytes"))
            }
            _ => None,
        }
    });
    let left_in = |folder: PathBuf, limit: &str, usage: &str| {
        let number = |file: &str| fs::read_to_string(folder.join(file)).ok()?.trim().parse::<u64>().ok();
        // Pages of files count as used, but the system takes them back when it needs them.
        let stat = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
        let pages = stat.lines().filter_map(|line| line.split_once(' ')).filter(|(key, _)| FILES.contains(key));
        let files: u64 = pages.filter_map(|(_, bytes)| bytes.parse::<u64>().ok()).sum();
        Some(number(limit)?.saturating_sub(number(usage)?.saturating_sub(files)))
    };
    paths
        .flat_map(|(mount, below, limit, usage)| {
            // In a container the group's own path is mounted at the top.
            let folders: Vec<PathBuf> = Path::new(below).ancestors().map(|part| mount.join(part)).collect();
            folders.into_iter().filter_map(move |folder| left_in(folder, limit, usage))
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_group_counts() {
        let mounted = tempfile::tempdir().unwrap();
        let group = |path: &str, files: [(&str, &str); 2]| {
            let folder = mounted.path().join(path);
            fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
        };
        group("jobs", [("memory.max", "1000\n"), ("memory.current", "400\n")]);
        group("jobs/one", [("memory.max", "max\n"), ("memory.current", "300\n")]);
        fs::write(mounted.path().join("jobs/memory.stat"), "anon 100\ninactive_file 50\nactive_file 20\n").unwrap();
        group("memory/old", [("memory.limit_in_bytes", "900\n"), ("memory.usage_in_bytes", "1\n")]);
        assert_eq!(left("0::/jobs/one\n", mounted.path()), Some(670));
        assert_eq!(left("4:memory:/old\n1:cpu:/\n", mounted.path()), Some(899));
        assert_eq!(left("1:cpu:/\n", mounted.path()), None);
    }
}
