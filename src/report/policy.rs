//! What a change does to the rules that it is judged by, for any view.

use super::Report;

/// Rules that are told; the rest is counted.
const MOST: usize = 12;

/// How the rules differ.
pub(super) struct Told {
    /// What both sets of rules come to, in one sentence.
    pub both: String,
    /// `-` for what the change takes out, `+` for what it puts in, and the rule.
    pub lines: Vec<(&'static str, String)>,
    /// What else is to be said.
    pub more: Vec<String>,
}

/// What is told of the rules of a change; `None` where there is nothing to tell.
pub(super) fn told(report: &Report<'_>) -> Option<Told> {
    let change = report.policy_change?;
    let verdict = report.verdict;
    let both = format!(
        "the rules are those of {}, under which it is {} (exit code {}); under those of the change it would be {} \
         (exit code {})",
        change.base,
        verdict.outcome.name(),
        verdict.exit_code(),
        change.outcome.name(),
        change.exit_code,
    );
    let sides = [("-", &change.removed), ("+", &change.added)];
    let all = sides.into_iter().flat_map(|(sign, lines)| lines.iter().map(move |line| (sign, line.clone())));
    let lines: Vec<_> = all.collect();
    let mut more = Vec::new();
    if lines.len() > MOST {
        more.push(format!("{} more rules differ: `plimsoll policy check` shows them", lines.len() - MOST));
    }
    if change.load {
        more.push(format!("the change sends another load than {}", change.base));
    }
    Some(Told { both, lines: lines.into_iter().take(MOST).collect(), more })
}
