//! The values of metrics, of the run and of its baseline.

use super::Level;
use crate::record::{PhaseRecord, Reading, Recording};
use crate::stats;
use crate::units::{Gauge, Metric, Statistic};

/// Floors that make a level: the median of the last so many, but of no more than the later half.
const LAST_FLOORS: usize = 5;

/// All metrics that have a value in the candidate, for the steady rounds and for each payload.
pub(super) fn levels(candidate: &[Recording], baseline: &[&Recording]) -> Vec<Level> {
    let payloads = candidate.first().map(Recording::payloads).unwrap_or_default();
    let candidate: Vec<&Recording> = candidate.iter().collect();
    let mut levels = Vec::new();
    for payload in std::iter::once(None).chain(payloads.into_iter().map(Some)) {
        for gauge in Gauge::ALL {
            for statistic in [Statistic::Peak, Statistic::Floor, Statistic::End, Statistic::Mean] {
                levels.extend(level(&candidate, baseline, Metric { gauge, statistic }, payload));
            }
        }
    }
    levels
}

fn level(candidate: &[&Recording], baseline: &[&Recording], metric: Metric, payload: Option<&str>) -> Option<Level> {
    let values = |runs: &[&Recording]| -> Vec<f64> {
        runs.iter().filter_map(|run| value(run, metric, payload)).map(|value| value as f64).collect()
    };
    let (own, base) = (values(candidate), values(baseline));
    Some(Level {
        metric,
        payload: payload.map(str::to_owned),
        candidate: stats::median(&own)? as u64,
        baseline: stats::median(&base).map(|value| value as u64),
        noise: stats::widest(stats::spread(&own), stats::spread(&base)).map(|value| value as u64),
    })
}

fn value(recording: &Recording, metric: Metric, payload: Option<&str>) -> Option<u64> {
    let records: Vec<&PhaseRecord> = match payload {
        None => recording.steady().collect(),
        Some(payload) => recording.ugly(payload).collect(),
    };
    let records: Vec<&PhaseRecord> = records.into_iter().filter(|record| !record.tally.pacing.overrun).collect();
    let of = |reading: &Reading| reading.get(&metric.gauge).copied();
    match metric.statistic {
        Statistic::Peak => records.iter().filter_map(|record| of(&record.peak)).max(),
        Statistic::Floor => {
            let floors: Vec<f64> = records.iter().filter_map(|record| of(&record.floor)).map(|v| v as f64).collect();
            let last = LAST_FLOORS.min(floors.len().div_ceil(2));
            stats::median(&floors[floors.len() - last..]).map(|value| value as u64)
        }
        Statistic::End => {
            let last = records.last()?;
            last.recovery.last().and_then(|(_, reading)| of(reading)).or_else(|| of(&last.floor))
        }
        Statistic::Mean => mean(recording, &records, metric.gauge),
        Statistic::Slope => None,
    }
}

/// The mean of the samples while the load of the phases ran.
fn mean(recording: &Recording, records: &[&PhaseRecord], gauge: Gauge) -> Option<u64> {
    let during =
        |at| records.iter().any(|record| record.began <= at && record.loaded.is_none_or(|loaded| at <= loaded));
    let samples = recording.samples.iter().filter(|sample| during(sample.at));
    let values = samples.filter_map(|sample| sample.reading.get(&gauge)).map(|value| *value as f64);
    stats::mean(values).map(|mean| mean as u64)
}
