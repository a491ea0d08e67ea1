//! What the load engine costs and how exactly it keeps time: `cargo bench --bench load`, or with
//! `-- closed` (or `-- closed 64`), `-- pace`, `-- stall`, `-- upload` or `-- families` one part of it.
//!
//! Peers run beside it against the same server where they are installed: `wrk` and `oha` from the PATH or from
//! `target/bench-peers/bin`, `k6` likewise (its Python package holds the program).
//!
//! The server is this program once more, in a process of its own. It answers `hello`, notes when each
//! request arrived, and discards bodies. Figures of the engine are of this process alone.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is none")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use plimsoll::payload::{self, Act, Choice, Turn, Value, Wire, find};
use plimsoll::policy::{AfterStall, Arrivals, Body, Connections, Exchange, Expect, Load, Request, Round, Ugly};
use plimsoll::record::{LoadTally, Phase};
use plimsoll::run::load::{Progress, Sender};
use plimsoll::units::{Elapsed, RequestRate};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SERVER: &str = "PLIMSOLL_BENCH_SERVER";

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if std::env::var_os(SERVER).is_some() {
        runtime.block_on(serve());
    } else {
        runtime.block_on(measure());
    }
}

async fn measure() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|word| word == part);
    let width: Option<u32> = asked.iter().find_map(|word| word.parse().ok());
    let chosen = |in_flight: &u32| wanted("closed") && width.is_none_or(|width| width == *in_flight);
    for in_flight in [1, 64, 1000].into_iter().filter(chosen) {
        let (_, cost) = run(Arrivals::Users(in_flight), 200_000, Body::Empty, false, None).await;
        println!("closed by {in_flight}: {cost}");
        let width = in_flight.to_string();
        peer("wrk", 0, |url| words(&["-t1", "-c", &width, "-d5", "--latency", &format!("{url}/hello")]));
        peer("oha", 200_000, |url| words(&["--no-tui", "-n", "200000", "-c", &width, &format!("{url}/hello")]));
        peer("k6", 20_000, |url| k6(url, &format!("vus: {in_flight}, iterations: 20000")));
    }
    for rate in [400.0, 2000.0, 20_000.0].into_iter().filter(|_| wanted("pace")) {
        let (tally, cost) = run(per_second(rate), (rate * 6.0) as u64, Body::Empty, false, None).await;
        println!("{rate}/s: {cost}, {:?}", tally.pacing);
        if rate == 2000.0 {
            let each = ["--no-tui", "-q", "2000", "-c", "100", "-z", "6s"];
            peer("oha", 12_000, |url| words(&[&each[..], &[&format!("{url}/hello")]].concat()));
        }
    }
    if wanted("stall") {
        let freeze = Some((Duration::from_secs(3), Duration::from_secs(5)));
        let (tally, cost) = run(per_second(2000.0), 24_000, Body::Empty, false, freeze).await;
        let (due, sent) = (tally.requests["a"].latency_us, tally.requests["a"].from_send_us);
        println!("24,000 through a stall of 5 s: {cost}, {:?}", tally.pacing);
        println!("  median and p99 from the planned send {due:?} us, from the real one {sent:?} us");
    }
    if wanted("upload") {
        let upload = Body::Payload(Choice::of(find("upload").unwrap()).with("size", Value::Number(200 << 20)));
        let (tally, cost) = run(per_second(1000.0), 8, upload, true, None).await;
        println!("8 uploads of 200 MiB at once: {cost}, {} MiB written", tally.requests["a"].bytes_out >> 20);
    }
    if wanted("families") {
        families();
    }
}

fn per_second(rate: f64) -> Arrivals {
    Arrivals::Rate(RequestRate(rate))
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn k6(url: &str, scenario: &str) -> Vec<String> {
    let script = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("k6.js");
    let text = format!(
        "import http from 'k6/http';\nexport const options = {{ scenarios: {{ a: {{ executor: 'shared-iterations', \
         {scenario} }} }} }};\nexport default () => http.get('{url}/hello');\n"
    );
    std::fs::write(&script, text).unwrap();
    words(&["run", "--quiet", "--no-usage-report", "--no-summary", &script.to_string_lossy()])
}

/// Runs a peer against a server of its own, if it is installed; `requests` is 0 where the server counts them.
fn peer(name: &str, requests: u64, arguments: impl Fn(&str) -> Vec<String>) {
    let local = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-peers/bin").join(name);
    let program = if local.exists() { local.into_os_string() } else { name.into() };
    let server = Server::start();
    let before = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let mut command = Command::new(program);
    let child = command.args(arguments(&server.url)).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else {
        drop(server.stop());
        return println!("  {name} is not installed");
    };
    // The peak of the peer, read while it lives.
    let (mut resident, mut ended) = (0, None);
    while ended.is_none() {
        ended = child.try_wait().unwrap();
        let status = procfs::process::Process::new(child.id() as i32).and_then(|process| process.status());
        resident = resident.max(status.ok().and_then(|status| status.vmhwm).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(20));
    }
    let after = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let (arrived, spread) = server.stop();
    let spent = spent(&after).saturating_sub(spent(&before));
    let count = if requests == 0 { arrived } else { requests };
    let each = spent.as_secs_f64() * 1e6 / count.max(1) as f64;
    println!("  {name}: {each:.1} us CPU/request, {arrived} arrived, {resident} KiB at most, arrivals {spread}");
}

/// What each family takes to make, with its defaults: all of it, up to 1 GiB.
fn families() {
    const MOST: u64 = 1 << 30;
    let turn = Turn { index: 0, unique: 1, key: [1; 32] };
    let plain = || payload::Request { method: "POST".into(), path: "/".into(), headers: vec![], body: None };
    for family in payload::families() {
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let resident = || procfs::process::Process::myself().unwrap().status().unwrap();
        let (before, cpu_before, mut bytes) = (resident().vmrss.unwrap(), cpu(), 0);
        let choice = Choice::of(family);
        let mut request = plain();
        choice.change(&turn, &mut request);
        for chunk in request.body.into_iter().flat_map(|body| body.chunks) {
            bytes += chunk.len() as u64;
            if bytes >= MOST {
                break;
            }
        }
        let wire = Wire { request: plain(), host: "a".into() };
        for talk in choice.talks(&turn, wire).into_iter().flatten() {
            for act in talk.acts {
                if let Act::Write(written) = act {
                    bytes += written.len() as u64;
                }
                if bytes >= MOST {
                    break;
                }
            }
        }
        let rise = resident().vmhwm.unwrap().saturating_sub(before);
        let name = family.name;
        println!("{name:<24} {bytes:>11} bytes, {rise:>6} KiB more, {:.3} s CPU", (cpu() - cpu_before).as_secs_f64());
    }
}

/// Sends a phase; `freeze` stops the server after a while for a while.
async fn run(
    arrivals: Arrivals,
    requests: u64,
    body: Body,
    ugly: bool,
    freeze: Option<(Duration, Duration)>,
) -> (LoadTally, String) {
    let server = Server::start();
    let load = load(&server.url, arrivals, body, ugly);
    let phase = if ugly { Phase::Ugly { payload: "a".into(), round: 1 } } else { Phase::WarmUp };
    if let Some((after, long)) = freeze {
        let pid = nix::unistd::Pid::from_raw(server.child.id() as i32);
        std::thread::spawn(move || {
            std::thread::sleep(after);
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGSTOP).unwrap();
            std::thread::sleep(long);
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGCONT).unwrap();
        });
    }
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (cpu, started) = (cpu(), Instant::now());
    let tally = Sender::new(Arc::new(load)).send(&phase, 0, requests, &Arc::new(Progress::default())).await.unwrap();
    let (cpu, took) = (self::cpu() - cpu, started.elapsed());
    assert_eq!(tally.requests["a"].statuses, BTreeMap::from([(200, requests)]), "{:?}", tally.requests);
    let (_, arrivals) = server.stop();
    let per_request = cpu.as_secs_f64() * 1e6 / requests as f64;
    let per_second = requests as f64 / took.as_secs_f64();
    let resident = procfs::process::Process::myself().unwrap().status().unwrap().vmhwm.unwrap();
    (tally, format!("{per_request:.1} us CPU/request, {per_second:.0}/s, {resident} KiB at most, arrivals {arrivals}"))
}

fn load(url: &str, arrivals: Arrivals, body: Body, ugly: bool) -> Load {
    let round = Round { requests: 1, rounds: 1, arrivals };
    let request = Request {
        name: "a".into(),
        weight: 1,
        method: if ugly { "POST".into() } else { "GET".into() },
        path: "/hello".into(),
        headers: BTreeMap::new(),
        body,
        with: BTreeMap::new(),
        exchange: Exchange::Http,
        expect: Expect::Class(2),
    };
    let ugly = ugly.then(|| Ugly { request: request.clone(), payload: None, round, width: 1 });
    Load {
        base_url: url.into(),
        authority: None,
        http2: false,
        connections: Connections::KeepAlive,
        login: None,
        seed: 7,
        warm_up: round,
        steady: round,
        diagnosis: round,
        cool_down: Elapsed::default(),
        in_flight: 100,
        after_stall: AfterStall::Shift,
        timeout: Elapsed::from_millis(60_000),
        requests: vec![request],
        engine: None,
        ugly: ugly.into_iter().collect(),
    }
}

fn cpu() -> Duration {
    spent(&getrusage(UsageWho::RUSAGE_SELF).unwrap())
}

fn spent(usage: &nix::sys::resource::Usage) -> Duration {
    let micros = |time: nix::sys::time::TimeVal| (time.tv_sec() * 1_000_000 + time.tv_usec()) as u64;
    Duration::from_micros(micros(usage.user_time()) + micros(usage.system_time()))
}

struct Server {
    child: Child,
    url: String,
    lines: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(SERVER, "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        lines.read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned(), lines }
    }

    /// How many requests arrived, and what the server says about them.
    fn stop(mut self) -> (u64, String) {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        self.child.wait().unwrap();
        let (count, spread) = line.trim().split_once(' ').unwrap();
        (count.parse().unwrap(), spread.to_owned())
    }
}

/// Serves until standard input ends.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let log = arrivals.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, log.clone()));
        }
    });
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = ended.await;
    let mut arrivals = arrivals.lock().unwrap();
    println!("{} {}", arrivals.len(), spread(&mut arrivals));
}

async fn connection(mut stream: TcpStream, arrivals: Arc<Mutex<Vec<Instant>>>) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 64 << 10];
    let mut filled = 0;
    while let Ok(count) = stream.read(&mut buffer[filled..]).await {
        filled += count;
        if count == 0 {
            return;
        }
        let Some(end) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        arrivals.lock().unwrap().push(Instant::now());
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        let mut left = (end + 4 + length).saturating_sub(filled);
        while left > 0 {
            match stream.read(&mut buffer).await {
                Ok(count) if count > 0 => left = left.saturating_sub(count),
                _ => return,
            }
        }
        filled = 0;
        if stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").await.is_err() {
            return;
        }
    }
}

/// Coefficient of variation of the gaps (0 is a metronome, 1 is chance), and the distance from an ideal
/// schedule through the earliest arrival.
fn spread(arrivals: &mut [Instant]) -> String {
    arrivals.sort();
    let Some(first) = arrivals.first().copied().filter(|_| arrivals.len() > 2) else { return "too few".to_owned() };
    let gaps: Vec<f64> = arrivals.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    let lag = |(n, at): (usize, &Instant)| (*at - first).as_secs_f64() - mean * n as f64;
    let mut lags: Vec<f64> = arrivals.iter().enumerate().map(lag).collect();
    lags.sort_by(f64::total_cmp);
    let at = |share: f64| (lags[((lags.len() - 1) as f64 * share) as usize] - lags[0]) * 1e6;
    format!("CV {:.2}, lag p50 {:.0} us, p99 {:.0} us", variance.sqrt() / mean, at(0.5), at(0.99))
}
