//! Floors of several recordings brought to the same rounds.

use std::collections::BTreeSet;

use super::floors::Floors;
use crate::stats;

/// From so many rounds on, the lower envelope is judged; it would take too much of fewer.
const ENVELOPE_FROM: usize = 8;

/// The rounds that all recordings share: first those of the candidate, then those of the baseline.
pub(super) struct Tracks {
    /// Requests at each raw point; the first is 0 where the floor before the first round is known.
    pub requests: Vec<u64>,
    /// Floors at these points, one curve for each recording of the candidate.
    pub candidate: Vec<Vec<f64>>,
    /// The same for the baseline; empty where there is nothing to compare with.
    pub baseline: Vec<Vec<f64>>,
    rounds: usize,
}

impl Tracks {
    /// Aligns by round number. `None` where the candidate has no common round.
    pub fn align(candidate: &[Floors], baseline: &[Floors]) -> Option<Self> {
        let own: Vec<&Floors> = candidate.iter().filter(|floors| !floors.rounds.is_empty()).collect();
        let mut base: Vec<&Floors> = baseline.iter().filter(|floors| !floors.rounds.is_empty()).collect();
        let mut shared = common(own.iter().chain(&base));
        if shared.is_empty() {
            base.clear();
            shared = common(own.iter());
        }
        let first = own.first()?;
        let started = own.iter().chain(&base).all(|floors| floors.start.is_some());
        let track = |floors: &&Floors| -> Vec<f64> {
            let start = floors.start.filter(|_| started);
            start.into_iter().chain(shared.iter().map(|round| floors.rounds[round].1)).collect()
        };
        let counts = shared.iter().map(|round| first.rounds[round].0);
        (!shared.is_empty()).then(|| Self {
            requests: started.then_some(0).into_iter().chain(counts).collect(),
            candidate: own.iter().map(track).collect(),
            baseline: base.iter().map(track).collect(),
            rounds: shared.len(),
        })
    }

    /// Requests at the points that are judged.
    pub fn judged_requests(&self) -> Vec<f64> {
        let skip = if self.enveloped() { self.requests.len() - self.rounds } else { 0 };
        self.requests[skip..].iter().map(|requests| *requests as f64).collect()
    }

    /// The points of one curve that are judged: its lower envelope, where there are rounds enough.
    pub fn judged(&self, track: &[f64]) -> Vec<f64> {
        match (self.enveloped(), track.len() > self.rounds) {
            (false, _) => track.to_vec(),
            (true, true) => stats::lower_envelope(track),
            (true, false) => track.first().copied().into_iter().chain(stats::lower_envelope(track)).collect(),
        }
    }

    fn enveloped(&self) -> bool {
        self.rounds >= ENVELOPE_FROM
    }
}

fn common<'a, 'b: 'a>(mut all: impl Iterator<Item = &'a &'b Floors>) -> BTreeSet<u32> {
    let Some(first) = all.next() else { return BTreeSet::new() };
    let rounds: BTreeSet<u32> = first.rounds.keys().copied().collect();
    all.fold(rounds, |shared, floors| shared.into_iter().filter(|round| floors.rounds.contains_key(round)).collect())
}

/// The mean curve of several of equal length.
pub(super) fn mean(curves: &[Vec<f64>]) -> Vec<f64> {
    let length = curves.iter().map(Vec::len).min().unwrap_or(0);
    (0..length).filter_map(|k| stats::mean(curves.iter().map(|curve| curve[k]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(start: Option<f64>, rounds: &[(u32, f64)]) -> Floors {
        Floors { start, rounds: rounds.iter().map(|(round, y)| (*round, (u64::from(*round) * 10, *y))).collect() }
    }

    #[test]
    fn a_round_that_one_run_lost_is_left_out_of_all() {
        let tracks = Tracks::align(
            &[floors(Some(0.0), &[(1, 1.0), (2, 2.0), (3, 3.0)])],
            &[floors(Some(5.0), &[(1, 6.0), (3, 7.0)])],
        )
        .unwrap();
        assert_eq!(tracks.requests, [0, 10, 30]);
        assert_eq!(
            (tracks.candidate[0].clone(), tracks.baseline[0].clone()),
            (vec![0.0, 1.0, 3.0], vec![5.0, 6.0, 7.0])
        );
    }

    #[test]
    fn few_rounds_are_judged_as_they_are_with_the_floor_before() {
        let tracks = Tracks::align(&[floors(Some(0.0), &[(1, 9.0), (2, 2.0)])], &[]).unwrap();
        assert_eq!(tracks.judged(&tracks.candidate[0]), [0.0, 9.0, 2.0]);
        assert_eq!(tracks.judged_requests(), [0.0, 10.0, 20.0]);
    }

    #[test]
    fn many_rounds_are_judged_by_their_lower_envelope() {
        let rounds: Vec<_> = (1..=8).map(|round| (round, f64::from(round))).collect();
        for (start, first) in [(Some(0.0), 0.0), (None, 1.0)] {
            let tracks = Tracks::align(&[floors(start, &rounds)], &[]).unwrap();
            let judged = tracks.judged(&tracks.candidate[0]);
            assert_eq!((judged.len(), judged[0], judged[7]), (8, first, 7.0));
            assert_eq!(tracks.judged_requests().len(), 8);
        }
    }

    #[test]
    fn no_rounds_no_tracks() {
        assert!(Tracks::align(&[], &[]).is_none());
        assert!(Tracks::align(&[floors(None, &[])], &[floors(None, &[(1, 1.0)])]).is_none());
    }
}
