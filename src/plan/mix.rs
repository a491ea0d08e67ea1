//! The order of the ordinary mix: weights by stride, not by chance.
//!
//! Within a cycle of as many requests as the weights add up to (after division by their common
//! divisor) every request comes exactly as often as its weight says, spread as evenly as possible
//! (stride scheduling). So equal rounds hold equal mixes, and two runs have the same order.

/// Longer cycles are shortened, weights rounded: a table of this many entries is 512 KiB.
const LONGEST: u64 = 1 << 16;

/// The order in which the requests of the mix come.
#[derive(Debug, Clone)]
pub(super) struct Mix {
    /// For each place of the cycle: which request, and how often it came before within the cycle.
    cycle: Vec<(u32, u32)>,
    /// How often each request comes in a cycle.
    share: Vec<u32>,
}

impl Mix {
    /// From the weights; all zero counts as all one.
    pub(super) fn new(weights: &[u32]) -> Self {
        let share = reduced(weights);
        let mut places: Vec<(u64, u32, u32)> = Vec::new();
        for (request, &share) in share.iter().enumerate() {
            // The middle of slot m of `share` equal slots, scaled so that integers suffice.
            places.extend((0..share).map(|m| (((2 * u64::from(m) + 1) << 32) / u64::from(share), request as u32, m)));
        }
        places.sort_unstable();
        Self { cycle: places.into_iter().map(|(_, request, m)| (request, m)).collect(), share }
    }

    /// Which request number `index` is, and how many of its kind came before it.
    pub(super) fn at(&self, index: u64) -> Option<(usize, u64)> {
        let length = self.cycle.len() as u64;
        let (request, before) = *self.cycle.get(usize::try_from(index.checked_rem(length)?).ok()?)?;
        let share = u64::from(*self.share.get(request as usize)?);
        Some((request as usize, (index / length).wrapping_mul(share) + u64::from(before)))
    }
}

fn reduced(weights: &[u32]) -> Vec<u32> {
    let weights: Vec<u64> = match weights.iter().all(|weight| *weight == 0) {
        true => vec![1; weights.len()],
        false => weights.iter().map(|weight| u64::from(*weight)).collect(),
    };
    let divisor = weights.iter().copied().fold(0, common_divisor).max(1);
    let total = (weights.iter().sum::<u64>() / divisor).max(1);
    let shorten = |weight: u64| match total > LONGEST {
        true if weight > 0 => (weight / divisor * LONGEST / total).max(1),
        _ => weight / divisor,
    };
    weights.into_iter().map(|weight| u32::try_from(shorten(weight)).unwrap_or(u32::MAX)).collect()
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(weights: &[u32], count: u64) -> String {
        let mix = Mix::new(weights);
        (0..count).map(|i| char::from(b'a' + mix.at(i).unwrap().0 as u8)).collect()
    }

    #[test]
    fn weights_are_kept_exactly_and_spread_evenly() {
        assert_eq!(order(&[2, 1], 6), "abaaba");
        assert_eq!(order(&[30, 10], 8), "aabaaaba");
        assert_eq!(order(&[1, 1, 1], 6), "abcabc");
    }

    #[test]
    fn a_request_without_weight_never_comes_unless_none_has_any() {
        assert_eq!(order(&[0, 3], 3), "bbb");
        assert_eq!(order(&[0, 0], 4), "abab");
        assert!(Mix::new(&[]).at(0).is_none());
    }

    #[test]
    fn each_request_knows_how_many_of_its_kind_came_before() {
        let mix = Mix::new(&[9, 1]);
        let mut seen = [0, 0];
        for index in 0..1000 {
            let (request, before) = mix.at(index).unwrap();
            assert_eq!(before, seen[request]);
            seen[request] += 1;
        }
        assert_eq!(seen, [900, 100]);
    }

    #[test]
    fn absurd_weights_cost_no_absurd_memory() {
        let mix = Mix::new(&[u32::MAX, u32::MAX - 1, 1]);
        assert!(mix.cycle.len() <= LONGEST as usize + 3);
        assert!((0..LONGEST + 3).any(|index| mix.at(index).unwrap().0 == 2));
    }
}
