//! `plimsoll heap` on dumps of real programs: each leak is named, its bounded twin is not.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn plimsoll(args: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).output().unwrap()
}

/// Runs a program that writes dumps into a folder; `None` where its runtime is not installed.
fn dumps(runtime: &str, args: &[&str], kind: &str) -> Option<(tempfile::TempDir, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let args = args.iter().map(|arg| arg.replace("FOLDER", folder.path().to_str().unwrap()));
    let ran = match Command::new(runtime).args(args).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: `{runtime}` is not installed");
            return None;
        }
        ran => ran.unwrap(),
    };
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let files = (0..9).map(|index| folder.path().join(format!("{index}.{kind}"))).filter(|file| file.exists());
    let files = files.map(|file| file.to_str().unwrap().to_owned()).collect();
    Some((folder, files))
}

/// Growth by owner between two dumps, in bytes, with entries added; only what is worth a word.
fn grown(before: &str, after: &str) -> Vec<(String, i64, i64)> {
    let output = plimsoll(&["heap", "diff", before, after, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], "plimsoll.heap/1");
    let entries = |owner: &Value| {
        owner["entries_after"].as_i64().unwrap_or_default() - owner["entries_before"].as_i64().unwrap_or_default()
    };
    let owners = json["owners"].as_array().unwrap().iter();
    let owners = owners.map(|owner| {
        (owner["path"].as_str().unwrap().to_owned(), owner["growth_bytes"].as_i64().unwrap(), entries(owner))
    });
    owners.filter(|(_, bytes, _)| *bytes > 50_000).collect()
}

/// The owners that must have grown by so many entries, and nothing else.
fn assert_grown(grown: &[(String, i64, i64)], expected: &[(&str, i64)]) {
    let told: Vec<(&str, i64)> = grown.iter().map(|(path, _, entries)| (path.as_str(), *entries)).collect();
    assert_eq!(told, expected);
}

#[test]
fn the_leaks_of_a_node_program_are_named_and_its_twin_has_none() {
    let program = source("tests/heap/leak.cjs");
    // A compilation that is under way holds what it was shown as constants, in one snapshot and not in the next.
    let run = |leak| dumps("node", &["--no-opt", program.to_str().unwrap(), leak, "FOLDER"], "heapsnapshot");
    let Some((_folder, leaky)) = run("1") else { return };
    assert_grown(
        &grown(&leaky[1], &leaky[2]),
        &[
            ("context leak.cjs:clients: Map", 2000),
            ("context leak.cjs:bus: EventEmitter → ._events: Object → .tick: Array", 2000),
        ],
    );
    let (_folder, twin) = run("0").unwrap();
    assert_grown(&grown(&twin[1], &twin[2]), &[]);
    let output = plimsoll(&["heap", "owners", &leaky[2], "--depth", "9", "--match", "**"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("entries: Session") && !text.contains("secret"), "{text}");
}

#[test]
fn the_leaks_of_a_python_program_are_named_and_its_twin_has_none() {
    let (program, agents) = (source("tests/heap/leak.py"), source("src/run/probe/agents"));
    let run =
        |leak| dumps("python3", &[program.to_str().unwrap(), leak, "FOLDER", agents.to_str().unwrap()], "pygraph");
    let Some((_folder, leaky)) = run("1") else { return };
    assert_grown(
        &grown(&leaky[0], &leaky[1]),
        &[
            ("module __main__ → .CLIENTS: dict", 2000),
            ("module __main__ → .LOCAL: _thread._local → .cache: dict", 2000),
        ],
    );
    let (_folder, twin) = run("0").unwrap();
    assert_grown(&grown(&twin[0], &twin[1]), &[]);
}

#[test]
fn the_leaks_of_a_java_program_are_named_and_its_twin_has_none() {
    let program = source("tests/heap/Leak.java");
    let run = |leak| dumps("java", &["-Xshare:auto", program.to_str().unwrap(), leak, "FOLDER"], "hprof");
    let Some((_folder, leaky)) = run("1") else { return };
    assert_grown(
        &grown(&leaky[0], &leaky[1]),
        &[
            ("static Leak.SESSIONS: java.util.concurrent.ConcurrentHashMap", 2000),
            ("thread http-worker-* → threadLocals[static Leak.CACHE]: java.util.HashMap", 2000),
        ],
    );
    let (_folder, twin) = run("0").unwrap();
    assert_grown(&grown(&twin[0], &twin[1]), &[]);
}

#[test]
fn a_packed_dump_is_read_and_its_views_agree() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let tiny = tiny.to_str().unwrap();
    let json: Value = serde_json::from_slice(&plimsoll(&["heap", "summary", tiny, "--format", "json"]).stdout).unwrap();
    assert_eq!(json["format"], "hprof");
    let total = json["total_bytes"].as_u64().unwrap();
    assert!(json["owners"].as_array().unwrap().iter().all(|owner| owner["retained_bytes"].as_u64().unwrap() <= total));
    let text = String::from_utf8(plimsoll(&["heap", "summary", tiny]).stdout).unwrap();
    assert!(text.contains("largest classes") && text.contains("retained"), "{text}");
    let diff = String::from_utf8(plimsoll(&["heap", "diff", tiny, tiny]).stdout).unwrap();
    assert!(diff.contains("no owner grew"), "{diff}");
}

#[test]
fn what_is_no_dump_is_told_what_it_looks_like_and_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (file, said) in [
        (folder.path().join("none").to_str().unwrap().to_owned(), "cannot read"),
        (folder.path().to_str().unwrap().to_owned(), "cannot read"),
        (write("empty", b""), "is empty"),
        (write("zip", b"PK\x03\x04...."), "ZIP archive"),
        (write("heapdump.phd", b"\x00\x12portable heap dump\0\0\0\x04"), "Eclipse MAT"),
        (write("text", b"hello world"), "starts with `hello world`"),
        (
            write("odd.heapsnapshot", br#"{"snapshot":{"meta":{},"node_count":5},"nodes":[1,2"#),
            "missing field `node_fields`",
        ),
        (write("cut.pygraph", b"PLIMPY1\n\x01"), "cut"),
        (write("cut.hprof", b"JAVA PROFILE 1.0.2\0\0\0"), "byte"),
    ] {
        let output = plimsoll(&["heap", "owners", &file]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{file}: {error}");
        assert!(error.contains(said), "{file}: {error}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let tiny = source("fixtures/heap/tiny.hprof.gz");
    let tiny = tiny.to_str().unwrap();
    for args in [
        &["heap", "diff", tiny][..],
        &["heap", "owners"],
        &["heap", "owners", tiny, "--match", "a[b"],
        &["heap", "owners", tiny, "--format", "markdown"],
    ] {
        assert_eq!(plimsoll(args).status.code(), Some(2), "{args:?}");
    }
}
