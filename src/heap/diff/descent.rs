//! Down two owner trees at once, to the places where growth accumulates.

use std::collections::BTreeMap;

use super::OwnerGrowth;
use crate::heap::{Owner, OwnerPath, Step};

/// A row counts as "become more" if new objects of average size explain this share of its growth.
const BY_NUMBER: f64 = 0.5;
/// A row accumulates if what became more below it, and its own bytes, explain this share of its growth.
const ACCUMULATED: f64 = 0.5;
/// A row below is followed if it carries this share of the growth.
const CARRIED: f64 = 0.1;

/// A row in both trees, or in one of them.
#[derive(Clone, Copy)]
struct Pair<'a> {
    before: Option<&'a Owner>,
    after: Option<&'a Owner>,
}

/// The growths, in no particular order.
pub(super) fn growths(before: &[Owner], after: &[Owner], least: u64) -> Vec<OwnerGrowth> {
    let mut growths = Vec::new();
    let mut work: Vec<(OwnerPath, Pair<'_>)> = Vec::new();
    for (step, pair) in pairs(before, after) {
        work.push((OwnerPath(vec![step.clone()]), pair));
    }
    while let Some((path, pair)) = work.pop() {
        let growth = pair.growth();
        if growth.unsigned_abs() < least {
            continue;
        }
        let carriers = if pair.by_number(growth) { Vec::new() } else { pair.carriers(growth) };
        if carriers.is_empty() {
            growths.push(OwnerGrowth::told(path.clone(), pair.before, pair.after));
        }
        for (step, below) in carriers {
            let mut path = path.clone();
            path.0.push(step.clone());
            work.push((path, below));
        }
    }
    growths
}

fn pairs<'a>(before: &'a [Owner], after: &'a [Owner]) -> BTreeMap<&'a Step, Pair<'a>> {
    let mut pairs: BTreeMap<&Step, Pair<'_>> = BTreeMap::new();
    for owner in before {
        pairs.insert(&owner.step, Pair { before: Some(owner), after: None });
    }
    for owner in after {
        pairs.entry(&owner.step).or_insert(Pair { before: None, after: None }).after = Some(owner);
    }
    pairs
}

impl<'a> Pair<'a> {
    fn growth(self) -> i64 {
        let size = |owner: Option<&Owner>| owner.map_or(0, |owner| i64::try_from(owner.retained.0).unwrap_or(i64::MAX));
        size(self.after).saturating_sub(size(self.before))
    }

    /// The larger and the smaller side of a growth in this direction: shrinking is growth seen backwards.
    fn sides(self, growth: i64) -> (Option<&'a Owner>, Option<&'a Owner>) {
        if growth < 0 { (self.before, self.after) } else { (self.after, self.before) }
    }

    /// Whether the row grew because there are more objects of it.
    fn by_number(self, growth: i64) -> bool {
        let (Some(more), less) = self.sides(growth) else { return false };
        let added = more.count.saturating_sub(less.map_or(0, |owner| owner.count));
        let each = more.retained.as_f64() / more.count.max(1) as f64;
        added >= 2 && added as f64 * each >= BY_NUMBER * growth.unsigned_abs() as f64
    }

    /// The rows below that carry the growth without being more; none if it accumulates here.
    fn carriers(self, growth: i64) -> Vec<(&'a Step, Pair<'a>)> {
        let (Some(more), less) = self.sides(growth) else { return Vec::new() };
        let size = growth.unsigned_abs() as f64;
        let own = more.shallow.as_f64() - less.map_or(0.0, |owner| owner.shallow.as_f64());
        let below = pairs(children(self.before), children(self.after));
        let mut accumulated = own.max(0.0);
        let mut carriers = Vec::new();
        for (step, pair) in below {
            let part = pair.growth();
            if part.signum() != growth.signum() {
                continue;
            }
            let carried = part.unsigned_abs() as f64;
            // A module or thread is a mere place: what is directly in it is an owner, however little is in that.
            let is_place = more.step.class.is_empty();
            if !is_place && (pair.by_number(part) || pair.is_leaf()) {
                accumulated += carried;
            } else if is_place || carried >= CARRIED * size {
                carriers.push((step, pair));
            }
        }
        if accumulated >= ACCUMULATED * size { Vec::new() } else { carriers }
    }

    fn is_leaf(self) -> bool {
        let leaf = |owner: &Owner| owner.children.is_empty() && owner.entries.is_none();
        self.before.is_none_or(leaf) && self.after.is_none_or(leaf)
    }
}

fn children(owner: Option<&Owner>) -> &[Owner] {
    owner.map_or(&[], |owner| owner.children.as_slice())
}

/// Entries before and after: as counted, else the kind of held object that multiplied most.
pub(super) fn entries(before: Option<&Owner>, after: Option<&Owner>) -> Option<(u64, u64)> {
    let counted = |owner: Option<&Owner>| owner.and_then(|owner| owner.entries).unwrap_or(0);
    if counted(before).max(counted(after)) > 0 {
        return Some((counted(before), counted(after)));
    }
    let number = |owner: Option<&Owner>| owner.map_or(0, |owner| owner.count);
    let held = pairs(children(before), children(after)).into_values();
    let numbers = held.map(|pair| (number(pair.before), number(pair.after)));
    let above = number(before).max(number(after));
    numbers.filter(|(before, after)| *before.max(after) > above).max_by_key(|(before, after)| after.abs_diff(*before))
}
