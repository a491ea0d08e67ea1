//! Whether two recordings may be compared at all.

use std::collections::BTreeSet;

use super::{Difference, Reference};
use crate::record::Recording;

/// Facts that may differ: they do not move the live floor.
const IRRELEVANT: [&str; 2] = ["kernel", "hostname"];

/// What the candidate can be compared with.
pub(super) fn reference(candidate: &[Recording], baseline: &[Recording]) -> Reference {
    let (Some(candidate), Some(newest)) = (candidate.first(), baseline.last()) else { return Reference::NoBaseline };
    let mut differences = facts(newest, candidate);
    if newest.plan != candidate.plan {
        differences.push(Difference {
            fact: "load plan".into(),
            baseline: newest.plan.clone(),
            candidate: candidate.plan.clone(),
        });
    }
    match differences.is_empty() {
        true => Reference::Baseline { runs: baseline.len() },
        false => Reference::Incomparable(differences),
    }
}

fn facts(baseline: &Recording, candidate: &Recording) -> Vec<Difference> {
    let (old, new) = (&baseline.fingerprint.facts, &candidate.fingerprint.facts);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let told = |facts: &std::collections::BTreeMap<String, String>, name: &str| {
        facts.get(name).cloned().unwrap_or_else(|| "unknown".into())
    };
    names
        .into_iter()
        .filter(|name| !IRRELEVANT.contains(&name.as_str()) && old.get(*name) != new.get(*name))
        .map(|name| Difference { fact: name.clone(), baseline: told(old, name), candidate: told(new, name) })
        .collect()
}
