//! One line to an agent, one line of JSON back.
//!
//! The agent lives in the service: what it answers is foreign input, read up to a bound and a deadline.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};

use super::ProbeError;
use super::error::presentable;
use crate::units::Elapsed;

/// Longest answer, in bytes.
const LONGEST: u64 = 64 << 10;

/// How long a process that just started may take until its agent listens.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// The seconds that an agent has for its work, so that it can still say that they were too few.
pub(super) fn within(deadline: Duration) -> f64 {
    deadline.as_secs_f64() * 0.9
}

/// The figures after a collection, in bytes.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Figures {
    /// Managed heap in use.
    pub heap: Option<u64>,
    /// In use outside of it.
    pub native: Option<u64>,
    /// The part of `native` that is buffers.
    pub direct: Option<u64>,
    /// What could not be read, with the reason.
    #[serde(default)]
    pub unseen: BTreeMap<String, String>,
}

/// What a dump tells of itself.
#[derive(Debug, Deserialize)]
pub(super) struct Dumping {
    /// How long the service stood still, in seconds.
    pub pause: f64,
}

/// An agent to be asked.
pub(super) struct Agent<'a> {
    /// The process it is in.
    pub pid: u32,
    /// Where it listens.
    pub socket: &'a Path,
    /// How long to wait for it to listen.
    pub grace: Duration,
    /// What to say when it does not.
    pub cure: &'static str,
}

impl Agent<'_> {
    /// Asks, and reads the answer.
    pub async fn ask<T: DeserializeOwned>(&self, request: &str, deadline: Duration) -> Result<T, ProbeError> {
        let late = || ProbeError::Late {
            pid: self.pid,
            request: request.split(' ').next().unwrap_or_default().to_owned(),
            deadline: Elapsed(deadline),
        };
        let answer = timeout(deadline, self.line(request)).await.map_err(|_| late())??;
        self.read(&answer)
    }

    async fn line(&self, request: &str) -> Result<String, ProbeError> {
        let patience = Instant::now() + self.grace;
        loop {
            match talk(self.socket, request).await {
                Ok(answer) => return Ok(answer),
                // It is about to listen, or about to listen again after a fork.
                Err(error) if absent(&error) && Instant::now() < patience => sleep(Duration::from_millis(20)).await,
                Err(error) if absent(&error) => return Err(self.missing()),
                Err(source) => return Err(ProbeError::File { path: self.socket.to_owned(), source }),
            }
        }
    }

    fn missing(&self) -> ProbeError {
        match Path::new(&format!("/proc/{}", self.pid)).exists() {
            true => ProbeError::NoAgent { pid: self.pid, cure: self.cure },
            false => ProbeError::Gone { pid: self.pid },
        }
    }

    fn read<T: DeserializeOwned>(&self, answer: &str) -> Result<T, ProbeError> {
        let garbled = |error: serde_json::Error| ProbeError::Garbled { pid: self.pid, what: error.to_string() };
        let value: serde_json::Value = serde_json::from_str(answer).map_err(garbled)?;
        match value.get("error").and_then(|message| message.as_str()) {
            Some(message) => Err(ProbeError::Refused { pid: self.pid, message: presentable(message) }),
            None => serde_json::from_value(value).map_err(garbled),
        }
    }
}

async fn talk(socket: &Path, request: &str) -> Result<String, Error> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(format!("{request}\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).await?;
    match answer.is_empty() {
        true => Err(ErrorKind::ConnectionReset.into()),
        false => Ok(answer),
    }
}

fn absent(error: &Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused | ConnectionReset | BrokenPipe)
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// What becomes of an agent's answer.
    async fn asked(answer: Vec<u8>, deadline: Duration) -> Result<Figures, ProbeError> {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let serve = async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 8];
            stream.read_exact(&mut request).await.unwrap();
            assert_eq!(&request, b"collect\n");
            let _ = stream.write_all(&answer).await;
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
        };
        let serving = tokio::spawn(serve);
        let agent = Agent { pid: std::process::id(), socket: &socket, grace: Duration::ZERO, cure: "start it" };
        let result = agent.ask("collect", deadline).await;
        serving.abort();
        result
    }

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn figures_are_read() {
        let figures = asked(br#"{"heap":7,"native":null,"extra":1}"#.to_vec(), LONG).await.unwrap();
        assert_eq!((figures.heap, figures.native), (Some(7), None));
    }

    #[tokio::test]
    async fn hostile_answers_are_errors() {
        assert!(matches!(asked(b"{\"heap\":-1}".to_vec(), LONG).await, Err(ProbeError::Garbled { .. })));
        assert!(matches!(asked(vec![b'['; 1 << 20], LONG).await, Err(ProbeError::Garbled { .. })));
        assert!(asked(vec![0xff; 100], LONG).await.is_err());
        let refused = asked(br#"{"error":"no\u001b[2J memory"}"#.to_vec(), LONG).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("process `{}` refused: `no [2J memory`", std::process::id()));
    }

    #[tokio::test]
    async fn a_silent_agent_is_late() {
        let error = asked(Vec::new(), Duration::from_millis(50)).await.unwrap_err();
        assert!(error.to_string().contains("did not answer `collect` within 50 ms"), "{error}");
    }

    #[tokio::test]
    async fn where_nobody_listens_the_cure_is_named() {
        let agent = Agent {
            pid: std::process::id(),
            socket: Path::new("/nowhere/x.sock"),
            grace: Duration::from_millis(30),
            cure: "start it without `-I`",
        };
        let error = agent.ask::<Figures>("collect", LONG).await.unwrap_err();
        assert!(error.to_string().ends_with("start it without `-I`"), "{error}");
    }
}
