//! A small deflate (RFC 1951) for what repeats itself: one block of fixed codes, each repeat taken from
//! where its first three bytes were last seen.

use crate::payload::bits::{Bits, Symbol};

/// How far back a repeat may begin, how long it may be.
const WINDOW: usize = 32 << 10;
const LONGEST: usize = 258;
/// Places for the three bytes before.
const PLACES: usize = 1 << 12;

/// The bytes, deflated.
pub(super) fn squeeze(bytes: &[u8]) -> Vec<u8> {
    let mut seen = vec![usize::MAX; PLACES];
    let mut bits = Bits::default();
    // The last block, with fixed codes.
    bits.push((0b011, 3));
    let mut at = 0;
    while at < bytes.len() {
        let (from, length) = repeat(bytes, at, &seen);
        if length < 3 {
            literal(&mut bits, bytes[at].into());
        } else {
            stretch(&mut bits, length as u32);
            distance(&mut bits, (at - from) as u32);
        }
        for _ in 0..length.max(1) {
            if let Some(place) = place(bytes, at) {
                seen[place] = at;
            }
            at += 1;
        }
    }
    literal(&mut bits, 256);
    bits.bytes()
}

/// Where the bytes from `at` were before, and how many of them are the same.
fn repeat(bytes: &[u8], at: usize, seen: &[usize]) -> (usize, usize) {
    let Some(from) = place(bytes, at).map(|place| seen[place]) else { return (at, 0) };
    if from > at || at - from > WINDOW {
        return (at, 0);
    }
    let same = bytes[at..].iter().zip(&bytes[from..]).take(LONGEST).take_while(|(a, b)| a == b);
    (from, same.count())
}

fn place(bytes: &[u8], at: usize) -> Option<usize> {
    let three = bytes.get(at..at + 3)?;
    let number = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
    Some(number.wrapping_mul(0x9e37_79b1) as usize >> 20)
}

/// A literal, a length or the end (RFC 1951, section 3.2.6).
fn literal(bits: &mut Bits, symbol: u32) {
    bits.push(match symbol {
        0..144 => code(0x30 + symbol, 8),
        144..256 => code(0x190 + symbol - 144, 9),
        256..280 => code(symbol - 256, 7),
        _ => code(0xc0 + symbol - 280, 8),
    });
}

/// The length of a repeat.
fn stretch(bits: &mut Bits, length: u32) {
    let over = length - 3;
    match over {
        0..8 => literal(bits, 257 + over),
        255 => literal(bits, 285),
        _ => {
            let extra = over.ilog2() - 2;
            literal(bits, 257 + 4 * (extra + 1) + (over >> extra & 3));
            bits.push((over & ((1 << extra) - 1), extra));
        }
    }
}

/// How far back a repeat begins.
fn distance(bits: &mut Bits, distance: u32) {
    let over = distance - 1;
    match over {
        0..4 => bits.push(code(over, 5)),
        _ => {
            let extra = over.ilog2() - 1;
            bits.push(code(2 * (extra + 1) + (over >> extra & 1), 5));
            bits.push((over & ((1 << extra) - 1), extra));
        }
    }
}

/// Codes are sent with their highest bit first.
fn code(bits: u32, width: u32) -> Symbol {
    (bits.reverse_bits() >> (32 - width), width)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_real_decoder_gives_the_bytes_back() {
        let all: Vec<u8> = (0..=255).collect();
        let steps: Vec<u8> = (0..100_000_u32).map(|at| (at / 7 * at % 251) as u8).collect();
        let far = [&steps[..3000], &vec![9; 29_000], &steps[..3000], &vec![8; 33_000], &steps[..3000]].concat();
        let short: Vec<Vec<u8>> = (0..600).map(|length| vec![5; length]).collect();
        for bytes in short.into_iter().chain([all, steps, far, vec![0; 1 << 20]]) {
            let squeezed = squeeze(&bytes);
            let mut back = Vec::new();
            flate2::read::DeflateDecoder::new(&squeezed[..]).read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{} bytes", bytes.len());
        }
    }

    #[test]
    fn what_repeats_costs_next_to_nothing() {
        assert!(squeeze(&b"0123456789abcdefghijklmnopqrstuvwxyz".repeat(1000)).len() < 400);
    }
}
