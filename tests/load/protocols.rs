//! What is spoken: HTTP/2, TLS, WebSocket, server-sent events, bare TCP; logins, rows of files, virtual users.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use plimsoll::diag::Source;
use plimsoll::policy::{Load, parse};
use plimsoll::record::{LoadTally, Phase};
use plimsoll::run::load::{LoadError, Progress, Sender};

use super::profile::shown;

/// A Node service of many languages. Prints its ports: HTTP/1, HTTP/2 in the clear, TLS with both, TCP. `/count`
/// tells the connections and what was seen.
const SERVICE: &str = r#"
const http = require("http"), http2 = require("http2"), net = require("net"), crypto = require("crypto"), fs = require("fs");
const seen = { connections: 0, versions: {}, users: {}, busy: 0, mostBusy: 0, text: [] };
const count = (socket) => { seen.connections++; };
function answer(request, response) {
  const version = request.httpVersion;
  seen.versions[version] = (seen.versions[version] || 0) + 1;
  const path = request.url.split("?")[0];
  if (path === "/count") return response.end(JSON.stringify(seen));
  if (path === "/login") {
    response.writeHead(200, { "set-cookie": ["sid=s1; Path=/", "lang=en"], "x-csrf": "c1" });
    return response.end(JSON.stringify({ user: { token: "t1" } }));
  }
  if (path === "/me") {
    const good = request.headers.authorization === "Bearer t1" && request.headers.cookie === "lang=en; sid=s1"
      && request.headers["x-csrf"] === "c1";
    return response.writeHead(good ? 200 : 401).end();
  }
  if (path.startsWith("/user/")) {
    const user = path.slice(6);
    (seen.users[user] = seen.users[user] || new Set()).add(request.socket.remotePort);
    return response.end("hello");
  }
  if (path === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let n = 0;
    const timer = setInterval(() => { response.write(n % 2 ? "\n" : "data: " + n + "\n"); n++; }, 2);
    request.on("close", () => clearInterval(timer));
    return;
  }
  seen.mostBusy = Math.max(seen.mostBusy, ++seen.busy);
  let size = 0;
  request.on("data", (data) => { size += data.length; });
  request.on("end", () => setTimeout(() => { seen.busy--; response.end("got " + size); }, path === "/slow" ? 30 : 0));
}
const plain = http.createServer(answer).on("connection", count);
plain.on("upgrade", (request, socket, head) => {
  const accept = crypto.createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: " + accept + "\r\n\r\n");
  let data = head;
  socket.on("error", () => {});
  socket.on("data", (more) => {
    data = Buffer.concat([data, more]);
    while (data.length >= 6 && data.length >= 6 + (data[1] & 127)) {
      const length = data[1] & 127, mask = data.subarray(2, 6);
      const text = Buffer.from(data.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]));
      seen.text.push(text.toString());
      socket.write(Buffer.concat([Buffer.from([0x81, length]), text]));
      data = data.subarray(6 + length);
    }
  });
});
const clear = http2.createServer(answer).on("session", count);
const tls = http2.createSecureServer({ key: fs.readFileSync(process.argv[1]), cert: fs.readFileSync(process.argv[2]), allowHTTP1: true }, answer);
const lines = net.createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => { seen.text.push(data.toString()); socket.write("+PO"); setTimeout(() => socket.write("NG\r\n"), 2); });
});
seen.toJSON = () => ({ ...seen, users: Object.fromEntries(Object.entries(seen.users).map(([user, ports]) => [user, ports.size])) });
(async () => {
  const ports = [];
  for (const server of [plain, clear, tls, lines]) {
    await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
    ports.push(server.address().port);
  }
  console.log(ports.join(" "));
})();
"#;

struct Service {
    child: Child,
    http1: u16,
    http2: u16,
    tls: u16,
    tcp: u16,
    folder: tempfile::TempDir,
}

impl Service {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let (secret, certificate) = (folder.path().join("key.pem"), folder.path().join("ca.pem"));
        std::fs::write(&secret, key.signing_key.serialize_pem()).unwrap();
        std::fs::write(&certificate, key.cert.pem()).unwrap();
        let mut command = Command::new("node");
        command.args(["-e", SERVICE, "--"]).args([&secret, &certificate]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports: Vec<u16> = line.split_whitespace().map(|port| port.parse().unwrap()).collect();
        let [http1, http2, tls, tcp] = ports[..] else { unreachable!("{line}") };
        Self { child, http1, http2, tls, tcp, folder }
    }

    /// The load profile of a policy whose file stands in the folder of the certificate.
    fn load(&self, text: &str) -> Load {
        let policy = format!("[service]\ncommand = [\"true\"]\n{text}");
        let name = self.folder.path().join("plimsoll.toml").to_string_lossy().into_owned();
        let loader = |path: &str| std::fs::read_to_string(path).map_err(|error| error.to_string());
        parse(&Source::new(name, policy), &loader).map_err(|mistakes| mistakes.to_string()).unwrap().load
    }

    async fn send(&self, text: &str, requests: u64) -> Result<LoadTally, LoadError> {
        let sender = Sender::new(Arc::new(self.load(text)));
        sender.send(&Phase::WarmUp, 0, requests, &Arc::new(Progress::default())).await
    }

    /// What the service saw.
    async fn seen(&self) -> serde_json::Value {
        let url = format!("http://127.0.0.1:{}/count", self.http1);
        let text = tokio::task::spawn_blocking(move || ureq::get(url).call().unwrap().body_mut().read_to_string());
        serde_json::from_str(&text.await.unwrap().unwrap()).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ports(service: &Service) -> [(u16, &'static str, &'static str); 3] {
    [(service.http2, "http", ""), (service.tls, "https", "authority = \"ca.pem\""), (service.http1, "http", "")]
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_is_spoken_in_the_clear_and_under_tls_on_few_connections() {
    let service = Service::start();
    let [(clear, ..), (tls, _, authority), _] = ports(&service);
    for (port, scheme, more) in [(clear, "http", ""), (tls, "https", authority)] {
        let text = format!(
            "[load]\nbase-url = \"{scheme}://127.0.0.1:{port}\"\nprotocol = \"http2\"\n{more}\n\
             steady = {{ rate = \"500/s\" }}\n[load.request.a]\npost = \"/slow\"\nbody = \"hello\"\n"
        );
        let tally = service.send(&text, 60).await.unwrap();
        let tally = &tally.requests["a"];
        assert_eq!((shown(&tally.statuses), shown(&tally.failures)), ("200: 60".to_owned(), String::new()));
        assert_eq!((tally.bytes_out, tally.bytes_in), (300, 300), "hello, got 5");
    }
    let seen = service.seen().await;
    assert_eq!(seen["versions"]["2.0"], 120, "{seen}");
    assert!(seen["mostBusy"].as_u64().unwrap() > 3, "streams side by side: {seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_on_a_connection_of_http2_is_free_again_once_it_is_left() {
    let service = Service::start();
    let text = format!(
        "[load]\nbase-url = \"http://127.0.0.1:{}\"\nprotocol = \"http2\"\ntimeout = \"100ms\"\n\
         warm-up = {{ users = 50 }}\n[load.request.a]\nget = \"/events\"\n",
        service.http2
    );
    let tally = service.send(&text, 350).await.unwrap();
    assert_eq!(shown(&tally.requests["a"].failures), "timeout: 350");
    assert_eq!(service.seen().await["connections"], 2, "one for fifty users who give up and come again, one to ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_needs_an_authority_that_is_trusted() {
    let service = Service::start();
    let text = |more: &str| format!("[load]\nbase-url = \"https://localhost:{}\"\n{more}", service.tls);
    let tally = service.send(&text("authority = \"ca.pem\""), 5).await.unwrap();
    assert_eq!(shown(&tally.requests["root"].statuses), "200: 5");
    for chunked in [false, true] {
        let upload = format!("body = {{ upload = {{ size = \"3 MB\", chunked = {chunked} }} }}");
        let text = text(&format!("authority = \"ca.pem\"\n[load.request.up]\npost = \"/\"\n{upload}"));
        let tally = service.send(&text, 5).await.unwrap();
        let tally = &tally.requests["up"];
        // Each is answered with `got 3000000`.
        assert_eq!((shown(&tally.statuses), tally.bytes_out, tally.bytes_in), ("200: 5".into(), 15_000_000, 55));
    }
    let refused = service.send(&text(""), 5).await.unwrap();
    assert_eq!(shown(&refused.requests["root"].failures), "untrusted certificate: 5");
    let missing = service.send(&text("authority = \"nothing.pem\""), 5).await.unwrap_err().to_string();
    assert!(missing.contains("nothing.pem") && missing.contains("load.authority"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn websockets_events_and_bare_tcp_are_spoken() {
    let service = Service::start();
    let text = format!(
        "[load]\nbase-url = \"http://127.0.0.1:{}\"\nsteady = {{ rate = \"100/s\" }}\n\
         [load.request.socket]\nwebsocket = \"/socket\"\nmessages = [\"hello {{n}}\", \"bye\"]\nwith = {{ n = [\"1\"] }}\n\
         [load.request.events]\nget = \"/events\"\nevents = 3\n",
        service.http1
    );
    let tally = service.send(&text, 10).await.unwrap();
    let socket = &tally.requests["socket"];
    assert_eq!((shown(&socket.statuses), shown(&socket.failures)), ("101: 5".to_owned(), String::new()));
    // Two echoes of 7 and 3 bytes, each with a head of 2.
    assert_eq!(socket.bytes_in, 5 * (7 + 3 + 4));
    let events = &tally.requests["events"];
    assert_eq!((shown(&events.statuses), shown(&events.failures)), ("200: 5".to_owned(), String::new()));
    assert!(events.bytes_in >= 5 * 3 * "data: 0\n\n".len() as u64, "{}", events.bytes_in);
    let tcp = format!(
        "[load]\nbase-url = \"http://127.0.0.1:{}\"\n[load.request.ping]\ntcp = {{ until = \"\\r\\n\" }}\nbody = \"PING\"\n",
        service.tcp
    );
    let tally = service.send(&tcp, 5).await.unwrap();
    let ping = &tally.requests["ping"];
    assert_eq!((ping.bytes_in, shown(&ping.failures)), (5 * 7, String::new()));
    let seen = service.seen().await;
    let text: Vec<&str> = seen["text"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    let count = |what: &str| text.iter().filter(|text| **text == what).count();
    assert_eq!((count("hello 1"), count("bye"), count("PING")), (5, 5, 5), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_made_once_and_its_answer_goes_with_every_request() {
    let service = Service::start();
    let text = |path: &str| {
        format!(
            "[load]\nbase-url = \"http://127.0.0.1:{}\"\n[load.login]\npost = \"{path}\"\n\
             take = {{ token = {{ json = \"/user/token\" }}, csrf = {{ header = \"x-csrf\" }} }}\n\
             [load.request.me]\nget = \"/me\"\nheaders = {{ authorization = \"Bearer {{token}}\", x-csrf = \"{{csrf}}\" }}\n",
            service.http1
        )
    };
    let sender = Sender::new(Arc::new(service.load(&text("/login"))));
    let progress = Arc::new(Progress::default());
    let tally = sender.send(&Phase::WarmUp, 0, 10, &progress).await.unwrap();
    assert_eq!(shown(&tally.requests["me"].statuses), "200: 10");
    let again = sender.clone().send(&Phase::Steady { round: 1 }, 10, 10, &progress).await.unwrap();
    assert_eq!(shown(&again.requests["me"].statuses), "200: 10");
    assert_eq!(service.seen().await["versions"]["1.1"], 22, "one login, twenty requests, one count");
    assert_eq!(tally.digest, service.send(&text("/login"), 10).await.unwrap().digest, "secrets are not in it");
    let failed = service.send(&text("/nothing-to-take"), 1).await.unwrap_err().to_string();
    assert!(failed.contains("`csrf`") && failed.contains("[load.login]"), "{failed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_files_come_in_turn_and_each_key_has_a_connection() {
    let service = Service::start();
    std::fs::write(service.folder.path().join("users.csv"), "id,name\n1,\"ann, b\"\n2,bob\n3,cy\n").unwrap();
    let text = format!(
        "[load]\nbase-url = \"http://127.0.0.1:{}\"\nconnections = {{ per = \"name\" }}\nsteady = {{ rate = \"500/s\" }}\n\
         [load.request.user]\nget = \"/user/{{name}}\"\nwith = {{ name = {{ csv = \"users.csv\", column = \"name\" }} }}\n",
        service.http1
    );
    let tally = service.send(&text, 30).await.unwrap();
    assert_eq!(shown(&tally.requests["user"].statuses), "200: 30");
    let seen = service.seen().await;
    assert_eq!(seen["users"], serde_json::json!({ "ann%2C%20b": 1, "bob": 1, "cy": 1 }));
    let each = text.replace("{ per = \"name\" }", "\"per-request\"");
    let before = seen["connections"].as_u64().unwrap();
    service.send(&each, 30).await.unwrap();
    assert_eq!(service.seen().await["connections"].as_u64().unwrap() - before, 31, "and one to ask");
}

#[tokio::test(flavor = "multi_thread")]
async fn virtual_users_wait_for_their_answers_and_ramps_rise() {
    let service = Service::start();
    let text = |arrivals: &str| {
        format!(
            "[load]\nbase-url = \"http://127.0.0.1:{}\"\nwarm-up = {{ {arrivals} }}\n[load.request.a]\nget = \"/slow\"\n",
            service.http1
        )
    };
    let started = std::time::Instant::now();
    let tally = service.send(&text("users = 3"), 30).await.unwrap();
    assert_eq!(shown(&tally.requests["a"].statuses), "200: 30");
    assert!(started.elapsed().as_millis() >= 280, "ten turns of 30 ms");
    assert_eq!((service.seen().await["mostBusy"].as_u64(), tally.pacing.shifted.millis()), (Some(3), 0));
    let connections = async || service.seen().await["connections"].as_u64().unwrap();
    let before = connections().await;
    service.send(&text("users = 40").replace("/slow", "/"), 200).await.unwrap();
    assert_eq!(connections().await - before, 41, "each user has a connection, however quick the answers; one to ask");
    let started = std::time::Instant::now();
    service.send(&text("rate = { from = \"10/s\", to = \"190/s\" }"), 50).await.unwrap();
    let took = started.elapsed().as_millis();
    assert!((450..2000).contains(&took), "50 requests at 100/s on average: {took} ms");
}
