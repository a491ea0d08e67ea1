//! Growth at what nobody holds for good.
//!
//! Objects that several hold, one of these in passing (a report under way, an open connection), stand by their class
//! alone at the top or below what all of these have in common, and come and go there by as much as becomes less or more
//! elsewhere. No object is made by that: of those that came to stand there, no more count than there are more of their
//! class in the whole heap.

use std::collections::BTreeMap;

use super::{OwnerGrowth, exact};
use crate::heap::owner::SHARED;
use crate::heap::owners::ENTRIES;
use crate::heap::{ClassRow, HeapSummary, Kind, Owner, Step};
use crate::units::Bytes;

/// Fewer objects are told as they are.
const MANY: u64 = 2;
/// Entries are counted as they are if less than one byte in so many of the growth stood elsewhere.
const FEW: u64 = 8;

/// Takes off the growth of these owners what stood elsewhere before, and off what shrank what stands here now. Each dump
/// comes with its owners, called alike.
pub(super) fn settle(
    growths: &mut Vec<OwnerGrowth>,
    (before, old_owners): (&HeapSummary, &[Owner]),
    (after, new_owners): (&HeapSummary, &[Owner]),
    least: u64,
) {
    let (old, new) = (rows(before), rows(after));
    let mut left = left(old_owners, new_owners);
    let mut elsewhere = 0;
    for growth in growths.iter_mut().filter(|growth| growth.delta.0 > 0) {
        let Some(is) = exact(new_owners, &growth.path) else { continue };
        let was = exact(old_owners, &growth.path);
        let child = |step: &Step| was.and_then(|owner| owner.children.iter().find(|child| child.step == *step));
        let strays: Vec<(Option<&Owner>, &Owner)> = if is_stray(was, is) && came(was, is) >= MANY {
            vec![(was, is)]
        } else {
            let below = is.children.iter().map(|below| (child(&below.step), below));
            below.filter(|(was, is)| is_stray(*was, is)).collect()
        };
        let (mut objects, mut bytes) = (0_u64, 0_u64);
        for (was, is) in strays {
            let (came, worth) = moved(&old, &new, was, is);
            // What grew here since it came is growth.
            let Some(left) = left.get_mut(is.step.class.as_str()).filter(|left| **left > 0 && worth > 0) else {
                continue;
            };
            let known = worth.min(*left);
            *left -= known;
            let came = (u128::from(came) * u128::from(known) / u128::from(worth)) as u64;
            (objects, bytes) = (objects.saturating_add(came), bytes.saturating_add(known));
        }
        let grown = growth.delta.0.unsigned_abs();
        let bytes = bytes.min(grown);
        if bytes > 0 {
            growth.retained_before.0 += bytes;
            growth.count.0 = growth.count.1.min(growth.count.0.saturating_add(objects));
            growth.entries = growth.entries.filter(|_| bytes < grown / FEW);
            growth.settle();
            elsewhere = u64::saturating_add(elsewhere, bytes);
        }
    }
    let freed = freed(&old, &new, before.total, after.total);
    for growth in growths.iter_mut().filter(|growth| growth.delta.0 < 0) {
        let moved = elsewhere.min(growth.delta.0.unsigned_abs().saturating_sub(freed));
        growth.retained_after.0 += moved;
        growth.settle();
        elsewhere -= moved;
    }
    growths.retain(|growth| growth.delta.0.unsigned_abs() >= least);
}

/// Whether objects stand there by their class alone: who is above them does not refer to them. Who shares what Python is
/// made of (`dict`, `str`) may do so in passing, and who shares what nobody shared before may have been joined.
fn is_stray(was: Option<&Owner>, is: &Owner) -> bool {
    let Step { edge, class } = &is.step;
    let is_plain = || class.bytes().all(|byte| byte.is_ascii_lowercase());
    edge.is_empty() || (edge.starts_with(SHARED) && (was.is_none() || is_plain()))
}

/// Objects more of an owner.
fn came(was: Option<&Owner>, is: &Owner) -> u64 {
    is.count.saturating_sub(was.map_or(0, |owner| owner.count))
}

/// Those of them that are not new in the heap, and their bytes.
fn moved(old: &Rows<'_>, new: &Rows<'_>, was: Option<&Owner>, is: &Owner) -> (u64, u64) {
    let class = is.step.class.as_str();
    let (Some(old), Some(new)) = (old.get(class), new.get(class)) else { return (0, 0) };
    let came = came(was, is);
    if came < MANY {
        return (0, 0);
    }
    let moved = came.saturating_sub(new.objects.saturating_sub(old.objects));
    // Those that were here may be larger than those that came, and may have grown themselves.
    let more = is.retained.0.saturating_sub(was.map_or(0, |owner| owner.retained.0));
    (moved, (more / came).min(is.retained.0 / is.count).saturating_mul(moved))
}

/// By class, what became of the bytes of its rows that became smaller: it went, or it stands elsewhere. What a map or
/// list has no entries of any more went.
fn left<'a>(before: &'a [Owner], after: &[Owner]) -> BTreeMap<&'a str, u64> {
    let mut left: BTreeMap<&str, u64> = BTreeMap::new();
    // Rows with the part of what they lost that may be elsewhere, and the entries that the row above them lost.
    let mut work = vec![(before, after, 1.0, 0)];
    while let Some((before, after, part, removed)) = work.pop() {
        let later: BTreeMap<&Step, &Owner> = after.iter().map(|owner| (&owner.step, owner)).collect();
        for was in before {
            let is = later.get(&was.step);
            let less = was.retained.0.saturating_sub(is.map_or(0, |owner| owner.retained.0));
            let fewer = was.count.saturating_sub(is.map_or(0, |owner| owner.count));
            let part = if fewer == 0 || was.step.edge != ENTRIES {
                part
            } else {
                part * fewer.saturating_sub(removed) as f64 / fewer as f64
            };
            let sum = left.entry(was.step.class.as_str()).or_default();
            *sum = sum.saturating_add((less as f64 * part) as u64);
            let entries = |owner: &Owner| owner.entries.unwrap_or(0);
            let removed = is.map_or(0, |is| entries(was).saturating_sub(entries(is)));
            // What was taken from a queue or pool is used elsewhere.
            let lends = matches!(was.marks.kind, Some(Kind::Queue | Kind::Pool));
            let removed = if lends { 0 } else { removed };
            work.push((&was.children, is.map_or(&[], |owner| owner.children.as_slice()), part, removed));
        }
    }
    left
}

type Rows<'a> = BTreeMap<&'a str, &'a ClassRow>;

fn rows(dump: &HeapSummary) -> Rows<'_> {
    dump.classes.iter().map(|row| (row.class.as_str(), row)).collect()
}

/// Bytes that went from the classes that became less.
fn freed(old: &Rows<'_>, new: &Rows<'_>, before: Bytes, after: Bytes) -> u64 {
    let bytes = |rows: &Rows<'_>, class: &str| rows.get(class).map_or(0, |row| row.shallow.0);
    let less = |class: &&str| bytes(old, class).saturating_sub(bytes(new, class));
    // Only the largest classes have rows; all others are one.
    let others =
        |rows: &Rows<'_>, total: Bytes| rows.values().fold(total.0, |rest, row| rest.saturating_sub(row.shallow.0));
    let others = others(old, before).saturating_sub(others(new, after));
    old.keys().map(less).fold(others, u64::saturating_add)
}
