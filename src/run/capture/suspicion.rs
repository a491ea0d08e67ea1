//! Whether dumps are worth their pause: do the floors rise as if something were kept?

use crate::record::{PhaseRecord, Recording};
use crate::units::Gauge;

/// Growth from the first to the last third of the rounds below which nothing is suspected, in bytes.
const NOTHING: u64 = 64 << 10;

/// Whether the lowest floor of the last third of the steady rounds is above the lowest of the first third, of
/// the live figure or else of RSS, or something went wrong. Too few rounds to tell are suspicious.
pub(crate) fn is_suspicious(recording: &Recording) -> bool {
    let rounds: Vec<&PhaseRecord> = recording.steady().collect();
    let floors =
        |gauge: Gauge| -> Vec<u64> { rounds.iter().filter_map(|round| round.floor.get(&gauge).copied()).collect() };
    let live = floors(Gauge::Live);
    let floors = if live.is_empty() { floors(Gauge::Rss) } else { live };
    let third = floors.len() / 3;
    let lowest = |part: &[u64]| part.iter().min().copied();
    let (first, last) = (floors.get(..third).and_then(lowest), floors.get(floors.len() - third..).and_then(lowest));
    let rises = match (first, last) {
        (Some(first), Some(last)) => last > first.saturating_add(NOTHING),
        _ => true,
    };
    rises || recording.phases.iter().any(|record| !record.incidents.is_empty())
}

/// A payload that left at least this much is asked what.
const LEFT: u64 = 1 << 20;

/// Each payload more costs a phase and a dump.
const MOST: usize = 3;

/// The payloads after whose rounds the live floor, or else RSS, stayed higher than before, the worst first.
pub(crate) fn residues(recording: &Recording) -> Vec<String> {
    let left = |payload: &str| {
        let (before, after) =
            recording.around(payload, Gauge::Live).or_else(|| recording.around(payload, Gauge::Rss))?;
        Some(after.saturating_sub(before)).filter(|left| *left >= LEFT)
    };
    let payloads = recording.payloads().into_iter();
    let mut left: Vec<(u64, String)> =
        payloads.filter_map(|payload| Some((left(payload)?, payload.to_owned()))).collect();
    left.sort_by(|a, b| b.cmp(a));
    left.truncate(MOST);
    left.into_iter().map(|(_, payload)| payload).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Event, Phase, Reading};
    use crate::units::Elapsed;

    fn recording(floors: &[u64]) -> Recording {
        Recording::fold((1..).zip(floors).flat_map(|(round, floor)| {
            let (at, phase) = (Elapsed::default(), Phase::Steady { round });
            let floor = Reading::from([(Gauge::Live, *floor)]);
            let (peak, processes) = (Reading::new(), Vec::new());
            [Event::PhaseBegan { at, phase: phase.clone() }, Event::Settled { at, phase, floor, peak, processes }]
        }))
    }

    #[test]
    fn rising_floors_are_suspicious_and_flat_ones_are_not() {
        let mib = 1 << 20;
        assert!(is_suspicious(&recording(&[10 * mib, 11 * mib, 12 * mib, 13 * mib, 14 * mib, 15 * mib])));
        assert!(!is_suspicious(&recording(&[10 * mib, 12 * mib, 10 * mib, 11 * mib, 10 * mib, 13 * mib])));
        assert!(is_suspicious(&recording(&[10 * mib])));
    }
}
