//! HTTP/2 by hand (RFC 9113) with header blocks without compression (RFC 7541): what a client writes.

use crate::payload::Wire;

/// What a connection begins with (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The longest frame that everybody has to take (section 4.2).
pub(super) const LONGEST: usize = 16_384;

/// Types of frames (section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Continuation = 9,
}

pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;

/// The preface and our settings (id and value). The peer's are never acknowledged: who has not seen a limit
/// has its streams refused one by one, and keeps its connection.
pub(super) fn beginning(settings: &[(u16, u32)]) -> Vec<u8> {
    let mut bytes = PREFACE.to_vec();
    let settings: Vec<u8> =
        settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    add_frame(&mut bytes, Kind::Settings, 0, 0, &settings);
    bytes
}

/// Adds a frame: 24 bits of length, type, flags, stream, payload (section 4.1).
pub(super) fn add_frame(into: &mut Vec<u8>, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
    let [_, length @ ..] = (payload.len() as u32).to_be_bytes();
    into.extend(length);
    into.extend([kind as u8, flags]);
    into.extend((stream & (u32::MAX >> 1)).to_be_bytes());
    into.extend(payload);
}

/// Adds a request without body, in as many frames as its headers need.
pub(super) fn add_request(into: &mut Vec<u8>, stream: u32, block: &[u8]) {
    let mut frames = block.chunks(LONGEST).peekable();
    let (mut kind, mut flags) = (Kind::Headers, END_STREAM);
    while let Some(part) = frames.next() {
        let end = if frames.peek().is_none() { END_HEADERS } else { 0 };
        add_frame(into, kind, flags | end, stream, part);
        (kind, flags) = (Kind::Continuation, 0);
    }
}

/// The number of a client's n-th stream.
pub(super) fn stream(number: u64) -> u32 {
    (number.saturating_mul(2) + 1).min(u64::from(u32::MAX >> 1)) as u32
}

/// The header block of a request.
pub(super) fn block(wire: &Wire) -> Vec<u8> {
    /// Entries of the static table (RFC 7541, appendix A).
    const AUTHORITY: u64 = 1;
    const METHOD: u64 = 2;
    const PATH: u64 = 4;
    const SCHEME_HTTP: u8 = 6;
    let request = &wire.request;
    let mut block = Vec::new();
    for (name, value) in [(METHOD, &*request.method), (PATH, &request.path), (AUTHORITY, wire.authority())] {
        // A literal that enters no table, with an indexed name.
        add_number(&mut block, 0, 4, name);
        add_string(&mut block, value.as_bytes());
    }
    block.push(0x80 | SCHEME_HTTP);
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "host") {
        add_field(&mut block, name.as_bytes(), value.as_bytes());
    }
    block
}

/// Adds a literal field that enters no table (section 6.2.2).
pub(super) fn add_field(block: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    block.push(0);
    add_string(block, name);
    add_string(block, value);
}

/// A string without Huffman code (section 5.2).
fn add_string(block: &mut Vec<u8>, text: &[u8]) {
    add_number(block, 0, 7, text.len() as u64);
    block.extend(text);
}

/// A number after a prefix of so many bits (section 5.1).
fn add_number(block: &mut Vec<u8>, pattern: u8, bits: u32, number: u64) {
    let full = (1 << bits) - 1;
    if number < full {
        return block.push(pattern | number as u8);
    }
    block.push(pattern | full as u8);
    let mut rest = number - full;
    while rest >= 128 {
        block.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    block.push(rest as u8);
}
