//! Where growth accumulates between two owner trees.

use std::collections::BTreeMap;

use crate::heap::{Owner, OwnerPath};

/// Growth below this is not worth a name, in bytes.
const WORTH_NAMING: i64 = 16 * 1024;
/// A holder hands its growth on to the child that carries this share of it.
const CARRIES: f64 = 0.75;
/// Several children share the growth of their holder if each carries this share.
const SHARES: f64 = 0.2;
/// Deeper owners are told as part of the owner above.
const DEEPEST: usize = 64;

/// What one owner path comes to in a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub retained: u64,
    /// Entries of a container, else objects.
    pub entries: u64,
    container: bool,
}

/// Every path of a tree; equal paths are merged.
pub(super) fn flatten(owners: &[Owner]) -> BTreeMap<OwnerPath, Totals> {
    let mut all: BTreeMap<OwnerPath, Totals> = BTreeMap::new();
    let mut open: Vec<(OwnerPath, &Owner)> = owners.iter().map(|owner| (path(None, owner), owner)).collect();
    while let Some((path_of, owner)) = open.pop() {
        if path_of.0.len() < DEEPEST {
            open.extend(owner.children.iter().map(|child| (path(Some(&path_of), child), child)));
        }
        let totals = all.entry(path_of).or_default();
        totals.retained = totals.retained.saturating_add(owner.retained.0);
        totals.entries = totals.entries.saturating_add(owner.entries.unwrap_or(owner.count));
        totals.container |= owner.entries.is_some();
    }
    all
}

/// The paths at which growth accumulates: down from the roots, past holders that only hand it on, to the container
/// whose entries grew or to the first owner whose children do not explain it.
pub(super) fn accumulation_points(
    before: &BTreeMap<OwnerPath, Totals>,
    after: &BTreeMap<OwnerPath, Totals>,
) -> Vec<OwnerPath> {
    let change = |path: &OwnerPath| {
        let (old, new) = (before.get(path).copied().unwrap_or_default(), after.get(path).copied().unwrap_or_default());
        (delta(old.retained, new.retained), delta(old.entries, new.entries), new.container)
    };
    let mut children: BTreeMap<OwnerPath, Vec<&OwnerPath>> = BTreeMap::new();
    for path in after.keys() {
        children.entry(OwnerPath(path.0[..path.0.len().saturating_sub(1)].to_vec())).or_default().push(path);
    }
    let grew = |path: &&OwnerPath| change(path).0 >= WORTH_NAMING;
    let mut open: Vec<&OwnerPath> = children.get(&OwnerPath::default()).into_iter().flatten().copied().collect();
    open.retain(grew);
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let (grown, more, container) = change(path);
        let below = children.get(path).map(Vec::as_slice).unwrap_or_default();
        let carriers: Vec<&OwnerPath> = below
            .iter()
            .copied()
            .filter(grew)
            .filter(|child| change(child).0 as f64 >= SHARES * grown as f64)
            .collect();
        let carried: i64 = carriers.iter().map(|child| change(child).0).fold(0, i64::saturating_add);
        let by_count = more > 0 && (container || below.is_empty());
        if by_count || carriers.is_empty() || (carried as f64) < CARRIES * grown as f64 {
            found.push(path.clone());
        } else {
            open.extend(carriers);
        }
    }
    found.sort_by(|a, b| change(b).0.cmp(&change(a).0).then_with(|| a.cmp(b)));
    found
}

/// `new − old`, with its sign.
pub(super) fn delta(old: u64, new: u64) -> i64 {
    i64::try_from(i128::from(new) - i128::from(old)).unwrap_or(if new > old { i64::MAX } else { i64::MIN })
}

fn path(above: Option<&OwnerPath>, owner: &Owner) -> OwnerPath {
    let mut steps = above.map(|path| path.0.clone()).unwrap_or_default();
    steps.push(owner.step.clone());
    OwnerPath(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Step;
    use crate::units::Bytes;

    fn owner(name: &str, kib: u64, entries: Option<u64>, children: Vec<Owner>) -> Owner {
        let (edge, class) = name.split_once(": ").unwrap_or(("", name));
        let step = Step { edge: edge.into(), class: class.into() };
        Owner { step, count: 1, shallow: Bytes(0), retained: Bytes(kib << 10), entries, children }
    }

    fn leaky(entries: u64) -> Vec<Owner> {
        let kib = entries * 2;
        let content = owner("entries: Quote", kib, None, vec![owner(".payload: byte[]", kib, None, vec![])]);
        let map = owner(".map: HashMap", kib, Some(entries), vec![content]);
        vec![owner("static Cache.CACHE", kib + 1, None, vec![map]), owner("static Other", 900, None, vec![])]
    }

    fn points(before: &[Owner], after: &[Owner]) -> Vec<String> {
        accumulation_points(&flatten(before), &flatten(after)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn growth_is_named_at_the_container_and_once() {
        assert_eq!(points(&leaky(1000), &leaky(3000)), ["static Cache.CACHE → .map: HashMap"]);
    }

    #[test]
    fn the_same_heap_has_no_growth() {
        assert!(points(&leaky(3000), &leaky(3000)).is_empty());
        assert!(points(&leaky(3000), &leaky(1000)).is_empty());
    }

    #[test]
    fn two_children_that_grow_are_both_named() {
        let tree = |kib| {
            vec![owner(
                "module app",
                2 * kib,
                None,
                vec![owner(".A: list", kib, Some(kib), vec![]), owner(".B: dict", kib, Some(kib), vec![])],
            )]
        };
        assert_eq!(points(&tree(10), &tree(500)), ["module app → .A: list", "module app → .B: dict"]);
    }

    #[test]
    fn a_new_owner_grew_from_nothing() {
        assert_eq!(points(&[], &leaky(500))[0], "static Cache.CACHE → .map: HashMap");
    }

    #[test]
    fn a_very_deep_tree_neither_overflows_nor_is_lost() {
        let deep =
            (0..5_000).fold(owner("leaf", 900, None, vec![]), |below, _| owner(".next: Node", 900, None, vec![below]));
        assert_eq!(points(&[], &[deep]).len(), 1);
    }
}
