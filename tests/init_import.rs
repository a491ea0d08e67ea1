//! `plimsoll init --openapi` and `--har`: what is written is a policy, and hostile files are refused with a word.

#![expect(clippy::unwrap_used, reason = "a test may say that this cannot fail here")]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output};

use plimsoll::diag::Source;
use plimsoll::plan::Requests;
use plimsoll::policy::{Expect, Policy, parse};
use plimsoll::record::Phase;

fn init(folder: &Path, option: &str, file: &str, text: &[u8]) -> Output {
    fs::write(folder.join(file), text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["init", option, file, "--stdout"]).current_dir(folder).output().unwrap()
}

fn policy(option: &str, file: &str, text: &[u8]) -> Policy {
    let folder = tempfile::tempdir().unwrap();
    let output = init(folder.path(), option, file, text);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let read = parse(&Source::new("plimsoll.toml", text.clone()), &|_| Err("none".into()));
    read.unwrap_or_else(|diagnostics| unreachable!("{diagnostics}\n{text}"))
}

#[test]
fn a_large_description_of_the_world_becomes_a_policy() {
    let packed = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/github/openapi.json.gz")).unwrap();
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut text).unwrap();
    let policy = policy("--openapi", "api.json", &text);
    assert!(policy.load.requests.len() >= 10, "{}", policy.load.requests.len());
    let requests = Requests::new(&policy.load);
    let sent: Vec<_> =
        (0..policy.load.requests.len() as u64).map(|i| requests.get(&Phase::WarmUp, i).unwrap()).collect();
    assert!(sent.iter().all(|request| !request.path.contains('{')), "{sent:?}");
}

#[test]
fn odd_words_of_a_description_are_written_as_they_are_meant() {
    let api = r##"
openapi: "3.0.3"
info: { title: "quote \" and ''' and \u007f", version: "1" }
paths:
  /a b/{x-y}/{é}:
    post:
      operationId: "ünusual id/with [brackets]\nand lines"
      parameters:
        - { name: "q[0]", in: query, required: true, schema: { type: string, example: "a&b={c}" } }
      requestBody: { content: { application/json: { example: { text: "{x-y} and {name} \u007f \"'''", "k{b}": 1 } } } }
      responses: { "2XX": {}, default: {} }
"##;
    let policy = policy("--openapi", "api.yml", api.as_bytes());
    let [request] = &policy.load.requests[..] else { unreachable!("{:?}", policy.load.requests) };
    assert_eq!(request.expect, Expect::Class(2));
    let sent = Requests::new(&policy.load).get(&Phase::WarmUp, 0).unwrap();
    assert!(sent.path.starts_with("/a%20b/") && sent.path.contains("q%5B0%5D=a%26b%3D%7Bc%7D"), "{}", sent.path);
    let plimsoll::plan::PlannedBody::Text(body) = &sent.body else { unreachable!("{sent:?}") };
    let body: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert!(body["k{b}"] == 1 && body["text"].as_str().unwrap().contains("{name} \u{7f} \"'''"), "{body}");
}

#[test]
fn recorded_traffic_becomes_a_policy_without_its_secrets() {
    let entry = |method: &str, url: &str, body: &str| {
        serde_json::json!({
            "request": { "method": method, "url": url, "headers": [{ "name": "cookie", "value": "sid=s3cret" }],
                         "postData": { "mimeType": "application/json", "text": body } },
            "response": { "status": 200, "content": { "mimeType": "application/json", "text": "s3cret" } }
        })
    };
    let entries = [
        entry("GET", "http://127.0.0.1:7070/orders/1?sort={up}", ""),
        entry("GET", "http://127.0.0.1:7070/orders/2?sort={up}", ""),
        entry("GET", "http://127.0.0.1:7070/orders/3?sort=down", ""),
        entry("POST", "http://127.0.0.1:7070/login", r#"{"user":"{ann}","password":"s3cret"}"#),
    ];
    let har = serde_json::json!({ "log": { "entries": entries } }).to_string();
    let policy = policy("--har", "traffic.har", har.as_bytes());
    assert_eq!(policy.load.base_url, "http://127.0.0.1:7070");
    let kinds: Vec<_> = policy.load.requests.iter().map(|r| (r.name.as_str(), r.weight, r.method.as_str())).collect();
    assert_eq!(kinds, [("get-orders-id", 3, "GET"), ("post-login", 1, "POST")]);
    let requests = Requests::new(&policy.load);
    let paths: Vec<String> = (0..4).map(|i| requests.get(&Phase::WarmUp, i).unwrap().path.clone()).collect();
    assert!(paths.contains(&"/orders/1?sort=%7Bup%7D".to_owned()), "{paths:?}");
    assert!(!format!("{policy:?}").contains("s3cret"));
}

#[test]
fn hostile_files_are_refused_with_a_word() {
    let circle = r##"{"openapi":"3.1.0","paths":{"/a":{"$ref":"#/paths/~1a"}}}"##;
    let deep = format!(r#"{{"openapi":"3.1.0","paths":{}1{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    let lists = format!("openapi: 3.1.0\npaths: {}", "[".repeat(200_000));
    let bomb: String = (1..20).map(|n| format!("a{n}: &a{n} [*a{}, *a{0}, *a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    let bomb = format!("openapi: 3.1.0\na0: &a0 [1, 2]\n{bomb}");
    for (option, text, word) in [
        ("--openapi", circle, "refers to itself"),
        ("--openapi", deep.as_str(), "recursion limit"),
        ("--openapi", lists.as_str(), "is no OpenAPI description"),
        ("--openapi", bomb.as_str(), "two million"),
        ("--openapi", "{\"swagger\": \"2.0\"}", "swagger 2.0"),
        ("--har", deep.as_str(), "is no HTTP archive"),
        ("--har", "{\"log\":{\"entries\":[]}}", "no request that could be sent"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = init(folder.path(), option, "file", text.as_bytes());
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(word), "{word}: {stderr}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::File::create(folder.path().join("large")).unwrap().set_len(100 << 20).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let output = command.args(["init", "--har", "large"]).current_dir(folder.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("more than 64 MiB"));
    assert!(!folder.path().join("plimsoll.toml").exists());
}
