//! `plimsoll heap`: the views, on dumps of real programs with known content.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod known_change;
mod questions;
mod waste;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn source(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name).to_str().unwrap().to_owned()
}

fn plimsoll(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = plimsoll(&[args, &["--format", "json"]].concat());
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], "plimsoll.heap/1");
    json
}

fn text(args: &[&str]) -> String {
    let output = plimsoll(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a program that writes its dumps into a folder.
fn dumps(runtime: &str, args: &[&str], kind: &str) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let args = args.iter().map(|arg| arg.replace("FOLDER", folder.path().to_str().unwrap()));
    let ran = Command::new(runtime).args(args).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let files: Vec<PathBuf> = (0..9).map(|index| folder.path().join(format!("{index}.{kind}"))).collect();
    let files = files.iter().filter(|file| file.exists()).map(|file| file.to_str().unwrap().to_owned());
    let files: Vec<String> = files.collect();
    assert!(!files.is_empty(), "`{runtime}` wrote no dump");
    (folder, files)
}
