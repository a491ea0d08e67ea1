//! What came of one request.

use std::sync::Arc;

use crate::policy::Expect;

/// What came of one request.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The request's name.
    pub(super) name: Arc<str>,
    /// Which answers are right.
    pub(super) expect: Expect,
    /// How it ended.
    pub(super) end: End,
    /// What was seen until then.
    pub(super) seen: Seen,
    /// From the planned send to the end, microseconds.
    pub(super) latency_us: u64,
    /// From the real send to the end, microseconds.
    pub(super) from_send_us: u64,
}

/// What was seen of an answer so far.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    /// The status, once the head was read.
    pub(super) status: Option<u16>,
    /// Bytes of the request's body that went out.
    pub(super) bytes_out: u64,
    /// Bytes of the answer's body that came in.
    pub(super) bytes_in: u64,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With a whole answer.
    Answered(u16),
    /// The client gave up, as planned.
    Aborted,
    /// With what was waited for, in a language that has no status.
    Done,
    /// The service ended the connection of a client that misbehaved.
    Cut,
    /// With no answer.
    Failed(Failure),
}

/// Why there is no answer. The words appear in recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Not within the time that the policy gives.
    Timeout,
    /// Nobody listens.
    Refused,
    /// The certificate of the service is not trusted.
    Untrusted,
    /// No connection, for another reason.
    Unreachable,
    /// The service ended the connection before the answer was whole.
    Reset,
    /// What came is no HTTP.
    Malformed,
}

impl Failure {
    /// The word for recordings.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Untrusted => "untrusted certificate",
            Self::Unreachable => "unreachable",
            Self::Reset => "reset",
            Self::Malformed => "malformed answer",
        }
    }
}

impl From<std::io::Error> for Failure {
    /// Of a connection that could not be made.
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::ConnectionRefused => Self::Refused,
            std::io::ErrorKind::TimedOut => Self::Timeout,
            std::io::ErrorKind::ConnectionReset => Self::Reset,
            // What a TLS handshake makes of a certificate that it does not like.
            std::io::ErrorKind::InvalidData => Self::Untrusted,
            _ => Self::Unreachable,
        }
    }
}

impl From<hyper::Error> for Failure {
    /// Of an exchange.
    fn from(error: hyper::Error) -> Self {
        if error.is_parse() { Self::Malformed } else { Self::Reset }
    }
}
