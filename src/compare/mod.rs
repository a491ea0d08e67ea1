//! The comparison of a run with its baseline: what changed, and how sure. Total and pure.

mod comparison;
mod curve;
mod environment;
mod floors;
mod level;
mod owner;
mod residue;
mod shape;
mod track;

pub use comparison::{
    Comparison, Curve, Difference, Evidence, Level, OwnSlope, OwnerChange, Reference, Residue, Shape, SlopeEstimate,
    Standing,
};

use crate::record::Recording;

/// Compares the repeats of a run (their curves are averaged) with the runs of its baseline (oldest first).
pub fn compare(candidate: &[Recording], baseline: &[Recording]) -> Comparison {
    let mut caveats = left_out(candidate);
    let (reference, comparable) = environment::comparable(candidate, baseline, &mut caveats);
    Comparison {
        curves: curve::curves(candidate, &comparable),
        levels: level::levels(candidate, &comparable),
        owners: owner::changes(candidate, &comparable),
        residues: residue::residues(candidate),
        reference,
        caveats,
    }
}

/// What of the run itself is no evidence.
fn left_out(candidate: &[Recording]) -> Vec<String> {
    let mut caveats = Vec::new();
    for recording in candidate {
        if !recording.complete {
            caveats.push(format!("the run of `{}` was cut short", recording.started));
        }
        for record in recording.phases.iter().filter(|record| record.tally.pacing.overrun) {
            let why = record.tally.invalid.as_deref().unwrap_or("the load generator could not keep up");
            caveats.push(format!("`{}` is left out: {why}", record.phase));
        }
    }
    caveats
}

impl Comparison {
    /// The curve that tells best whether memory is kept over the steady rounds: `live`, else `heap`.
    pub fn steady_live(&self) -> Option<&Curve> {
        use crate::units::Gauge::{Heap, Live};
        [Live, Heap]
            .into_iter()
            .find_map(|gauge| self.curves.iter().find(|curve| curve.gauge == gauge && curve.payload.is_none()))
    }
}
