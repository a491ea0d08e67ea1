//! What is reached from where.

use crate::heap::graph::Bits;

/// Everything below `count` that is reached from `starts`, and what was known to be; that is not looked at again.
///
/// Sweeps once over all sources in ascending order, which is nearly the order of the file; only what is
/// reached backwards is looked up out of order.
pub(super) fn reach<I: Iterator<Item = u32>>(
    known: Option<&Bits>,
    count: u32,
    starts: impl IntoIterator<Item = u32>,
    targets: impl Fn(u32) -> I,
) -> Bits {
    let mut reached = known.cloned().unwrap_or_else(|| Bits::new(count as usize));
    let is_known = |source: u32| known.is_some_and(|known| known.has(source));
    let mut lowest = count;
    for start in starts {
        if reached.put(start) {
            lowest = lowest.min(start);
        }
    }
    let mut work = Vec::new();
    for sweep in lowest..count {
        if !reached.has(sweep) || is_known(sweep) {
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
        let targets = |source: u32| edges[source as usize].iter().copied();
        let all = |reached: &Bits| -> Vec<u32> { (0..8).filter(|number| reached.has(*number)).collect() };
        let reached = reach(None, 8, [2], targets);
        assert_eq!(all(&reached), [0, 1, 2, 5, 6]);
        assert_eq!(all(&reach(Some(&reached), 8, [3, 0], targets)), [0, 1, 2, 3, 5, 6, 7]);
    }
}
