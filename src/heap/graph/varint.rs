//! Small numbers in few bytes (LEB128): seven bits in each byte, the low ones first.

/// The top bit says that more follow.
const MORE: u8 = 1 << BITS;
const BITS: u32 = 7;
/// Bytes of the longest number.
pub(in crate::heap) const LONGEST: usize = 5;

/// Writes a number, byte after byte.
#[inline]
pub(in crate::heap) fn write(mut number: u32, mut put: impl FnMut(u8)) {
    while number >= MORE.into() {
        put(number as u8 | MORE);
        number >>= BITS;
    }
    put(number as u8);
}

/// Reads the next number; 0 at the end.
#[inline]
pub(in crate::heap) fn read<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> u32 {
    let (mut number, mut shift) = (0, 0);
    for byte in bytes {
        number |= u32::from(byte & !MORE) << shift;
        shift += BITS;
        if *byte < MORE {
            break;
        }
    }
    number
}
