//! Texts that are kept more than once.

use std::cmp::Reverse;

use super::holder::Tracer;
use super::ledger::{Ledger, Text};
use super::{DuplicateStrings, DuplicateText};
use crate::heap::Snapshot;
use crate::units::Bytes;

/// Texts that are told one by one.
const MOST: usize = 20;

pub(super) fn of(snapshot: &Snapshot, ledger: &Ledger, tracer: &mut Tracer<'_>) -> Option<DuplicateStrings> {
    if ledger.texts.is_empty() || ledger.is_redacted() {
        return None;
    }
    let equal = |a: &Text, b: &Text| (a.digest, a.length) == (b.digest, b.length);
    let groups = ledger.texts.chunk_by(equal);
    let (mut different, mut lost) = (0, Bytes(0));
    let mut wasteful: Vec<(Bytes, &[Text])> = Vec::new();
    for group in groups {
        different += 1;
        let bytes = copies(snapshot, group);
        lost += bytes;
        if bytes > Bytes(0) {
            wasteful.push((bytes, group));
        }
    }
    // Objects are numbered by the dump, so of equal ones the lowest number comes first in every run.
    wasteful.sort_by_key(|(bytes, group)| (Reverse(*bytes), group.iter().map(|text| text.node).min()));
    wasteful.truncate(MOST);
    let told = |(lost, group): (Bytes, &[Text])| {
        let parts: Vec<_> = group.iter().map(|text| (text.node, size(snapshot, text))).collect();
        let (length, copies) = (group.first().map_or(0, |text| text.length), group.len() as u64);
        DuplicateText { length, copies, lost, holder: tracer.holder(&parts) }
    };
    let texts = ledger.texts.len() as u64;
    Some(DuplicateStrings { texts, different, lost, groups: wasteful.into_iter().map(told).collect() })
}

fn size(snapshot: &Snapshot, text: &Text) -> Bytes {
    snapshot.graph.shallow(text.node) + text.characters.map_or(Bytes(0), |array| snapshot.graph.shallow(array))
}

/// Bytes of all copies but one; an array of characters that several texts share is there once.
fn copies(snapshot: &Snapshot, group: &[Text]) -> Bytes {
    let [one, _, ..] = group else { return Bytes(0) };
    let objects: Bytes = group.iter().map(|text| snapshot.graph.shallow(text.node)).sum();
    let mut arrays: Vec<_> = group.iter().filter_map(|text| text.characters).collect();
    arrays.sort_unstable();
    arrays.dedup();
    let arrays: Bytes = arrays.into_iter().map(|array| snapshot.graph.shallow(array)).sum();
    objects + arrays - size(snapshot, one)
}
