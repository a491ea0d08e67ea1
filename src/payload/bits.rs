//! Bits put into bytes.

/// So many low bits of a number; the lowest is sent first.
pub(super) type Symbol = (u32, u32);

/// Bits, lowest first, as deflate, Brotli, GIF and lossless WebP have them.
#[derive(Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Adds the bits of a symbol.
    pub(super) fn push(&mut self, (bits, count): Symbol) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((bits >> bit & 1) as u8) << (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// Bits left in the last byte.
    pub(super) fn free(&self) -> u32 {
        self.used.wrapping_neg() % 8
    }

    /// How many bits there are.
    pub(super) fn length(&self) -> u64 {
        u64::from(self.used)
    }

    /// The bytes that are full, taken out; up to seven bits stay.
    pub(super) fn full(&mut self) -> Vec<u8> {
        let rest = self.bytes.split_off(self.bytes.len() - usize::from(self.free() > 0));
        self.used %= 8;
        std::mem::replace(&mut self.bytes, rest)
    }

    /// All bytes, the last filled up with zeros.
    pub(super) fn bytes(self) -> Vec<u8> {
        self.bytes
    }
}
