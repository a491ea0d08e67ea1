//! Pieces of GIF (GIF89a): the screen, and frames of colour 0.
//!
//! LZW by hand: each code means a run one pixel longer than the code before, until the table is full, with
//! runs of 4,091 pixels. From there on it is the same code of twelve bits, all ones: the stream has a short
//! head, a run of 0xff and a short tail.

use bytes::Bytes;

use crate::payload::bits::Bits;
use crate::payload::pieces::{once, repeated};

/// What ends the file.
pub(super) const TRAILER: &[u8] = &[0x3b];

/// Signature, logical screen and a table of four colours.
pub(super) fn screen(width: u32, height: u32) -> Vec<u8> {
    let (width, height) = ((width as u16).to_le_bytes(), (height as u16).to_le_bytes());
    [&b"GIF89a"[..], &width, &height, &[0xf1, 0, 0], &[255; 3], &[0; 3], &[255, 0, 0], &[0, 0, 255]].concat()
}

/// A frame in the upper left corner: its bytes before the run, the run's full sub-blocks, the bytes after.
pub(super) struct Frame {
    head: Vec<u8>,
    blocks: u64,
    tail: Vec<u8>,
}

/// Pixels of the longest run: the table ends at 4,095, and code *n* is *n* − 4 pixels.
const LONGEST: u64 = 4091;
/// Bytes of a sub-block.
const BLOCK: u64 = 255;
const CLEAR: u32 = 4;
const END: u32 = 5;

impl Frame {
    /// A frame of this size.
    pub(super) fn new(width: u32, height: u32) -> Self {
        // A graphic control extension: a tenth of a second, not disposed of.
        let mut head = vec![0x21, 0xf9, 4, 4, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0];
        head.extend((width as u16).to_le_bytes());
        head.extend((height as u16).to_le_bytes());
        // No own colours, not interlaced; two bits a pixel.
        head.extend([0, 2]);
        let (start, run, end) = compressed(u64::from(width) * u64::from(height));
        sub_blocks(&mut head, &start);
        let mut tail = vec![];
        sub_blocks(&mut tail, &vec![0xff; (run % BLOCK) as usize]);
        sub_blocks(&mut tail, &end);
        tail.push(0);
        Self { head, blocks: run / BLOCK, tail }
    }

    /// Bytes of the frame.
    pub(super) fn size(&self) -> u64 {
        self.head.len() as u64 + self.blocks * (BLOCK + 1) + self.tail.len() as u64
    }

    /// The frame. The length of a full sub-block is 0xff, like its bytes.
    pub(super) fn chunks(self) -> impl Iterator<Item = Bytes> + Send {
        once(self.head).chain(repeated(&[0xff], self.blocks * (BLOCK + 1))).chain(once(self.tail))
    }
}

/// So many pixels: the first bytes, how many times 0xff, the last bytes.
fn compressed(pixels: u64) -> (Vec<u8>, u64, Vec<u8>) {
    let mut bits = Bits::default();
    bits.push((CLEAR, 3));
    let (mut run, mut left) = (0, pixels);
    while run < LONGEST && left > run {
        run += 1;
        left -= run;
        bits.push((code(run), width(run)));
    }
    let mut ones = 0;
    if run == LONGEST {
        ones = left / LONGEST * 12;
        left %= LONGEST;
    }
    let filled = ones.min(u64::from(bits.free()));
    bits.push(((1 << filled) - 1, filled as u32));
    ones -= filled;
    // Without a run, what follows goes on in the byte that was begun.
    let start = if ones > 0 { std::mem::take(&mut bits).bytes() } else { vec![] };
    bits.push(((1 << (ones % 8)) - 1, (ones % 8) as u32));
    if left > 0 {
        run += 1;
        bits.push((code(left), width(run)));
    }
    bits.push((END, width(run + 1)));
    (start, ones / 8, bits.bytes())
}

/// The code of a run.
fn code(run: u64) -> u32 {
    if run == 1 { 0 } else { run as u32 + 4 }
}

/// Bits of the code with this number: the table then has as many entries more than the six it begins with.
fn width(number: u64) -> u32 {
    (number + 4).clamp(4, 4095).ilog2() + 1
}

/// Data as sub-blocks, each with its length.
fn sub_blocks(into: &mut Vec<u8>, data: &[u8]) {
    for block in data.chunks(BLOCK as usize) {
        into.push(block.len() as u8);
        into.extend(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_decoder_reads_frames_of_every_length() {
        let small = (1..200).map(|width| (width, 1));
        let around = [(2045, 4092), (2046, 4091), (3000, 2790), (3000, 2791), (4091, 2050), (5000, 4321)];
        for (width, height) in small.chain(around) {
            let frame = Frame::new(width, height);
            let size = frame.size();
            let frame: Vec<u8> = frame.chunks().flatten().collect();
            assert_eq!(frame.len() as u64, size);
            let wire = [screen(width, height), frame, TRAILER.to_vec()].concat();
            let mut decoder = gif::Decoder::new(&wire[..]).unwrap();
            let frame = decoder.read_next_frame().unwrap().unwrap();
            assert_eq!(frame.buffer.len() as u32, width * height);
            assert!(frame.buffer.iter().all(|colour| *colour == 0), "{width} × {height}");
            assert!(decoder.read_next_frame().unwrap().is_none());
        }
    }
}
