//! A small, valid JPEG that decodes to a huge picture.
//!
//! Its Huffman codes have one symbol each, with the code 0: "no difference" for the first coefficient of a
//! block, "end of block" for the others. A block costs two bits and the picture is a run of zero bytes
//! (ITU-T T.81, annexes B, F and G). In a progressive picture it costs one: the other coefficients of
//! 32,767 blocks end with one symbol.

use bytes::Bytes;

use super::sides::{SIDE, chosen, height, width};
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "jpeg-bomb",
    group: Group::Images,
    about: About {
        summary: "A small JPEG that decodes to a huge picture.",
        provokes: "Thumbnailers, avatars, photo uploads, preprocessing for vision models. A progressive picture makes \
                   decoders keep the coefficients of the whole picture too; a cut one makes those pay that allocate \
                   what the header says before they look for data.",
        seen: "The \"lottapixel\" picture of 64,250 × 64,250 (h2non/bimg issue 394: 5 kB).",
        becomes: "13,000 × 13,000 is 2.0 MB on the wire (progressive 1.0 MB, cut 148 bytes). A thumbnail of it costs Pillow \
                  1.3 GiB, of the progressive one 1.6 GiB; Java's ImageIO takes 570 MiB for the 148 bytes.",
        safe: "4xx after the header: width × height is in its first 200 bytes.",
    },
    parameters: &[
        width(MOST, SIDE),
        height(MOST, SIDE),
        Parameter { name: "grey", about: "one component instead of three", takes: Takes::Flag },
        Parameter { name: "progressive", about: "in two scans", takes: Takes::Flag },
        Parameter { name: "cut", about: "ends after the header: the sides are all there is", takes: Takes::Flag },
    ],
    form: Form::Body(make),
};

/// T.81: sides have 16 bits.
const MOST: u64 = 65_535;

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let components = if values.flag("grey") { 1 } else { 3 };
    let (progressive, cut) = (values.flag("progressive"), values.flag("cut"));
    let picture = Picture { width, height, components, progressive, cut };
    Body::new("image/jpeg", picture.size(), picture.chunks())
}

struct Picture {
    width: u32,
    height: u32,
    components: u8,
    progressive: bool,
    cut: bool,
}

/// A scan: its header, a run of zero bytes, what is left of its bits.
struct Scan {
    header: Vec<u8>,
    zeros: u64,
    rest: Vec<u8>,
}

/// Blocks that end with the longest symbol without further bits set, and how long that is: one bit of
/// code, and 14 that say how many blocks more than 2^14 it is.
const RUN: u64 = 1 << 14;
const RUN_BITS: u64 = 15;

impl Picture {
    /// Blocks of 8 × 8 in a component: none is subsampled.
    fn blocks(&self) -> u64 {
        u64::from(self.width.div_ceil(8)) * u64::from(self.height.div_ceil(8))
    }

    fn header(&self) -> Vec<u8> {
        let mut header = vec![0xff, 0xd8];
        header.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
        let (height, width) = ((self.height as u16).to_be_bytes(), (self.width as u16).to_be_bytes());
        let mut frame = vec![8, height[0], height[1], width[0], width[1], self.components];
        (1..=self.components).for_each(|component| frame.extend([component, 0x11, 0]));
        header.extend(segment(if self.progressive { 0xc2 } else { 0xc0 }, &frame));
        header.extend(segment(0xc4, &code(0x00, &[0])));
        let ends = if self.progressive { &[0xe0, self.last_run().0 << 4][..] } else { &[0] };
        header.extend(segment(0xc4, &code(0x10, ends)));
        header
    }

    fn scans(&self) -> Vec<Scan> {
        let all: Vec<u8> = (1..=self.components).collect();
        let blocks = self.blocks() * u64::from(self.components);
        if self.cut {
            return vec![Scan { header: select(&all, 0, 63), zeros: 0, rest: vec![] }];
        }
        if !self.progressive {
            return vec![Scan::new(select(&all, 0, 63), 2 * blocks, 0, 0)];
        }
        let (class, over) = self.last_run();
        let ends = |component| {
            let zeros = self.blocks() / RUN * RUN_BITS;
            // The code 10 and how many blocks more than 2^class end here; nothing if none is left.
            let (bits, count) =
                if !self.blocks().is_multiple_of(RUN) { (2 << class | over, 2 + u32::from(class)) } else { (0, 0) };
            Scan::new(select(&[component], 1, 63), zeros, bits, count)
        };
        std::iter::once(Scan::new(select(&all, 0, 0), blocks, 0, 0)).chain(all.iter().copied().map(ends)).collect()
    }

    /// The blocks that are left over from whole runs: 2^class and so many more.
    fn last_run(&self) -> (u8, u64) {
        let left = (self.blocks() % RUN).max(1);
        (left.ilog2() as u8, left - (1 << left.ilog2()))
    }

    fn size(&self) -> u64 {
        let scans: u64 =
            self.scans().iter().map(|scan| (scan.header.len() + scan.rest.len()) as u64 + scan.zeros).sum();
        self.header().len() as u64 + scans + if self.cut { 0 } else { END.len() as u64 }
    }

    fn chunks(&self) -> impl Iterator<Item = Bytes> + Send + use<> {
        let scans = self.scans().into_iter();
        let scans = scans.flat_map(|scan| once(scan.header).chain(repeated(&[0], scan.zeros)).chain(once(scan.rest)));
        once(self.header()).chain(scans).chain(once(if self.cut { &[] } else { END }))
    }
}

impl Scan {
    /// So many zero bits, then these, filled up with ones.
    fn new(header: Vec<u8>, zeros: u64, bits: u64, count: u32) -> Self {
        let used = (zeros % 8) as u32 + count;
        let fill = used.wrapping_neg() % 8;
        let bits = bits << fill | ((1 << fill) - 1);
        let bytes = bits.to_be_bytes();
        let bytes = &bytes[bytes.len() - ((used + fill) / 8) as usize..];
        // A zero after 0xff says that it is no marker.
        let rest = bytes.iter().flat_map(|byte| [*byte, 0].into_iter().take(if *byte == 0xff { 2 } else { 1 }));
        Self { header, zeros: zeros / 8, rest: rest.collect() }
    }
}

const END: &[u8] = &[0xff, 0xd9];

/// A marker with its length and its data.
fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker][..], &length, data].concat()
}

/// A Huffman table whose first symbol has the code 0, the second 10.
fn code(class: u8, symbols: &[u8]) -> Vec<u8> {
    let mut lengths = [0; 16];
    (0..symbols.len()).for_each(|at| lengths[at] = 1);
    [&[class][..], &lengths, symbols].concat()
}

/// The header of a scan of these components and coefficients, with table 0 for all.
fn select(components: &[u8], first: u8, last: u8) -> Vec<u8> {
    let mut data = vec![components.len() as u8];
    components.iter().for_each(|component| data.extend([*component, 0]));
    data.extend([first, last, 0]);
    segment(0xda, &data)
}

#[cfg(test)]
mod tests {
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;

    use super::*;

    fn wire(width: u32, height: u32, components: u8, progressive: bool) -> Vec<u8> {
        let picture = Picture { width, height, components, progressive, cut: false };
        let wire: Vec<u8> = picture.chunks().flatten().collect();
        assert_eq!(wire.len() as u64, picture.size());
        wire
    }

    #[test]
    fn a_real_decoder_reads_every_pixel() {
        for (width, height) in [(1, 1), (9, 17), (1000, 803), (2048, 512), (3001, 2999)] {
            for (components, progressive) in [(1, false), (3, false), (1, true), (3, true)] {
                let wire = wire(width, height, components, progressive);
                let mut decoder = JpegDecoder::new(ZCursor::new(wire));
                let samples = decoder.decode().unwrap();
                assert_eq!(decoder.info().unwrap().components, components);
                // Grey comes out as RGB too.
                assert_eq!(samples.len() as u32, width * height * 3);
                assert!(samples.iter().all(|sample| *sample == 128), "{components} {progressive}");
            }
        }
    }

    #[test]
    fn a_progressive_grey_picture_costs_one_bit_for_64_pixels() {
        let pixels = 13_000 * 13_000_u64;
        assert_eq!(wire(13_000, 13_000, 1, false).len() as u64 * 128 / pixels, 0);
        let wire = wire(13_000, 13_000, 1, true).len() as u64;
        assert!((pixels / 512..pixels / 505).contains(&wire), "{wire}");
    }

    #[test]
    fn a_cut_picture_is_its_header() {
        let picture = Picture { width: 16_000, height: 9000, components: 3, progressive: false, cut: true };
        assert!(picture.size() < 250);
        let wire: Vec<u8> = picture.chunks().flatten().collect();
        let mut decoder = JpegDecoder::new(ZCursor::new(wire));
        decoder.decode_headers().unwrap();
        let header = decoder.info().unwrap();
        assert_eq!((header.width, header.height), (16_000, 9000));
    }
}
