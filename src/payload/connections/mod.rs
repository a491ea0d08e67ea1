//! Clients that hang up, dawdle, flood, or never read.

mod connection_storm;
mod half_open;
mod hang_up;
mod hang_up_sending;
mod http2;
mod http2_rapid_reset;
mod http2_streams;
mod pipelining;
mod slow_reader;
mod slow_writer;
mod sse_reader;
mod websocket;

mod websocket_fragments;
mod websocket_reader;

pub use websocket::talk as websocket_talk;

use super::{Family, Parameter, Takes};

/// The families of this group.
pub(super) const FAMILIES: &[&Family] = &[
    connection_storm::FAMILY,
    half_open::FAMILY,
    hang_up::FAMILY,
    hang_up_sending::FAMILY,
    http2_rapid_reset::FAMILY,
    http2_streams::FAMILY,
    pipelining::FAMILY,
    slow_reader::FAMILY,
    slow_writer::FAMILY,
    sse_reader::FAMILY,
    websocket_fragments::FAMILY,
    websocket_reader::FAMILY,
];

/// How many connections a request of the family opens at once.
const fn connections(default: u64) -> Parameter {
    Parameter {
        name: "connections",
        about: "how many connections at once",
        takes: Takes::Count { least: 1, most: 10_000, default },
    }
}

/// How long the client stays.
const fn hold(default: u64) -> Parameter {
    Parameter { name: "hold", about: "how long the client stays before it gives up", takes: Takes::Time { default } }
}
