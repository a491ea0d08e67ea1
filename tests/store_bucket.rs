//! Baselines in a bucket of a real S3-compatible server (moto) on the loopback interface, through the command line.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]
#![cfg(feature = "object-storage")]

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use plimsoll::record::Recording;
use plimsoll::store::Baselines;

/// The server; it ends with the test.
struct Storage {
    child: Child,
    address: String,
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Storage {
    fn start() -> Self {
        let script = format!("{}/scripts/ci-tools", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        let tools = String::from_utf8(output.stdout).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(format!("{}/venv/bin/moto_server", tools.trim()))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let storage = Self { child, address: format!("http://127.0.0.1:{port}") };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(120), "moto does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        storage.put("", b"");
        storage
    }

    /// Puts an object into the bucket, or makes the bucket.
    fn put(&self, path: &str, text: &[u8]) {
        let answer = ureq::put(format!("{}/bucket{path}", self.address)).send(text).unwrap();
        assert_eq!(answer.status(), 200);
    }

    fn plimsoll(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.current_dir(folder).args(arguments).env_clear();
        command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b").env("AWS_REGION", "us-east-1");
        command.env("AWS_ENDPOINT_URL_S3", &self.address);
        command
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> String {
        told(&self.plimsoll(folder, arguments).output().unwrap())
    }
}

fn told(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn keep(folder: &Path, started: &str) {
    let run = Recording { scenario: "shop".into(), started: started.into(), complete: true, ..Recording::default() };
    Baselines::open(folder.join(".plimsoll/baselines")).accept(&run, false).unwrap();
}

fn started(folder: &Path) -> Vec<String> {
    let baseline = Baselines::open(folder).load("shop").unwrap();
    baseline.recordings.into_iter().map(|run| run.started).collect()
}

const PLACE: [&str; 2] = ["--baseline", "s3://bucket/team/quotes"];

#[test]
fn a_bucket_keeps_lists_and_gives_back_what_was_pushed() {
    let (storage, here) = (Storage::start(), tempfile::tempdir().unwrap());
    let run = |arguments: &[&str]| storage.run(here.path(), &[arguments, &PLACE].concat());
    assert!(run(&["baseline", "list"]).contains("no baseline yet"));
    ["1", "2", "3"].into_iter().for_each(|started| keep(here.path(), started));
    assert_eq!(run(&["baseline", "push"]).lines().count(), 3);
    assert_eq!(run(&["baseline", "push"]), "nothing to copy\n");
    storage.put("/team/quotes/shop/000009.json", b"{\"schema\": 1,");
    let listed = run(&["baseline", "list"]);
    assert!(listed.starts_with("shop\n") && listed.contains("000009  passed over"), "{listed}");
    run(&["baseline", "fetch", "--to", "copy"]);
    assert_eq!(started(&here.path().join("copy")), ["1", "2", "3"]);
}

#[test]
fn writers_at_once_lose_nothing_in_a_bucket() {
    let storage = Storage::start();
    let folders: Vec<_> = ["1", "2", "3", "4"]
        .map(|name| {
            let folder = tempfile::tempdir().unwrap();
            keep(folder.path(), name);
            folder
        })
        .into();
    let children: Vec<Child> = folders
        .iter()
        .map(|folder| {
            let mut push = storage.plimsoll(folder.path(), &[&["baseline", "push"][..], &PLACE].concat());
            push.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    children.into_iter().for_each(|child| drop(told(&child.wait_with_output().unwrap())));
    let here = folders[0].path();
    storage.run(here, &[&["baseline", "fetch", "--to", "copy"][..], &PLACE].concat());
    let mut found = started(&here.join("copy"));
    found.sort();
    assert_eq!(found, ["1", "2", "3", "4"]);
}

#[test]
fn a_bucket_that_is_not_there_is_said_with_its_address() {
    let (storage, here) = (Storage::start(), tempfile::tempdir().unwrap());
    keep(here.path(), "1");
    let output =
        storage.plimsoll(here.path(), &["baseline", "push", "--baseline", "s3://elsewhere/x"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3));
    assert!(error.contains("s3://elsewhere/x") && error.contains("credentials"), "{error}");
    assert_eq!(fs::read_dir(here.path().join(".plimsoll/baselines/shop")).unwrap().count(), 1);
}
