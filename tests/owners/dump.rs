//! Dumps of real programs, and how their owners read.

use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::heap::{HeapSummary, Limits, Options, Owner, summarize};
use plimsoll::units::Bytes;

/// A file of this project.
pub fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Runs a program that writes dumps into a folder, which stands for `FOLDER` in its arguments.
pub fn run(runtime: &str, args: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let args = args.iter().map(|arg| arg.replace("FOLDER", folder.path().to_str().unwrap()));
    let output = Command::new(runtime).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

/// All owners of a dump, however small.
pub fn owners(file: &Path) -> HeapSummary {
    let limits = Limits { least: Bytes(1), share: 0.0, rows: 50_000, ..Limits::default() };
    summarize(file, &Options { limits, ..Options::default() }).unwrap()
}

/// The static fields of a class or of its nested ones, not what stands under the name of a field of theirs.
pub fn statics<'a>(summary: &'a HeapSummary, class: &str) -> Vec<&'a Owner> {
    let start = format!("static {class}");
    let own = |owner: &&Owner| {
        let edge = &owner.step.edge;
        edge.starts_with(&start) && !edge.contains('<') && edge.matches('.').count() == 1
    };
    summary.owners.iter().filter(own).collect()
}

/// The largest owner whose path has these edges.
pub fn below<'a>(owners: &'a [Owner], edges: &str) -> &'a Owner {
    let mut level = owners;
    let mut found = None;
    for edge in edges.split(" → ") {
        let owner = level.iter().find(|owner| owner.step.edge == edge);
        let owner = owner.unwrap_or_else(|| panic!("no owner `{edge}` of `{edges}`"));
        level = &owner.children;
        found = Some(owner);
    }
    found.unwrap()
}
