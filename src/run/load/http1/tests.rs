//! Exchanges with a service at the other end of a real socket.

use std::future::Future;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::plan::PlannedRequest;
use crate::policy::Expect;
use crate::run::load::outcome::Seen;

pub(super) fn request(method: &str, body: PlannedBody) -> PlannedRequest {
    let (name, method, path) = ("a".into(), method.into(), "/".to_owned());
    PlannedRequest { name, method, path, headers: vec![], body, client: None, key: None, expect: Expect::Class(2) }
}

/// A connection, and what the service at its other end comes to.
async fn connected<F: Future<Output = ()> + Send + 'static>(
    serve: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> (Http1, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        serve(stream).await;
    });
    (Http1::open(&Address::resolve(&url, None, false).unwrap()).await.unwrap(), service)
}

/// Reads a head, to its blank line.
pub(super) async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

pub(super) async fn ask(http1: &mut Http1, request: &PlannedRequest) -> (Result<u16, Failure>, Seen) {
    let mut seen = Seen::default();
    let head = RequestHead::new(request, "h").unwrap();
    let answered = http1.exchange(&head, &request.body, &mut seen);
    (tokio::time::timeout(Duration::from_secs(20), answered).await.unwrap(), seen)
}

/// How a request to a service that writes this, so many bytes at a time, ends; how many bytes of a body came, and
/// whether the connection can be used again.
async fn answered(method: &str, answer: &str, step: usize, closes: bool) -> (Result<u16, Failure>, u64, bool) {
    let text = answer.to_owned();
    let (mut http1, service) = connected(move |mut stream| async move {
        head(&mut stream).await;
        for piece in text.as_bytes().chunks(step) {
            // The client may be gone.
            let _ = stream.write_all(piece).await;
            tokio::task::yield_now().await;
        }
        if !closes {
            let _ = stream.read_u8().await;
        }
    })
    .await;
    let (end, seen) = ask(&mut http1, &request(method, PlannedBody::Empty)).await;
    let usable = http1.usable();
    drop(http1);
    service.await.unwrap();
    (end, seen.bytes_in, usable)
}

#[tokio::test]
async fn each_framing_is_understood_byte_by_byte_and_at_once() {
    for (method, answer, closes, expected) in [
        ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", false, (Ok(200), 5, true)),
        (
            "GET",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\na: b\r\n\r\n",
            false,
            (Ok(200), 5, true),
        ),
        ("GET", "HTTP/1.1 200 OK\r\n\r\nhello", true, (Ok(200), 5, false)),
        ("GET", "HTTP/1.1 204 No\r\n\r\n", false, (Ok(204), 0, true)),
        ("GET", "HTTP/1.1 304 Not\r\ncontent-length: 5\r\n\r\n", false, (Ok(304), 0, true)),
        ("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", false, (Ok(200), 0, true)),
        ("GET", "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", false, (Ok(404), 0, true)),
        ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", false, (Ok(200), 0, false)),
        ("GET", "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", false, (Ok(200), 0, false)),
        ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", true, (Err(Failure::Reset), 5, false)),
        (
            "GET",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
            true,
            (Err(Failure::Reset), 5, false),
        ),
        ("GET", "HTTP/1.1 200 OK\r\n", true, (Err(Failure::Reset), 0, false)),
        ("GET", "", true, (Err(Failure::Reset), 0, false)),
        ("GET", "SSH-2.0-dropbear\r\n", false, (Err(Failure::Malformed), 0, false)),
        ("GET", "HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\n", false, (Err(Failure::Malformed), 0, false)),
    ] {
        for step in [1, usize::MAX] {
            assert_eq!(answered(method, answer, step, closes).await, expected, "{answer} by {step}");
        }
    }
}

#[tokio::test]
async fn what_nobody_asked_for_ends_the_connection() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answered("GET", answer, usize::MAX, false).await, (Ok(200), 5, false));
    // It comes later, while nothing is asked.
    let (mut http1, service) = connected(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        stream.write_all(b"HTTP/1.1 408 Too late\r\n\r\n").await.unwrap();
        let _ = stream.read_u8().await;
    })
    .await;
    assert_eq!(ask(&mut http1, &request("GET", PlannedBody::Empty)).await.0, Ok(200));
    assert!(http1.usable());
    tokio::time::timeout(Duration::from_secs(20), poll_fn(|cx| http1.poll_closed(cx))).await.unwrap();
    drop(http1);
    service.await.unwrap();
}

#[tokio::test]
async fn requests_follow_one_another_on_one_connection() {
    let (mut http1, service) = connected(|mut stream| async move {
        for _ in 0..3 {
            assert_eq!(head(&mut stream).await, "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\n");
            let mut body = [0; 5];
            stream.read_exact(&mut body).await.unwrap();
            assert_eq!(&body, b"hello");
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        }
    })
    .await;
    for _ in 0..3 {
        let (end, seen) = ask(&mut http1, &request("POST", PlannedBody::Text("hello".into()))).await;
        assert_eq!((end, seen.bytes_in, http1.outbox().sent(), http1.usable()), (Ok(200), 2, 5, true));
    }
    service.await.unwrap();
    // It is closed now: nothing of the next request goes out.
    tokio::time::timeout(Duration::from_secs(20), poll_fn(|cx| http1.poll_closed(cx))).await.unwrap();
    assert_eq!(ask(&mut http1, &request("GET", PlannedBody::Empty)).await.0, Err(Failure::Reset));
    assert!(!http1.outbox().began());
}

#[tokio::test]
async fn a_refusal_counts_though_the_body_was_not_taken() {
    const LARGE: usize = 64 << 20;
    for (answer, expected) in [
        ("HTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n", Ok(413)),
        ("HTTP/1.1 413 No\r\n\r\ntoo large", Ok(413)),
        ("HTTP/1.1 413 No\r\ntransfer-encoding: chunked\r\n\r\n3\r\nt", Ok(413)),
        ("HTTP/1.1 413 No\r\ncontent-length: 50\r\n\r\ntoo large", Err(Failure::Reset)),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nt", Err(Failure::Reset)),
    ] {
        let (mut http1, service) = connected(move |mut stream| async move {
            head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Closed with bytes unread, which resets the connection: not before the answer was read, for a reset
            // throws away what was not.
            tokio::time::sleep(Duration::from_millis(50)).await;
        })
        .await;
        let (end, seen) = ask(&mut http1, &request("POST", PlannedBody::Text(vec![7; LARGE].into()))).await;
        assert_eq!(end, expected, "{answer}");
        assert_eq!((seen.status, http1.usable()), (Some(if answer.contains("413") { 413 } else { 200 }), false));
        assert!(http1.outbox().began() && http1.outbox().sent() < LARGE as u64, "{}", http1.outbox().sent());
        service.await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_read_while_the_body_is_sent() {
    const LARGE: usize = 8 << 20;
    // The service writes more than buffers hold before it reads: a client that sends first would hang.
    let (mut http1, service) = connected(|mut stream| async move {
        head(&mut stream).await;
        stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {LARGE}\r\n\r\n").as_bytes()).await.unwrap();
        stream.write_all(&vec![1; LARGE - 1]).await.unwrap();
        let mut body = vec![0; LARGE];
        stream.read_exact(&mut body).await.unwrap();
        stream.write_all(&[1]).await.unwrap();
    })
    .await;
    let (end, seen) = ask(&mut http1, &request("POST", PlannedBody::Text(vec![7; LARGE].into()))).await;
    assert_eq!((end, seen.bytes_in, http1.outbox().sent()), (Ok(200), LARGE as u64, LARGE as u64));
    assert!(http1.usable());
    service.await.unwrap();
}
