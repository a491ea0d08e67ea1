//! The owners of several dumps, called alike: names that may differ from dump to dump are those of the last one.
//!
//! Who shares a crowd most may differ, and so may the folder that all scripts have in common, whether a class is told
//! with its package, and the class of what a field holds. Where one dump tells as two crowds what another one tells as
//! one, they are one in all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::heap::owners::ENTRIES;
use crate::heap::{HeapSummary, Marks, Owner, Step, naming};

/// The owners of each dump.
pub(super) fn alike(summaries: &[&HeapSummary]) -> Vec<Vec<Owner>> {
    let mut dumps: Vec<Vec<Owner>> = summaries.iter().map(|summary| summary.owners.clone()).collect();
    let Some((last, earlier)) = dumps.split_last_mut() else { return dumps };
    for (owners, summary) in earlier.iter_mut().zip(summaries) {
        rename_sources(owners, last, &summary.full_names, &summaries[summaries.len() - 1].full_names);
        // A variable that a minifier called otherwise in another build.
        rename(owners, last, minified, is_built_alike);
        rename_classes(owners, last);
    }
    for owners in earlier.iter() {
        fold_modules(last, owners);
        fold_dictionaries(last, owners);
    }
    for owners in earlier {
        fold_modules(owners, last);
        fold_dictionaries(owners, last);
    }
    settle_crowds(dumps.iter_mut().collect(), Step::is_crowd);
    // Below an object also what no field of it was seen to hold in one of the dumps.
    let is_alias = |step: &Step| step.is_crowd() || step.edge.is_empty();
    let mut work = vec![dumps.iter_mut().collect()];
    while let Some(levels) = work.pop() {
        for mut rows in below(levels) {
            settle_crowds(rows.iter_mut().map(|rows| &mut **rows).collect(), is_alias);
            work.push(rows);
        }
    }
    dumps
}

/// The rows below each row that several dumps have.
fn below(levels: Vec<&mut Vec<Owner>>) -> impl Iterator<Item = Vec<&mut Vec<Owner>>> {
    let mut rows: BTreeMap<Step, Vec<&mut Vec<Owner>>> = BTreeMap::new();
    for owner in levels.into_iter().flatten() {
        rows.entry(owner.step.clone()).or_default().push(&mut owner.children);
    }
    rows.into_values().filter(|rows| rows.len() > 1)
}

/// Edges of static fields, with the package of their class.
type FullNames = BTreeMap<String, String>;

/// Pairs that are compared at most: more are no two dumps of one program.
const MOST_PAIRS: usize = 1 << 16;

/// A variable or static field is told by its later name. Where a dump does not tell the package of a class, that may be
/// one of several, and is the one that is most alike.
fn rename_sources(owners: &mut [Owner], later: &[Owner], names: &FullNames, later_names: &FullNames) {
    let is_same = |gone: &Owner, new: &Owner| Step::is_same_source(full(names, gone), full(later_names, new));
    rename(owners, later, |step| Some(naming::identifier(&step.edge)), is_same);
}

/// Gives what is gone the step of what is new of the same class and key, if they are the same: each to one, the nearest in
/// size first.
fn rename(
    owners: &mut [Owner],
    later: &[Owner],
    key: fn(&Step) -> Option<&str>,
    is_same: impl Fn(&Owner, &Owner) -> bool,
) {
    let known: BTreeSet<&Step> = later.iter().map(|owner| &owner.step).collect();
    let own: BTreeSet<Step> = owners.iter().map(|owner| owner.step.clone()).collect();
    let mut new: BTreeMap<(&str, &str), Vec<&Owner>> = BTreeMap::new();
    for owner in later.iter().filter(|owner| !own.contains(&owner.step)) {
        if let Some(key) = key(&owner.step) {
            new.entry((&owner.step.class, key)).or_default().push(owner);
        }
    }
    let mut pairs = Vec::new();
    for (at, gone) in owners.iter().enumerate().filter(|(_, owner)| !known.contains(&owner.step)) {
        let candidates = key(&gone.step).and_then(|key| new.get(&(gone.step.class.as_str(), key)));
        let candidates = candidates.into_iter().flatten().take(MOST_PAIRS - pairs.len());
        let same = candidates.filter(|new| is_same(gone, new));
        pairs.extend(same.map(|new| (new.retained.0.abs_diff(gone.retained.0), at, &new.step)));
    }
    pairs.sort_unstable();
    let (mut renamed, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for (_, at, step) in pairs {
        if !renamed.contains(&at) && taken.insert(step) {
            renamed.insert(at);
            owners[at].step = step.clone();
        }
    }
}

/// Longer names somebody wrote.
const MINIFIED: usize = 2;
/// A structure of another name is the same if what is in it retains as much for each but for this share.
const APART: f64 = 0.2;
/// Fewer are not many.
const MANY: u64 = 16;

/// The script of a variable whose name says nothing.
fn minified(step: &Step) -> Option<&str> {
    let (script, name) = step.edge.strip_prefix("context ")?.rsplit_once(':')?;
    (name.len() <= MINIFIED).then_some(script)
}

/// Whether two owners hold mainly the same down to the first that has many of something, and that has as much for each.
/// How many may differ: it may have grown.
fn is_built_alike(one: &Owner, other: &Owner) -> bool {
    let number = |owner: &Owner| owner.entries.unwrap_or(0).max(owner.count);
    let (mut one, mut other) = (one, other);
    while number(one).max(number(other)) < MANY {
        match (largest(one), largest(other)) {
            (Some(next), Some(other_next)) if next.step == other_next.step => (one, other) = (next, other_next),
            (None, None) => break,
            _ => return false,
        }
    }
    let [each, other_each] = [one, other].map(|owner| owner.retained.as_f64() / number(owner).max(1) as f64);
    let step = |owner| largest(owner).map(|held| &held.step);
    step(one) == step(other) && (each - other_each).abs() <= APART * each.max(other_each)
}

/// What retains the most below an owner.
fn largest(owner: &Owner) -> Option<&Owner> {
    owner.children.iter().max_by_key(|held| held.retained)
}

fn full<'a>(names: &'a FullNames, owner: &'a Owner) -> &'a str {
    names.get(&owner.step.edge).unwrap_or(&owner.step.edge)
}

/// What a field or container holds is told by its later class: an immutable map that became another one when it grew,
/// a class that moved to another package. Where several classes are new or gone, nobody knows which became which.
fn rename_classes(owners: &mut [Owner], later: &[Owner]) {
    let mut work = vec![(owners, later)];
    while let Some((owners, later)) = work.pop() {
        let own: BTreeSet<Step> = owners.iter().map(|owner| owner.step.clone()).collect();
        let known: BTreeMap<&Step, &Owner> = later.iter().map(|owner| (&owner.step, owner)).collect();
        let gone = only_ones(own.iter().filter(|step| !known.contains_key(step)));
        let new = only_ones(known.keys().copied().filter(|step| !own.contains(*step)));
        for owner in owners {
            if gone.get(&*owner.step.edge).is_some_and(|gone| *gone == Some(&owner.step))
                && let Some(Some(step)) = new.get(&*owner.step.edge)
            {
                owner.step = (*step).clone();
            }
            if let Some(same) = known.get(&owner.step) {
                work.push((&mut owner.children, &same.children));
            }
        }
    }
}

/// Modules that are told together in one dump, because they are so many, are so in the others.
fn fold_modules(owners: &mut Vec<Owner>, others: &[Owner]) {
    let own: BTreeSet<Step> = owners.iter().map(|owner| owner.step.clone()).collect();
    let families = others.iter().map(|owner| &owner.step).filter(|step| !own.contains(step));
    for (family, stem) in families.filter_map(|step| Some((step, step.edge.strip_suffix('*')?))) {
        let is_number = |edge: &str| !edge.is_empty() && edge.bytes().all(|byte| byte.is_ascii_digit());
        let is_member =
            |step: &&Step| stem.starts_with("module ") && step.edge.strip_prefix(stem).is_some_and(is_number);
        let members: BTreeSet<Step> = own.iter().filter(is_member).cloned().collect();
        join(owners, &members, family);
    }
}

/// An object that has become a dictionary in one dump is one in the others.
fn fold_dictionaries(owners: &mut [Owner], others: &[Owner]) {
    let mut work: Vec<(&mut [Owner], &[Owner])> = vec![(owners, others)];
    while let Some((owners, others)) = work.pop() {
        let others: BTreeMap<&Step, &Owner> = others.iter().map(|owner| (&owner.step, owner)).collect();
        for owner in owners {
            let Some(other) = others.get(&owner.step) else { continue };
            let own: BTreeSet<Step> = owner.children.iter().map(|child| child.step.clone()).collect();
            let theirs: BTreeSet<&Step> = other.children.iter().map(|child| &child.step).collect();
            for entries in theirs.iter().filter(|step| step.edge == ENTRIES && !own.contains(**step)) {
                let is_entry =
                    |step: &&Step| step.class == entries.class && step.edge.starts_with('.') && !theirs.contains(*step);
                let same: BTreeSet<Step> = own.iter().filter(is_entry).cloned().collect();
                if same.len() > 1 {
                    join(&mut owner.children, &same, entries);
                    let joined = owner.children.last().map_or(0, |joined| joined.count);
                    owner.entries = Some(owner.entries.unwrap_or(0).saturating_add(joined));
                }
            }
            work.push((&mut owner.children, &other.children));
        }
    }
}

/// Steps by the names of their references, where one of these has only one.
fn only_ones<'a>(steps: impl Iterator<Item = &'a Step>) -> BTreeMap<&'a str, Option<&'a Step>> {
    let mut found = BTreeMap::new();
    for step in steps.filter(|step| !step.edge.is_empty() && !step.is_crowd()) {
        found.entry(&*step.edge).and_modify(|known| *known = None).or_insert(Some(step));
    }
    found
}

/// Makes one of the crowds of a class that have sharers in common, in each dump; and of what may be one and is alone.
fn settle_crowds(mut dumps: Vec<&mut Vec<Owner>>, may_be: fn(&Step) -> bool) {
    let crowds = dumps.iter().flat_map(|owners| owners.iter()).filter(|owner| owner.step.is_crowd());
    let classes: BTreeSet<String> = crowds.map(|owner| owner.step.class.clone()).collect();
    for class in classes {
        let is_of = |step: &&Step| may_be(step) && step.class == class;
        let steps = |owners: &Vec<Owner>| -> Vec<Step> {
            owners.iter().map(|owner| &owner.step).filter(is_of).cloned().collect()
        };
        let steps: Vec<Vec<Step>> = dumps.iter().map(|owners| steps(owners)).collect();
        let alone = steps.iter().all(|steps| steps.len() <= 1);
        let steps = steps.into_iter().flatten().filter(|step| alone || step.is_crowd()).collect();
        for same in groups(steps, alone) {
            let largest = |owners: &&mut Vec<Owner>| {
                let rows = owners.iter().filter(|owner| owner.step.is_crowd() && same.contains(&owner.step));
                rows.max_by_key(|owner| owner.retained).map(|owner| owner.step.clone())
            };
            if let Some(step) = dumps.iter().rev().find_map(largest) {
                dumps.iter_mut().for_each(|owners| join(owners, &same, &step));
            }
        }
    }
}

/// Steps by whom they have in common, directly or through others.
fn groups(steps: BTreeSet<Step>, alone: bool) -> Vec<BTreeSet<Step>> {
    type Group = (BTreeSet<String>, BTreeSet<Step>);
    let mut groups: Vec<Group> = Vec::new();
    for step in steps {
        let sharers: BTreeSet<String> = step.sharers().map(str::to_owned).collect();
        let meets = |(known, _): &Group| alone || !known.is_disjoint(&sharers);
        let (same, others): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(meets);
        groups = others;
        let mut group = (sharers, BTreeSet::from([step]));
        for (sharers, steps) in same {
            group.0.extend(sharers);
            group.1.extend(steps);
        }
        groups.push(group);
    }
    groups.into_iter().map(|(_, steps)| steps).collect()
}

/// Makes one owner, of this step, of all of the others.
fn join(owners: &mut Vec<Owner>, same: &BTreeSet<Step>, step: &Step) {
    let (found, others): (Vec<Owner>, Vec<Owner>) =
        std::mem::take(owners).into_iter().partition(|owner| same.contains(&owner.step));
    *owners = others;
    owners.extend(merged(found).map(|owner| Owner { step: step.clone(), ..owner }));
}

/// One owner of several, rows of the same step below them merged, too.
fn merged(owners: Vec<Owner>) -> Option<Owner> {
    let is_one = owners.len() == 1;
    let mut owners = owners.into_iter();
    let mut all = owners.next()?;
    if is_one {
        return Some(all);
    }
    for owner in owners {
        all.count = all.count.saturating_add(owner.count);
        all.shallow += owner.shallow;
        all.retained += owner.retained;
        all.entries = all.entries.zip(owner.entries).map(|(one, other)| one.saturating_add(other));
        if all.marks != owner.marks {
            all.marks = Marks::default();
        }
        all.children.extend(owner.children);
    }
    let mut below: BTreeMap<Step, Vec<Owner>> = BTreeMap::new();
    for child in std::mem::take(&mut all.children) {
        below.entry(child.step.clone()).or_default().push(child);
    }
    all.children = below.into_values().filter_map(merged).collect();
    all.children.sort_by(|a, b| b.retained.cmp(&a.retained).then_with(|| a.step.cmp(&b.step)));
    Some(all)
}
