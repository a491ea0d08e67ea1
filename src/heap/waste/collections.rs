//! Collections without entries, or with far more room than entries.

use std::collections::BTreeMap;

use super::holder::Tracer;
use super::ledger::{Collection, Ledger, Slots};
use super::{CollectionWaste, LEAST};
use crate::heap::{Node, Snapshot, naming};
use crate::units::Bytes;

/// A collection is sparse if so many times its entries would fit.
pub(super) const SPARSE: u64 = 4;

pub(super) fn of(snapshot: &Snapshot, ledger: &Ledger, tracer: &mut Tracer<'_>) -> Vec<CollectionWaste> {
    let mut rows: BTreeMap<String, (CollectionWaste, Vec<(Node, Bytes)>)> = BTreeMap::new();
    for collection in &ledger.collections {
        let class = naming::class(snapshot.graph.class_name(collection.node));
        let (row, parts) = rows.entry(class).or_insert_with_key(|class| (fresh(class.clone()), Vec::new()));
        row.count += 1;
        let store = collection.store.and_then(|store| ledger.slots(store));
        let entries = collection.entries.unwrap_or_else(|| store.map_or(0, |store| u64::from(store.filled)));
        let lost = if entries == 0 {
            let lost = empty(snapshot, collection);
            (row.empty, row.empty_bytes) = (row.empty + 1, row.empty_bytes + lost);
            lost
        } else if let Some(lost) = sparse(snapshot, collection, entries, store) {
            (row.sparse, row.sparse_bytes) = (row.sparse + 1, row.sparse_bytes + lost);
            lost
        } else {
            continue;
        };
        parts.push((collection.node, lost));
    }
    let mut told = Vec::new();
    for (mut row, parts) in rows.into_values().filter(|(row, _)| row.lost() >= LEAST) {
        row.holder = tracer.holder(&parts);
        told.push(row);
    }
    told.sort_by(|a, b| b.lost().cmp(&a.lost()).then_with(|| a.class.cmp(&b.class)));
    told
}

fn fresh(class: String) -> CollectionWaste {
    let none = Bytes(0);
    CollectionWaste { class, count: 0, empty: 0, empty_bytes: none, sparse: 0, sparse_bytes: none, holder: None }
}

/// Bytes of an empty collection: itself, and its store if nobody else has it.
fn empty(snapshot: &Snapshot, collection: &Collection) -> Bytes {
    let own = |store: &Node| snapshot.dominators.immediate(*store) == Some(collection.node);
    let store = collection.store.filter(own).map_or(Bytes(0), |store| snapshot.graph.shallow(store));
    snapshot.graph.shallow(collection.node) + store
}

fn sparse(snapshot: &Snapshot, collection: &Collection, entries: u64, store: Option<&Slots>) -> Option<Bytes> {
    if collection.unused > 0 {
        let half = snapshot.graph.shallow(collection.node).0 / 2;
        return (collection.unused >= half).then_some(Bytes(collection.unused));
    }
    let store = store.filter(|store| u64::from(store.filled).max(entries) * SPARSE < u64::from(store.slots))?;
    Some(unfilled(store))
}

/// Bytes of the slots that are not filled.
pub(super) fn unfilled(store: &Slots) -> Bytes {
    Bytes(u64::from(store.slots - store.filled.min(store.slots)) * u64::from(store.width))
}
