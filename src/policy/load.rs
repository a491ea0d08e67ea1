//! `[load]`: what is sent, in which order, how fast.

use std::collections::BTreeMap;

use crate::units::{Bytes, Elapsed, RequestRate};

/// The load profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// `http://host:port` of the service.
    pub base_url: String,
    /// Everything random comes from this.
    pub seed: u64,
    /// Requests that are not judged.
    pub warm_up: Round,
    /// The equal rounds of the ordinary mix.
    pub steady: Round,
    /// The equal rounds between the two heap dumps.
    pub diagnosis: Round,
    /// Pause before the dumps.
    pub cool_down: Elapsed,
    /// Requests that may be in flight at once; more wait, and the wait is reported.
    pub in_flight: u32,
    /// How long an answer may take.
    pub timeout: Elapsed,
    /// The ordinary mix; not empty.
    pub requests: Vec<Request>,
    /// The ugly payloads, in the order in which they run.
    pub ugly: Vec<Ugly>,
}

/// A number of equal rounds of requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Requests over all rounds; a multiple of `rounds`.
    pub requests: u64,
    /// Rounds.
    pub rounds: u32,
    /// Arrivals per second.
    pub rate: RequestRate,
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its name in the policy and in tallies.
    pub name: String,
    /// Share in the mix.
    pub weight: u32,
    /// HTTP method.
    pub method: String,
    /// Path with `{name}` for fields.
    pub path: String,
    /// Headers, values may hold `{name}`.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Body,
    /// What `{name}` stands for.
    pub with: BTreeMap<String, Field>,
    /// Which answers are right.
    pub expect: Expect,
}

/// A request that is meant to hurt: each is a phase of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Ugly {
    /// What is sent; its weight does not count.
    pub request: Request,
    /// How often over all rounds, how many rounds, how fast.
    pub round: Round,
    /// How the client behaves.
    pub behaviour: Behaviour,
}

/// How a client behaves.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// Sends the request, reads the answer.
    Polite,
    /// Closes the connection after reading this many bytes of the answer (0: right after sending).
    HangUp {
        /// Bytes read before.
        after: Bytes,
    },
    /// Reads this many bytes of the answer a second, then gives up after the time.
    SlowReader {
        /// Bytes per second; 0 never reads.
        rate: Bytes,
        /// How long it holds on.
        hold: Elapsed,
    },
    /// Sends this many requests at the same moment, again and again.
    Burst {
        /// Requests at once.
        width: u32,
    },
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// None.
    Empty,
    /// Text with `{name}` for fields, and its content type.
    Text {
        /// The text.
        template: String,
        /// `Content-Type`.
        content_type: String,
    },
    /// A generated body.
    Payload(Payload),
}

/// A generated body, streamed from the seed and never held in memory.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A small PNG that decodes to `width` × `height` pixels.
    ImageBomb {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// `[[[…]]]`.
    DeepJson {
        /// Levels.
        depth: u64,
    },
    /// One object with this many keys.
    WideJson {
        /// Keys.
        keys: u64,
    },
    /// A JSON object with one string of this size.
    GiantString {
        /// Size of the string.
        size: Bytes,
    },
    /// Random bytes.
    Upload {
        /// Size of the body.
        size: Bytes,
        /// With `Transfer-Encoding: chunked` instead of a `Content-Length`.
        chunked: bool,
    },
    /// Zeros, with `Content-Encoding: gzip`.
    GzipBomb {
        /// Size after decompression.
        size: Bytes,
    },
}

/// What `{name}` in a template stands for. All values come from the seed and the request's number.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A number from 0 to below this, all equally likely.
    Uniform(u64),
    /// A number from 0 to below this, low numbers far more likely (Zipf, exponent 1).
    Zipf(u64),
    /// A value that no other request of the run has.
    Unique,
    /// A random UUID (version 4).
    Uuid,
    /// One of these, in turn.
    OneOf(Vec<String>),
}

/// Which status codes are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Any answer at all.
    Any,
    /// A whole class: 2 for `2xx`.
    Class(u8),
    /// Exactly this.
    Status(u16),
}

impl Expect {
    /// Whether an answer with this status is right.
    pub fn allows(self, status: u16) -> bool {
        match self {
            Self::Any => true,
            Self::Class(class) => status / 100 == u16::from(class),
            Self::Status(only) => status == only,
        }
    }
}
