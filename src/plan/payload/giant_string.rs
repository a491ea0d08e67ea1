//! A giant JSON string: `{"data":"…"}`.
//!
//! *Provokes* buffers of the whole body, then its decoded copy, then the parsed string: three at once is
//! common. *Seen in* every framework that reads a body before it parses it; log lines and error messages
//! that quote the input keep it for longer. *On the wire* the size of the string; twice as much memory in
//! Python and Node, four times if one character is not Latin-1. *Safe answer:* 413.

use bytes::Bytes;

use super::pieces::{once, repeated};

const BEFORE: &[u8] = br#"{"data":""#;
const AFTER: &[u8] = br#""}"#;
/// No two neighbouring bytes are equal, so that a run-length trick cannot hide the size.
const PATTERN: &[u8] = b"the quick brown fox jumps over a lazy dog; 0123456789 ";

pub(super) fn size(string: u64) -> u64 {
    string.saturating_add((BEFORE.len() + AFTER.len()) as u64)
}

pub(super) fn chunks(string: u64) -> impl Iterator<Item = Bytes> + Send {
    once(BEFORE).chain(repeated(PATTERN, string)).chain(once(AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_reads_a_string_of_the_size() {
        for size in [0, 1, 100_000] {
            let text: Vec<u8> = chunks(size).flatten().collect();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value["data"].as_str().unwrap().len() as u64, size);
        }
    }
}
