//! The few owners that are worth a look: where a large share of the heap accumulates.
//!
//! As the leak suspects of Eclipse MAT (one object or one group of siblings that retains a tenth of the
//! heap, and the accumulation point below it), but on the owner tree, so that siblings and containers
//! are told by name. A suspect is no verdict: a cache that is meant to be large is one as well.

use super::{HeapSummary, Owner, OwnerPath, pattern};
use crate::units::Bytes;

/// What retains a smaller share of the heap is no suspect.
const SHARE: f64 = 0.1;
/// And neither what retains less.
const LEAST: Bytes = Bytes(1 << 20);
/// A row is passed if those below carry this share of it, or it has nothing in numbers itself.
const CARRIED: f64 = 0.7;
/// Fewer are not many.
const MANY: u64 = 16;
/// More are not few.
const MOST: usize = 5;

/// A place where a large share of the heap accumulates.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The owner.
    pub path: OwnerPath,
    /// Objects of this path.
    pub count: u64,
    /// Entries, if it is a container.
    pub entries: Option<u64>,
    /// What would be freed if it went.
    pub retained: Bytes,
    /// That as a share of the heap, from 0 to 1.
    pub share: f64,
    /// The class of what it holds the most of, how many, and what those retain.
    pub held: Option<(String, u64, Bytes)>,
    /// The known pattern of leaks that it looks like if it grows, and what to look at.
    pub pattern: Option<(&'static str, &'static str)>,
}

/// The suspects of a heap, largest first; none in a heap that has no such place.
pub fn suspects(summary: &HeapSummary) -> Vec<Suspect> {
    let least = LEAST.0.max((summary.total.as_f64() * SHARE) as u64);
    // A program with more code, or larger bundles, is no leak.
    let large = |owner: &&Owner| owner.retained.0 >= least && !owner.step.is_code();
    let mut suspects = Vec::new();
    let mut work: Vec<(OwnerPath, &Owner)> = Vec::new();
    work.extend(summary.owners.iter().filter(large).map(|owner| (OwnerPath(vec![owner.step.clone()]), owner)));
    while let Some((path, owner)) = work.pop() {
        let carriers: Vec<&Owner> = owner.children.iter().filter(large).filter(|child| !more(child, owner)).collect();
        let carried: f64 = carriers.iter().map(|child| child.retained.as_f64()).sum();
        // A module or thread is a place, not a structure.
        let place = owner.step.class.is_empty();
        let passes = place || carried >= CARRIED * owner.retained.as_f64() || !accumulates(owner);
        if passes {
            work.extend(carriers.into_iter().map(|child| (below(&path, child), child)));
        } else {
            suspects.push(suspect(path, owner, summary));
        }
    }
    suspects.sort_by(|a, b| b.retained.cmp(&a.retained).then_with(|| a.path.cmp(&b.path)));
    suspects.truncate(MOST);
    suspects
}

fn below(path: &OwnerPath, owner: &Owner) -> OwnerPath {
    let mut path = path.clone();
    path.0.push(owner.step.clone());
    path
}

/// Whether one holder has many of these.
fn more(held: &Owner, holder: &Owner) -> bool {
    held.count >= MANY && held.count >= 4 * holder.count.max(1)
}

/// Many entries, many of something, many siblings, or one large block.
fn accumulates(owner: &Owner) -> bool {
    let many = owner.count.max(owner.entries.unwrap_or(0)) >= MANY;
    many || owner.children.iter().any(|held| more(held, owner)) || owner.shallow.0 >= owner.retained.0 / 2
}

fn suspect(path: OwnerPath, owner: &Owner, summary: &HeapSummary) -> Suspect {
    let held = owner.children.iter().max_by_key(|held| held.retained);
    Suspect {
        pattern: pattern::of(&path, &[], &summary.owners),
        path,
        count: owner.count,
        entries: owner.entries,
        retained: owner.retained,
        share: owner.retained.as_f64() / summary.total.as_f64().max(1.0),
        held: held.map(|held| (held.step.class.clone(), held.count, held.retained)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::heap::{Format, Marks, Step};

    fn owner(step: &str, count: u64, retained: u64, entries: Option<u64>, children: Vec<Owner>) -> Owner {
        let place = if step.starts_with("module ") { (step, "") } else { ("", step) };
        let (edge, class) = step.split_once(": ").unwrap_or(place);
        let step = Step { edge: edge.to_owned(), class: class.to_owned() };
        let held = children.iter().fold(0_u64, |held, child| held.saturating_add(child.retained.0));
        let (shallow, marks) = (Bytes(retained - held), Marks::default());
        Owner { step, count, shallow, retained: Bytes(retained), entries, marks, children }
    }

    fn told(owners: Vec<Owner>, total: u64) -> Vec<String> {
        let summary = HeapSummary {
            format: Format::Hprof,
            objects: 0,
            references: 0,
            total: Bytes(total),
            unreachable: (0, Bytes(0)),
            roots: 0,
            owners,
            full_names: BTreeMap::new(),
            classes: Vec::new(),
            caveats: Vec::new(),
        };
        suspects(&summary).into_iter().map(|suspect| suspect.path.to_string()).collect()
    }

    const MIB: u64 = 1 << 20;

    #[test]
    fn the_container_is_told_and_not_its_holder_or_its_entries() {
        let entries = owner("entries: Session", 900, 29 * MIB, None, vec![]);
        let map = owner(".sessions: java.util.HashMap", 1, 30 * MIB, Some(900), vec![entries]);
        let holder = owner("static App.REGISTRY: Registry", 1, 31 * MIB, None, vec![map]);
        let module = owner("module app", 1, 32 * MIB, None, vec![holder]);
        assert_eq!(
            told(vec![module], 100 * MIB),
            ["module app → static App.REGISTRY: Registry → .sessions: java.util.HashMap"]
        );
    }

    #[test]
    fn a_small_heap_and_one_that_is_spread_have_no_suspect() {
        let small = owner("static A.MAP: java.util.HashMap", 1, MIB / 2, Some(900), vec![]);
        assert!(told(vec![small], MIB).is_empty());
        let fields: Vec<Owner> = (0..12).map(|n| owner(&format!(".f{n}: F{n}"), 1, 2 * MIB, None, vec![])).collect();
        let spread = owner("static A.CONFIG: Config", 1, 25 * MIB, None, fields);
        assert!(told(vec![spread], 100 * MIB).is_empty());
    }

    #[test]
    fn a_large_list_beside_smaller_maps_of_one_holder_is_a_suspect() {
        let maps = (0..6).map(|n| owner(&format!(".by{n}: java.util.HashMap"), 1, 5 * MIB, Some(900), vec![]));
        let list = owner(".all: java.util.ArrayList", 1, 40 * MIB, Some(6000), vec![]);
        let app = owner("static App.ONLY: App", 1, 80 * MIB, None, maps.chain([list]).collect());
        assert_eq!(told(vec![app], 200 * MIB), ["static App.ONLY: App → .all: java.util.ArrayList"]);
    }

    #[test]
    fn code_and_the_text_of_scripts_are_no_suspects() {
        let source = owner("(string)", 1, 14 * MIB, None, vec![]);
        let code = owner("(compiled code)", 900, 30 * MIB, None, vec![source]);
        let text = owner("static A.TEXT: (string)", 1, 15 * MIB, None, vec![]);
        assert_eq!(told(vec![code, text], 100 * MIB), ["static A.TEXT: (string)"]);
    }

    #[test]
    fn siblings_and_one_large_block_are_suspects_too() {
        let siblings = owner("shop.Product", 6000, 20 * MIB, None, vec![]);
        let block = owner("static A.LAST: byte[]", 1, 30 * MIB, None, vec![]);
        assert_eq!(told(vec![siblings, block], 100 * MIB), ["static A.LAST: byte[]", "shop.Product"]);
    }
}
