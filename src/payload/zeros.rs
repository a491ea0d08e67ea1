//! Zeros, deflated by hand (RFC 1951): one block, whose code gives the longest repeat one bit.
//!
//! 258 zeros cost two bits (one for "repeat 258", one for "distance 1"), both 0, so that the stream is a
//! short head, a run of zero bytes and a short tail: 1 : 1032, the best that deflate can do, at the cost
//! of nothing, and its length is known beforehand.

use bytes::Bytes;

use super::bits::{Bits, Symbol};
use super::pieces::{CHUNK, once, repeated};

/// Zeros for each "repeat" symbol.
const REPEAT: u64 = 258;

/// A deflated stream of zeros.
pub(super) struct Deflated {
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// How many zero bytes follow.
    pub(super) zeros: u64,
    /// The last bytes.
    pub(super) tail: Vec<u8>,
}

impl Deflated {
    /// The stream that inflates to this many zeros.
    pub(super) fn zeros(count: u64) -> Self {
        Self::block(count, true)
    }

    /// A part of a stream, in whole bytes, that inflates to this many zeros; other parts must follow.
    pub(super) fn part(count: u64) -> Self {
        let mut part = Self::block(count, false);
        // An empty stored block begins in the last byte or after it, and ends with a byte.
        part.tail.extend(EMPTY);
        part
    }

    fn block(count: u64, last: bool) -> Self {
        let mut head = Bits::default();
        block_header(&mut head, last);
        let mut repeats = 0;
        let mut literals = count;
        if count > 0 {
            // The first zero is a literal: a repeat needs something to repeat.
            head.push(LITERAL);
            (repeats, literals) = ((count - 1) / REPEAT, (count - 1) % REPEAT);
        }
        // All repeats together are one run of zero bits: it fills the head's last byte, goes on in whole
        // bytes, and what is left of it begins the tail.
        let mut run = repeats * 2;
        let filled = run.min(u64::from(head.free()));
        head.push((0, filled as u32));
        run -= filled;
        let mut tail = if head.free() > 0 { std::mem::take(&mut head) } else { Bits::default() };
        tail.push((0, (run % 8) as u32));
        (0..literals).for_each(|_| tail.push(LITERAL));
        tail.push(END);
        if !last {
            // The header of a stored block that is not the last; its length begins with a byte.
            tail.push((0, 3));
        }
        Self { head: head.bytes(), zeros: run / 8, tail: tail.bytes() }
    }

    /// Bytes of the stream.
    pub(super) fn size(&self) -> u64 {
        self.head.len() as u64 + self.zeros + self.tail.len() as u64
    }

    /// How many chunks [`Self::chunks`] gives.
    pub(super) fn parts(&self) -> u64 {
        let full = |bytes: &Vec<u8>| u64::from(!bytes.is_empty());
        full(&self.head) + self.zeros.div_ceil(CHUNK as u64) + full(&self.tail)
    }

    /// The stream.
    pub(super) fn chunks(self) -> impl Iterator<Item = Bytes> + Send {
        once(self.head).chain(repeated(&[0], self.zeros)).chain(once(self.tail))
    }
}

/// CRC-32 of zeros by doubling: 64 steps for any length.
pub(super) fn crc_of_zeros(count: u64) -> crc32fast::Hasher {
    let mut power = crc32fast::Hasher::new();
    power.update(&[0]);
    let mut crc = crc32fast::Hasher::new();
    let mut left = count;
    while left > 0 {
        if left & 1 == 1 {
            crc.combine(&power);
        }
        left >>= 1;
        if left > 0 {
            power.combine(&power.clone());
        }
    }
    crc
}

/// Adler-32 of zeros (RFC 1950).
pub(super) fn adler_of_zeros(count: u64) -> u32 {
    ((count % 65_521) as u32) << 16 | 1
}

const LITERAL: Symbol = (0b01, 2);
const END: Symbol = (0b11, 2);

/// Length of an empty stored block, and its complement.
const EMPTY: [u8; 4] = [0, 0, 255, 255];

/// The header of a block with dynamic codes: literal 0 and end-of-block have two bits, "repeat 258"
/// has one, and so has the only distance, 1.
fn block_header(bits: &mut Bits, last: bool) {
    bits.push((u32::from(last), 1));
    bits.push((2, 2));
    // 286 literal and length codes, 1 distance code, 18 code length codes.
    bits.push((286 - 257, 5));
    bits.push((0, 5));
    bits.push((18 - 4, 4));
    // In the order of RFC 1951: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1. Used are 18 (a run of
    // zeros, one bit), 1 and 2 (two bits each).
    for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] {
        bits.push((length, 3));
    }
    let (run, one, two) = ((0b0, 1), (0b01, 2), (0b11, 2));
    bits.push(two);
    for zeros in [138, 117] {
        bits.push(run);
        bits.push((zeros - 11, 7));
    }
    bits.push(two);
    bits.push(run);
    bits.push((28 - 11, 7));
    bits.push(one);
    bits.push(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_number_of_zeros_inflates_to_itself() {
        for count in (0..5000).chain([1 << 20, (1 << 20) + 1]) {
            let stream: Vec<u8> = Deflated::zeros(count).chunks().flatten().collect();
            let mut decoder = flate2::read::DeflateDecoder::new(&stream[..]);
            let mut out = Vec::new();
            std::io::Read::read_to_end(&mut decoder, &mut out).unwrap();
            assert_eq!(out, vec![0; count as usize]);
            assert_eq!(decoder.total_in(), stream.len() as u64, "nothing is left over");
        }
    }
}
