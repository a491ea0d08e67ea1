//! Finds where a control group with a memory controller can be made.

use std::fs;
use std::path::{Path, PathBuf};

/// Generation of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// A hierarchy for each controller.
    One,
    /// The unified hierarchy.
    Two,
}

/// Where to make a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hierarchy {
    /// Its version.
    pub version: Version,
    /// The folder in which a new folder is a new group.
    pub parent: PathBuf,
}

/// A mounted hierarchy: the path within it that is mounted, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    root: PathBuf,
    point: PathBuf,
}

/// The hierarchy of this process's memory controller.
pub(super) fn hierarchy() -> Result<Hierarchy, String> {
    let read =
        |file: &str| fs::read_to_string(file).map_err(|error| format!("cannot read `{file}`: {error}; mount `/proc`"));
    let (groups, mounts) = (read("/proc/self/cgroup")?, read("/proc/self/mountinfo")?);
    if let Some(own) = memory_v1(&groups) {
        let mount = mounted(&mounts, |kind, options| kind == "cgroup" && options.split(',').any(|o| o == "memory"));
        let mount = mount.ok_or("the memory controller is mounted nowhere: mount `/sys/fs/cgroup/memory`")?;
        return Ok(Hierarchy { version: Version::One, parent: mount.folder(own) });
    }
    let own = groups
        .lines()
        .find_map(|line| line.strip_prefix("0::"))
        .ok_or("there are no control groups here: mount `/sys/fs/cgroup`")?;
    let mount = mounted(&mounts, |kind, _| kind == "cgroup2")
        .ok_or("control groups are mounted nowhere: mount `/sys/fs/cgroup`")?;
    let parent = distributing(&mount.point, &mount.folder(own)).ok_or_else(|| {
        format!(
            "no group from `{own}` upward hands its memory controller on; run as root, or under \
             `systemd-run --user --scope -p Delegate=yes`"
        )
    })?;
    Ok(Hierarchy { version: Version::Two, parent })
}

/// The group of this process in the version 1 hierarchy that has the memory controller.
fn memory_v1(groups: &str) -> Option<&str> {
    groups.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let controllers = parts.next()?;
        controllers.split(',').any(|controller| controller == "memory").then(|| parts.next())?
    })
}

/// The mount whose type and options are right, by the format of [proc_pid_mountinfo(5)].
///
/// [proc_pid_mountinfo(5)]: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
fn mounted(mounts: &str, right: impl Fn(&str, &str) -> bool) -> Option<Mount> {
    mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(3);
        let (root, point) = (place.next()?, place.next()?);
        let mut kind = kind.split(' ');
        let (name, options) = (kind.next()?, kind.nth(1)?);
        right(name, options).then(|| Mount { root: unescape(root).into(), point: unescape(point).into() })
    })
}

/// Spaces and the like stand as `\040` in mountinfo.
fn unescape(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(code) => plain.extend([char::from(code)].into_iter().chain(part.chars().skip(3))),
            None => plain.extend(['\\'].into_iter().chain(part.chars())),
        }
    }
    plain
}

impl Mount {
    /// The folder of a group. In a container only a part of the hierarchy may be mounted; what is outside of
    /// it is looked for at the mount itself.
    fn folder(&self, group: &str) -> PathBuf {
        let inside = Path::new(group).strip_prefix(&self.root).unwrap_or(Path::new(""));
        let inside = inside.strip_prefix("/").unwrap_or(inside);
        let folder = self.point.join(inside);
        if folder.is_dir() { folder } else { self.point.clone() }
    }
}

/// The nearest group from `own` upward that hands its memory controller to its children. A group with
/// processes of its own cannot (but for the root), so that this is mostly the parent of Plimsoll's group.
fn distributing(top: &Path, own: &Path) -> Option<PathBuf> {
    let upward = own.ancestors().take_while(|folder| folder.starts_with(top));
    let hands_on = |folder: &&Path| {
        let listed = fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
        listed.split_whitespace().any(|controller| controller == "memory")
    };
    upward.filter(|folder| writable(folder)).find(hands_on).map(Path::to_owned)
}

fn writable(folder: &Path) -> bool {
    nix::unistd::access(folder, nix::unistd::AccessFlags::W_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_controller_is_found_before_the_empty_unified_hierarchy() {
        let hybrid = "9:name=systemd:/\n4:memory:/docker/x\n3:cpuset:/\n0::/\n";
        assert_eq!(memory_v1(hybrid), Some("/docker/x"));
        assert_eq!(memory_v1("5:cpu,memory:/a:b\n0::/\n"), Some("/a:b"));
        assert_eq!(memory_v1("0::/user.slice/session-1.scope\n"), None);
        assert_eq!(memory_v1("4:memory\n"), None);
    }

    #[test]
    fn mounts_are_told_apart_by_type_and_options() {
        let mounts = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n\
                      41 31 0:38 /docker/x /sys/fs/a\\040b rw - cgroup2 none rw,nsdelegate\n";
        let one = mounted(mounts, |kind, options| kind == "cgroup" && options.contains("memory")).unwrap();
        assert_eq!(one, Mount { root: "/".into(), point: "/sys/fs/cgroup/memory".into() });
        let two = mounted(mounts, |kind, _| kind == "cgroup2").unwrap();
        assert_eq!(two, Mount { root: "/docker/x".into(), point: "/sys/fs/a b".into() });
        assert_eq!(mounted("nonsense\n - \n1 2 3 - cgroup\n", |_, _| true), None);
    }

    #[test]
    fn a_group_outside_of_the_mounted_part_is_looked_for_at_the_mount() {
        let top = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(top.path().join("web/one")).unwrap();
        let mount = Mount { root: "/docker/x".into(), point: top.path().into() };
        assert_eq!(mount.folder("/docker/x/web/one"), top.path().join("web/one"));
        assert_eq!(mount.folder("/elsewhere"), top.path());
    }

    #[test]
    fn the_nearest_group_that_hands_memory_on_is_taken() {
        let top = tempfile::tempdir().unwrap();
        let own = top.path().join("app.slice/ci.scope");
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(top.path().join("cgroup.subtree_control"), "cpu memory\n").unwrap();
        std::fs::write(own.join("cgroup.subtree_control"), "\n").unwrap();
        assert_eq!(distributing(top.path(), &own), Some(top.path().to_owned()));
        std::fs::write(top.path().join("app.slice/cgroup.subtree_control"), "memory pids\n").unwrap();
        assert_eq!(distributing(top.path(), &own), Some(top.path().join("app.slice")));
    }
}
