//! Growth at what nobody holds for good.
//!
//! It stands where the many stand that several hold in passing, and what a suspended call or an open connection holds
//! as well comes and goes there, by as much as becomes less elsewhere. Objects are not made by that: of such an owner,
//! no more growth counts than there are more bytes in the classes of the whole heap.

use std::collections::BTreeMap;

use super::OwnerGrowth;
use crate::heap::{ClassRow, HeapSummary, OwnerPath};
use crate::units::Bytes;

/// Takes off the change of these owners what is not in the classes, and off that of others what went from them to these
/// or back.
pub(super) fn settle(growths: &mut Vec<OwnerGrowth>, before: &HeapSummary, after: &HeapSummary, least: u64) {
    if before.classes.is_empty() || after.classes.is_empty() {
        return;
    }
    let (more, less) = (more(before, after), more(after, before));
    let beyond = |growth: &OwnerGrowth, sign: i64| (growth.delta.0 * sign - if sign > 0 { more } else { less }).max(0);
    for sign in [1, -1] {
        let mut elsewhere = 0;
        for growth in growths.iter_mut().filter(|growth| is_stray(&growth.path) && beyond(growth, sign) > 0) {
            elsewhere += beyond(growth, sign);
            change(growth, growth.delta.0 - sign * beyond(growth, sign));
            (growth.count.0, growth.entries) = (growth.count.1, None);
        }
        for growth in growths.iter_mut() {
            let there = elsewhere.min(beyond(growth, -sign));
            elsewhere -= there;
            change(growth, growth.delta.0 + sign * there);
        }
    }
    growths.retain(|growth| growth.delta.0.unsigned_abs() >= least);
}

/// Tells a smaller change: what is left of it stood elsewhere in the dump in which there is less.
fn change(growth: &mut OwnerGrowth, delta: i64) {
    let less = |size: Bytes| Bytes(size.0.saturating_sub(delta.unsigned_abs()));
    match delta {
        _ if delta == growth.delta.0 => return,
        0.. => growth.retained_before = less(growth.retained_after),
        _ => growth.retained_after = less(growth.retained_before),
    }
    growth.delta.0 = delta;
    growth.bytes_per_entry = growth.each();
}

/// Whether no class, script, module or thread has it. A thread may well keep what it gathers.
fn is_stray(path: &OwnerPath) -> bool {
    path.0.first().is_some_and(|step| !step.lasts() && !step.is_passing())
}

/// What came to the classes that became more, in bytes.
fn more(before: &HeapSummary, after: &HeapSummary) -> i64 {
    let old: BTreeMap<&str, u64> = before.classes.iter().map(|row| (row.class.as_str(), row.shallow.0)).collect();
    let more = |row: &ClassRow| row.shallow.0.saturating_sub(old.get(row.class.as_str()).copied().unwrap_or(0));
    // Only the largest classes have rows; all others are one.
    let in_rows = |dump: &HeapSummary| dump.classes.iter().fold(0_u64, |sum, row| sum.saturating_add(row.shallow.0));
    let others = |dump: &HeapSummary| dump.total.0.saturating_sub(in_rows(dump));
    let others = others(after).saturating_sub(others(before));
    let more = after.classes.iter().map(more).fold(others, u64::saturating_add);
    i64::try_from(more).unwrap_or(i64::MAX)
}
