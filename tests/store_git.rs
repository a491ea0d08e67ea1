//! Baselines on a branch of a real git repository.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use plimsoll::record::Recording;
use plimsoll::store::{Baselines, GitBranch, Shelf as _};

/// A repository that others push to, and clones of it.
struct Forge(tempfile::TempDir);

impl Forge {
    fn new() -> Self {
        let forge = Self(tempfile::tempdir().unwrap());
        git(forge.0.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "origin.git"]);
        let first = forge.clone_as("first");
        std::fs::write(first.join("code"), "1").unwrap();
        git(&first, &["add", "code"]);
        git(&first, &["commit", "--quiet", "-m", "Begin"]);
        git(&first, &["push", "--quiet", "origin", "HEAD:main"]);
        forge
    }

    fn clone_as(&self, name: &str) -> std::path::PathBuf {
        git(self.0.path(), &["clone", "--quiet", "origin.git", name]);
        self.0.path().join(name)
    }

    fn origin(&self, arguments: &[&str]) -> String {
        git(&self.0.path().join("origin.git"), arguments)
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "advice.detachedHead=false"]);
    let output = git.args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn recording(started: u32) -> Recording {
    Recording { scenario: "shop".into(), started: started.to_string(), complete: true, ..Recording::default() }
}

fn on(clone: &Path) -> Baselines {
    Baselines::on(Arc::new(GitBranch::open(clone, "plimsoll-baselines").unwrap()))
}

fn started(baselines: &Baselines) -> Vec<String> {
    baselines.load("shop").unwrap().recordings.into_iter().map(|recording| recording.started).collect()
}

#[test]
fn what_one_clone_accepts_another_reads_and_the_history_stays_one_commit_long() {
    let forge = Forge::new();
    let (here, there) = (forge.clone_as("here"), forge.clone_as("there"));
    assert!(started(&on(&there)).is_empty());
    for run in 0..7 {
        on(&here).accept(&recording(run), false).unwrap();
    }
    assert_eq!(started(&on(&there)), ["2", "3", "4", "5", "6"]);
    assert_eq!(on(&there).scenarios().unwrap(), ["shop"]);
    on(&there).accept(&recording(9), true).unwrap();
    assert_eq!(started(&on(&here)), ["9"]);
    assert_eq!(forge.origin(&["rev-list", "--count", "plimsoll-baselines"]), "1");
    // The user's clone is as it was: no branch, no change, not shallow.
    assert_eq!(git(&here, &["branch", "--format=%(refname:short)"]), "main");
    assert_eq!(git(&here, &["status", "--porcelain"]), "");
    assert_eq!(git(&here, &["rev-parse", "--is-shallow-repository"]), "false");
}

#[test]
fn writers_at_once_lose_nothing() {
    let forge = Forge::new();
    let clones: Vec<_> = ["a", "b", "c"].map(|name| forge.clone_as(name)).into();
    std::thread::scope(|scope| {
        for (i, clone) in clones.iter().enumerate() {
            scope.spawn(move || {
                let branch = GitBranch::open(clone, "plimsoll-baselines").unwrap();
                for run in 0..3 {
                    branch.add("shop", format!("{i}-{run}").as_bytes(), 100).unwrap();
                }
            });
        }
    });
    let branch = GitBranch::open(&clones[0], "plimsoll-baselines").unwrap();
    let entries = branch.entries("shop").unwrap();
    assert_eq!(entries, (1..=9).collect::<Vec<_>>());
    let mut texts: Vec<Vec<u8>> = entries.iter().map(|entry| branch.read("shop", *entry).unwrap()).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 9);
}

#[test]
fn a_corrupt_run_is_named_and_the_one_before_serves() {
    let forge = Forge::new();
    let here = forge.clone_as("here");
    on(&here).accept(&recording(1), false).unwrap();
    GitBranch::open(&here, "plimsoll-baselines").unwrap().add("shop", b"{\"schema\": 1,", 9).unwrap();
    let baseline = on(&here).load("shop").unwrap();
    assert_eq!((baseline.recordings.len(), baseline.skipped.len()), (1, 1));
    assert!(baseline.skipped[0].contains("plimsoll-baselines/shop/000002.json"), "{}", baseline.skipped[0]);
}

#[test]
fn a_branch_that_holds_other_things_keeps_to_runs_and_foreign_names_lead_nowhere() {
    let forge = Forge::new();
    let here = forge.clone_as("here");
    assert!(GitBranch::open(&here, "main").unwrap().entries("shop").unwrap().is_empty());
    for name in ["--upload-pack=x", "a..b", "", "a b", "x:y"] {
        let error = GitBranch::open(&here, name).unwrap_err().to_string();
        assert!(error.contains("no name of a branch"), "{error}");
    }
}

#[test]
fn a_remote_that_refuses_is_said_with_what_git_said() {
    let forge = Forge::new();
    let here = forge.clone_as("here");
    std::fs::remove_dir_all(forge.0.path().join("origin.git")).unwrap();
    let error = on(&here).accept(&recording(1), false).unwrap_err().to_string();
    assert!(error.contains("git+branch://plimsoll-baselines") && error.contains("fatal"), "{error}");
}
