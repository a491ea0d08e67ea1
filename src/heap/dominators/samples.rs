//! Who refers to a few of the many small objects that nobody holds alone.
//!
//! Of objects of which each is too small to be asked for, a part shows who shares them. The log of the walk is read for
//! these in a few of its files only: where such objects are largest, and here and there.

use std::collections::{BTreeMap, BTreeSet};

use super::depth_first::Walk;
use super::holders::{Holders, Shared, references};
use super::semi_nca::Lowered;
use super::sums::Sums;
use crate::heap::graph::Bits;

/// Files of the log that are read: the largest by what such objects retain, and as many at equal distances.
const FILES: usize = 16;
/// Objects of one file that are asked for, as many of each kind as it has bytes.
const FROM_FILE: u64 = 256;
/// Holders that are noted of one object.
const MOST_HOLDERS: usize = 64;
/// If more are such ones, and more than one object in so many is, it is not noted through whom each was found.
const MOST_FOUND: usize = 1 << 20;
const MOST_SHARE: usize = 16;

/// What is known of objects that nobody holds alone, by number or by place.
#[derive(Debug, Default)]
pub(super) struct Samples {
    /// All holders of a few of the small ones.
    pub(super) holders: Holders,
    /// Each with the one holder through which the walk found it; none if there are too many.
    pub(super) found: Vec<[u32; 2]>,
}

impl Samples {
    /// By place what was by number.
    pub(super) fn moved(self, places: &[u32]) -> Self {
        let mut found = self.found;
        found.iter_mut().flatten().for_each(|number| *number = places[*number as usize]);
        Self { holders: self.holders.moved(places), found }
    }
}

/// Asks for what a claimant, a top or the virtual root dominates and does not refer to.
pub(super) fn samples(
    asked: &Shared,
    claims: &Bits,
    walk: &Walk,
    lowered: &Lowered,
    sums: &Sums,
    idom: &[u32],
) -> Samples {
    let least = asked.large(sums.get(0));
    let tops = walk.numbers.of(&asked.tops);
    let is_shared = |number: u32| {
        let above = idom[number as usize];
        above == 0 || claims.has(above) || tops.contains(&above)
    };
    let shared = || lowered.ascending().filter(|(number, _)| is_shared(*number));
    let is_small = |number: u32| sums.get(number) < least;
    let mut files: BTreeMap<u32, u64> = BTreeMap::new();
    let (mut found, most) = (Vec::new(), MOST_FOUND.max(idom.len() / MOST_SHARE));
    for (number, parent) in shared() {
        if is_small(number) {
            *files.entry(number >> 16).or_default() += sums.get(number).0;
        }
        if found.len() <= most {
            found.push([number, parent]);
        }
    }
    if files.values().sum::<u64>() < least.0 {
        return Samples::default();
    }
    if found.len() > most {
        found = Vec::new();
    }
    let read = read(&files);
    let mut held: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let (mut last, mut bytes) = (None, 0);
    for (number, parent) in shared().filter(|(number, _)| read.contains(&(number >> 16)) && is_small(*number)) {
        let file = number >> 16;
        let step = files[&file].div_ceil(FROM_FILE).max(1);
        if last != Some(file) {
            (last, bytes) = (Some(file), step / 2);
        }
        bytes += sums.get(number).0;
        if bytes >= step {
            bytes %= step;
            held.insert(number, vec![parent]);
        }
    }
    let wanted: Vec<u32> = held.keys().copied().collect();
    references(walk, &wanted, |target, source| {
        if let Some(holders) = held.get_mut(&target).filter(|holders| source != 0 && holders.len() < MOST_HOLDERS) {
            holders.push(source);
        }
    });
    Samples { holders: Holders::of(held), found }
}

/// The files to be read.
fn read(files: &BTreeMap<u32, u64>) -> BTreeSet<u32> {
    let mut largest: Vec<(u64, u32)> = files.iter().map(|(file, bytes)| (*bytes, *file)).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    let spread = files.keys().copied().step_by(files.len().div_ceil(FILES).max(1));
    largest.into_iter().take(FILES).map(|(_, file)| file).chain(spread).collect()
}
