//! `[load]`: what is sent, in which order, how fast.

use std::collections::BTreeMap;

use crate::payload::Choice;
use crate::units::{Elapsed, RequestRate};

/// The load profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// `http://host:port` or `https://host:port` of the service.
    pub base_url: String,
    /// A file of certificates (PEM) that are trusted besides the system's.
    pub authority: Option<String>,
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
