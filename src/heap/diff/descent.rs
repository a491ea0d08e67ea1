//! Down two owner trees at once, to the places where growth accumulates.

use std::collections::BTreeMap;

use super::OwnerGrowth;
use crate::heap::{Owner, OwnerPath, Step};

/// A row counts as "become more" if new objects of average size explain this share of its growth.
const BY_NUMBER: f64 = 0.5;
/// A row accumulates if what became more below it, and its own bytes, explain this share of its growth.
const ACCUMULATED: f64 = 0.5;
/// The rows below are followed if one carries this share of the growth.
const CARRIED: f64 = 0.1;

/// A row in both trees, or in one of them.
struct Pair<'a> {
    step: &'a Step,
    before: Option<&'a Owner>,
    after: Option<&'a Owner>,
    below: Vec<Pair<'a>>,
    /// What became more in it, and what became less: a cache that was emptied may hide a leak beside it.
    most: (u64, u64),
}

/// The growths, in no particular order.
pub(super) fn growths(before: &[Owner], after: &[Owner], least: u64) -> Vec<OwnerGrowth> {
    let mut growths = Vec::new();
    let tops = Pair::all(before, after);
    let mut work: Vec<(OwnerPath, &Pair<'_>)> = Vec::new();
    for pair in &tops {
        work.push((OwnerPath(vec![pair.step.clone()]), pair));
    }
    while let Some((path, pair)) = work.pop() {
        let size = pair.growth().unsigned_abs();
        let carriers = if size >= least { pair.carriers(least) } else { Vec::new() };
        for below in pair.hidden(least).chain(carriers.iter().copied()) {
            let mut path = path.clone();
            path.0.push(below.step.clone());
            work.push((path, below));
        }
        if size >= least && carriers.is_empty() {
            growths.push(OwnerGrowth::told(path, pair.before, pair.after));
        }
    }
    growths
}

/// The rows of two levels by step.
fn aligned<'a>(before: &'a [Owner], after: &'a [Owner]) -> BTreeMap<&'a Step, [Option<&'a Owner>; 2]> {
    let mut aligned: BTreeMap<&Step, [Option<&Owner>; 2]> = BTreeMap::new();
    for owner in before {
        aligned.insert(&owner.step, [Some(owner), None]);
    }
    for owner in after {
        aligned.entry(&owner.step).or_insert([None; 2])[1] = Some(owner);
    }
    aligned
}

impl<'a> Pair<'a> {
    fn all(before: &'a [Owner], after: &'a [Owner]) -> Vec<Self> {
        aligned(before, after).into_iter().map(|(step, owners)| Self::of(step, owners)).collect()
    }

    fn of(step: &'a Step, [before, after]: [Option<&'a Owner>; 2]) -> Self {
        let below = Self::all(children(before), children(after));
        let mut pair = Self { step, before, after, below, most: (0, 0) };
        let growth = pair.growth();
        let size = growth.unsigned_abs();
        pair.most = if growth < 0 { (0, size) } else { (size, 0) };
        // Of what is more or less because there are more or less of it, any part may be; and what a thread holds moves
        // from one of its variables to another.
        if before.is_some() && after.is_some() && !pair.by_number() && !step.is_passing() {
            let sum =
                |most: fn(&Self) -> u64| pair.below.iter().fold(0_u64, |sum, below| sum.saturating_add(most(below)));
            let (more, less) = (sum(|below| below.most.0), sum(|below| below.most.1));
            pair.most = (pair.most.0.max(more), pair.most.1.max(less));
        }
        pair
    }

    fn growth(&self) -> i64 {
        let size = |owner: Option<&Owner>| owner.map_or(0, |owner| i64::try_from(owner.retained.0).unwrap_or(i64::MAX));
        size(self.after).saturating_sub(size(self.before))
    }

    /// The larger and the smaller side of the growth: shrinking is growth seen backwards.
    fn sides(&self) -> (Option<&'a Owner>, Option<&'a Owner>) {
        if self.growth() < 0 { (self.before, self.after) } else { (self.after, self.before) }
    }

    /// Whether the row grew because there are more objects of it.
    fn by_number(&self) -> bool {
        let (Some(more), less) = self.sides() else { return false };
        let added = more.count.saturating_sub(less.map_or(0, |owner| owner.count));
        let each = more.retained.as_f64() / more.count.max(1) as f64;
        added >= 2 && added as f64 * each >= BY_NUMBER * self.growth().unsigned_abs() as f64
    }

    /// What went the other way than the growth.
    fn against(&self, growth: i64) -> u64 {
        match growth.signum() {
            1 => self.most.1,
            -1 => self.most.0,
            _ => self.most.0.max(self.most.1),
        }
    }

    /// The rows below in which something went the other way; both ways, if the row itself hardly changed.
    fn hidden(&self, least: u64) -> impl Iterator<Item = &Self> {
        let growth = self.growth();
        let direction = if growth.unsigned_abs() < least { 0 } else { growth.signum() };
        let any = self.against(growth) >= least;
        let carries = move |below: &Self| direction != 0 && below.growth().signum() == direction;
        self.below.iter().filter(move |below| any && !carries(below) && below.against(direction) >= least)
    }

    /// The rows below that carry the growth; none if it accumulates here.
    fn carriers(&self, least: u64) -> Vec<&Self> {
        let (Some(more), less) = self.sides() else { return Vec::new() };
        if self.by_number() {
            return Vec::new();
        }
        let growth = self.growth();
        let size = growth.unsigned_abs() as f64;
        let own = more.shallow.as_f64() - less.map_or(0.0, |owner| owner.shallow.as_f64());
        let against = self.against(growth);
        let is_mixed = against >= least && against as f64 >= CARRIED * size;
        // A module or thread is a mere place: what is directly in it is an owner, however little is in that.
        let is_place = more.step.class.is_empty();
        let carriers: Vec<&Self> =
            self.below.iter().filter(|below| below.growth().signum() == growth.signum()).collect();
        // What several fields of it hold says more than it does, if that is most of the growth.
        let crowds = carriers.iter().filter(|below| below.step.is_crowd());
        let shared = crowds.fold(0_u64, |sum, below| sum.saturating_add(below.growth().unsigned_abs()));
        let tells_crowds = shared as f64 >= ACCUMULATED * size;
        let mut accumulated = own.max(0.0);
        let mut is_followed = false;
        for below in &carriers {
            let carried = below.growth().unsigned_abs() as f64;
            let is_told = is_place || is_mixed || (tells_crowds && below.step.is_crowd());
            let is_content = !is_told && (below.by_number() || below.is_leaf());
            if is_content {
                accumulated += carried;
            } else {
                is_followed |= is_place || carried >= CARRIED * size || below.against(growth) >= least;
            }
        }
        // Beside one that is followed, none is too small to be told: it may be the leak, and the other a cache.
        if is_followed && accumulated < ACCUMULATED * size { carriers } else { Vec::new() }
    }

    fn is_leaf(&self) -> bool {
        let leaf = |owner: &Owner| owner.children.is_empty() && owner.entries.is_none();
        self.before.is_none_or(leaf) && self.after.is_none_or(leaf)
    }
}

fn children(owner: Option<&Owner>) -> &[Owner] {
    owner.map_or(&[], |owner| owner.children.as_slice())
}

/// Entries before and after: as counted, else the kind of held object that multiplied most; of a tree, its nodes.
pub(super) fn entries(before: Option<&Owner>, after: Option<&Owner>) -> Option<(u64, u64)> {
    let counted = |owner: Option<&Owner>| owner.and_then(|owner| owner.entries).unwrap_or(0);
    if counted(before).max(counted(after)) > 0 {
        return Some((counted(before), counted(after)));
    }
    let class = after.or(before).map(|owner| owner.step.class.as_str());
    let number = |owner: Option<&Owner>| owner.map_or(0, |owner| owner.count);
    let held = aligned(children(before), children(after)).into_iter();
    let numbers = held.map(|(step, [before, after])| {
        let is_tree = class == Some(&step.class);
        if is_tree { (nodes(before), nodes(after)) } else { (number(before), number(after)) }
    });
    let above = number(before).max(number(after));
    numbers.filter(|(before, after)| *before.max(after) > above).max_by_key(|(before, after)| after.abs_diff(*before))
}

/// The objects of a row and those of the same class in all rows below, whichever way they are held.
fn nodes(owner: Option<&Owner>) -> u64 {
    let Some(owner) = owner else { return 0 };
    let mut work = vec![owner];
    let mut number = 0_u64;
    while let Some(next) = work.pop() {
        if next.step.class == owner.step.class {
            number = number.saturating_add(next.count);
        }
        work.extend(&next.children);
    }
    number
}
