//! The class histogram, with what each class retains.

use std::collections::{BTreeMap, HashMap};

use super::dominators::Place;
use super::graph::Graph;
use super::{ClassRow, Dominators, naming};
use crate::units::{ByteDelta, Bytes};

/// So many objects before its turn the class of an object is fetched.
const AHEAD: u32 = 16;

/// Rows of the `most` classes with the most bytes, largest shallow size first. Only reachable objects count.
pub(super) fn histogram(graph: &Graph, dominators: &Dominators, most: usize) -> Vec<ClassRow> {
    let mut rows: Vec<ClassRow> = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    let row_of: Vec<u32> = graph
        .classes()
        .iter()
        .map(|class| {
            *known.entry(naming::class(&class.name)).or_insert_with_key(|class| {
                rows.push(ClassRow { class: class.clone(), objects: 0, shallow: Bytes(0), retained: Bytes(0) });
                rows.len() as u32 - 1
            })
        })
        .collect();
    // The end of the run of the topmost object of each row: who comes later is topmost again.
    let mut end = vec![Place::ROOT; rows.len()];
    let (places, classes) = (dominators.places(), graph.class_rows());
    for place in places.all().skip(1) {
        if let Some(soon) = places.after(place, AHEAD) {
            classes.expect(places.node(soon));
        }
        let index = row_of[classes.get(places.node(place)).0 as usize] as usize;
        let row = &mut rows[index];
        row.objects += 1;
        row.shallow += Bytes(places.shallow(place));
        if place >= end[index] {
            row.retained += Bytes(places.retained(place));
            end[index] = places.end(place);
        }
    }
    rows.retain(|row| row.objects > 0);
    rows.sort_by(|a, b| b.shallow.cmp(&a.shallow).then_with(|| a.class.cmp(&b.class)));
    rows.truncate(most);
    rows
}

/// A class in two dumps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassChange {
    /// Normalized class name.
    pub class: String,
    /// The earlier dump; nothing but zeros where it has none.
    pub before: ClassRow,
    /// The later dump; nothing but zeros where it has none.
    pub after: ClassRow,
}

impl ClassChange {
    /// Objects more than before.
    pub fn objects(&self) -> i64 {
        let (before, after) = (i128::from(self.before.objects), i128::from(self.after.objects));
        (after - before).clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// Own bytes more than before.
    pub fn shallow(&self) -> ByteDelta {
        self.after.shallow.since(self.before.shallow)
    }

    /// Retained bytes more than before.
    pub fn retained(&self) -> ByteDelta {
        self.after.retained.since(self.before.retained)
    }
}

/// All classes of two dumps side by side, by name. Generated names are matched by what lasts of them.
pub fn class_changes(before: &[ClassRow], after: &[ClassRow]) -> Vec<ClassChange> {
    let none = |class: &str| ClassRow { class: class.to_owned(), objects: 0, shallow: Bytes(0), retained: Bytes(0) };
    let mut changes: BTreeMap<&str, ClassChange> = BTreeMap::new();
    let fresh = |class: &str| ClassChange { class: class.to_owned(), before: none(class), after: none(class) };
    for row in before {
        changes.entry(&row.class).or_insert_with(|| fresh(&row.class)).before = row.clone();
    }
    for row in after {
        changes.entry(&row.class).or_insert_with(|| fresh(&row.class)).after = row.clone();
    }
    changes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::graph::text;
    use crate::heap::{EdgeUse, Orphans};

    #[test]
    fn a_class_retains_what_its_topmost_objects_retain() {
        let (mut graph, _) =
            text::parse("root -> node1(10) -> node2(10) -> leaf(5)\nroot -> node3(10)\nlost(99) -> lost2(9)");
        let dominators = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
        let rows = histogram(&graph, &dominators, 10);
        let row = |class: &str, objects, shallow, retained| ClassRow {
            class: class.to_owned(),
            objects,
            shallow: Bytes(shallow),
            retained: Bytes(retained),
        };
        assert_eq!(rows, [row("node", 3, 30, 35), row("leaf", 1, 5, 5)]);
    }
}
