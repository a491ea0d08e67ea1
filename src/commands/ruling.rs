//! By which rules a run is judged: those of the policy at hand, or those of another commit, with what differs.

use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use super::Global;
use crate::diag::Source;
use crate::git::{Commit, GitError, Repository};
use crate::plan::plan;
use crate::policy::{Policy, Rules, parse};

/// Which rules count.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Judge by the rules and waivers as this commit has them; what the work tree changes in them is told, with the
    /// outcome under both.
    #[arg(long, value_name = "REF")]
    pub rules_at: Option<String>,
}

/// The rules of a verdict.
#[derive(Debug, Clone)]
pub(super) struct Ruling {
    /// Those that count.
    pub rules: Rules,
    /// Those of the change, where they are others'.
    pub own: Option<Own>,
    /// What could not be had, one sentence each.
    pub notes: Vec<String>,
}

/// The rules of a change that is judged by those of its base.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// Whose rules count instead.
    pub base: String,
    /// The rules of the change.
    pub rules: Rules,
    /// Whether the base sends another load.
    pub load: bool,
}

impl From<&Rules> for Ruling {
    fn from(rules: &Rules) -> Self {
        Self { rules: rules.clone(), own: None, notes: Vec::new() }
    }
}

impl Args {
    /// The rules by which `policy`, read from `file`, is judged. What is wrong is printed, and its exit code comes back.
    pub(super) fn ruling(&self, policy: &Policy, file: &Path) -> Result<Ruling, ExitCode> {
        let Some(name) = &self.rules_at else { return Ok(Ruling::from(&policy.rules)) };
        at(name, policy, file).map_err(|error| {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        })
    }
}

fn at(name: &str, policy: &Policy, file: &Path) -> Result<Ruling, GitError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let repository = Repository::of(folder)?;
    let (named, head) = (repository.commit(name)?, repository.commit("HEAD")?);
    let commit = repository.merge_base(&head, &named);
    let mut ruling = Ruling::from(&policy.rules);
    match read(&repository, &commit, file) {
        Ok(Some(mut base)) => {
            base.name.clone_from(&policy.name);
            let load = plan(&base).digest != plan(policy).digest;
            ruling.own = Some(Own { base: commit.to_string(), rules: policy.rules.clone(), load });
            ruling.rules = base.rules;
        }
        Ok(None) => {
            ruling.notes.push(format!("{commit} has no `{}`: judged by the rules of the change", file.display()))
        }
        Err(why) => {
            ruling.notes.push(format!("the rules of {commit} cannot be read, so those of the change count: {why}"))
        }
    }
    Ok(ruling)
}

/// The policy as a commit has it, with what it extends; `None` where there is none.
fn read(repository: &Repository, commit: &Commit, file: &Path) -> Result<Option<Policy>, String> {
    let text = |path: &Path| -> Result<Option<String>, String> {
        let inner = inner(repository, path).ok_or("it is outside of the repository")?;
        repository.text(commit, &inner).map_err(|error| error.to_string())
    };
    let Some(own) = text(file)? else { return Ok(None) };
    // The scenario's name says nothing about rules; it only has to be one.
    let source = Source::new(file.display().to_string(), own).in_folder("base");
    let loader = |path: &str| text(Path::new(path))?.ok_or_else(|| "the commit has no such file".to_owned());
    parse(&source, &loader).map(Some).map_err(|diagnostics| {
        let first = diagnostics.iter().next().map(|one| one.message.clone());
        first.unwrap_or_else(|| "it is no policy".to_owned())
    })
}

/// A path as it is called from the top of the repository, whether or not it is there now.
fn inner(repository: &Repository, path: &Path) -> Option<PathBuf> {
    let whole = std::env::current_dir().ok()?.canonicalize().ok()?.join(path);
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    // The folder may be called by a symbolic link.
    let folder = plain.parent()?.canonicalize().unwrap_or_else(|_| plain.parent().unwrap_or(&plain).to_owned());
    folder.join(plain.file_name()?).strip_prefix(repository.top()).ok().map(Path::to_owned)
}

/// Reads a policy and finds the rules that count.
pub(super) fn read_both(args: &Args, file: &Path, global: &Global) -> Result<(Policy, Ruling), ExitCode> {
    let policy = super::policy::read(file, global)?;
    let ruling = args.ruling(&policy, file)?;
    Ok((policy, ruling))
}
