//! Numbers that are objects of their own.

use std::collections::BTreeMap;

use super::holder::Tracer;
use super::{BoxedNumbers, LEAST};
use crate::heap::{Node, Snapshot, naming};
use crate::units::Bytes;

/// Classes of boxed numbers by runtime, with the bytes of the plain number in an array.
const BOXES: [(&str, u64); 11] = [
    ("java.lang.Boolean", 1),
    ("java.lang.Byte", 1),
    ("java.lang.Character", 2),
    ("java.lang.Short", 2),
    ("java.lang.Integer", 4),
    ("java.lang.Float", 4),
    ("java.lang.Long", 8),
    ("java.lang.Double", 8),
    ("(number)", 8),
    ("builtins.int", 8),
    ("builtins.float", 8),
];

pub(super) fn of(snapshot: &Snapshot, tracer: &mut Tracer<'_>) -> Vec<BoxedNumbers> {
    let graph = &snapshot.graph;
    let plain = |class: &str| BOXES.iter().find(|(known, _)| *known == class).map(|(_, bytes)| *bytes);
    let boxes: Vec<Option<u64>> = graph.classes().iter().map(|class| plain(&class.name)).collect();
    let mut rows: BTreeMap<String, (BoxedNumbers, Vec<(Node, Bytes)>)> = BTreeMap::new();
    if boxes.iter().all(Option::is_none) {
        return Vec::new();
    }
    for node in graph.objects() {
        let Some(plain) = boxes[graph.class(node).0 as usize].filter(|_| snapshot.dominators.reachable(node)) else {
            continue;
        };
        let class = naming::class(graph.class_name(node));
        let (row, parts) = rows.entry(class).or_insert_with_key(|class| (fresh(class.clone()), Vec::new()));
        row.count += 1;
        row.bytes += graph.shallow(node);
        row.plain += Bytes(plain);
        parts.push((node, graph.shallow(node)));
    }
    let mut told = Vec::new();
    for (mut row, parts) in rows.into_values().filter(|(row, _)| row.bytes >= LEAST) {
        row.holder = tracer.holder(&parts);
        told.push(row);
    }
    told.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.class.cmp(&b.class)));
    told
}

fn fresh(class: String) -> BoxedNumbers {
    BoxedNumbers { class, count: 0, bytes: Bytes(0), plain: Bytes(0), holder: None }
}
