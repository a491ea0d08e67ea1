//! Wide JSON: one object with very many different keys.
//!
//! *Provokes* a hash table and a key string for each entry, key caches and hidden classes that grow, and
//! mass assignment into maps. *Seen in* every JSON API without a limit on keys; colliding keys are a
//! different attack. *On the wire* about 14 bytes a key; unique keys became 10 (Node) to 11 (Python)
//! times as much memory. *Safe answer:* 413 or 400 above a size limit, or 200 with memory that comes back.

use std::io::Write as _;

use bytes::Bytes;

use super::pieces::CHUNK;

/// `,"k000":1` without the digits.
const AROUND: u64 = 6;

pub(super) fn size(keys: u64) -> u64 {
    let entries = keys.saturating_mul(digits(keys) as u64 + AROUND);
    // Two braces, and the first entry has no comma.
    entries.saturating_add(2) - u64::from(keys > 0)
}

pub(super) fn chunks(keys: u64) -> impl Iterator<Item = Bytes> + Send {
    let width = digits(keys);
    let (mut next, mut ended) = (0, false);
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut chunk = Vec::with_capacity(CHUNK + 64);
        if next == 0 {
            chunk.push(b'{');
        }
        while next < keys && chunk.len() < CHUNK {
            let comma = if next == 0 { "" } else { "," };
            // Writing to a vector cannot fail.
            let _ = write!(chunk, "{comma}\"k{next:0width$}\":1");
            next += 1;
        }
        if next == keys {
            chunk.push(b'}');
            ended = true;
        }
        Some(chunk.into())
    })
}

fn digits(keys: u64) -> usize {
    keys.saturating_sub(1).checked_ilog10().unwrap_or(0) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_parser_finds_every_key() {
        for keys in [0, 1, 10, 11, 20_000] {
            let text: Vec<u8> = chunks(keys).flatten().collect();
            let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(value.as_object().unwrap().len() as u64, keys);
        }
    }
}
