//! Against real Node and Python servers: a stall, and a refused upload.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use plimsoll::policy::{AfterStall, Body, Expect, Field, Request};

use super::profile::{Client, family, get, post, profile, send, send_ugly, shown, with};
use super::server::wait_until;

const NODE: &str = r#"
let count = 0;
const server = require("http").createServer((request, response) => {
  if (request.url === "/count") return response.writeHead(200, { "content-length": String(count).length }).end(String(count));
  count++;
  if (request.url === "/upload") { response.writeHead(413, { connection: "close" }); return response.end(); }
  response.end("hello");
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
"#;

const PYTHON: &str = r#"
import http.server, itertools, threading
counter, total, lock = itertools.count(1), 0, threading.Lock()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        global total
        if self.path == "/count":
            return self.answer(200, str(total).encode())
        with lock:
            total += 1
        self.answer(200, b"hello")
    def do_POST(self):
        self.close_connection = True
        self.answer(413, b"")
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"#;

struct Runtime {
    child: Child,
    port: String,
}

impl Runtime {
    fn start(program: &str, flag: &str, source: &str) -> Self {
        let mut command = Command::new(program);
        let mut child = command.args([flag, source]).stdout(Stdio::piped()).spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, port: port.trim().to_owned() }
    }

    fn both() -> [Self; 2] {
        [Self::start("node", "-e", NODE), Self::start("python3", "-c", PYTHON)]
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn count(&self) -> usize {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        stream.write_all(b"GET /count HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        body.trim().parse().unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_exact_through_a_stall_of_two_seconds() {
    for (runtime, after_stall) in Runtime::both().into_iter().zip([AfterStall::Shift, AfterStall::CatchUp]) {
        let mut load = profile(&runtime.url(), 300.0, vec![with(get("a", "/{k}"), "k", Field::Unique)]);
        (load.in_flight, load.after_stall) = (32, after_stall);
        let sending = tokio::spawn(send(load, 400));
        wait_until("the load to be under way", || runtime.count() > 50);
        runtime.signal(Signal::SIGSTOP);
        tokio::time::sleep(Duration::from_secs(2)).await;
        runtime.signal(Signal::SIGCONT);
        let tally = sending.await.unwrap().unwrap();
        let requests = &tally.requests["a"];
        assert_eq!((requests.sent, shown(&requests.statuses)), (400, "200: 400".to_owned()));
        assert_eq!(runtime.count(), 400);
        let shifted = tally.pacing.shifted.millis();
        assert!(shifted > 1500, "the stall shows in the schedule: {shifted} ms");
        assert!(!tally.pacing.overrun, "and is not the generator's fault: {:?}", tally.pacing);
        assert!(requests.latency_us.1 > 1_500_000, "nor hidden: {:?}", requests.latency_us);
    }
}

#[tokio::test]
async fn an_upload_that_a_real_server_refuses_early_is_an_answer() {
    for runtime in Runtime::both() {
        let upload = Body::Payload(family("upload", &[("size", 100 << 20), ("chunked", 0)]));
        let request = Request { expect: Expect::Status(413), ..post("", "/upload", upload) };
        let tally = send_ugly(profile(&runtime.url(), 10.0, vec![]), request, Client::Polite, 5).await;
        let tally = &tally.requests["ugly"];
        assert_eq!((shown(&tally.statuses), shown(&tally.failures)), ("413: 5".to_owned(), String::new()));
    }
}
