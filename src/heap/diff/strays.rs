//! Growth at what nobody holds for good.
//!
//! Objects that several hold, one of these in passing (a report under way, an open connection), stand by their class
//! alone at the top or below what all of these have in common, and come and go there by as much as becomes less or more
//! elsewhere. No object is made by that: of those that came to stand there, no more count than there are more of their
//! class in the whole heap.

use std::collections::BTreeMap;

use super::OwnerGrowth;
use crate::heap::{ClassRow, HeapSummary, OwnerPath};
use crate::units::Bytes;

/// Fewer objects are told as they are.
const MANY: u64 = 2;

/// Takes off the growth of these owners what stood elsewhere before, and off what shrank what stands here now.
pub(super) fn settle(growths: &mut Vec<OwnerGrowth>, before: &HeapSummary, after: &HeapSummary, least: u64) {
    let (old, new) = (rows(before), rows(after));
    let mut elsewhere = 0;
    for growth in growths.iter_mut().filter(|growth| growth.delta.0 > 0) {
        let rows = class(&growth.path).and_then(|class| Some((old.get(class)?, new.get(class)?)));
        let Some(made) = rows.map(|(old, new)| new.objects.saturating_sub(old.objects)) else { continue };
        let came = growth.count.1.saturating_sub(growth.count.0);
        if came >= MANY && came > made {
            let each = growth.retained_after.0 / growth.count.1;
            let moved = each.saturating_mul(came - made).min(growth.delta.0.unsigned_abs());
            growth.retained_before.0 += moved;
            (growth.count.0, growth.entries) = (growth.count.1 - made, None);
            growth.settle();
            elsewhere = u64::saturating_add(elsewhere, moved);
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

/// The class by which alone objects stand where they do: who is above them does not refer to them.
fn class(path: &OwnerPath) -> Option<&str> {
    path.0.last().filter(|step| step.edge.is_empty()).map(|step| step.class.as_str())
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
