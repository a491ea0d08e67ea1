//! The check-out that a command works in: how its repository calls a file, and where an owner is written down in it.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::git::Repository;
use crate::heap::OwnerPath;
use crate::policy::Service;
use crate::report::clean;
use crate::report::source::{Clue, Match, Tree, clues};

/// Bytes: a larger source was written by a program.
const LARGEST_SOURCE: u64 = 2 << 20;

/// A check-out, or only a folder where there is no git.
#[derive(Debug)]
pub(super) struct Checkout {
    top: PathBuf,
    /// What git tracks, from the top.
    files: Vec<String>,
    /// The script that the service is started with, if it is one of these.
    main: Option<String>,
}

impl Checkout {
    /// That of the folder we are in, else the workspace of the job. A repository that only lies somewhere above the
    /// workspace is not the one that the job is about.
    pub(super) fn of(workspace: Option<&Path>) -> Self {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let here = real(Path::new("."));
        let workspace = workspace.map(real);
        let around = |repository: &Repository| workspace.as_ref().is_none_or(|top| repository.top().starts_with(top));
        match Repository::of(&here).ok().filter(around) {
            Some(repository) => {
                let files = repository.files().unwrap_or_default();
                Self { files, top: repository.top().to_owned(), main: None }
            }
            None => Self { top: workspace.unwrap_or(here), files: Vec::new(), main: None },
        }
    }

    /// The same, for a service that is started so, by a policy that stands in `folder`.
    pub(super) fn with(mut self, service: &Service, folder: &Path) -> Self {
        let folder = folder.join(service.directory.as_deref().unwrap_or("."));
        let script = service.command.iter().find(|argument| argument.ends_with(".py"));
        let name = script.map(|script| self.name(&folder.join(script).to_string_lossy()));
        self.main = name.filter(|name| self.files.contains(name));
        self
    }

    /// The file below the top that a clue alone fits, and its line.
    fn line(&self, file: &str, clue: &Clue) -> Option<u32> {
        // A folder that git tracks files in may be a link by now.
        let path = self.top.join(file).canonicalize().ok().filter(|path| path.starts_with(&self.top))?;
        // A pipe would never end.
        path.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let mut text = Vec::new();
        let source = File::open(&path).ok()?;
        source.take(LARGEST_SOURCE).read_to_end(&mut text).ok()?;
        clue.line(&String::from_utf8_lossy(&text))
    }
}

impl Tree for Checkout {
    fn name(&self, file: &str) -> String {
        let absolute = std::path::absolute(file).unwrap_or_else(|_| file.into());
        let whole = absolute.canonicalize().unwrap_or(absolute);
        whole.strip_prefix(&self.top).map_or_else(|_| file.to_owned(), |inner| inner.to_string_lossy().into_owned())
    }

    fn place(&self, owner: &OwnerPath) -> Option<(String, u32)> {
        for clue in clues(owner, self.main.as_deref()) {
            let line = match clue.find(&self.files) {
                Match::None => continue,
                // What holds it is here, but not where: what it holds would lead elsewhere.
                Match::Many => return None,
                Match::One(file) => self.line(file, &clue).filter(|_| clean(file) == file).map(|line| (file, line)),
            };
            if let Some((file, line)) = line {
                return Some((file.to_owned(), line));
            }
        }
        None
    }
}
