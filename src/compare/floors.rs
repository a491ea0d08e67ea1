//! The floors of one recording over the rounds of a part: its steady rounds, or one ugly payload.

use std::collections::BTreeMap;

use crate::record::{Phase, PhaseRecord, Recording};
use crate::units::Gauge;

/// Floors by round, each with the requests of the part that were completed by then.
#[derive(Debug, Clone, Default)]
pub(super) struct Floors {
    /// The floor before the first round, where it was read.
    pub start: Option<f64>,
    /// By round.
    pub rounds: BTreeMap<u32, (u64, f64)>,
}

/// The floors of a gauge. Rounds in which the generator slipped, and those that were cut short, are left out.
pub(super) fn floors(recording: &Recording, gauge: Gauge, payload: Option<&str>) -> Floors {
    let Some(first) = recording.phases.iter().position(|record| round(record, payload).is_some()) else {
        return Floors::default();
    };
    let before = first.checked_sub(1).and_then(|before| recording.phases[before].floor.get(&gauge));
    let mut rounds = BTreeMap::new();
    let mut requests = 0_u64;
    for record in &recording.phases {
        let Some(round) = round(record, payload) else { continue };
        requests = record.tally.requests.values().fold(requests, |sum, tally| sum.saturating_add(tally.sent));
        if let (Some(floor), false) = (record.floor.get(&gauge), record.tally.pacing.overrun) {
            rounds.insert(round, (requests, *floor as f64));
        }
    }
    Floors { start: before.map(|floor| *floor as f64), rounds }
}

fn round(record: &PhaseRecord, payload: Option<&str>) -> Option<u32> {
    match (&record.phase, payload) {
        (Phase::Steady { round }, None) => Some(*round),
        (Phase::Ugly { payload: name, round }, Some(payload)) if name == payload => Some(*round),
        _ => None,
    }
}
