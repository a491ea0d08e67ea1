//! Unsigned numbers of a JSON array, read straight off the bytes, sixty-four of these at a time.
//!
//! A block becomes a mask of the bytes that are no digits (Langdale and Lemire, "Parsing Gigabytes of JSON
//! per Second", VLDB Journal 2019; in eight plain words where there are no vectors of 16 bytes), and the
//! digits between two of them become a number by three multiplications: about 3 ns for each number of four digits.

use std::ops::Range;

use crate::heap::HeapError;
use crate::heap::graph::prefetch;

const BLOCK: usize = 64;
/// So many bytes are asked for before their turn.
const AHEAD: usize = 1536;
/// Numbers of more digits are read one digit at a time.
const SHORT: usize = 8;

/// Reads numbers in order. What is between them (commas, line ends) is skipped.
#[derive(Debug, Clone)]
pub(super) struct Numbers<'a> {
    file: &'a [u8],
    end: usize,
    /// Where the current block starts, and its bytes that are no digits and are still to come.
    block: usize,
    mask: u64,
    /// Behind the last byte that was no digit.
    start: usize,
    /// A byte that has no place between numbers.
    foreign: Option<usize>,
}

impl<'a> Numbers<'a> {
    /// The numbers in a range of a file, brackets excluded.
    pub(super) fn new(file: &'a [u8], range: Range<usize>) -> Self {
        let end = range.end.min(file.len());
        let start = range.start.min(end);
        let mut numbers = Self { file, end, block: start, mask: 0, start, foreign: None };
        numbers.look();
        numbers
    }

    /// Where the next number is looked for: an offset of the file.
    pub(super) fn position(&self) -> usize {
        self.start
    }

    /// The next number; `None` at the end, or at a byte that has no place here: [`Self::missing`] tells.
    // Inlined, and calling nothing with `self`, so that a loop keeps its state in registers.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Option<u64> {
        loop {
            while self.mask == 0 {
                self.block += BLOCK;
                self.look();
            }
            let stop = self.block + self.mask.trailing_zeros() as usize;
            if stop >= self.end {
                let digits = self.end.saturating_sub(self.start);
                self.start = self.start.max(self.end);
                return (digits > 0 && self.foreign.is_none()).then(|| value(self.file, self.end, digits));
            }
            self.mask &= self.mask - 1;
            let digits = stop - self.start;
            self.start = stop + 1;
            if digits > 0 {
                return Some(value(self.file, stop, digits));
            }
        }
    }

    /// Looks at the current block; a byte that has no place in it is the end of all.
    #[inline(always)]
    fn look(&mut self) {
        // The processor's own looking ahead ends with each page.
        prefetch(self.file, self.block + AHEAD);
        let (mask, unusual) = look(self.file, self.block, self.end);
        self.mask = mask;
        if unusual != 0
            && let Some(foreign) = foreign(self.file, self.block, unusual)
        {
            (self.foreign, self.end) = (Some(foreign), foreign);
        }
    }

    /// As many numbers as there are cells; `None` as for [`Self::next`].
    #[inline(always)]
    pub(super) fn fill(&mut self, cells: &mut [u64]) -> Option<()> {
        for cell in cells {
            *cell = self.next()?;
        }
        Some(())
    }

    /// Skips numbers, as many as there are.
    pub(super) fn skip(&mut self, mut count: u64) {
        while count > 0 {
            // A stop ends a number if there is a digit before it.
            let ends = self.mask & !(self.mask << 1 | u64::from(self.start >= self.block));
            let whole = u64::from(ends.count_ones());
            if self.start > self.block || whole >= count || self.block + BLOCK >= self.end {
                if self.next().is_none() {
                    return;
                }
                count -= 1;
            } else {
                count -= whole;
                if self.mask != 0 {
                    self.start = self.block + BLOCK - self.mask.leading_zeros() as usize;
                }
                self.block += BLOCK;
                self.look();
            }
        }
    }

    /// An error if [`Self::next`] stopped at a byte that has no place between numbers.
    pub(super) fn finish(&self) -> Result<(), HeapError> {
        self.foreign.map_or(Ok(()), |_| Err(self.missing()))
    }

    /// Why [`Self::next`] has no number where there should be one.
    pub(super) fn missing(&self) -> HeapError {
        match self.foreign {
            Some(at) => malformed(at, "is no array of unsigned numbers"),
            None => self.error("ends before the count in `snapshot` is reached"),
        }
    }

    /// An error at the current position.
    pub(super) fn error(&self, what: &str) -> HeapError {
        malformed(self.start, what)
    }
}

/// An error in an array of a snapshot.
pub(super) fn malformed(offset: usize, what: &str) -> HeapError {
    HeapError::Malformed {
        offset: offset as u64,
        what: format!("the snapshot's array {what}; take the snapshot again"),
    }
}

/// The bytes of a block that are no digits, and those of them that are no comma or line end either; the end of the
/// range counts as one of the former.
#[inline(always)]
fn look(file: &[u8], block: usize, end: usize) -> (u64, u64) {
    let Some(bytes) = file.get(block..block + BLOCK) else {
        let mut rest = [b','; BLOCK];
        let left = file.get(block..end).unwrap_or_default();
        rest[..left.len()].copy_from_slice(left);
        return separators(&rest);
    };
    let (mask, unusual) = bytes.first_chunk().map_or((u64::MAX, 0), separators);
    let left = end.saturating_sub(block);
    if left < BLOCK { (mask | u64::MAX << left, unusual & !(u64::MAX << left)) } else { (mask, unusual) }
}

/// The first of some bytes of a block that has no place between numbers.
#[cold]
fn foreign(file: &[u8], block: usize, mut unusual: u64) -> Option<usize> {
    while unusual != 0 {
        let at = block + unusual.trailing_zeros() as usize;
        if !matches!(file.get(at), Some(b' ' | b'\r' | b'\t')) {
            return Some(at);
        }
        unusual &= unusual - 1;
    }
    None
}

/// The number whose digits end before `stop`.
#[inline(always)]
fn value(file: &[u8], stop: usize, digits: usize) -> u64 {
    let word = stop.checked_sub(SHORT).and_then(|at| file.get(at..stop)?.first_chunk());
    match word {
        Some(word) if digits <= SHORT => eight(u64::from_le_bytes(*word), digits),
        _ => long(&file[stop - digits..stop]),
    }
}

#[cold]
fn long(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value.wrapping_mul(10).wrapping_add(u64::from(digit & 15)))
}

/// One bit for each byte that is no digit, the first byte lowest, and one for each that is no comma or line end either.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions have no safe names where the target is not said to have them")]
#[inline(always)]
fn separators(block: &[u8; BLOCK]) -> (u64, u64) {
    use core::arch::x86_64 as x86;
    let (pairs, _) = block.as_chunks::<16>();
    let (mut digits, mut usual) = (0, 0);
    for (index, pair) in pairs.iter().enumerate() {
        let [low, high] = [0, 8].map(|at| i64::from_le_bytes(std::array::from_fn(|byte| pair[at + byte])));
        // SAFETY: every x86-64 has SSE2; no memory is touched.
        let (found, between) = unsafe {
            let bytes = x86::_mm_set_epi64x(high, low);
            let value = x86::_mm_xor_si128(bytes, x86::_mm_set1_epi8(b'0' as i8));
            let found = x86::_mm_cmpeq_epi8(x86::_mm_min_epu8(value, x86::_mm_set1_epi8(9)), value);
            let [comma, line] = [b',', b'\n'].map(|byte| x86::_mm_cmpeq_epi8(bytes, x86::_mm_set1_epi8(byte as i8)));
            (x86::_mm_movemask_epi8(found), x86::_mm_movemask_epi8(x86::_mm_or_si128(comma, line)))
        };
        digits |= u64::from(found as u16) << (16 * index);
        usual |= u64::from(between as u16) << (16 * index);
    }
    (!digits, !digits & !usual)
}

/// One bit for each byte that is no digit, the first byte lowest, and one for each that is no comma or line end either.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn separators(block: &[u8; BLOCK]) -> (u64, u64) {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const LOW: u64 = ONES * 0x7f;
    // Each high bit comes to lie in the top byte, at its own place.
    let bits = |high: u64| (high >> 7 & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    let differs =
        |word: u64, byte: u8| (((word ^ ONES * u64::from(byte)) & LOW) + LOW) | (word ^ ONES * u64::from(byte));
    let (words, _) = block.as_chunks::<8>();
    let (mut mask, mut unusual) = (0, 0);
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let value = word ^ (ONES * u64::from(b'0'));
        let above_nine = ((value & LOW) + ONES * 0x76) | value;
        mask |= bits(above_nine) << (8 * index);
        unusual |= bits(above_nine & differs(word, b',') & differs(word, b'\n')) << (8 * index);
    }
    (mask, unusual)
}

/// The number in the last `digits` bytes of a word.
#[inline]
fn eight(word: u64, digits: usize) -> u64 {
    let value = (word & 0x0f0f_0f0f_0f0f_0f0f) & u64::MAX << (64 - 8 * digits);
    let pairs = value.wrapping_mul(10 << 8 | 1) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], range: Range<usize>) -> Vec<u64> {
        let mut numbers = Numbers::new(text, range);
        std::iter::from_fn(|| numbers.next()).collect()
    }

    #[test]
    fn numbers_come_in_order_whatever_separates_them() {
        assert_eq!(all(b"1,22\n,333 , 4", 0..13), [1, 22, 333, 4]);
        assert_eq!(all(b"7", 0..1), [7]);
        assert!(all(b"", 0..0).is_empty());
        assert_eq!(all(b"xx5,6]", 2..5), [5, 6]);
        let long = [b"[12345678901234,18446744073709551615,", b"0".repeat(100).as_slice(), b",9]"].concat();
        assert_eq!(all(&long, 1..long.len() - 1), [12_345_678_901_234, u64::MAX, 0, 9]);
    }

    #[test]
    fn anything_but_a_number_is_an_error_with_its_place() {
        for text in [&b"[10,-1]"[..], b"[10,1.5]", b"[10,7x]", b"[10,\xff]"] {
            let mut numbers = Numbers::new(text, 1..text.len() - 1);
            while numbers.next().is_some() {}
            let error = numbers.missing().to_string();
            assert!(error.contains("is no array of unsigned numbers") && error.contains("byte `"), "{error}");
            assert_eq!(numbers.next(), None);
        }
    }

    proptest! {
        #[test]
        fn numbers_are_those_that_were_written(
            numbers in prop::collection::vec(prop_oneof![0_u64..10, 0_u64..1_000_000, any::<u64>()], 0..200),
            gaps in prop::collection::vec(0_usize..4, 200),
            skipped in 0_u64..220,
        ) {
            let mut text = b"[".to_vec();
            for (number, gap) in numbers.iter().zip(gaps) {
                if text.len() > 1 {
                    text.extend([&b","[..], b"\n,", b" ,\n ", b","][gap]);
                }
                text.extend(number.to_string().bytes());
            }
            text.push(b']');
            let range = 1..text.len() - 1;
            prop_assert_eq!(&all(&text, range.clone()), &numbers);
            let mut rest = Numbers::new(&text, range.clone());
            rest.skip(skipped);
            let rest: Vec<u64> = std::iter::from_fn(|| rest.next()).collect();
            prop_assert_eq!(&rest[..], numbers.get(skipped as usize..).unwrap_or_default());
            // From within a block on, as random access does.
            let mut walk = Numbers::new(&text, range.clone());
            walk.next();
            let again = Numbers::new(&text, walk.position()..range.end);
            let mut again = again;
            again.skip(skipped);
            let rest: Vec<u64> = std::iter::from_fn(|| again.next()).collect();
            prop_assert_eq!(&rest[..], numbers.get(skipped as usize + 1..).unwrap_or_default());
        }
    }
}
