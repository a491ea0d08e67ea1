//! A GitHub that fits into a test: pull requests, comments, check runs, statuses, artifacts, and faults on demand.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use plimsoll::github::{Client, Context, Event, Job, Patience, PullRequest, Token};
use serde_json::{Value, json};

pub const HEAD: &str = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
pub const BASE: &str = "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c";
const TOKEN: &str = "ghs_fake_token";

/// What goes wrong, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This status with these headers and message, and nothing is done.
    Status(u16, Vec<(&'static str, String)>, &'static str),
    /// What was asked is done, and a 502 is answered.
    Lost,
    /// The answer is cut in the middle.
    Cut,
    /// The answer takes longer than anybody waits.
    Slow,
}

#[derive(Debug, Default)]
pub struct State {
    pub comments: Vec<Value>,
    pub checks: Vec<Value>,
    pub statuses: Vec<Value>,
    pub artifacts: Vec<(Value, Vec<u8>)>,
    /// Method, path with query, body.
    pub journal: Vec<(String, String, Value)>,
    /// Next fault for a method and a part of the path.
    pub faults: Vec<(&'static str, &'static str, Fault)>,
    /// The newest commit of the pull request.
    pub head: String,
    pub state: String,
    /// Repository of the head.
    pub head_repository: String,
    /// Whether the token may only read.
    pub read_only: bool,
    /// Whether the token may make check runs.
    pub no_checks: bool,
    /// Who the token is, where it may ask.
    pub user: Option<String>,
    /// Headers `authorization` that reached the storage behind the redirection.
    pub leaked: Vec<String>,
}

/// A running server; it ends with the process.
#[derive(Clone)]
pub struct Fake {
    pub address: String,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            head: HEAD.into(),
            state: "open".into(),
            head_repository: "acme/quotes".into(),
            ..State::default()
        };
        let fake = Self { address, state: Arc::new(Mutex::new(state)) };
        let server = fake.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let server = server.clone();
                thread::spawn(move || server.serve(&stream.unwrap()));
            }
        });
        fake
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn client(&self) -> Client {
        Client::new(&self.address, Token::new(TOKEN), patience())
    }

    pub fn context(&self) -> Context {
        Context {
            api: self.address.clone(),
            server: "https://github.com".into(),
            repository: "acme/quotes".into(),
            run: Some(7),
            event: Event::PullRequest(self.pull_request()),
            token: Token::new(TOKEN),
            workspace: None,
            branch: None,
            job: Job::default(),
        }
    }

    pub fn pull_request(&self) -> PullRequest {
        PullRequest {
            number: 5,
            head_sha: HEAD.into(),
            head_repository: Some(self.state().head_repository.clone()),
            base_branch: "main".into(),
            base_sha: BASE.into(),
            base_repository: "acme/quotes".into(),
            open: true,
        }
    }

    pub fn fail(&self, method: &'static str, path: &'static str, fault: Fault) {
        self.state().faults.push((method, path, fault));
    }

    /// How many requests of a method had a path with this part.
    pub fn count(&self, method: &str, path: &str) -> usize {
        self.state().journal.iter().filter(|(m, p, _)| m == method && p.contains(path)).count()
    }

    pub fn comment(&self, login: &str, kind: &str, body: &str) -> u64 {
        let mut state = self.state();
        let id = state.comments.len() as u64 + 100;
        let comment = comment(id, login, kind, body);
        state.comments.push(comment);
        id
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        let Some(request) = Request::read(&mut reader) else { return };
        let fault = {
            let mut state = self.state();
            state.journal.push((request.method.clone(), request.path.clone(), request.body.clone()));
            let fits =
                |(method, path, _): &(&str, &str, Fault)| request.method == *method && request.path.contains(path);
            let at = state.faults.iter().position(fits);
            at.map(|at| state.faults.remove(at).2)
        };
        let mut stream = stream;
        let answer = match fault {
            Some(Fault::Status(status, headers, message)) => {
                Answer { status, headers, body: json!({ "message": message }).to_string().into_bytes() }
            }
            Some(Fault::Lost) => {
                let _ = self.answer(&request);
                Answer { status: 502, headers: Vec::new(), body: b"<html>Bad gateway</html>".to_vec() }
            }
            Some(Fault::Cut) => {
                let whole = self.answer(&request).write();
                let _ = stream.write_all(&whole[..whole.len() - 10]);
                return;
            }
            Some(Fault::Slow) => {
                thread::sleep(patience().timeout * 3);
                return;
            }
            None => self.answer(&request),
        };
        let _ = stream.write_all(&answer.write());
    }

    fn answer(&self, request: &Request) -> Answer {
        let mut state = self.state();
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if let Some(id) = path.strip_prefix("/storage/") {
            state.leaked.extend(request.authorization.clone());
            let found = state.artifacts.iter().find(|(artifact, _)| artifact["id"].as_u64() == id.parse().ok());
            return Answer {
                status: 200,
                headers: Vec::new(),
                body: found.map(|one| one.1.clone()).unwrap_or_default(),
            };
        }
        if request.authorization.as_deref() != Some(&format!("Bearer {TOKEN}")) {
            return Answer::json(401, &json!({ "message": "Bad credentials" }));
        }
        if request.method != "GET" && state.read_only {
            return Answer::json(403, &json!({ "message": "Resource not accessible by integration" }));
        }
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let rest = if parts.starts_with(&["repos", "acme", "quotes"]) { &parts[3..] } else { &parts[..] };
        match (request.method.as_str(), rest) {
            ("GET", ["user"]) => match &state.user {
                Some(login) => Answer::json(200, &json!({ "login": login, "type": "User" })),
                None => Answer::json(403, &json!({ "message": "Resource not accessible by integration" })),
            },
            ("GET", ["pulls", "5"]) => Answer::json(200, &pull(&state)),
            ("GET", ["pulls"]) => Answer::json(200, &json!([pull(&state)])),
            ("GET", ["commits", sha, "pulls"]) if *sha == state.head => Answer::json(200, &json!([pull(&state)])),
            ("GET", ["commits", _, "pulls"]) => Answer::json(200, &json!([])),
            ("GET", ["issues", "5", "comments"]) => paged(&state.comments, query),
            ("POST", ["issues", "5", "comments"]) => {
                let body = request.body["body"].as_str().expect("a comment has a body");
                if body.chars().count() > 65_536 {
                    return Answer::json(422, &json!({ "message": "body is too long (maximum is 65536 characters)" }));
                }
                let login = state.user.clone().unwrap_or_else(|| "github-actions[bot]".into());
                let kind = if state.user.is_some() { "User" } else { "Bot" };
                let id = state.comments.len() as u64 + 100;
                let made = comment(id, &login, kind, body);
                state.comments.push(made.clone());
                Answer::json(201, &made)
            }
            (method @ ("PATCH" | "DELETE"), ["issues", "comments", id]) => {
                let Some(at) = state.comments.iter().position(|comment| comment["id"].as_u64() == id.parse().ok())
                else {
                    return Answer::json(404, &json!({ "message": "Not Found" }));
                };
                if method == "DELETE" {
                    state.comments.remove(at);
                    return Answer { status: 204, headers: Vec::new(), body: Vec::new() };
                }
                state.comments[at]["body"] = request.body["body"].clone();
                Answer::json(200, &state.comments[at])
            }
            ("GET", ["commits", _, "check-runs"]) => {
                let fields: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
                let wanted = fields.iter().find_map(|(name, value)| (name == "check_name").then_some(&**value));
                let found = state.checks.iter().filter(|check| wanted.is_none_or(|name| check["name"] == name));
                let found: Vec<&Value> = found.collect();
                Answer::json(200, &json!({ "total_count": found.len(), "check_runs": found }))
            }
            ("POST" | "PATCH", ["check-runs", ..]) if state.no_checks => {
                Answer::json(403, &json!({ "message": "Resource not accessible by integration" }))
            }
            ("POST", ["check-runs"]) => {
                let mut made = request.body.clone();
                made["id"] = json!(state.checks.len() + 1);
                made["html_url"] = json!("https://github.com/acme/quotes/runs/1");
                state.checks.push(made.clone());
                Answer::json(201, &made)
            }
            ("PATCH", ["check-runs", id]) => {
                let at = id.parse::<usize>().unwrap() - 1;
                let notes = request.body["output"]["annotations"].as_array().cloned().unwrap_or_default();
                state.checks[at]["output"]["annotations"].as_array_mut().unwrap().extend(notes);
                Answer::json(200, &state.checks[at])
            }
            ("POST", ["statuses", _]) => {
                state.statuses.push(request.body.clone());
                Answer::json(201, &request.body)
            }
            ("GET", ["actions", "runs", _, "artifacts"] | ["actions", "artifacts"]) => {
                let artifacts: Vec<&Value> = state.artifacts.iter().map(|(artifact, _)| artifact).collect();
                Answer::json(200, &json!({ "total_count": artifacts.len(), "artifacts": artifacts }))
            }
            ("GET", ["actions", "artifacts", id, "zip"]) => Answer {
                status: 302,
                headers: vec![("location", format!("{}/storage/{id}", self.address))],
                body: Vec::new(),
            },
            _ => Answer::json(404, &json!({ "message": "Not Found" })),
        }
    }
}

/// Short enough for tests: the longest fault costs a second.
pub fn patience() -> Patience {
    Patience {
        attempts: 4,
        timeout: Duration::from_millis(1500),
        connect: Duration::from_millis(1000),
        pause: Duration::from_millis(5),
        longest: Duration::from_secs(20),
    }
}

fn comment(id: u64, login: &str, kind: &str, body: &str) -> Value {
    let address = format!("https://github.com/acme/quotes/pull/5#issuecomment-{id}");
    json!({ "id": id, "html_url": address, "body": body, "user": { "login": login, "type": kind } })
}

fn pull(state: &State) -> Value {
    let end = |sha: &str, branch: &str, repository: &str| {
        let repository = if repository.is_empty() { Value::Null } else { json!({ "full_name": repository }) };
        json!({ "sha": sha, "ref": branch, "repo": repository })
    };
    json!({
        "number": 5,
        "state": state.state,
        "head": end(&state.head, "feature", &state.head_repository),
        "base": end(BASE, "main", "acme/quotes"),
    })
}

fn paged(all: &[Value], query: &str) -> Answer {
    let number = |name: &str, default: usize| {
        let find = |part: &str| part.strip_prefix(&format!("{name}=")).and_then(|value| value.parse().ok());
        query.split('&').find_map(find).unwrap_or(default)
    };
    let (size, page) = (number("per_page", 30).min(100), number("page", 1));
    let part: Vec<&Value> = all.iter().skip((page - 1) * size).take(size).collect();
    let mut answer = Answer::json(200, &json!(part));
    if page * size < all.len() {
        answer.headers.push(("link", format!("<http://elsewhere.invalid/?page={}>; rel=\"next\"", page + 1)));
    }
    answer
}

struct Request {
    method: String,
    path: String,
    authorization: Option<String>,
    body: Value,
}

impl Request {
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let (method, rest) = line.trim().split_once(' ')?;
        let (method, path) = (method.to_owned(), rest.split(' ').next()?.to_owned());
        let (mut length, mut authorization) = (0, None);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match name.to_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok()?,
                "authorization" => authorization = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { method, path, authorization, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
    }
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    fn write(&self) -> Vec<u8> {
        let mut head =
            format!("HTTP/1.1 {} -\r\nconnection: close\r\ncontent-length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend(&self.body);
        bytes
    }
}
