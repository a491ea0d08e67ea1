//! Whether two recordings may be compared at all.

use super::{Difference, Reference};
use crate::record::Recording;

/// Facts that move floors or peaks. The rest (kernel patch level, host name) does not.
const RELEVANT: [&str; 8] =
    ["runtime", "runtime-version", "gc", "max-heap", "allocator", "memory-limit", "arch", "cpus"];

/// The runs of a baseline that can be compared with the candidate, and what that makes the reference.
///
/// A run that was cut short is no baseline. Where runs of several environments are kept, those of the
/// candidate's count; if there is none, the differences to the newest are told.
pub(super) fn comparable<'a>(
    candidate: &[Recording],
    baseline: &'a [Recording],
    caveats: &mut Vec<String>,
) -> (Reference, Vec<&'a Recording>) {
    let Some(candidate) = candidate.first() else { return (Reference::NoBaseline, Vec::new()) };
    let mut whole: Vec<&Recording> = Vec::new();
    for run in baseline {
        if run.complete {
            whole.push(run);
        } else {
            caveats.push(format!("the baseline run of `{}` was cut short: it is left out", run.started));
        }
    }
    let Some(newest) = whole.last().copied() else { return (Reference::NoBaseline, Vec::new()) };
    let same: Vec<&Recording> = whole.iter().copied().filter(|run| differences(run, candidate).is_empty()).collect();
    if same.is_empty() {
        return (Reference::Incomparable(differences(newest, candidate)), Vec::new());
    }
    if same.len() < whole.len() {
        let left = whole.len() - same.len();
        caveats.push(format!("{left} of {} baseline runs are of another environment: left out", whole.len()));
    }
    (Reference::Baseline { runs: same.len() }, same)
}

fn differences(baseline: &Recording, candidate: &Recording) -> Vec<Difference> {
    let facts = RELEVANT.iter().map(|name| (*name, fact(baseline, name), fact(candidate, name)));
    let version = ("plimsoll", release(baseline), release(candidate));
    let plan = ("load plan", baseline.plan.clone(), candidate.plan.clone());
    facts
        .chain([version, plan])
        .filter(|(_, baseline, candidate)| baseline != candidate)
        .map(|(fact, baseline, candidate)| Difference { fact: fact.to_owned(), baseline, candidate })
        .collect()
}

fn fact(recording: &Recording, name: &str) -> String {
    recording.fingerprint.facts.get(name).cloned().unwrap_or_else(|| "unknown".into())
}

/// Major and minor version: how a floor is read may change with them, not with a patch.
fn release(recording: &Recording) -> String {
    fact(recording, "plimsoll").splitn(3, '.').take(2).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(facts: &[(&str, &str)], complete: bool) -> Recording {
        let mut run = Recording { plan: "p".into(), complete, ..Recording::default() };
        run.fingerprint.facts = facts.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        run
    }

    fn reference(candidate: Recording, baseline: &[Recording]) -> (Reference, usize) {
        let (reference, runs) = comparable(&[candidate], baseline, &mut Vec::new());
        (reference, runs.len())
    }

    #[test]
    fn a_kernel_patch_or_a_patch_of_plimsoll_does_not_matter() {
        let base = run(&[("runtime", "jvm"), ("kernel", "6.1.1"), ("plimsoll", "0.1.0")], true);
        let next = run(&[("runtime", "jvm"), ("kernel", "6.1.9"), ("plimsoll", "0.1.7")], true);
        assert_eq!(reference(next, &[base]), (Reference::Baseline { runs: 1 }, 1));
    }

    #[test]
    fn another_runtime_version_or_load_is_incomparable_and_named() {
        let base = run(&[("runtime-version", "17")], true);
        let mut next = run(&[("runtime-version", "21")], true);
        next.plan = "q".into();
        let (Reference::Incomparable(differences), 0) = reference(next, &[base]) else { panic!("compared") };
        let facts: Vec<_> = differences.iter().map(|difference| difference.fact.as_str()).collect();
        assert_eq!(facts, ["runtime-version", "load plan"]);
    }

    #[test]
    fn a_fact_known_on_one_side_only_is_a_difference() {
        let (told, _) = reference(run(&[("cpus", "2")], true), &[run(&[], true)]);
        assert!(matches!(told, Reference::Incomparable(list) if list[0].baseline == "unknown"));
    }

    #[test]
    fn a_run_that_was_cut_short_is_no_baseline() {
        assert_eq!(reference(run(&[], true), &[run(&[], false)]), (Reference::NoBaseline, 0));
        assert_eq!(reference(run(&[], true), &[]), (Reference::NoBaseline, 0));
    }

    #[test]
    fn runs_of_another_environment_are_left_out_of_a_mixed_baseline() {
        let mixed = [run(&[("cpus", "2")], true), run(&[("cpus", "8")], true)];
        assert_eq!(reference(run(&[("cpus", "2")], true), &mixed), (Reference::Baseline { runs: 1 }, 1));
    }
}
