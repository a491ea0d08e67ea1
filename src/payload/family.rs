//! What a family of payloads says of itself.

use super::{Body, Request, Talk, Turn, Values, Wire};

/// A family of ugly payloads.
pub struct Family {
    /// Its name in policies: small letters and hyphens.
    pub name: &'static str,
    /// Where it belongs.
    pub group: Group,
    /// What people should know of it.
    pub about: About,
    /// What can be set.
    pub parameters: &'static [Parameter],
    /// What it makes.
    pub form: Form,
}

/// What people should know of a family. Sentences, each ending with a full stop.
pub struct About {
    /// One line, for the list.
    pub summary: &'static str,
    /// What it does to which services.
    pub provokes: &'static str,
    /// Incidents, CVEs, issues.
    pub seen: &'static str,
    /// Size on the wire with the default parameters, and what that becomes, measured.
    pub becomes: &'static str,
    /// What a service that is safe answers.
    pub safe: &'static str,
}

/// The groups of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Pictures.
    Images,
    /// Archives and compressed bodies.
    Archives,
    /// JSON, XML, YAML, tables, PDF.
    Documents,
    /// Bodies that are large, many or lie.
    Uploads,
    /// What connections do.
    Connections,
    /// Keys of which there are ever more.
    Keys,
    /// Much work for one request.
    Work,
    /// The same again.
    Retries,
    /// Text that expands.
    Text,
}

/// A parameter of a family.
pub struct Parameter {
    /// Its key in policies.
    pub name: &'static str,
    /// What it is, one line.
    pub about: &'static str,
    /// What it can be.
    pub takes: Takes,
}

/// What a parameter can be, and its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A whole number.
    Count {
        /// Smallest.
        least: u64,
        /// Largest.
        most: u64,
        /// If not stated.
        default: u64,
    },
    /// A size in bytes, written with its unit.
    Size {
        /// Smallest.
        least: u64,
        /// Largest.
        most: u64,
        /// If not stated.
        default: u64,
    },
    /// A time in milliseconds, written with its unit; at most an hour.
    Time {
        /// If not stated.
        default: u64,
    },
    /// Yes or no; no if not stated.
    Flag,
    /// One of these words; the first if not stated.
    Word(&'static [&'static str]),
    /// A name: of a query parameter, a header, a field. Printable ASCII without spaces.
    Name(&'static str),
}

/// What a family makes of a request.
#[derive(Clone, Copy)]
pub enum Form {
    /// A body, generated while it is sent.
    Body(fn(&Values, &Turn) -> Body),
    /// A request with another path, other headers or another body, sent by a well-behaved client.
    Request(fn(&Values, &Turn, &mut Request)),
    /// Connections on which bytes are written and read as no well-behaved client would.
    Client(fn(&Values, &Turn, Wire) -> Vec<Talk>),
}

impl Group {
    /// All, in order.
    pub const ALL: [Self; 9] = [
        Self::Images,
        Self::Archives,
        Self::Documents,
        Self::Uploads,
        Self::Connections,
        Self::Keys,
        Self::Work,
        Self::Retries,
        Self::Text,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Archives => "archives",
            Self::Documents => "documents",
            Self::Uploads => "uploads",
            Self::Connections => "connections",
            Self::Keys => "keys",
            Self::Work => "work",
            Self::Retries => "retries",
            Self::Text => "text",
        }
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
