//! A service that speaks HTTP/2 under TLS only: measured as any other, and told from one that hangs.

use std::fs;

use plimsoll::record::Incident;

use crate::scene::{Scene, incidents, ugly};

const SERVICE: &str = r#"
const http2 = require("http2"), fs = require("fs");
const options = { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("ca.pem") };
http2.createSecureServer(options, (request, response) => {
  if (request.url === "/hang") process.kill(process.pid, "SIGSTOP");
  response.end("hello");
}).listen(Number(process.env.PORT), "127.0.0.1");
"#;

fn scene(payload: &str) -> Scene {
    let service = "command = [\"node\", \"service.cjs\"]\nenv = { PORT = \"{port}\" }\ndumps = \"never\"";
    let scene = Scene::new(service, payload);
    let pair = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(scene.path("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    fs::write(scene.path("ca.pem"), pair.cert.pem()).unwrap();
    fs::write(scene.path("service.cjs"), SERVICE).unwrap();
    let policy = fs::read_to_string(scene.path("plimsoll.toml")).unwrap();
    let (plain, secure) =
        ("base-url = \"http://", "protocol = \"http2\"\nauthority = \"ca.pem\"\nbase-url = \"https://");
    fs::write(scene.path("plimsoll.toml"), policy.replace(plain, secure)).unwrap();
    scene
}

#[test]
fn it_is_measured_as_any_other() {
    let scene = scene("");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let recording = scene.recording();
    let answered: u64 = recording.steady().filter_map(|round| round.tally.requests["plain"].statuses.get(&200)).sum();
    assert_eq!(answered, 80);
}

#[test]
fn a_hang_is_told() {
    let scene = scene("[load.ugly.stop]\nget = \"/hang\"\nrequests = 2\nrounds = 2");
    let ran = scene.run(&[]);
    assert_eq!(ran.code, Some(1), "{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(incidents(&scene.recording()), [(ugly("stop", 1), Incident::Hung { unanswered: 1 })]);
}
