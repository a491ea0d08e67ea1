//! Who holds most of many objects.

use std::collections::BTreeMap;

use super::Holder;
use crate::heap::owners::Trace;
use crate::heap::{Holders, Node};
use crate::units::Bytes;

/// Of more objects every so many is asked.
const MOST: usize = 200_000;

/// Finds holders.
pub(super) struct Tracer<'a> {
    trace: Trace<'a>,
}

impl<'a> Tracer<'a> {
    pub(super) fn of(holders: &'a Holders<'a>) -> Self {
        Self { trace: holders.owners.trace() }
    }

    /// The path that holds the most of these bytes, of equal ones the first by name.
    pub(super) fn holder(&mut self, parts: &[(Node, Bytes)]) -> Option<Holder> {
        let stride = parts.len().div_ceil(MOST).max(1);
        let mut sums = BTreeMap::new();
        let mut all = 0_u64;
        for (node, bytes) in parts.iter().step_by(stride) {
            let path = self.trace.find(*node);
            *sums.entry(path).or_insert(0_u64) += bytes.0;
            all += bytes.0;
        }
        let most = sums.values().copied().max()?;
        let paths = sums.into_iter().filter(|(_, sum)| *sum == most).map(|(id, _)| self.trace.path(id));
        let path = paths.min()?;
        Some(Holder { path, share: most as f64 / all.max(1) as f64 })
    }
}
