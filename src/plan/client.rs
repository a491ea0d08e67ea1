//! A client that behaves as no library does, in a plan.

use std::sync::Arc;

use bytes::Bytes;

use super::{PlannedBody, PlannedRequest};
use crate::payload::{self, Act, Body, Choice, Reading, Request, Talk, Turn, Wire};

/// How the client of a request behaves, if not as a library does.
#[derive(Debug, Clone, PartialEq)]
pub enum PlannedClient {
    /// As a family of the catalogue does.
    Family {
        /// Which.
        choice: Arc<Choice>,
        /// Which turn of it.
        turn: Turn,
    },
    /// Reads so many server-sent events, then leaves.
    Events(u32),
    /// Speaks WebSocket.
    WebSocket {
        /// What it sends.
        messages: Vec<String>,
        /// How many messages it awaits.
        receive: u32,
        /// From which its masks come.
        turn: Turn,
    },
    /// Speaks bare TCP.
    Tcp {
        /// What ends the answer; empty: the service ends the connection.
        until: Arc<str>,
    },
}

/// Stands for the host in digests: they tell what is sent, not where.
const ANY_HOST: &str = "service";

impl PlannedRequest {
    /// The bare connections of a request whose client behaves as no library does; `None` for all others.
    /// `host` is the `host` header.
    pub fn talks(&self, host: &str) -> Option<Vec<Talk>> {
        let client = self.client.as_ref()?;
        if let PlannedClient::Tcp { until } = client {
            let reading = Reading::Through(Bytes::copy_from_slice(until.as_bytes()));
            let body = self.body.again().into_iter().flat_map(|body| body.chunks);
            return Some(vec![Talk { reading, ..Talk::new(body) }]);
        }
        let request = Request {
            method: self.method.to_string(),
            path: self.path.clone(),
            headers: self.headers.clone(),
            body: self.body.again(),
        };
        let wire = Wire { request, host: host.to_owned() };
        match client {
            PlannedClient::Family { choice, turn } => choice.talks(turn, wire),
            PlannedClient::Events(count) => {
                Some(vec![Talk { reading: Reading::Events(*count), ..Talk::new(wire.polite()) }])
            }
            PlannedClient::WebSocket { messages, receive, turn } => {
                Some(vec![payload::websocket(&wire, messages, *receive, turn)])
            }
            PlannedClient::Tcp { .. } => None,
        }
    }

    /// What stands for the talks in a digest: parameters, key, and the first MiB of what is written.
    pub(super) fn digest_of_talks(&self) -> Vec<u8> {
        let Some(client) = &self.client else { return Vec::new() };
        let mut hasher = blake3::Hasher::new();
        if let PlannedClient::Family { choice, turn } = client {
            hasher.update(choice.describe().as_bytes()).update(&turn.key);
        }
        let mut written = 0;
        for talk in self.talks(ANY_HOST).unwrap_or_default() {
            hasher.update(format!("{:?}{:?}{:?}{:?}", talk.after, talk.reading, talk.hold, talk.ending).as_bytes());
            for act in talk.acts {
                match &act {
                    Act::Write(bytes) => {
                        hasher.update(bytes);
                        written += bytes.len() as u64;
                    }
                    // Pauses of nothing would never end.
                    other => {
                        hasher.update(format!("{other:?}").as_bytes());
                        written += 1024;
                    }
                }
                if written >= super::body::DIGESTED {
                    break;
                }
            }
        }
        hasher.finalize().as_bytes().to_vec()
    }
}

impl PlannedBody {
    fn again(&self) -> Option<Body> {
        match self {
            Self::Empty => None,
            Self::Text(text) => Some(text_body(text.clone())),
            Self::Payload(payload) => payload.again(),
        }
    }
}

/// Its content type stands among the headers of the request already.
fn text_body(text: Bytes) -> Body {
    let size = text.len() as u64;
    Body { headers: Vec::new(), ..Body::new("", size, (!text.is_empty()).then_some(text).into_iter()) }
}
