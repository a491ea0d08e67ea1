//! What is reached from where.

use crate::heap::graph::Bits;

/// Everything below `limit` that is reached from `starts`.
///
/// Sweeps once over all sources in ascending order, which is nearly the order of the file; only what is
/// reached backwards is looked up out of order.
pub(super) fn reach<I: Iterator<Item = u32>>(
    mut reached: Bits,
    limit: u32,
    starts: impl IntoIterator<Item = u32>,
    targets: impl Fn(u32) -> I,
) -> Bits {
    let mut lowest = limit;
    for start in starts {
        if reached.put(start) {
            lowest = lowest.min(start);
        }
    }
    let mut work = Vec::new();
    for sweep in lowest..limit {
        if !reached.has(sweep) {
            continue;
        }
        work.push(sweep);
        while let Some(source) = work.pop() {
            for target in targets(source) {
                if reached.put(target) && target < sweep {
                    work.push(target);
                }
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_before_and_behind_is_reached() {
        let edges: [&[u32]; 8] = [&[5], &[], &[0], &[7], &[4], &[2, 6], &[1], &[3]];
        let reached = reach(Bits::new(8), 8, [2], |source| edges[source as usize].iter().copied());
        let all: Vec<u32> = (0..8).filter(|number| reached.has(*number)).collect();
        assert_eq!(all, [0, 1, 2, 5, 6]);
    }
}
