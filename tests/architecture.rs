//! The table of ARCHITECTURE.md, enforced: which module may name which, and what the pure ones never touch.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

/// A module and the modules that it may name.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("diag", &[]),
    ("payload", &["units"]),
    ("policy", &["units", "diag", "payload"]),
    ("plan", &["units", "payload", "policy", "record"]),
    ("heap", &["units"]),
    ("record", &["units", "heap"]),
    ("stats", &["units"]),
    ("compare", &["units", "heap", "record", "stats"]),
    ("verdict", &["units", "diag", "policy", "compare", "record", "heap", "stats"]),
    ("report", &["units", "diag", "policy", "compare", "verdict", "record", "heap", "stats"]),
    ("run", &["units", "payload", "policy", "plan", "record", "heap"]),
    ("store", &["units", "record"]),
    ("git", &[]),
    ("github", &["store"]),
];

/// Modules without files, clock, environment, threads or async; `heap` alone reads the dump it is given.
const PURE: &[&str] =
    &["units", "diag", "payload", "policy", "plan", "heap", "record", "stats", "compare", "verdict", "report"];

const IMPURE: &[&str] = &[
    "std::time::Instant",
    "SystemTime",
    "Instant::now",
    "Zoned::now",
    "Timestamp::now",
    "std::env",
    "tokio::",
    "async fn",
    "static mut",
    "thread_local!",
    "OnceLock",
];

fn sources(module: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module);
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let tests: Vec<PathBuf> = found.iter().flat_map(|path| test_modules(path)).collect();
    // With what stands below them.
    found.retain(|path| !tests.iter().any(|test| path == test || path.starts_with(test.with_extension(""))));
    found.sort();
    assert!(!found.is_empty(), "no sources of `{module}` found");
    found
}

/// Files of modules that exist for tests alone.
fn test_modules(parent: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(parent).unwrap();
    let names = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split(';').next());
    names.filter(|name| !name.contains(['{', '\n'])).map(|name| parent.with_file_name(format!("{name}.rs"))).collect()
}

/// The code of a file: without its tests and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn named_modules(code: &str) -> Vec<String> {
    let parts = code.split("crate::").skip(1);
    parts.map(|part| part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

#[test]
fn modules_name_only_what_the_table_allows() {
    let mut broken = Vec::new();
    for (module, allowed) in MAY_NAME {
        for path in sources(module) {
            for named in named_modules(&code(&path)) {
                if named != *module && !allowed.contains(&named.as_str()) {
                    broken.push(format!("{} names `{named}`", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn pure_modules_touch_no_file_clock_or_environment() {
    let mut broken = Vec::new();
    for module in PURE {
        for path in sources(module) {
            let code = code(&path);
            let files = ["std::fs", "File::open"].iter().filter(|_| *module != "heap");
            for word in IMPURE.iter().chain(files).filter(|word| code.contains(**word)) {
                broken.push(format!("{} has `{word}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
