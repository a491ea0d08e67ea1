//! What tests ask of talks: all that is written, read back by a real parser.

use std::collections::BTreeMap;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{Act, Body, Choice, Request, Talk, Turn, Wire};

pub(super) fn turn(index: u64) -> Turn {
    Turn { index, unique: index.wrapping_mul(0x9e37_79b9_7f4a_7c15), key: [index as u8; 32] }
}

/// A request to `/p?a=1` with a token.
pub(super) fn request(method: &str, body: Option<&'static str>) -> Request {
    let body = body.map(|text| {
        let bytes = bytes::Bytes::from_static(text.as_bytes());
        Body::new("text/plain", text.len() as u64, std::iter::once(bytes))
    });
    let headers = vec![("x-token".to_owned(), "t".to_owned())];
    Request { method: method.to_owned(), path: "/p?a=1".to_owned(), headers, body }
}

pub(super) fn talks(choice: &Choice, request: Request) -> Vec<Talk> {
    choice.talks(&turn(1), Wire { request, host: "service:80".into() }).unwrap()
}

/// All that a talk writes, and how long it pauses.
pub(super) fn acted(talk: Talk) -> (Vec<u8>, Duration) {
    let (mut written, mut paused) = (Vec::new(), Duration::ZERO);
    for act in talk.acts {
        match act {
            Act::Write(bytes) => written.extend_from_slice(&bytes),
            Act::Pause(time) => paused += time,
            Act::AwaitHead | Act::Finish => {}
        }
    }
    (written, paused)
}

/// All that a talk of a `POST` without body writes.
pub(super) fn written(choice: &Choice, talk: usize) -> Vec<u8> {
    acted(talks(choice, request("POST", None)).swap_remove(talk)).0
}

/// Headers, and what follows the head.
pub(super) fn parsed(written: &[u8]) -> (BTreeMap<String, String>, Vec<u8>) {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(written).unwrap() else { panic!("half a head") };
    assert_eq!(request.path, Some("/p?a=1"));
    let pair = |header: &httparse::Header| (header.name.to_owned(), String::from_utf8(header.value.to_vec()).unwrap());
    let pairs: BTreeMap<_, _> = request.headers.iter().map(pair).collect();
    assert_eq!(pairs.len(), request.headers.len(), "each once");
    assert_eq!((&*pairs["host"], &*pairs["x-token"]), ("service:80", "t"));
    (pairs, written[head..].to_vec())
}

/// The data of a chunked body and how many chunks it had; all of it is read.
pub(super) fn unchunked(mut body: &[u8]) -> (Vec<u8>, usize) {
    let (mut data, mut chunks) = (Vec::new(), 0);
    loop {
        let httparse::Status::Complete((start, length)) = httparse::parse_chunk_size(body).unwrap() else {
            panic!("half a chunk")
        };
        let (chunk, rest) = body[start..].split_at(length as usize);
        body = rest.strip_prefix(b"\r\n").unwrap();
        if length == 0 {
            assert_eq!(body, b"");
            return (data, chunks);
        }
        data.extend(chunk);
        chunks += 1;
    }
}

/// A connection from which a head and then all else is read, and that takes what is written.
pub(super) struct Deaf {
    left: Vec<Vec<u8>>,
}

impl Deaf {
    pub(super) fn new(written: &[u8]) -> Self {
        let head = written.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        Self { left: vec![written[head..].to_vec(), written[..head].to_vec()] }
    }
}

impl std::io::Read for Deaf {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let Some(mut next) = self.left.pop() else { return Ok(0) };
        let count = next.len().min(into.len());
        into[..count].copy_from_slice(&next[..count]);
        next.drain(..count);
        if !next.is_empty() {
            self.left.push(next);
        }
        Ok(count)
    }
}

impl std::io::Write for Deaf {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The requests that a real HTTP/2 server reads, and how many of them the client cancelled.
pub(super) fn served(written: Vec<u8>) -> (Vec<http::Request<()>>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        // All of it fits, so that the server has read all when it has to wait.
        let (mut client, server) = tokio::io::duplex(written.len() + (1 << 16));
        tokio::io::AsyncWriteExt::write_all(&mut client, &written).await.unwrap();
        let mut builder = h2::server::Builder::new();
        builder.max_header_list_size(1 << 20).max_concurrent_streams(1000);
        let mut connection = builder.handshake::<_, bytes::Bytes>(server).await.unwrap();
        let (mut requests, mut answers) = (Vec::new(), Vec::new());
        for _ in 0..100 {
            let mut ready = |cx: &mut Context<'_>| Poll::Ready(connection.poll_accept(cx));
            while let Poll::Ready(next) = std::future::poll_fn(&mut ready).await {
                let (request, answer) = next.unwrap().unwrap();
                requests.push(request.map(|_| ()));
                answers.push(answer);
            }
            tokio::task::yield_now().await;
        }
        let mut cancelled = 0;
        for mut answer in answers {
            let reset = std::future::poll_fn(|cx| Poll::Ready(answer.poll_reset(cx))).await;
            cancelled += usize::from(matches!(reset, Poll::Ready(Ok(h2::Reason::CANCEL))));
        }
        (requests, cancelled)
    })
}
