//! `plimsoll heap redact` on dumps of real programs: planted secrets are in the original and not in the
//! result, and both weigh the same to the byte.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const JAVA: &str = r#"
import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.*;

public class Secrets {
    static final String CONSTANT = "constant-of-the-source-7391";
    static final Map<String, Object> CACHE = new HashMap<>();
    static final long STATIC_PIN = Long.parseLong("81985529216486895");
    final long pin = STATIC_PIN;

    public static void main(String[] args) throws Exception {
        CACHE.put("user-key-7391", "latin-secret-7391".concat(""));
        CACHE.put("wide", "wide-\u0416-secret-7391");
        CACHE.put("chars", "chars-secret-7391".toCharArray());
        CACHE.put("bytes", "bytes-secret-7391".getBytes());
        CACHE.put("pin", new Secrets());
        CACHE.put("boxed", Long.valueOf(STATIC_PIN));
        Thread.currentThread().setName("thread-secret-7391");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(args[0], true);
    }
}
"#;

const NODE: &str = r#"
const cache = new Map();
globalThis.holder = { cache, visibleProperty: {} };
cache.set("user-key-7391", { token: ["token", "secret", "7391"].join("-") });
const weak = new WeakMap([[globalThis.holder, ["weak", "secret", "7391"].join("-")]]);
globalThis.weak = weak;
globalThis.pattern = new RegExp(["regexp", "secret", "7391"].join("-"));
require("v8").writeHeapSnapshot(process.argv[2]);
"#;

fn plimsoll(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).output().unwrap()
}

fn summary(dump: &Path) -> Value {
    let output = plimsoll(&["heap", "summary", "--format", "json", "--top", "40", dump.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    summary.as_object_mut().unwrap().remove("file");
    summary
}

fn redact(from: &Path, to: &Path, options: &[&str]) -> Output {
    let files = [from.to_str().unwrap(), to.to_str().unwrap()];
    plimsoll(&[&["heap", "redact"], &files[..], options].concat())
}

fn count(content: &[u8], text: &[u8]) -> usize {
    memchr::memmem::find_iter(content, text).count()
}

fn run(program: &str, args: &[&Path]) {
    let ran = Command::new(program).args(args).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn secrets_of_a_java_program_are_gone_and_its_weight_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (program, dump) = (folder.path().join("Secrets.java"), folder.path().join("a.hprof"));
    std::fs::write(&program, JAVA).unwrap();
    run("java", &[&program, &dump]);
    let clean = folder.path().join("b.hprof");
    assert!(redact(&dump, &clean, &[]).status.success());
    let (before, after) = (std::fs::read(&dump).unwrap(), std::fs::read(&clean).unwrap());
    assert_eq!(before.len(), after.len());
    let wide: Vec<u8> = "Ж-secret-7391".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let chars: Vec<u8> = "chars-secret-7391".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let secrets: [&[u8]; 8] = [
        b"constant-of-the-source-7391",
        b"user-key-7391",
        b"latin-secret-7391",
        &wide,
        &chars,
        b"bytes-secret-7391",
        b"thread-secret-7391",
        &81_985_529_216_486_895_u64.to_be_bytes(),
    ];
    for secret in secrets {
        let text = secret.escape_ascii();
        assert!(count(&before, secret) > 0, "{text} is not in the original");
        assert_eq!(count(&after, secret), 0, "{text}");
    }
    for name in [&b"STATIC_PIN"[..], b"CACHE", b"java/util/HashMap$Node"] {
        assert_eq!(count(&before, name) > 0, count(&after, name) > 0);
    }
    let named = folder.path().join("c.hprof");
    assert!(redact(&dump, &named, &["--keep-thread-names"]).status.success());
    assert_eq!(summary(&dump), summary(&named));
    assert!(count(&std::fs::read(&named).unwrap(), b"thread-secret-7391") > 0);
    let totals =
        |dump| ["total_bytes", "objects", "references", "roots", "classes"].map(|key| summary(dump)[key].clone());
    assert_eq!(totals(&dump), totals(&clean));
}

#[test]
fn secrets_of_a_node_program_are_gone_and_its_weight_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (program, dump) = (folder.path().join("secrets.js"), folder.path().join("a.heapsnapshot"));
    std::fs::write(&program, NODE).unwrap();
    run("node", &[&program, &dump]);
    let clean = folder.path().join("b.heapsnapshot");
    let told = redact(&dump, &clean, &["--format", "json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["format"], "v8");
    assert!(told["caveats"][0].as_str().unwrap().contains("names of properties are kept"), "{told:#}");
    let (before, after) = (std::fs::read(&dump).unwrap(), std::fs::read(&clean).unwrap());
    for secret in [&b"token-secret-7391"[..], b"user-key-7391", b"weak-secret-7391", b"regexp-secret-7391"] {
        assert!(count(&before, secret) > 0, "{} is not in the original", secret.escape_ascii());
        assert_eq!(count(&after, secret), 0, "{}", secret.escape_ascii());
    }
    assert!(count(&after, b"\"visibleProperty\"") == 1);
    assert!(count(&before, b"writeHeapSnapshot(process") > 0 && count(&after, b"writeHeapSnapshot(process") == 0);
    let parsed: Value = serde_json::from_slice(&after).unwrap();
    let original: Value = serde_json::from_str(&String::from_utf8_lossy(&before)).unwrap();
    for key in ["snapshot", "nodes", "edges", "locations"] {
        assert_eq!(parsed[key], original[key], "{key}");
    }
    assert_eq!(parsed["strings"].as_array().unwrap().len(), original["strings"].as_array().unwrap().len());
    assert_eq!(summary(&dump), summary(&clean));
}

#[test]
fn nothing_is_overwritten_unasked_and_no_half_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    let out = folder.path().join("out.hprof.gz");
    std::fs::write(&out, "mine").unwrap();
    let refused = redact(&tiny, &out, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    assert_eq!(std::fs::read(&out).unwrap(), b"mine");
    assert!(redact(&tiny, &out, &["--force"]).status.success());
    assert_eq!(&std::fs::read(&out).unwrap()[..2], [0x1f, 0x8b]);
    assert_eq!(summary(&out)["total_bytes"], summary(&tiny)["total_bytes"]);
    // In place: what is read is the old file until the new one takes its name.
    assert!(redact(&out, &out, &["--force"]).status.success());
    assert_eq!(summary(&out)["total_bytes"], summary(&tiny)["total_bytes"]);
    let broken = folder.path().join("broken.hprof");
    std::fs::write(&broken, b"JAVA PROFILE 1.0.2\0\0\0\0\x08________\x1c\0\0\0\0\0\0\0\x01\x77").unwrap();
    let failed = redact(&broken, &folder.path().join("none.hprof"), &[]);
    assert_eq!(failed.status.code(), Some(3));
    let mut left: Vec<_> = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["broken.hprof", "out.hprof.gz"]);
}

#[test]
fn a_cut_dump_is_redacted_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    let whole = folder.path().join("whole.hprof");
    assert!(redact(&tiny, &whole, &[]).status.success());
    let content = std::fs::read(&whole).unwrap();
    let (cut, clean) = (folder.path().join("cut.hprof"), folder.path().join("clean.hprof"));
    std::fs::write(&cut, &content[..content.len() * 2 / 3]).unwrap();
    let output = redact(&cut, &clean, &[]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("cut at byte"));
    assert_eq!(summary(&cut)["total_bytes"], summary(&clean)["total_bytes"]);
    assert!(content.starts_with(&std::fs::read(&clean).unwrap()));
}

#[test]
fn dumps_go_through_pipes() {
    let tiny = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz")).unwrap();
    let piped = |args: &[&str], input: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let input = input.to_owned();
        // What is refused early is not read to its end.
        let writer = std::thread::spawn(move || pipe.write_all(&input).is_ok());
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    };
    let total = |output: Output| {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["total_bytes"].as_u64().unwrap()
    };
    let direct = summary(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz"));
    let direct = direct["total_bytes"].as_u64().unwrap();
    for file in ["-", "/dev/stdin"] {
        assert_eq!(total(piped(&["heap", "summary", "--format", "json", file], &tiny)), direct);
    }
    let redacted = piped(&["heap", "redact", "-", "-", "-q"], &tiny);
    assert!(!String::from_utf8_lossy(&redacted.stderr).contains("overwritten"));
    let plain = redacted.stdout;
    assert!(plain.starts_with(b"JAVA PROFILE"));
    assert_eq!(total(piped(&["heap", "summary", "--format", "json", "-"], &plain)), direct);
    let refused = piped(&["heap", "summary", "-"], &vec![b'x'; 3 << 20]);
    assert_eq!(refused.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("starts with `xxxxxxxxxxxx`"));
}

#[test]
fn a_pipe_is_written_to_a_link_is_followed_and_neither_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    assert!(redact(&tiny, &pipe, &[]).status.success());
    assert!(reader.join().unwrap().starts_with(b"JAVA PROFILE"));
    let (link, target) = (folder.path().join("link"), folder.path().join("target"));
    std::fs::write(&target, "old").unwrap();
    std::os::unix::fs::symlink("target", &link).unwrap();
    assert!(redact(&tiny, &link, &["--force"]).status.success());
    assert!(std::fs::read(&target).unwrap().starts_with(b"JAVA PROFILE"));
    assert!(link.is_symlink() && pipe.exists() && !pipe.is_file());
}

#[test]
fn a_signal_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.hprof");
    // One array of 256 MiB, which takes a moment to write.
    let length = 256_u32 << 20;
    let head = [&b"JAVA PROFILE 1.0.2\0\0\0\0\x08________\x1c\0\0\0\0"[..], &(length + 18).to_be_bytes()];
    let array = [&b"\x23________\0\0\0\0"[..], &length.to_be_bytes(), b"\x08"];
    let mut file = std::fs::File::create(&large).unwrap();
    file.write_all(&[head.concat(), array.concat()].concat()).unwrap();
    let end = file.metadata().unwrap().len() + u64::from(length);
    file.set_len(end).unwrap();
    let out = folder.path().join("out");
    std::fs::create_dir(&out).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["heap", "redact"])
        .args([&large, &out.join("out.hprof")])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let left = || std::fs::read_dir(&out).unwrap().count();
    while left() == 0 {
        assert_eq!(child.try_wait().unwrap(), None);
    }
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert_eq!(left(), 0);
}

#[test]
fn a_named_pipe_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["heap", "summary", "--format", "json"])
        .arg(&pipe)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
    std::fs::write(&pipe, std::fs::read(&tiny).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["total_bytes"], summary(&tiny)["total_bytes"]);
}
