//! Outcomes, added up by request name. Constant memory: histograms, not lists.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::outcome::{End, Failure, Outcome};
use crate::record::{LoadTally, Pacing, RequestTally};
use crate::units::Elapsed;

/// If more than one send in a hundred was later than this by the generator's own fault, what the service
/// saw was not the planned rate.
const LATE: Duration = Duration::from_millis(250);

/// If the generator's own slips add up to more than this share of a phase, neither was it.
const SLIP_SHARE: f64 = 0.1;

/// See the module.
pub(super) struct Tallies {
    requests: BTreeMap<Arc<str>, Tally>,
    lateness: Times,
}

/// Request name with its figures so far.
struct Tally {
    counts: RequestTally,
    times: Latencies,
}

/// From the planned send, and from the real one.
struct Latencies {
    due: Times,
    send: Times,
}

impl Latencies {
    fn record(&mut self, outcome: &Outcome) {
        self.due.record(outcome.latency_us);
        self.send.record(outcome.from_send_us);
    }
}

/// How the schedule of a phase went.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Slips {
    /// The service left no room: the schedule moved by this.
    pub(super) shifted: Duration,
    /// The generator itself was late: the schedule moved by this.
    pub(super) own: Duration,
    /// How long the phase was planned to be.
    pub(super) planned: Duration,
}

impl Tallies {
    pub(super) fn new() -> Self {
        Self { requests: BTreeMap::new(), lateness: Times::new() }
    }

    /// A request begins, so late by the generator's fault.
    pub(super) fn begin(&mut self, name: &Arc<str>, late: Duration) {
        self.lateness.record(u64::try_from(late.as_micros()).unwrap_or(u64::MAX));
        self.of(name).counts.sent += 1;
    }

    /// A request ended; whether it failed.
    pub(super) fn end(&mut self, outcome: &Outcome) -> bool {
        let tally = self.of(&outcome.name);
        let counts = &mut tally.counts;
        counts.bytes_out += outcome.seen.bytes_out;
        counts.bytes_in += outcome.seen.bytes_in;
        let status = match outcome.end {
            End::Answered(status) => {
                *counts.statuses.entry(status).or_default() += 1;
                tally.times.record(outcome);
                Some(status)
            }
            End::Aborted => {
                counts.aborted += 1;
                outcome.seen.status
            }
            End::Done => {
                tally.times.record(outcome);
                None
            }
            End::Cut => {
                counts.cut += 1;
                outcome.seen.status
            }
            End::Failed(failure) => {
                if failure == Failure::Timeout {
                    tally.times.record(outcome);
                }
                *counts.failures.entry(failure.word().to_owned()).or_default() += 1;
                return true;
            }
        };
        let unexpected = status.filter(|status| !outcome.expect.allows(*status));
        if let Some(status) = unexpected {
            *counts.failures.entry(format!("status {status}")).or_default() += 1;
        }
        unexpected.is_some()
    }

    /// The sum of a phase.
    pub(super) fn sum(self, slips: Slips, digest: String) -> LoadTally {
        let late = Duration::from_micros(self.lateness.at(0.99));
        let allowed = LATE.max(slips.planned.mul_f64(SLIP_SHARE));
        let requests = self.requests.into_iter().map(|(name, tally)| {
            let both = |times: &Times| (times.at(0.5), times.at(0.99));
            let (latency_us, from_send_us) = (both(&tally.times.due), both(&tally.times.send));
            (name.to_string(), RequestTally { latency_us, from_send_us, ..tally.counts })
        });
        let pacing = Pacing {
            late_p99_us: self.lateness.at(0.99),
            late_max_us: self.lateness.at(1.0),
            shifted: Elapsed(slips.shifted),
            overrun: late > LATE || slips.own > allowed,
        };
        LoadTally { requests: requests.collect(), pacing, digest, invalid: None }
    }

    fn of(&mut self, name: &Arc<str>) -> &mut Tally {
        self.requests.entry(name.clone()).or_insert_with(|| Tally {
            counts: RequestTally::default(),
            times: Latencies { due: Times::new(), send: Times::new() },
        })
    }
}

/// Microseconds up to an hour, to two digits.
#[derive(Debug)]
pub(in crate::run) struct Times(Option<Histogram<u64>>);

const LONGEST_US: u64 = 3_600_000_000;

impl Times {
    pub(in crate::run) fn new() -> Self {
        // The bounds are valid for any histogram with two digits.
        Self(Histogram::new_with_bounds(1, LONGEST_US, 2).ok())
    }

    pub(in crate::run) fn record(&mut self, micros: u64) {
        self.record_all(micros, 1);
    }

    /// Records as many at once.
    pub(in crate::run) fn record_all(&mut self, micros: u64, count: u64) {
        if let Some(times) = &mut self.0 {
            times.saturating_record_n(micros, count);
        }
    }

    pub(in crate::run) fn at(&self, quantile: f64) -> u64 {
        let times = self.0.as_ref().filter(|times| !times.is_empty());
        times.map_or(0, |times| times.value_at_quantile(quantile).min(times.max()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Seen;
    use super::*;
    use crate::policy::Expect;

    fn outcome(end: End, status: Option<u16>) -> Outcome {
        let seen = Seen { status, bytes_out: 10, bytes_in: 3 };
        Outcome { name: "a".into(), expect: Expect::Class(2), end, seen, latency_us: 1500, from_send_us: 700 }
    }

    #[test]
    fn answers_failures_and_aborts_are_told_apart() {
        let mut tallies = Tallies::new();
        for (end, status, failed) in [
            (End::Answered(200), Some(200), false),
            (End::Answered(500), Some(500), true),
            (End::Aborted, Some(404), true),
            (End::Aborted, None, false),
            (End::Failed(Failure::Reset), Some(200), true),
        ] {
            tallies.begin(&"a".into(), Duration::from_micros(40));
            assert_eq!(tallies.end(&outcome(end, status)), failed);
        }
        let sum = tallies.sum(Slips::default(), String::new());
        let tally = &sum.requests["a"];
        assert_eq!((tally.sent, tally.aborted, tally.bytes_out, tally.bytes_in), (5, 2, 50, 15));
        assert_eq!(tally.statuses, BTreeMap::from([(200, 1), (500, 1)]));
        let failures = ["reset", "status 404", "status 500"].map(|word| (word.to_owned(), 1));
        assert_eq!(tally.failures, BTreeMap::from(failures));
        assert!((1490..1510).contains(&tally.latency_us.0));
        assert!(!sum.pacing.overrun);
    }

    #[test]
    fn a_generator_that_slips_is_told_from_a_service_that_stalls() {
        let overrun = |shifted, own| {
            let seconds = Duration::from_secs_f64;
            let slips = Slips { shifted: seconds(shifted), own: seconds(own), planned: seconds(10.0) };
            Tallies::new().sum(slips, String::new()).pacing.overrun
        };
        assert!(!overrun(60.0, 0.9));
        assert!(overrun(0.0, 1.1));
    }
}
