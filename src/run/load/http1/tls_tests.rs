//! Exchanges under TLS.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::tests::{ask, head, request};
use super::*;
use crate::run::load::tls::service::serving;

/// How a request ends to a service that writes this and then closes the connection, with or without saying so
/// (`close_notify`); and whether the connection can be used again.
async fn answered(answer: &'static str, says_so: bool) -> (Result<u16, Failure>, bool) {
    let (address, service) = serving(move |mut stream| async move {
        head(&mut stream).await;
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        if says_so {
            stream.shutdown().await.unwrap();
        }
    })
    .await;
    let mut http1 = Http1::open(&address).await.unwrap();
    let (end, _) = ask(&mut http1, &request("GET", PlannedBody::Empty)).await;
    service.await.unwrap();
    (end, http1.usable())
}

#[tokio::test]
async fn an_answer_without_a_length_is_whole_only_if_its_end_is_said() {
    // RFC 9112, section 9.8.
    let open = "HTTP/1.1 200 OK\r\n\r\nhello";
    assert_eq!(answered(open, true).await, (Ok(200), false));
    assert_eq!(answered(open, false).await, (Err(Failure::Reset), false));
    for says_so in [true, false] {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(answered(answer, says_so).await, (Ok(200), true));
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello";
        assert_eq!(answered(half, says_so).await, (Err(Failure::Reset), false));
    }
}

/// Reads so many bytes slowly: whoever writes them has to wait, up to the last.
async fn slowly(stream: &mut TlsStream<TcpStream>, mut left: usize) {
    let mut buffer = vec![0; 16 << 10];
    while left > 0 {
        tokio::time::sleep(Duration::from_micros(200)).await;
        left -= stream.read(&mut buffer[..left.min(16 << 10)]).await.unwrap();
    }
}

#[tokio::test]
async fn bodies_go_out_to_the_last_byte_and_an_idle_connection_is_seen_to_close() {
    const LARGE: usize = 8 << 20;
    let (address, service) = serving(|mut stream| async move {
        for _ in 0..2 {
            head(&mut stream).await;
            slowly(&mut stream, LARGE).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
            stream.flush().await.unwrap();
        }
        stream.shutdown().await.unwrap();
    })
    .await;
    let mut http1 = Http1::open(&address).await.unwrap();
    for _ in 0..2 {
        let (end, seen) = ask(&mut http1, &request("POST", PlannedBody::Text(vec![7; LARGE].into()))).await;
        assert_eq!((end, seen.bytes_in, http1.outbox().sent(), http1.usable()), (Ok(200), 2, LARGE as u64, true));
    }
    tokio::time::timeout(Duration::from_secs(20), poll_fn(|cx| http1.poll_closed(cx))).await.unwrap();
    service.await.unwrap();
}

#[tokio::test]
async fn a_refusal_counts_though_the_body_was_not_taken() {
    const LARGE: usize = 64 << 20;
    for size in [100 << 10, LARGE] {
        let (address, service) = serving(|mut stream| async move {
            head(&mut stream).await;
            stream.write_all(b"HTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            stream.flush().await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        })
        .await;
        let mut http1 = Http1::open(&address).await.unwrap();
        let (end, seen) = ask(&mut http1, &request("POST", PlannedBody::Text(vec![7; size].into()))).await;
        assert_eq!((end, seen.status), (Ok(413), Some(413)), "{size}");
        service.await.unwrap();
    }
}
