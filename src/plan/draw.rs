//! Values of fields: functions of seed, domain and request number. Integers only, so that every
//! machine draws the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::payload::Turn;
use crate::policy::Field;

/// What the values of one kind of request (the mix, or one ugly payload) depend on.
#[derive(Debug, Clone)]
pub(super) struct Source {
    key: [u8; 32],
    scramble: u64,
    domain: u64,
    /// What was taken from the answer of the login.
    taken: Arc<BTreeMap<String, String>>,
}

/// Request numbers below this are told apart by `unique`; that is nine years at a million a second.
const NUMBER_BITS: u32 = 48;

impl Source {
    /// `domain` is the kind's ordinal: 0 is the mix, n the n-th ugly payload; below 2^16.
    pub(super) fn new(seed: u64, domain: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("plimsoll request fields 1");
        let base = hasher.update(&seed.to_le_bytes()).finalize();
        let [a, b, c, d, e, f, g, h, ..] = *base.as_bytes();
        let key = *hasher.update(&domain.to_le_bytes()).finalize().as_bytes();
        let taken = Arc::default();
        Self { key, scramble: u64::from_le_bytes([a, b, c, d, e, f, g, h]), domain, taken }
    }

    /// With what was taken from the answer of the login.
    pub(super) fn taking(self, taken: Arc<BTreeMap<String, String>>) -> Self {
        Self { taken, ..self }
    }

    /// The generator of request `index`: counter based, no request depends on another.
    pub(super) fn generator(&self, index: u64) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::from_seed(self.key);
        generator.set_stream(index);
        generator
    }

    /// What a payload is given for request `index`.
    pub(super) fn turn(&self, index: u64) -> Turn {
        let key = *blake3::keyed_hash(&self.key, &index.to_le_bytes()).as_bytes();
        Turn { index, unique: self.unique(index), key }
    }

    /// The value of a field in request `index`, which is number `turn` of its name.
    pub(super) fn value(&self, field: &Field, index: u64, turn: u64, generator: &mut impl Rng) -> String {
        match field {
            Field::Uniform(below) => uniform(*below, generator).to_string(),
            Field::Zipf(below) => zipf(*below, generator).to_string(),
            Field::Unique => format!("{:016x}", self.unique(index)),
            Field::Uuid => {
                let mut bytes = [0; 16];
                generator.fill_bytes(&mut bytes);
                uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
            }
            // Known only once the login was answered: until then it stands for itself.
            Field::Taken(name) => self.taken.get(name).cloned().unwrap_or_else(|| format!("{{{name}}}")),
            Field::OneOf(words) => {
                turn.checked_rem(words.len() as u64).and_then(|at| words.get(at as usize)).cloned().unwrap_or_default()
            }
        }
    }

    /// A bijection of (domain, number): no two requests of a run can have the same value. The mixing
    /// steps are the finalizer of SplitMix64 (Steele, Lea, Flood 2014), each of which is invertible.
    fn unique(&self, index: u64) -> u64 {
        let mut x = (self.domain << NUMBER_BITS | index & ((1 << NUMBER_BITS) - 1)) ^ self.scramble;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }
}

/// From 0 to below `below`; the product method, whose bias is under `below` / 2^64.
fn uniform(below: u64, generator: &mut impl Rng) -> u64 {
    ((u128::from(generator.next_u64()) * u128::from(below)) >> 64) as u64
}

/// Zipf with exponent 1, by rejection and without a table: every octave [2^j, 2^(j+1)) is drawn with
/// equal chance, a rank k within it uniformly, and kept with chance 2^j / k, which is above one half.
/// What is kept has a chance proportional to 1/k; ranks above `below` (last octave) are drawn again.
fn zipf(below: u64, generator: &mut impl Rng) -> u64 {
    let Some(top) = below.checked_ilog2() else { return 0 };
    loop {
        let octave = 1 << uniform(u64::from(top) + 1, generator);
        let rank = octave + uniform(octave, generator);
        if rank <= below && uniform(rank, generator) < octave {
            return rank - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn zipf_falls_as_one_over_rank() {
        let source = Source::new(7, 0);
        let mut generator = source.generator(0);
        let mut seen = [0u32; 1000];
        for _ in 0..200_000 {
            seen[zipf(1000, &mut generator) as usize] += 1;
        }
        let harmonic: f64 = (1..=1000).map(|k| 1.0 / f64::from(k)).sum();
        for rank in [1usize, 2, 3, 7, 10, 100] {
            let expected = 200_000.0 / harmonic / rank as f64;
            let off = (f64::from(seen[rank - 1]) - expected).abs() / expected.sqrt();
            assert!(off < 5.0, "rank {rank}: {} instead of {expected}", seen[rank - 1]);
        }
        assert!(seen[999] > 0);
    }

    #[test]
    fn edges_of_the_ranges_do_not_hang_or_leave_them() {
        let mut generator = Source::new(1, 0).generator(1);
        assert_eq!((zipf(0, &mut generator), zipf(1, &mut generator), uniform(0, &mut generator)), (0, 0, 0));
        for _ in 0..1000 {
            assert!(zipf(3, &mut generator) < 3);
            assert!(zipf(u64::MAX, &mut generator) < u64::MAX);
            assert!(uniform(5, &mut generator) < 5);
        }
    }

    #[test]
    fn unique_values_differ_between_requests_and_between_payloads() {
        let (mix, ugly) = (Source::new(7, 0), Source::new(7, 1));
        let values: BTreeSet<u64> = (0..10_000).flat_map(|index| [mix.unique(index), ugly.unique(index)]).collect();
        assert_eq!(values.len(), 20_000);
        assert_ne!(mix.unique(0), Source::new(8, 0).unique(0));
    }

    #[test]
    fn a_request_draws_the_same_whatever_was_drawn_before() {
        let source = Source::new(7, 0);
        let draw = |index| source.value(&Field::Uuid, index, 0, &mut source.generator(index));
        let alone = draw(41);
        draw(40);
        assert_eq!(draw(41), alone);
        assert_ne!(draw(42), alone);
        assert_eq!(alone.as_bytes()[14], b'4', "{alone} is a version 4 UUID");
    }
}
