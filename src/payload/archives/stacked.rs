//! Zeros, compressed more than once.

use super::layers::Layers;
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "stacked-encoding",
    group: Group::Archives,
    about: About {
        summary: "Zeros, with `Content-Encoding: gzip, gzip`, or more layers, or `deflate`.",
        provokes: "Middleware that undoes every coding that the header names. Each layer shrinks what is sent by a \
                   thousand again; limits on the ratio of one layer do not see the product.",
        seen: "CVE-2025-66418 (urllib3: no bound on the number of codings), curl/curl pull request 21581, \
               headroomlabs-ai/headroom issue 3284.",
        becomes: "512 MiB are 621 bytes on the wire in two layers; Python's `gzip.decompress` takes 1 GiB.",
        safe: "415 for more than one coding; 413 from inflating in pieces under one limit for all of them.",
    },
    parameters: &[
        Parameter {
            name: "size",
            about: "size after the last decompression",
            takes: Takes::Size { least: 1, most: 1 << 40, default: 1 << 29 },
        },
        Parameter { name: "layers", about: "how often", takes: Takes::Count { least: 1, most: 8, default: 2 } },
        Parameter { name: "coding", about: "which", takes: Takes::Word(&["gzip", "deflate"]) },
    ],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let coding = if values.text("coding") == "deflate" { "deflate" } else { "gzip" };
    let layers = values.number("layers");
    let body = wire(values.number("size"), layers, coding == "deflate");
    Body::new("application/octet-stream", body.size(), body.chunks())
        .with("content-encoding", vec![coding; layers as usize].join(", "))
}

fn wire(size: u64, layers: u64, deflate: bool) -> Layers {
    let layer = |inner: Layers, _| if deflate { inner.zlib() } else { inner.gzip() };
    (0..layers).fold(Layers::zeros(size), layer)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, copy, sink};

    use flate2::read::{GzDecoder, ZlibDecoder};

    use super::*;

    #[test]
    fn real_decoders_undo_every_layer_and_check_the_sums() {
        for size in [1, 70_000, 3_000_000, 60_000_000] {
            for layers in 1..=4 {
                for deflate in [true, false] {
                    let wire = wire(size, layers, deflate);
                    let stated = wire.size();
                    let wire: Vec<u8> = wire.chunks().flatten().collect();
                    assert_eq!(wire.len() as u64, stated);
                    let mut reader: Box<dyn Read> = Box::new(std::io::Cursor::new(wire));
                    for _ in 0..layers {
                        reader =
                            if deflate { Box::new(ZlibDecoder::new(reader)) } else { Box::new(GzDecoder::new(reader)) };
                    }
                    assert_eq!(copy(&mut reader, &mut sink()).unwrap(), size);
                }
            }
        }
    }

    #[test]
    fn half_a_gibibyte_is_under_a_kilobyte_in_two_layers() {
        assert!((600..1000).contains(&wire(1 << 29, 2, false).size()));
        assert!(wire(1 << 40, 3, true).size() < 2000);
    }
}
