//! How far work is spread.

/// More cores gain little: memory is what is waited for.
const MOST: usize = 4;

/// Cores that a pass over a heap is spread over.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
}
