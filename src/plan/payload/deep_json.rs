//! Deep JSON: `[[[…]]]`.
//!
//! *Provokes* parsers and visitors that recurse: stack overflow, or a node object for each level.
//! *Seen in* jackson-databind (CVE-2020-36518), jackson-core (CVE-2026-29062), json-smart
//! (CVE-2023-1370), fastjson2 (issue 7864). *On the wire* two bytes a level; 200 kB of depth 100,000
//! became 62 times as much in Node and a `RecursionError` in Python. *Safe answer:* 400 with flat memory;
//! parsers that limit depth (Jackson: 1,000) do so by themselves.

use bytes::Bytes;

use super::pieces::repeated;

pub(super) fn size(depth: u64) -> u64 {
    depth.saturating_mul(2)
}

pub(super) fn chunks(depth: u64) -> impl Iterator<Item = Bytes> + Send {
    repeated(b"[", depth).chain(repeated(b"]", depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_balance_and_a_real_parser_reads_them() {
        let text: Vec<u8> = chunks(100).flatten().collect();
        let mut value = &serde_json::from_slice::<serde_json::Value>(&text).unwrap();
        let mut depth = 1;
        while let Some(inner) = value.get(0) {
            (value, depth) = (inner, depth + 1);
        }
        assert_eq!(depth, 100);
        let deep: Vec<u8> = chunks(100_000).flatten().collect();
        assert!(serde_json::from_slice::<serde_json::Value>(&deep).unwrap_err().to_string().contains("recursion"));
    }
}
