//! What the load engine costs and how exactly it keeps time: `cargo bench --bench load`, or with
//! `-- closed`, `-- pace` or `-- upload` one part of it.
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
use plimsoll::payload::{Choice, Value, find};
use plimsoll::policy::{Arrivals, Body, Connections, Exchange, Expect, Load, Request, Round, Ugly};
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
    for in_flight in [1, 64, 1000].into_iter().filter(|_| wanted("closed")) {
        let (tally, cost) = run(1e9, in_flight, 200_000, Body::Empty, false).await;
        let shifted = tally.pacing.shifted;
        println!("closed by {in_flight}: {cost}, moved by {shifted}");
    }
    for rate in [400.0, 2000.0, 20_000.0].into_iter().filter(|_| wanted("pace")) {
        let (tally, cost) = run(rate, 100, (rate * 6.0) as u64, Body::Empty, false).await;
        println!("{rate}/s: {cost}, {:?}", tally.pacing);
    }
    if !wanted("upload") {
        return;
    }
    let upload = Body::Payload(Choice::of(find("upload").unwrap()).with("size", Value::Number(200 << 20)));
    let (tally, cost) = run(1000.0, 8, 8, upload, true).await;
    println!("8 uploads of 200 MiB at once: {cost}, {} MiB written", tally.requests["a"].bytes_out >> 20);
}

async fn run(rate: f64, in_flight: u32, requests: u64, body: Body, ugly: bool) -> (LoadTally, String) {
    let server = Server::start();
    let load = load(&server.url, rate, in_flight, body, ugly);
    let phase = if ugly { Phase::Ugly { payload: "a".into(), round: 1 } } else { Phase::WarmUp };
    let (cpu, started) = (cpu(), Instant::now());
    let tally = Sender::new(Arc::new(load)).send(&phase, 0, requests, &Arc::new(Progress::default())).await.unwrap();
    let (cpu, took) = (self::cpu() - cpu, started.elapsed());
    assert_eq!(tally.requests["a"].statuses, BTreeMap::from([(200, requests)]), "{:?}", tally.requests);
    let arrivals = server.stop();
    let per_request = cpu.as_secs_f64() * 1e6 / requests as f64;
    let per_second = requests as f64 / took.as_secs_f64();
    let resident = procfs::process::Process::myself().unwrap().status().unwrap().vmhwm.unwrap();
    (tally, format!("{per_request:.1} us CPU/request, {per_second:.0}/s, {resident} KiB at most, arrivals {arrivals}"))
}

fn load(url: &str, rate: f64, in_flight: u32, body: Body, ugly: bool) -> Load {
    let round = Round { requests: 1, rounds: 1, arrivals: Arrivals::Rate(RequestRate(rate)) };
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
        in_flight,
        timeout: Elapsed::from_millis(60_000),
        requests: vec![request],
        engine: None,
        ugly: ugly.into_iter().collect(),
    }
}

fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).unwrap();
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

    /// What the server says about the arrivals.
    fn stop(mut self) -> String {
        drop(self.child.stdin.take());
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        self.child.wait().unwrap();
        line.trim().to_owned()
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
    println!("{}", spread(&mut arrivals.lock().unwrap()));
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
