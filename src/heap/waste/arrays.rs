//! Arrays of zeros, arrays that are equal to others, arrays of references with hardly any.

use std::collections::BTreeMap;

use super::collections::{SPARSE, unfilled};
use super::holder::Tracer;
use super::ledger::{Ledger, Numbers};
use super::{ArrayWaste, LEAST};
use crate::heap::{Node, Snapshot, naming};
use crate::units::Bytes;

/// Shorter arrays of references are not worth a word, however empty.
const FEW: u32 = 8;

type Rows = BTreeMap<String, (ArrayWaste, Vec<(Node, Bytes)>)>;

pub(super) fn of(snapshot: &Snapshot, ledger: &Ledger, tracer: &mut Tracer<'_>) -> Vec<ArrayWaste> {
    let mut rows = Rows::new();
    if !ledger.is_redacted() {
        numbers(snapshot, ledger, &mut rows);
    }
    for array in ledger.slots.iter().filter(|array| !array.is_store && array.slots >= FEW) {
        if u64::from(array.filled) * SPARSE < u64::from(array.slots) {
            let bytes = unfilled(array);
            let row = row(&mut rows, snapshot, array.node, bytes);
            (row.sparse, row.sparse_bytes) = (row.sparse + 1, row.sparse_bytes + bytes);
        }
    }
    let mut told = Vec::new();
    for (mut row, parts) in rows.into_values().filter(|(row, _)| row.lost() >= LEAST) {
        row.holder = tracer.holder(&parts);
        told.push(row);
    }
    told.sort_by(|a, b| b.lost().cmp(&a.lost()).then_with(|| a.class.cmp(&b.class)));
    told
}

fn numbers(snapshot: &Snapshot, ledger: &Ledger, rows: &mut Rows) {
    let mut others: Vec<&Numbers> = Vec::new();
    for array in ledger.numbers.iter().filter(|array| !array.is_text && array.length > 0) {
        if array.zero {
            let bytes = snapshot.graph.shallow(array.node);
            let row = row(rows, snapshot, array.node, bytes);
            (row.zero, row.zero_bytes) = (row.zero + 1, row.zero_bytes + bytes);
        } else {
            others.push(array);
        }
    }
    // Equal bytes of another type are another array.
    let key = |array: &&Numbers| (array.digest, array.length, snapshot.graph.class(array.node), array.node);
    others.sort_by_key(key);
    let equal = |a: &&Numbers, b: &&Numbers| {
        let (a, b) = (key(a), key(b));
        (a.0, a.1, a.2) == (b.0, b.1, b.2)
    };
    for copy in others.chunk_by(equal).flat_map(|group| &group[1..]) {
        let bytes = snapshot.graph.shallow(copy.node);
        let row = row(rows, snapshot, copy.node, bytes);
        (row.copies, row.copies_bytes) = (row.copies + 1, row.copies_bytes + bytes);
    }
}

fn row<'a>(rows: &'a mut Rows, snapshot: &Snapshot, node: Node, lost: Bytes) -> &'a mut ArrayWaste {
    let class = naming::class(snapshot.graph.class_name(node));
    let (row, parts) = rows.entry(class).or_insert_with_key(|class| (fresh(class.clone()), Vec::new()));
    parts.push((node, lost));
    row
}

fn fresh(class: String) -> ArrayWaste {
    let none = Bytes(0);
    ArrayWaste {
        class,
        zero: 0,
        zero_bytes: none,
        copies: 0,
        copies_bytes: none,
        sparse: 0,
        sparse_bytes: none,
        holder: None,
    }
}
