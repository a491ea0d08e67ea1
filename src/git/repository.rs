//! A repository: what its names mean, and what its commits hold.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::GitError;

/// Variables by which a caller, such as a hook, may have turned git to another repository.
const ELSEWHERE: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"];

/// A repository with a work tree.
#[derive(Debug, Clone)]
pub struct Repository {
    top: PathBuf,
}

/// A commit that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The name by which it was found, such as `main` or `origin/main`.
    pub name: String,
    /// Its object name, in full.
    pub id: String,
}

impl Commit {
    /// The first characters of the object name.
    pub fn short(&self) -> &str {
        self.id.get(..10).unwrap_or(&self.id)
    }
}

impl std::fmt::Display for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.id.starts_with(&self.name) {
            write!(f, "`{}`", self.short())
        } else {
            write!(f, "`{}` ({})", self.name, self.short())
        }
    }
}

impl Repository {
    /// The repository that a folder is in.
    ///
    /// # Errors
    /// When it is in none, or git is not installed.
    pub fn of(folder: &Path) -> Result<Self, GitError> {
        let here = Self { top: folder.to_owned() };
        let output = here.run(["rev-parse", "--show-toplevel"])?;
        let none = |why| GitError::NoRepository { folder: folder.to_owned(), why };
        let top = said(output).map_err(none)?;
        let top = PathBuf::from(top.trim_end_matches('\n'));
        let top = top.canonicalize().map_err(|error| none(error.to_string()))?;
        Ok(Self { top })
    }

    /// The top of the work tree, without symbolic links.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// A folder or file as it is called from the top.
    ///
    /// # Errors
    /// When it is not there, or not below the top.
    pub fn inner(&self, path: &Path) -> Result<PathBuf, GitError> {
        let refused = |why: String| GitError::Refused { what: format!("find `{}`", path.display()), why };
        let whole = path.canonicalize().map_err(|error| refused(error.to_string()))?;
        let inner = whole.strip_prefix(&self.top);
        inner.map(Path::to_owned).map_err(|_| refused(format!("it is not below `{}`", self.top.display())))
    }

    /// The commit that a name stands for: of this repository, else of its remote `origin`.
    ///
    /// # Errors
    /// When it stands for none.
    pub fn commit(&self, name: &str) -> Result<Commit, GitError> {
        for name in [name.to_owned(), format!("origin/{name}")] {
            let peeled = format!("{name}^{{commit}}");
            if let Ok(id) = self.ask("read", ["rev-parse", "--verify", "--quiet", "--end-of-options", &peeled]) {
                return Ok(Commit { name, id: id.trim().to_owned() });
            }
        }
        let shallow =
            self.ask("read", ["rev-parse", "--is-shallow-repository"]).is_ok_and(|told| told.trim() == "true");
        let cure = match shallow {
            true => format!(
                "this clone is shallow and holds few commits: `git fetch --depth 1 origin {name}` brings it \
                 (for actions/checkout: `fetch-depth: 0`)"
            ),
            false => "look at its spelling, or `git fetch origin` if it is new".to_owned(),
        };
        Err(GitError::UnknownCommit { name: name.to_owned(), cure })
    }

    /// The commit where two histories parted; the second where it is not known, as in a shallow clone.
    pub fn merge_base(&self, ours: &Commit, theirs: &Commit) -> Commit {
        match self.ask("read", ["merge-base", &ours.id, &theirs.id]) {
            Ok(id) => Commit { name: theirs.name.clone(), id: id.trim().to_owned() },
            Err(_) => theirs.clone(),
        }
    }

    /// Whether the work tree holds what no commit holds.
    ///
    /// # Errors
    /// When git refuses.
    pub fn is_changed(&self) -> Result<bool, GitError> {
        Ok(!self.ask("look at the work tree", ["status", "--porcelain", "--untracked-files=no"])?.is_empty())
    }

    /// The text of a file as a commit has it; `None` where it has none of this name. A path counts from the top.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn text(&self, commit: &Commit, path: &Path) -> Result<Option<String>, GitError> {
        let object = format!("{}:{}", commit.id, path.display());
        if self.ask("find", ["cat-file", "-e", &object]).is_err() {
            return Ok(None);
        }
        self.ask(&format!("read `{}` of {commit}", path.display()), ["cat-file", "blob", &object]).map(Some)
    }

    /// The files that git tracks, from the top: regular ones, in git's order. Links lead anywhere and are left out.
    ///
    /// # Errors
    /// When git refuses.
    pub fn files(&self) -> Result<Vec<String>, GitError> {
        let told = self.ask("list the files", ["ls-files", "-z", "--stage"])?;
        // `100644 <object> 0\t<path>`: mode, object name, stage.
        let entries = told.split('\0').filter_map(|entry| entry.split_once('\t'));
        let mut files: Vec<String> =
            entries.filter(|(what, _)| what.starts_with("100")).map(|(_, path)| path.to_owned()).collect();
        // In a merge that is not done yet a path has several stages.
        files.dedup();
        Ok(files)
    }

    /// The output of a command that succeeded.
    pub(super) fn ask<S: AsRef<OsStr>>(
        &self,
        what: &str,
        arguments: impl IntoIterator<Item = S>,
    ) -> Result<String, GitError> {
        said(self.run(arguments)?).map_err(|why| GitError::Refused { what: what.to_owned(), why })
    }

    fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Output, GitError> {
        let mut git = Command::new("git");
        // A hook of the repository would run before anything was asked for.
        git.args(["-c", "core.hooksPath=/dev/null"]).args(arguments).current_dir(&self.top);
        for name in ELSEWHERE {
            git.env_remove(name);
        }
        git.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        // In a group of its own, a Ctrl-C at the terminal does not reach it: what it began is finished or taken back.
        git.stdin(Stdio::null()).process_group(0).output().map_err(GitError::NoGit)
    }
}

/// What a command that succeeded said, or the line that says why it did not.
fn said(output: Output) -> Result<String, String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let told = lines.iter().find(|line| line.starts_with("fatal:") || line.starts_with("error:")).or(lines.last());
    Err(told.map_or_else(|| format!("it ended with {}", output.status), |line| (*line).to_owned()))
}
