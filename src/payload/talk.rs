//! A program for one bare connection: what is written, what is read, and how it ends.

use std::time::Duration;

use bytes::Bytes;

/// What is done on the writing side, in order.
pub type Acts = Box<dyn Iterator<Item = Act> + Send>;

/// One connection. Writing and reading go on side by side.
pub struct Talk {
    /// When it begins, after the request is due. Talks of one request run side by side.
    pub after: Duration,
    /// Whether its receive buffer is small (4 KiB): what is not read then waits in the service.
    pub narrow: bool,
    /// Whether it speaks HTTP/2: decides what a TLS handshake offers.
    pub http2: bool,
    /// The writing side.
    pub acts: Acts,
    /// The reading side.
    pub reading: Reading,
    /// The client gives up, as planned, so long after the talk began. `None`: it waits for what it reads,
    /// within the time-out of the policy.
    pub hold: Option<Duration>,
    /// How the client leaves.
    pub ending: Ending,
}

/// One thing done on the writing side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// These bytes; at most 64 KiB at a time.
    Write(Bytes),
    /// Nothing for a time.
    Pause(Duration),
    /// Nothing until the head of an answer was read (`101`, `200`, …); needs [`Reading::Everything`] or
    /// [`Reading::Answer`].
    AwaitHead,
    /// Half-close: no more will be written.
    Finish,
}

/// What is done on the reading side. The end of the connection ends the talk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// One HTTP/1 answer, which ends the talk.
    Answer,
    /// Everything, and it is thrown away; the talk ends with `hold`, or with the connection.
    Everything,
    /// An answer, so many bytes of it a second.
    Slowly(u64),
    /// So many bytes, with which the client gives up as planned; 0: as soon as all is written.
    Until(u64),
    /// So many server-sent events of an answer, with which the talk ends.
    Events(u32),
    /// So many messages of a WebSocket, with which the talk ends.
    Messages(u32),
    /// All up to and with these bytes, with which the talk ends; none: up to the end of the connection.
    Through(Bytes),
    /// Nothing: the talk ends with `hold`.
    Nothing,
}

/// How a client leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With a FIN.
    Close,
    /// With an RST.
    Reset,
}

impl Talk {
    /// A talk that writes these bytes and waits for an answer.
    pub fn new(chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self::acting(chunks.map(Act::Write))
    }

    /// A talk of these acts that waits for an answer.
    pub fn acting(acts: impl Iterator<Item = Act> + Send + 'static) -> Self {
        Self {
            after: Duration::ZERO,
            narrow: false,
            http2: false,
            acts: Box::new(acts),
            reading: Reading::Answer,
            hold: None,
            ending: Ending::Close,
        }
    }
}
