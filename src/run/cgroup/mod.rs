//! A private control group for the service: its memory limit, its peaks, its OOM kills, all its processes.
//!
//! Version 1 and version 2 ([cgroup-v1 memory], [cgroup-v2]). On hybrid machines the memory controller may be
//! in version 1 while an empty version 2 hierarchy is mounted too, so it is looked for before `0::` is trusted.
//! Where no group can be made the service runs without one and the recording says what would allow it.
//!
//! [cgroup-v1 memory]: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
//! [cgroup-v2]: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory

mod figures;
mod locate;
mod peak;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use figures::{entry, number};
use locate::{Hierarchy, Version};
use peak::Peak;

use super::keeper::Group;
use crate::units::Bytes;

/// A control group that holds the service and nothing else. Removed when dropped.
#[derive(Debug)]
pub(crate) struct Cgroup {
    version: Version,
    folder: PathBuf,
    limit: Option<Bytes>,
    peak: Peak,
}

/// Distinguishes the groups that one Plimsoll makes.
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Cgroup {
    /// Makes a group below the one in which Plimsoll runs, or the nearest above it that allows it.
    ///
    /// The error says what stands in the way and what would allow it.
    pub fn create(limit: Option<Bytes>) -> Result<Self, String> {
        let Hierarchy { version, parent } = locate::hierarchy()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("plimsoll-{}-{number}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| refusal(&parent, &error))?;
        let mut group = Self { version, peak: Peak::of(version, &folder), folder, limit: None };
        group.forbid_swap();
        if let Some(limit) = limit {
            group.set_limit(Some(limit)).map_err(|error| refusal(&group.folder, &error))?;
            group.limit = Some(limit);
        }
        Ok(group)
    }

    /// What the keeper needs to know.
    pub fn group(&self) -> Group {
        Group { folder: self.folder.clone() }
    }

    /// Takes the memory limit away, for a heap dump that needs more memory than the service.
    pub fn lift_limit(&self) -> io::Result<()> {
        if self.limit.is_some() { self.set_limit(None) } else { Ok(()) }
    }

    /// Sets the memory limit again. Fails while more is in use than the limit allows.
    pub fn restore_limit(&self) -> io::Result<()> {
        if self.limit.is_some() { self.set_limit(self.limit) } else { Ok(()) }
    }

    /// Sets the kernel's peak to the present usage.
    pub fn reset_peak(&mut self) {
        self.peak.reset();
    }

    /// Highest usage since [`Self::reset_peak`], file cache included; `None` where the kernel cannot tell.
    pub fn peak(&self) -> Option<Bytes> {
        self.peak.read()
    }

    /// Usage without inactive file cache, as the kubelet and `docker stats` count.
    pub fn working_set(&self) -> Option<Bytes> {
        let usage = number(&self.folder.join(self.file("memory.usage_in_bytes", "memory.current")))?;
        Some(Bytes(usage) - self.inactive_file()?)
    }

    /// File cache that nobody used lately.
    pub fn inactive_file(&self) -> Option<Bytes> {
        entry(&self.folder.join("memory.stat"), self.file("total_inactive_file", "inactive_file")).map(Bytes)
    }

    /// Processes of the group that the kernel killed for memory, so far.
    pub fn oom_kills(&self) -> Option<u64> {
        entry(&self.folder.join(self.file("memory.oom_control", "memory.events")), "oom_kill")
    }

    fn file(&self, one: &'static str, two: &'static str) -> &'static str {
        match self.version {
            Version::One => one,
            Version::Two => two,
        }
    }

    /// Swapped memory is neither in RSS nor under the limit; without a swap controller there is nothing to forbid.
    fn forbid_swap(&self) {
        let _no_swap_controller = match self.version {
            Version::One => fs::write(self.folder.join("memory.swappiness"), "0"),
            Version::Two => fs::write(self.folder.join("memory.swap.max"), "0"),
        };
    }

    fn set_limit(&self, limit: Option<Bytes>) -> io::Result<()> {
        match self.version {
            Version::Two => {
                let text = limit.map_or_else(|| "max".to_owned(), |limit| limit.0.to_string());
                fs::write(self.folder.join("memory.max"), text)
            }
            Version::One => {
                let text = limit.map_or_else(|| "-1".to_owned(), |limit| limit.0.to_string());
                let with_swap = self.folder.join("memory.memsw.limit_in_bytes");
                // The limit with swap can never be below the one without: lower it last, raise it first.
                if limit.is_none() && with_swap.exists() {
                    fs::write(&with_swap, &text)?;
                }
                fs::write(self.folder.join("memory.limit_in_bytes"), &text)?;
                if limit.is_some() && with_swap.exists() { fs::write(&with_swap, &text) } else { Ok(()) }
            }
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // The keeper has removed it already, unless it never started.
        let _gone = super::keeper::remove(&self.group());
    }
}

fn refusal(at: &Path, error: &io::Error) -> String {
    let cure = "run as root, or under `systemd-run --user --scope -p Delegate=yes`, or give the container a writable \
                `/sys/fs/cgroup`";
    format!("no control group can be made in `{}`: {error}; {cure}", at.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Machines that allow no group are tested for what they say.
    fn group(limit: Option<Bytes>) -> Option<Cgroup> {
        Cgroup::create(limit)
            .inspect_err(|why| assert!(why.contains("run as root") || why.contains("mount"), "{why}"))
            .ok()
    }

    #[test]
    fn a_group_has_its_limit_and_is_gone_after_use() {
        let Some(group) = group(Some(Bytes(64 << 20))) else { return };
        let folder = group.folder.clone();
        let limit = group.folder.join(group.file("memory.limit_in_bytes", "memory.max"));
        assert_eq!(number(&limit), Some(64 << 20));
        group.lift_limit().unwrap();
        assert_ne!(number(&limit), Some(64 << 20));
        group.restore_limit().unwrap();
        assert_eq!(number(&limit), Some(64 << 20));
        assert_eq!(group.oom_kills(), Some(0));
        assert!(group.working_set().is_some());
        drop(group);
        assert!(!folder.exists());
    }
}
