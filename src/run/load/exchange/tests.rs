//! Requests that behave, each with what becomes of its connection.

use std::future::poll_fn;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::task::{Poll, ready};
use std::thread::JoinHandle;

use tokio::time::sleep;

use super::*;
use crate::plan::PlannedBody;
use crate::policy::Expect;

/// A service that has one connection, on which it does this once it has read a head.
fn service(serve: impl FnOnce(TcpStream) + Send + 'static) -> (Address, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        serve(stream);
    });
    (Address::resolve(&url, None, false).unwrap(), serving)
}

/// Sends a `GET` and waits so long.
async fn ask(address: &Address, timeout: Duration) -> (Outcome, Option<Line>) {
    let (name, method, path) = ("a".into(), "GET".into(), "/".to_owned());
    let (body, expect) = (PlannedBody::Empty, Expect::Class(2));
    let planned = PlannedRequest { name, method, path, headers: vec![], body, client: None, key: None, expect };
    let head = RequestHead::new(&planned, &address.host).unwrap();
    let made = Arc::new(Made { planned: Arc::new(planned), head, digest: [0; 32] });
    let (now, mut line) = (Instant::now(), None);
    let job = Job { made, due: now, ready: now, sent: now };
    let outcome = exchange(&mut line, job, address, pin!(sleep(timeout))).await;
    (outcome, line)
}

/// Writes an answer that never ends, as long as it is taken; at most a gigabyte.
fn endless(mut stream: TcpStream) {
    let block = vec![b'a'; 1 << 20];
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    for _ in 0..1024 {
        if stream.write_all(&block).is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_read_no_longer_than_the_timeout() {
    let (address, serving) = service(endless);
    let (outcome, line) = ask(&address, Duration::from_millis(100)).await;
    assert_eq!((outcome.end, outcome.seen.status), (End::Failed(Failure::Timeout), Some(200)));
    assert!(outcome.seen.bytes_in > 0 && line.is_none());
    serving.join().unwrap();
}

#[tokio::test]
async fn a_request_that_is_never_idle_ends_with_its_time() {
    // Uses up what a task may do in one go each time, as reading does where data is always there.
    let until = Instant::now() + Duration::from_secs(5);
    let busy = poll_fn(|cx| {
        while Instant::now() < until {
            ready!(pin!(tokio::task::consume_budget()).poll(cx));
        }
        Poll::Ready(Ok(200))
    });
    assert_eq!(in_time(busy, pin!(sleep(Duration::from_millis(10)))).await, End::Failed(Failure::Timeout));
}

#[tokio::test]
async fn a_connection_is_closed_at_once_if_it_carries_no_other_request() {
    for (answer, kept) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", false),
        ("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nmore than was asked for", false),
    ] {
        let (address, serving) = service(move |mut stream| {
            stream.write_all(answer.as_bytes()).unwrap();
            // Until the client closes. A reset will do too: it leaves unread what it did not ask for.
            let _ = stream.read(&mut [0; 1]);
        });
        let (outcome, line) = ask(&address, Duration::from_secs(20)).await;
        assert_eq!((outcome.end, line.is_some()), (End::Answered(200), kept), "{answer}");
        drop(line);
        serving.join().unwrap();
    }
}
