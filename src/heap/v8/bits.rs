//! One bit for each node or string.

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// The empty set of numbers below a limit.
    pub(super) fn new(limit: usize) -> Self {
        Self(vec![0; limit.div_ceil(64)])
    }

    /// Whether a number is in the set; one beyond the limit never is.
    #[inline]
    pub(super) fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Puts a number in; whether it is new. One beyond the limit is not taken.
    #[inline]
    pub(super) fn put(&mut self, number: u32) -> bool {
        let Some(word) = self.0.get_mut(number as usize / 64) else { return false };
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Everything below `limit` that is reached from `starts`.
///
/// Sweeps once over all sources in ascending order, which is nearly the order of the file; only what is
/// reached backwards is looked up out of order.
pub(super) fn reach<I: Iterator<Item = u32>>(
    mut reached: Bits,
    limit: u32,
    starts: impl IntoIterator<Item = u32>,
    targets: impl Fn(u32) -> I,
) -> Bits {
    let mut lowest = limit;
    for start in starts {
        if reached.put(start) {
            lowest = lowest.min(start);
        }
    }
    let mut work = Vec::new();
    for sweep in lowest..limit {
        if !reached.has(sweep) {
            continue;
        }
        work.push(sweep);
        while let Some(source) = work.pop() {
            for target in targets(source) {
                if reached.put(target) && target < sweep {
                    work.push(target);
                }
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_before_and_behind_is_reached() {
        let edges: [&[u32]; 8] = [&[5], &[], &[0], &[7], &[4], &[2, 6], &[1], &[3]];
        let reached = reach(Bits::new(8), 8, [2], |source| edges[source as usize].iter().copied());
        let all: Vec<u32> = (0..8).filter(|number| reached.has(*number)).collect();
        assert_eq!(all, [0, 1, 2, 5, 6]);
        assert!(!reached.has(64) && !Bits::new(8).put(64));
    }
}
