//! A server that logs each byte it gets and misbehaves as the path says. Blocking, a thread for each
//! connection, so that nothing is hidden by a library.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub at: Instant,
    /// Request line and headers but `host`.
    pub head: String,
    pub path: String,
    pub body: u64,
    /// Hash of the body.
    pub hash: String,
}

#[derive(Default)]
struct Log {
    arrivals: Mutex<Vec<Arrival>>,
    /// Bytes written of answers that the client did not take whole.
    cut: Mutex<Vec<usize>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    busy: AtomicUsize,
    most_busy: AtomicUsize,
    writing: AtomicUsize,
}

pub struct Server {
    pub url: String,
    log: Arc<Log>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Log::default());
        let shared = log.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let log = shared.clone();
                log.connections.fetch_add(1, SeqCst);
                log.open.fetch_add(1, SeqCst);
                std::thread::spawn(move || {
                    let _ = serve(stream, &log);
                    log.open.fetch_sub(1, SeqCst);
                });
            }
        });
        Self { url, log }
    }

    pub fn arrivals(&self) -> Vec<Arrival> {
        self.log.arrivals.lock().unwrap().clone()
    }

    /// Lines that tell requests apart, in the order of arrival.
    pub fn lines(&self) -> Vec<String> {
        self.arrivals().iter().map(|arrival| format!("{}{}", arrival.head, arrival.hash)).collect()
    }

    pub fn connections(&self) -> usize {
        self.log.connections.load(SeqCst)
    }

    pub fn open(&self) -> usize {
        self.log.open.load(SeqCst)
    }

    pub fn most_busy(&self) -> usize {
        self.log.most_busy.load(SeqCst)
    }

    /// Bytes of answers that went into sockets so far.
    pub fn written(&self) -> usize {
        self.log.writing.load(SeqCst)
    }

    pub fn cut(&self) -> Vec<usize> {
        self.log.cut.lock().unwrap().clone()
    }
}

/// Asks until it is so.
pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < deadline, "not within 20 s: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn serve(stream: TcpStream, log: &Log) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut head = String::new();
        let (mut length, mut chunked) = (0, false);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.split_once(": ") {
                Some(("host", _)) => continue,
                Some(("content-length", value)) => length = value.trim().parse().unwrap(),
                Some(("transfer-encoding", _)) => chunked = true,
                _ => {}
            }
            if line == "\r\n" {
                break;
            }
            head += &line;
        }
        let at = Instant::now();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        if path == "/refuse" {
            // Answers and closes with the body unread: the client gets the answer and a reset.
            (&stream).write_all(b"HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
            return Ok(());
        }
        let busy = log.busy.fetch_add(1, SeqCst) + 1;
        log.most_busy.fetch_max(busy, SeqCst);
        let (body, hash) = read_body(&mut reader, length, chunked)?;
        log.arrivals.lock().unwrap().push(Arrival { at, head, path: path.clone(), body, hash });
        let goes_on = answer(&stream, &path, log);
        log.busy.fetch_sub(1, SeqCst);
        if !goes_on? {
            return Ok(());
        }
    }
}

fn read_body(reader: &mut BufReader<TcpStream>, length: u64, chunked: bool) -> io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let mut total = 0;
    let mut take = |reader: &mut BufReader<TcpStream>, length: u64| -> io::Result<()> {
        total += io::copy(&mut reader.take(length), &mut hasher)?;
        Ok(())
    };
    if chunked {
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let size = u64::from_str_radix(line.trim(), 16).unwrap();
            take(reader, size)?;
            reader.read_line(&mut line)?;
            if size == 0 {
                break;
            }
        }
    } else {
        take(reader, length)?;
    }
    Ok((total, hasher.finalize().to_hex().to_string()))
}

/// Whether the connection goes on.
fn answer(mut stream: &TcpStream, path: &str, log: &Log) -> io::Result<bool> {
    let number = |text: &str| text.split('?').next().unwrap().parse::<usize>().unwrap();
    let mut parts = path.splitn(3, '/').skip(1);
    let (what, rest) = (parts.next().unwrap(), parts.next().unwrap_or(""));
    match what {
        "status" => write!(stream, "HTTP/1.1 {rest} X\r\ncontent-length: 0\r\n\r\n")?,
        "slow" => {
            std::thread::sleep(Duration::from_millis(number(rest) as u64));
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")?;
        }
        "never" => {
            // Until the client closes.
            let _ = stream.read(&mut [0; 1]);
            return Ok(false);
        }
        "reset" => return Ok(false),
        "half" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello")?;
            return Ok(false);
        }
        "noise" => {
            stream.write_all(b"SSH-2.0-dropbear\r\n\r\n")?;
            return Ok(false);
        }
        "close" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello")?;
            return Ok(false);
        }
        "drop-idle" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")?;
            return Ok(false);
        }
        "big" => return big(stream, number(rest), log),
        _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")?,
    }
    Ok(true)
}

fn big(mut stream: &TcpStream, size: usize, log: &Log) -> io::Result<bool> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {size}\r\n\r\n")?;
    let mut written = 0;
    while written < size {
        match stream.write(&[7; 4096][..4096.min(size - written)]) {
            Ok(count) => {
                written += count;
                log.writing.fetch_add(count, SeqCst);
            }
            Err(_) => {
                log.cut.lock().unwrap().push(written);
                return Ok(false);
            }
        }
    }
    Ok(true)
}
