//! Connections of HTTP/2, each shared by many requests.

use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::Mutex;

use super::address::Address;
use super::outcome::Failure;
use super::outgoing::Outgoing;

/// Requests that one connection carries at a time: what servers allow at least (RFC 9113, section 6.5.2).
const STREAMS: usize = 100;

/// The connections of a phase.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Vec<(SendRequest<Outgoing>, usize)>>);

impl Streams {
    /// Room on a connection that stands, or on a new one.
    pub(super) async fn join(&self, address: &Address) -> Result<SendRequest<Outgoing>, Failure> {
        let mut connections = self.0.lock().await;
        connections.retain(|(sender, _)| !sender.is_closed());
        if let Some((sender, users)) = connections.iter_mut().find(|(_, users)| *users < STREAMS) {
            *users += 1;
            return Ok(sender.clone());
        }
        let stream = address.connect(false, true).await?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        // Its errors reach the requests on it. It ends with the phase's runtime.
        tokio::spawn(connection);
        connections.push((sender.clone(), 1));
        Ok(sender)
    }
}
