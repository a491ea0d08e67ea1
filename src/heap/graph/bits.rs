//! One bit for each of many numbers.

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(in crate::heap) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of numbers below a limit.
    pub(in crate::heap) fn new(limit: usize) -> Self {
        Self(vec![0; limit.div_ceil(64)])
    }

    /// Whether a number is in the set; one beyond the limit never is.
    #[inline]
    pub(in crate::heap) fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Puts a number in; whether it is new. One beyond the limit is not taken.
    #[inline]
    pub(in crate::heap) fn put(&mut self, number: u32) -> bool {
        let Some(word) = self.0.get_mut(number as usize / 64) else { return false };
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_new_once_and_one_beyond_the_limit_never() {
        let mut bits = Bits::new(65);
        assert!(bits.put(64) && !bits.put(64) && bits.has(64) && !bits.has(63));
        assert!(!bits.has(128) && !bits.put(128) && !Bits::new(0).put(0));
    }
}
