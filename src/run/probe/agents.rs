//! The folder with the agents that are loaded into Node.js and Python services, and with their sockets.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::ProbeError;

const FILES: [(&str, &str); 9] = [
    ("plimsoll-node.cjs", include_str!("agents/plimsoll-node.cjs")),
    ("sitecustomize.py", include_str!("agents/sitecustomize.py")),
    ("plimsoll_agent.py", include_str!("agents/plimsoll_agent.py")),
    ("plimsoll_classes.py", include_str!("agents/plimsoll_classes.py")),
    ("plimsoll_figures.py", include_str!("agents/plimsoll_figures.py")),
    ("plimsoll_fork.py", include_str!("agents/plimsoll_fork.py")),
    ("plimsoll_graph.py", include_str!("agents/plimsoll_graph.py")),
    ("plimsoll_kinds.py", include_str!("agents/plimsoll_kinds.py")),
    ("plimsoll_sizes.py", include_str!("agents/plimsoll_sizes.py")),
];

/// A unix socket's path has room for 107 bytes; `/node.4194304.1000.sock` needs 24 of them.
const LONGEST: usize = 107 - 24;

/// The installed agents.
#[derive(Debug)]
pub struct Agents {
    dir: PathBuf,
    _short: Option<TempDir>,
}

impl Agents {
    /// Writes the agents into `dir`, which becomes private to this user. Where its path is too long for unix
    /// sockets or could not be quoted in an environment variable, a temporary folder is used instead, and
    /// removed when the value is dropped.
    pub fn install(dir: &Path) -> Result<Self, ProbeError> {
        let failed = |source| ProbeError::Install { path: dir.to_owned(), source };
        let private = || DirBuilder::new().recursive(true).mode(0o700).create(dir);
        private().and_then(|()| fs::set_permissions(dir, Permissions::from_mode(0o700))).map_err(failed)?;
        let dir = dir.canonicalize().map_err(failed)?;
        let agents = match usable(&dir) {
            true => Self { dir, _short: None },
            false => {
                let short = tempfile::Builder::new().prefix("plimsoll-").tempdir().map_err(failed)?;
                let dir = short.path().canonicalize().map_err(failed)?;
                Self { dir, _short: Some(short) }
            }
        };
        agents.write().map_err(|source| ProbeError::Install { path: agents.dir.clone(), source })?;
        Ok(agents)
    }

    fn write(&self) -> io::Result<()> {
        FILES.iter().try_for_each(|(name, text)| fs::write(self.dir.join(name), text))
    }

    /// The variables that load the agents, to be set on top of `own`, the variables that the service gets
    /// otherwise: the values that it has are kept.
    pub fn environment(&self, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let dir = self.dir.to_string_lossy();
        let preload = format!("--require \"{dir}/plimsoll-node.cjs\"");
        let node = match own.get("NODE_OPTIONS").map(|options| options.trim()).filter(|options| !options.is_empty()) {
            Some(options) => format!("{options} {preload}"),
            None => preload,
        };
        let python = match own.get("PYTHONPATH").filter(|path| !path.is_empty()) {
            Some(path) => format!("{dir}:{path}"),
            None => dir.into_owned(),
        };
        BTreeMap::from([("NODE_OPTIONS".to_owned(), node), ("PYTHONPATH".to_owned(), python)])
    }

    /// The socket of the agent of one process, by the id that the process has in its own namespace.
    pub(super) fn socket(&self, kind: &str, inner: u32) -> PathBuf {
        self.dir.join(format!("{kind}.{inner}.sock"))
    }

    /// The sockets of a Node.js process's worker threads: thread number and path, in the order of the numbers.
    pub(super) fn threads(&self, inner: u32) -> Vec<(u32, PathBuf)> {
        let prefix = format!("node.{inner}.");
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let numbered = entries.filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let thread = name.strip_prefix(&prefix)?.strip_suffix(".sock")?.parse().ok()?;
            Some((thread, entry.path()))
        });
        let mut threads: Vec<_> = numbered.collect();
        threads.sort();
        threads
    }
}

/// Whether sockets fit below it, and whether it passes through `NODE_OPTIONS` and `PYTHONPATH` unharmed.
fn usable(dir: &Path) -> bool {
    dir.to_str().is_some_and(|text| text.len() <= LONGEST && !text.contains(['"', '\\', ':', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn values_that_the_service_has_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let agents = Agents::install(&folder.path().join("a b")).unwrap();
        let set = agents.environment(&variables(&[("NODE_OPTIONS", "--max-old-space-size=64"), ("PYTHONPATH", "lib")]));
        let dir = folder.path().canonicalize().unwrap().join("a b");
        assert_eq!(
            set["NODE_OPTIONS"],
            format!("--max-old-space-size=64 --require \"{}/plimsoll-node.cjs\"", dir.display())
        );
        assert_eq!(set["PYTHONPATH"], format!("{}:lib", dir.display()));
    }

    #[test]
    fn the_folder_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("agents");
        Agents::install(&dir).unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(dir.join("sitecustomize.py").exists());
    }

    #[test]
    fn a_folder_too_deep_for_sockets_is_replaced_by_a_short_one() {
        let folder = tempfile::tempdir().unwrap();
        let agents = Agents::install(&folder.path().join("deep".repeat(30))).unwrap();
        assert!(agents.socket("python", u32::MAX).to_string_lossy().len() < 108);
        let short = agents.dir.clone();
        drop(agents);
        assert!(!short.exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let error = Agents::install(Path::new("/proc/none")).unwrap_err().to_string();
        assert!(error.contains("`/proc/none`"), "{error}");
    }
}
