//! What a change does to the rules that it is judged by. The verdict is that of the rules as they were before it; what
//! it would be under its own is told beside, so that nobody passes by editing the policy, and nobody misses an edit.

use super::{Outcome, Verdict};
use crate::policy::Rules;

/// The rules of a change beside those of its base.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyChange {
    /// Whose rules the verdict goes by, such as `` `main` (0a1b2c3d4e) ``.
    pub base: String,
    /// Rules and waivers of the base that the change has not.
    pub removed: Vec<String>,
    /// Rules and waivers that only the change has.
    pub added: Vec<String>,
    /// Whether the change sends another load than the base.
    pub load: bool,
    /// What the run comes to under the rules of the change.
    pub outcome: Outcome,
    /// Its exit code.
    pub exit_code: u8,
    /// Its reason.
    pub headline: String,
}

impl PolicyChange {
    /// What is told where rules or load differ; `None` where they say the same, wherever their lines stand. `own` is
    /// the verdict under the rules of the change.
    pub fn between(base: String, before: &Rules, after: &Rules, load: bool, own: &Verdict) -> Option<Self> {
        let (before, after) = (told(before), told(after));
        let (removed, added) = (without(&before, &after), without(&after, &before));
        let differs = load || !removed.is_empty() || !added.is_empty();
        differs.then(|| Self {
            base,
            removed,
            added,
            load,
            outcome: own.outcome,
            exit_code: own.exit_code(),
            headline: own.headline.clone(),
        })
    }
}

fn told(rules: &Rules) -> Vec<String> {
    let unsure = if rules.fail_when_unsure { "fail" } else { "pass" };
    let unsure = format!("verdict: what is inconclusive or incomparable: {unsure}");
    rules.statements().iter().map(ToString::to_string).chain([unsure]).collect()
}

/// The lines that `others` does not have as often.
fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = others.iter().collect();
    let only = lines.iter().filter(|line| match left.iter().position(|other| other == line) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    });
    only.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Bound, Level, PhaseFilter};

    fn rules(limits: &[u64]) -> Rules {
        let bound = |(line, max): (usize, &u64)| Bound {
            place: crate::diag::Place { file: "p".into(), line: line as u32 + 1, text: String::new() },
            level: Level::Block,
            metric: "rss.peak".parse().unwrap(),
            phase: PhaseFilter::All,
            max: Some(*max),
            max_growth: None,
        };
        Rules { bounds: limits.iter().enumerate().map(bound).collect(), ..Rules::default() }
    }

    fn verdict() -> Verdict {
        let (findings, waiver_notes) = (Vec::new(), Vec::new());
        Verdict { outcome: Outcome::Pass, headline: "h".into(), findings, waiver_notes, fail_when_unsure: false }
    }

    fn change(before: &[u64], after: &[u64]) -> Option<PolicyChange> {
        PolicyChange::between("main".into(), &rules(before), &rules(after), false, &verdict())
    }

    #[test]
    fn rules_that_only_moved_are_no_change() {
        assert_eq!(change(&[1 << 20, 2 << 20], &[2 << 20, 1 << 20]), None);
    }

    #[test]
    fn a_limit_that_was_raised_is_one_rule_less_and_one_more() {
        let change = change(&[1 << 20, 1 << 20], &[1 << 20, 3 << 20]).unwrap();
        assert_eq!(change.removed, ["block: rss.peak, all phases: at most 1.00 MiB"]);
        assert_eq!(change.added, ["block: rss.peak, all phases: at most 3.00 MiB"]);
    }

    #[test]
    fn what_becomes_of_unsure_outcomes_is_a_rule_too() {
        let lax = Rules::default();
        let strict = Rules { fail_when_unsure: true, ..Rules::default() };
        let change = PolicyChange::between("main".into(), &strict, &lax, false, &verdict()).unwrap();
        assert_eq!(change.removed, ["verdict: what is inconclusive or incomparable: fail"]);
    }
}
