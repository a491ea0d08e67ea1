//! What an engine counted, added up by request name.

use std::collections::BTreeMap;

use crate::plan::route;
use crate::record::RequestTally;
use crate::run::load::Times;

/// Names beyond so many are counted together: an engine that names its requests by URL would fill the recording.
const MOST_NAMES: usize = 200;
/// The name of what is beyond.
const OTHERS: &str = "others";
/// Characters of a name.
const LONGEST_NAME: usize = 96;
/// Different reasons for failures that are told apart, for each name.
const MOST_FAILURES: usize = 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Counts {
    requests: BTreeMap<String, Entry>,
    /// Iterations of the script, where the engine counts them.
    pub iterations: Option<u64>,
    /// What was planned and, by the engine's own word, not sent.
    pub dropped: u64,
}

#[derive(Debug)]
struct Entry {
    tally: RequestTally,
    latency: Times,
}

/// Requests that ended alike.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Answers<'a> {
    /// What the engine calls them.
    pub name: &'a str,
    /// How many.
    pub count: u64,
    /// The status, where there was an answer and the engine tells it.
    pub status: Option<u16>,
    /// Why they count as failed; with a status the status itself says why.
    pub failure: Option<&'a str>,
    /// Bytes of all their bodies.
    pub bytes_out: u64,
    /// Bytes of all bodies of the answers.
    pub bytes_in: u64,
}

impl Counts {
    /// Adds requests.
    pub fn add(&mut self, answers: Answers<'_>) {
        let tally = &mut self.entry(answers.name).tally;
        let grow = |sum: &mut u64, by: u64| *sum = sum.saturating_add(by);
        grow(&mut tally.sent, answers.count);
        grow(&mut tally.bytes_out, answers.bytes_out);
        grow(&mut tally.bytes_in, answers.bytes_in);
        if let Some(status) = answers.status {
            grow(tally.statuses.entry(status).or_default(), answers.count);
        }
        let failure = answers.failure.map(|word| match answers.status {
            Some(status) => format!("status {status}"),
            None => plain(word),
        });
        if let Some(failure) = failure {
            let known = tally.failures.len() < MOST_FAILURES || tally.failures.contains_key(&failure);
            let failure = if known { failure } else { "other failures".to_owned() };
            grow(tally.failures.entry(failure).or_default(), answers.count);
        }
    }

    /// Adds the latency of so many requests, microseconds.
    pub fn took(&mut self, name: &str, micros: u64, count: u64) {
        self.entry(name).latency.record_all(micros, count);
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.values().fold(0, |sum, entry| sum.saturating_add(entry.tally.sent))
    }

    /// Requests so far that failed.
    pub fn failed(&self) -> u64 {
        let failures = self.requests.values().flat_map(|entry| entry.tally.failures.values());
        failures.fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The tallies by name.
    pub fn tallies(self) -> BTreeMap<String, RequestTally> {
        let tally = |(name, Entry { tally, latency }): (String, Entry)| {
            let latency_us = (latency.at(0.5), latency.at(0.99));
            (name, RequestTally { latency_us, ..tally })
        };
        self.requests.into_iter().filter(|(_, entry)| entry.tally.sent > 0).map(tally).collect()
    }

    fn entry(&mut self, name: &str) -> &mut Entry {
        let mut name = folded(name);
        if self.requests.len() >= MOST_NAMES && !self.requests.contains_key(&name) {
            name = OTHERS.to_owned();
        }
        self.requests.entry(name).or_insert_with(|| Entry { tally: RequestTally::default(), latency: Times::new() })
    }
}

/// A name without ids, where it is a path or a URL, with or without a method before it. The query goes too: it may
/// hold what nobody wants in a report.
fn folded(name: &str) -> String {
    let is_target = |text: &str| text.starts_with('/') || text.contains("://");
    let name = match name.split_once(' ') {
        Some((method, target)) if is_target(target) => format!("{method} {}", route::shape(target)),
        _ if is_target(name) => route::shape(name),
        _ => name.to_owned(),
    };
    let name = plain(&name);
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// Words of an engine must not steer a terminal or a comment.
fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_alphanumeric() || " -_./:{}[]()=&?+,@%~#*".contains(c) { c } else { '_' };
    text.trim().chars().take(LONGEST_NAME).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers<'a>(name: &'a str, status: Option<u16>, failure: Option<&'a str>) -> Answers<'a> {
        Answers { name, count: 1, status, failure, ..Answers::default() }
    }

    #[test]
    fn requests_are_counted_by_name_without_their_ids() {
        let mut counts = Counts::default();
        for id in 0..1000 {
            counts.add(answers(&format!("GET http://127.0.0.1:1/quote/{id}?key=secret"), Some(200), None));
        }
        counts.add(answers("GET /quote/7", Some(503), Some("server error")));
        counts.add(answers("GET /quote/8", None, Some("timeout")));
        counts.took("GET /quote/9", 1500, 1);
        assert_eq!((counts.requests(), counts.failed()), (1002, 2));
        let tallies = counts.tallies();
        assert_eq!(tallies.keys().collect::<Vec<_>>(), ["GET /quote/{id}"]);
        let tally = &tallies["GET /quote/{id}"];
        assert_eq!(tally.statuses, BTreeMap::from([(200, 1000), (503, 1)]));
        assert_eq!(tally.failures, BTreeMap::from([("status 503".into(), 1), ("timeout".into(), 1)]));
        assert!((1490..=1510).contains(&tally.latency_us.0));
    }

    #[test]
    fn a_flood_of_names_and_reasons_stays_small_and_is_counted() {
        let mut counts = Counts::default();
        let word = |n: usize| ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][n % 10];
        for n in 0..1000_usize {
            let name = format!("{}{}{}", word(n), word(n / 10), word(n / 100));
            counts.add(Answers { name: &name, count: u64::MAX / 4, failure: Some(&name), ..Answers::default() });
        }
        assert_eq!(counts.requests(), u64::MAX, "sums saturate");
        let tallies = counts.tallies();
        assert_eq!(tallies.len(), MOST_NAMES + 1);
        assert!(tallies[OTHERS].failures.len() <= MOST_FAILURES + 1);
    }

    #[test]
    fn names_cannot_steer_a_terminal_or_a_comment() {
        assert_eq!(folded("a\x1b[31m`<img>|\n"), "a_[31m__img__");
        assert_eq!(folded("  "), "unnamed");
    }
}
