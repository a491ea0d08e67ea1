//! `[load]`: what is sent, in which order, how fast.

use std::collections::BTreeMap;

use super::engine::Engine;
use crate::payload::Choice;
use crate::units::{Elapsed, RequestRate};

/// The load profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// `http://host:port` or `https://host:port` of the service.
    pub base_url: String,
    /// A file of certificates (PEM) that are trusted besides the system's.
    pub authority: Option<String>,
    /// Whether HTTP/2 is spoken: over TLS by agreement, else from the first byte on.
    pub http2: bool,
    /// What connections are for.
    pub connections: Connections,
    /// What is asked for once, before anything else.
    pub login: Option<Login>,
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
    /// What becomes of the schedule where the service left no room for what was due.
    pub after_stall: AfterStall,
    /// How long an answer may take.
    pub timeout: Elapsed,
    /// The ordinary mix; empty where `engine` sends it.
    pub requests: Vec<Request>,
    /// Another program that sends the ordinary mix.
    pub engine: Option<Engine>,
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
    /// When they come.
    pub arrivals: Arrivals,
}

/// When requests come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrivals {
    /// Open model: so many a second, whether or not answers come.
    Rate(RequestRate),
    /// Open model: from one rate to another, evenly over the requests' time.
    Ramp {
        /// At the beginning of each round.
        from: RequestRate,
        /// At its end.
        to: RequestRate,
    },
    /// Closed model: so many virtual users, each sending as soon as its answer is there.
    Users(u32),
}

impl Arrivals {
    /// How long so many requests take at least; closed models do not say.
    pub fn lasts(self, requests: u64) -> Option<Elapsed> {
        let mean = match self {
            Self::Rate(rate) => rate.0,
            Self::Ramp { from, to } => (from.0 + to.0) / 2.0,
            Self::Users(_) => return None,
        };
        std::time::Duration::try_from_secs_f64(requests as f64 / mean).ok().map(Elapsed)
    }
}

impl std::fmt::Display for Arrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rate(rate) => rate.fmt(f),
            Self::Ramp { from, to } => write!(f, "{from} to {to}"),
            Self::Users(users) => write!(f, "{users} users"),
        }
    }
}

/// What becomes of the schedule after a stall. Nothing is dropped either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterStall {
    /// All that comes later comes as much later: the service never sees more than the planned rate.
    #[default]
    Shift,
    /// Requests come at twice the planned rate until the schedule is met again, as from real clients that
    /// do not know of the stall. Latencies count from the schedule as it was planned.
    CatchUp,
}

/// What connections are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connections {
    /// One for each request in flight, kept alive within a phase.
    KeepAlive,
    /// A new one for each request.
    PerRequest,
    /// One for each value of this field, kept alive within a phase: a client with a key of its own.
    PerKey(String),
}

/// A request that is made once, before the load, and what is taken from its answer for all others. Its cookies
/// go with all others by themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Login {
    /// What is asked.
    pub request: Request,
    /// What `{name}` stands for in all other requests.
    pub take: BTreeMap<String, Taken>,
}

/// Where a value stands in the answer of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// At this JSON pointer (RFC 6901) of the body.
    Json(String),
    /// In this header.
    Header(String),
    /// In this cookie.
    Cookie(String),
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
    /// How it is made.
    pub exchange: Exchange,
    /// Which answers are right.
    pub expect: Expect,
}

/// How a request is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchange {
    /// One HTTP request, one answer.
    Http,
    /// One HTTP request; so many server-sent events of its answer are read, then the client leaves.
    Events(u32),
    /// A WebSocket: these messages are sent, so many are awaited, then it is closed.
    WebSocket {
        /// Texts with `{name}` for fields.
        messages: Vec<String>,
        /// Messages of the service that are awaited.
        receive: u32,
    },
    /// Bare TCP: the body is sent, then the answer is read up to and with this text.
    Tcp {
        /// What ends the answer; empty: the service ends the connection.
        until: String,
    },
}

/// A request that is meant to hurt: each is a phase of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Ugly {
    /// What is sent; its weight does not count. A payload that is a body is its body.
    pub request: Request,
    /// A payload that changes the request, or the way in which the client behaves.
    pub payload: Option<Choice>,
    /// How often over all rounds, how many rounds, how fast.
    pub round: Round,
    /// So many of them at the same moment, again and again; 1: one after the other.
    pub width: u32,
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
    /// A generated body, streamed from the seed and never held in memory.
    Payload(Choice),
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
    /// What was taken from the answer of the login under this name.
    Taken(String),
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
