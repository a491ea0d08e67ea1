//! The versions of CPython on this machine.

use std::process::Command;

/// The interpreters that can be started by their version.
pub fn interpreters() -> Vec<String> {
    let mut found = vec!["python3".to_owned()];
    let pyenv = std::env::var("PYENV_ROOT").unwrap_or_else(|_| format!("{}/.pyenv", std::env::var("HOME").unwrap()));
    for minor in 8..=15 {
        found.push(format!("python3.{minor}"));
    }
    let versions = std::fs::read_dir(format!("{pyenv}/versions")).into_iter().flatten().flatten();
    found.extend(versions.map(|version| version.path().join("bin/python3").to_string_lossy().into_owned()));
    let recent = "import sys; sys.exit(sys.version_info < (3, 8))";
    found.retain(|python| {
        Command::new(python).args(["-c", recent]).output().is_ok_and(|output| output.status.success())
    });
    found
}
