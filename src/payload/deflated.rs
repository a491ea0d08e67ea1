//! A repeated text, deflated by hand (RFC 1951), at five to eight bits for 258 bytes.
//!
//! Three blocks: the beginning and one copy of the pattern stored, then a block whose code knows only
//! "258 bytes from one pattern ago" and "end", then the rest stored. With a pattern whose length begins a
//! distance code all bits of a repeat are 0, and the middle is a run of zero bytes: the stream costs nothing to
//! make, and its length is known beforehand.

use bytes::Bytes;

use super::pieces::{once, repeated};

/// Bytes of a "repeat" symbol.
const REPEAT: u64 = 258;
/// Lengths of patterns that begin a distance code (RFC 1951, 3.2.5), with the code and its extra bits.
const DISTANCES: [(usize, u32, u32); 12] = [
    (1, 0, 0),
    (2, 1, 0),
    (3, 2, 0),
    (4, 3, 0),
    (17, 8, 3),
    (33, 10, 4),
    (65, 12, 5),
    (97, 13, 5),
    (129, 14, 6),
    (193, 15, 6),
    (257, 16, 7),
    (385, 17, 7),
];

/// A deflate stream of: beginning, the pattern so many times, ending.
pub(super) struct Deflated {
    head: Vec<u8>,
    zeros: u64,
    tail: Vec<u8>,
}

impl Deflated {
    /// `before`, the pattern `times` times, `after`; `None` if the pattern has none of the lengths at
    /// which this works, or the fixed parts are longer than a stored block (64 KiB).
    pub(super) fn new(before: &[u8], pattern: &[u8], times: u64, after: &[u8]) -> Option<Self> {
        let (_, code, extra) = *DISTANCES.iter().find(|(length, ..)| *length == pattern.len())?;
        let length = times.checked_mul(pattern.len() as u64)?;
        // The first copy is stored: a repeat needs something to repeat.
        let first = &pattern[..pattern.len().min(length as usize)];
        let repeats = (length - first.len() as u64) / REPEAT;
        let left = (length - first.len() as u64) % REPEAT;
        // All repeats advance the phase of the pattern by 258.
        let phase = ((repeats % pattern.len() as u64) * REPEAT % pattern.len() as u64) as usize;
        let rest: Vec<u8> = pattern.iter().cycle().skip(phase).take(left as usize).chain(after).copied().collect();

        let mut bits = Bits::default();
        stored(&mut bits, &[before, first].concat(), false)?;
        header(&mut bits, code);
        let mut run = repeats.checked_mul(u64::from(2 + extra))?;
        let filled = run.min(u64::from(bits.free()));
        bits.push(0, filled as u32);
        run -= filled;
        let mut tail = if bits.free() > 0 { std::mem::take(&mut bits) } else { Bits::default() };
        tail.push(0, (run % 8) as u32);
        tail.push(END.0, END.1);
        stored(&mut tail, &rest, true)?;
        Some(Self { head: bits.bytes, zeros: run / 8, tail: tail.bytes })
    }

    /// Bytes of the stream.
    pub(super) fn size(&self) -> u64 {
        self.head.len() as u64 + self.zeros + self.tail.len() as u64
    }

    /// What comes before the run of zero bytes, how long that is, and what comes after it.
    pub(super) fn parts(self) -> (Vec<u8>, u64, Vec<u8>) {
        (self.head, self.zeros, self.tail)
    }

    /// The stream.
    pub(super) fn chunks(self) -> impl Iterator<Item = Bytes> + Send {
        once(self.head).chain(repeated(&[0], self.zeros)).chain(once(self.tail))
    }
}

/// The code of "end of block"; those of "repeat 258" and of its distance are 0.
const END: (u32, u32) = (0b11, 2);

/// A stored block (3.2.4).
fn stored(bits: &mut Bits, data: &[u8], last: bool) -> Option<()> {
    let length = u16::try_from(data.len()).ok()?;
    bits.push(u32::from(last), 1);
    bits.push(0, 2);
    bits.align();
    bits.bytes.extend(length.to_le_bytes());
    bits.bytes.extend((!length).to_le_bytes());
    bits.bytes.extend(data);
    Some(())
}

/// The header of a block with dynamic codes (3.2.7): "repeat 258" has one bit and so has the one distance
/// code; end-of-block has two, and so has a literal that is never used but makes the code complete.
fn header(bits: &mut Bits, distance: u32) {
    bits.push(0, 1);
    bits.push(2, 2);
    bits.push(286 - 257, 5);
    bits.push(distance, 5);
    bits.push(18 - 4, 4);
    // In the order of 3.2.7: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1. Two bits each for 18 (a run of 11 to
    // 138 zeros), 0, 2 and 1.
    for length in [0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] {
        bits.push(length, 3);
    }
    let (zero, one, two, run) = (0b00, 0b10, 0b01, 0b11);
    let zeros = |bits: &mut Bits, count: u32| {
        bits.push(run, 2);
        bits.push(count - 11, 7);
    };
    bits.push(two, 2);
    zeros(bits, 138);
    zeros(bits, 117);
    bits.push(two, 2);
    zeros(bits, 28);
    bits.push(one, 2);
    (0..distance).for_each(|_| bits.push(zero, 2));
    bits.push(one, 2);
}

/// Bits, lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, bits: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
                self.used = 0;
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((bits >> bit & 1) as u8) << self.used;
            }
            self.used += 1;
        }
    }

    /// Bits left in the last byte.
    fn free(&self) -> u32 {
        self.used.wrapping_neg() % 8
    }

    /// To the end of the byte.
    fn align(&mut self) {
        self.used = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn every_length_of_pattern_and_every_rest_inflates_to_itself() {
        for (length, ..) in DISTANCES {
            let pattern: Vec<u8> = (0..length).map(|byte| byte as u8 ^ 0x5a).collect();
            for times in (0..40).chain([257, 258, 259, 1000, 5000]) {
                let stream = Deflated::new(b"<before>", &pattern, times, b"<after>").unwrap();
                let size = stream.size();
                let wire: Vec<u8> = stream.chunks().flatten().collect();
                assert_eq!(wire.len() as u64, size);
                let mut decoder = flate2::read::DeflateDecoder::new(&wire[..]);
                let mut text = Vec::new();
                decoder.read_to_end(&mut text).unwrap();
                assert!(
                    text == [b"<before>", &pattern.repeat(times as usize)[..], b"<after>"].concat(),
                    "{length} {times}"
                );
                assert_eq!(decoder.total_in(), size, "nothing is left over");
            }
        }
    }

    #[test]
    fn a_pattern_of_another_length_is_refused() {
        assert!(Deflated::new(b"", b"12345", 10, b"").is_none());
        assert!(Deflated::new(&[0; 70_000], b"1", 10, b"").is_none());
    }
}
