//! Baselines on a branch of the repository that holds nothing else. Each change is one commit without a parent, pushed
//! on the condition that nobody else pushed meanwhile: the history stays one commit long, and a lost race is run again
//! on what the winner left. The work tree, the index and the branches of the user are not touched.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::shelf::{Shelf, entry_name, entry_number};
use super::{LARGEST_FILE, StoreError};

/// Pushes that may lose their race.
const MOST_RACES: u32 = 20;

/// A branch of the remote called `origin`.
#[derive(Debug, Clone)]
pub struct GitBranch {
    repository: PathBuf,
    branch: String,
}

/// The files of the branch at one commit.
struct Tree {
    /// The commit; `None` where there is no branch.
    commit: Option<String>,
    /// By scenario: number of the entry and name of its blob.
    entries: BTreeMap<String, BTreeMap<u64, String>>,
}

impl GitBranch {
    /// The branch `branch` of the repository that `folder` is in.
    ///
    /// # Errors
    /// When the name is none that a branch can have.
    pub fn open(folder: &Path, branch: &str) -> Result<Self, StoreError> {
        let git = Self { repository: folder.to_owned(), branch: branch.to_owned() };
        let sound = !branch.starts_with('-') && git.ask(["check-ref-format", &git.remote_name()]).is_ok();
        if !sound {
            return Err(git.failed("use", "this is no name of a branch".to_owned()));
        }
        Ok(git)
    }

    fn remote_name(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }

    /// Where what was fetched is kept: out of sight of `git branch`.
    fn local_name(&self) -> String {
        format!("refs/plimsoll/{}", self.branch)
    }

    fn failed(&self, what: &'static str, why: String) -> StoreError {
        let place = format!("git+branch://{}", self.branch);
        let cure = "; check the name, the remote `origin` and the right to push (`contents: write`)";
        StoreError::Elsewhere { what, place, why, cure }
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut git = Command::new("git");
        // A server that says nothing for half a minute will not say anything.
        git.args(["-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=30", "-c", "commit.gpgSign=false"]);
        git.args(arguments).current_dir(&self.repository).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "plimsoll").env(format!("GIT_{role}_EMAIL"), "plimsoll@localhost");
        }
        git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        git
    }

    /// The output of a command that succeeded, or what git said.
    fn ask<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Vec<u8>, String> {
        finished(self.command(arguments).output().map_err(|error| format!("git cannot be started: {error}"))?)
    }

    fn line<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<String, String> {
        Ok(String::from_utf8_lossy(&self.ask(arguments)?).trim().to_owned())
    }

    /// Gets the branch as it is now. A branch that is not there is empty.
    fn fetch(&self) -> Result<Tree, StoreError> {
        let failed = |why| self.failed("read", why);
        let listed = self.line(["ls-remote", "origin", &self.remote_name()]).map_err(failed)?;
        let Some(commit) = listed.split_whitespace().next().map(str::to_owned) else {
            return Ok(Tree { commit: None, entries: BTreeMap::new() });
        };
        let what = format!("+{}:{}", self.remote_name(), self.local_name());
        let mut fetch = vec!["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "origin", &what];
        if !self.knows(&commit) {
            // One commit is all there is: a shallow fetch would mark the user's repository as shallow for nothing.
            fetch.insert(1, "--force");
            self.ask(fetch).map_err(failed)?;
        }
        let commit =
            if self.knows(&commit) { commit } else { self.line(["rev-parse", &self.local_name()]).map_err(failed)? };
        self.tree(Some(commit))
    }

    fn knows(&self, commit: &str) -> bool {
        self.ask(["cat-file", "-e", &format!("{commit}^{{tree}}")]).is_ok()
    }

    fn tree(&self, commit: Option<String>) -> Result<Tree, StoreError> {
        let mut entries: BTreeMap<String, BTreeMap<u64, String>> = BTreeMap::new();
        let Some(name) = &commit else { return Ok(Tree { commit, entries }) };
        let listed = self.ask(["ls-tree", "-r", "-z", name]).map_err(|why| self.failed("read", why))?;
        for line in listed.split(|byte| *byte == 0).filter_map(|line| std::str::from_utf8(line).ok()) {
            // `<mode> blob <name>\t<path>`
            let Some((about, path)) = line.split_once('\t') else { continue };
            let blob = about.split(' ').nth(2).filter(|_| about.contains(" blob "));
            let found = path.split_once('/').and_then(|(scenario, file)| Some((scenario, entry_number(file)?)));
            if let (Some(blob), Some((scenario, entry))) = (blob, found) {
                entries.entry(scenario.to_owned()).or_default().insert(entry, blob.to_owned());
            }
        }
        Ok(Tree { commit, entries })
    }

    /// Writes the tree as a commit of its own.
    fn commit(&self, tree: &Tree, message: &str) -> Result<String, String> {
        let mut root = String::new();
        for (scenario, entries) in &tree.entries {
            let lines: String =
                entries.iter().map(|(entry, blob)| format!("100644 blob {blob}\t{}\n", entry_name(*entry))).collect();
            let folder = self.told(["mktree"], lines.as_bytes())?;
            root += &format!("040000 tree {folder}\t{scenario}\n");
        }
        let root = self.told(["mktree"], root.as_bytes())?;
        self.line(["commit-tree", &root, "-m", message])
    }

    /// The line that a command answers with after it was told something.
    fn told<const N: usize>(&self, arguments: [&str; N], text: &[u8]) -> Result<String, String> {
        let start = self.command(arguments).stdin(Stdio::piped()).spawn();
        let mut child = start.map_err(|error| format!("git cannot be started: {error}"))?;
        // The pipe closes with the taken handle; what git makes of it shows in its status.
        let written = child.stdin.take().map(|mut pipe| pipe.write_all(text));
        let output = finished(child.wait_with_output().map_err(|error| error.to_string())?)?;
        match written {
            Some(Err(error)) => Err(error.to_string()),
            _ => Ok(String::from_utf8_lossy(&output).trim().to_owned()),
        }
    }

    /// Pushes a commit if the branch is still at `before`.
    fn push(&self, commit: &str, before: Option<&str>) -> Result<(), String> {
        let lease = format!("--force-with-lease={}:{}", self.remote_name(), before.unwrap_or_default());
        let what = format!("{commit}:{}", self.remote_name());
        self.ask(["push", "--quiet", "--no-verify", &lease, "origin", &what]).map(|_| ())
    }
}

impl Shelf for GitBranch {
    fn scenarios(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.fetch()?.entries.into_keys().collect())
    }

    fn entries(&self, scenario: &str) -> Result<Vec<u64>, StoreError> {
        Ok(self.fetch()?.entries.remove(scenario).unwrap_or_default().into_keys().collect())
    }

    fn read(&self, scenario: &str, entry: u64) -> Result<Vec<u8>, StoreError> {
        let failed = |why| self.failed("read", why);
        let tree = self.fetch()?;
        let blob = tree.entries.get(scenario).and_then(|entries| entries.get(&entry));
        let blob = blob.ok_or_else(|| failed(format!("there is no {scenario}/{}", entry_name(entry))))?;
        let size = self.line(["cat-file", "-s", blob]).map_err(failed)?;
        if size.parse::<u64>().map_or(true, |size| size > LARGEST_FILE) {
            return Err(failed(format!("{scenario}/{} has {size} bytes, which no recording has", entry_name(entry))));
        }
        self.ask(["cat-file", "blob", blob]).map_err(failed)
    }

    fn add(&self, scenario: &str, text: &[u8], keep: usize) -> Result<String, StoreError> {
        let failed = |why| self.failed("write", why);
        let blob = self.told(["hash-object", "-w", "--stdin"], text).map_err(failed)?;
        let mut why = String::new();
        for _ in 0..MOST_RACES {
            let mut tree = self.fetch()?;
            let before = tree.commit.take();
            let entries = tree.entries.entry(scenario.to_owned()).or_default();
            let entry = entries.keys().next_back().map_or(1, |entry| entry + 1);
            while entries.len() > keep {
                entries.pop_first();
            }
            entries.insert(entry, blob.clone());
            let commit = self.commit(&tree, &format!("Baseline of {scenario}")).map_err(failed)?;
            match self.push(&commit, before.as_deref()) {
                Ok(()) => return Ok(self.place(scenario, entry)),
                Err(told) => why = told,
            }
            // Only a race is worth another try: then the branch is somewhere else now.
            if self.fetch()?.commit == before {
                break;
            }
        }
        Err(failed(why))
    }

    fn place(&self, scenario: &str, entry: u64) -> String {
        format!("git+branch://{}/{scenario}/{}", self.branch, entry_name(entry))
    }
}

/// The output of a command that succeeded, or the last line of what it said.
fn finished(output: Output) -> Result<Vec<u8>, String> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let told = lines.iter().find(|line| line.starts_with("fatal:") || line.starts_with("error:")).or(lines.last());
    Err(told.map_or_else(|| format!("git ended with {}", output.status), |line| (*line).to_owned()))
}
