//! Why a phase could not be sent. What the service did wrong is no error: it is tallied.

use std::net::IpAddr;

use crate::record::Phase;
use crate::units::{Bytes, Elapsed};

/// Why a phase could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The base URL is not `http://host:port`.
    #[error("`{url}` cannot be loaded: write `http://host:port` or `https://host:port`, without a path")]
    BaseUrl {
        /// As it stands in the policy.
        url: String,
    },
    /// The login did not give what it should.
    #[error("the login failed: {why}; check `[load.login]`")]
    Login {
        /// What happened; never a value that was taken.
        why: String,
    },
    /// TLS cannot be prepared.
    #[error("no TLS to `{host}`: {why}")]
    Tls {
        /// Host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// The certificates of `load.authority` cannot be read.
    #[error("the certificates in `{file}` cannot be read: {why}; check `load.authority`, a PEM file")]
    Authority {
        /// As it stands in the policy.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The name of the host has no address.
    #[error("no address found for `{host}`: check `load.base-url` ({source})")]
    Unresolved {
        /// Host and port.
        host: String,
        /// What the resolver said.
        source: std::io::Error,
    },
    /// The host is not on this machine nor on a private network.
    #[error(
        "`{host}` is {address}, a public address: plimsoll loads only this machine and private networks, \
         point `load.base-url` at a service of your own"
    )]
    PublicAddress {
        /// Host and port.
        host: String,
        /// Where it leads.
        address: IpAddr,
    },
    /// The request cannot be written as HTTP.
    #[error("request `{name}` cannot be sent: {why}; check its method, path and headers")]
    Unsendable {
        /// Its name in the policy.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A phase would send more than is allowed.
    #[error("phase `{phase}` would send {bytes} of bodies, more than {most}: make the payload or its number smaller")]
    TooMuch {
        /// Which.
        phase: Phase,
        /// Of all its requests.
        bytes: Bytes,
        /// At most.
        most: Bytes,
    },
    /// A phase does not come to its end.
    #[error(
        "phase `{phase}` was not sent after {after}: {sent} of {planned} requests; the service answers too slowly for it, lower `requests` or `timeout`"
    )]
    Stuck {
        /// Which.
        phase: Phase,
        /// How long it was tried.
        after: Elapsed,
        /// Begun until then.
        sent: u64,
        /// All.
        planned: u64,
    },
    /// The load profile has nothing for the phase.
    #[error("phase `{phase}` has no requests: check `[load]`")]
    NoRequests {
        /// Which.
        phase: Phase,
    },
    /// The machine did not give what sending needs.
    #[error("could not {what}: {source}")]
    Machine {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// The sending thread ended without a word.
    #[error("the load engine stopped in the middle of a phase: please report this")]
    Stopped,
}
