//! How work is spread.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// More cores gain little: memory is what is waited for.
const MOST: usize = 4;

/// Cores that a pass over a heap is spread over.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST)
}

/// Does two things at the same time.
pub(super) fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        (one(), other.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
    })
}

/// Does the work for each part on all cores, each of which has a state of its own; answers in the order of the parts.
pub(super) fn spread<P: Sync, S: Send, R: Send>(
    parts: &[P],
    state: impl Fn() -> S,
    work: impl Fn(&mut S, &P) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let answers: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(parts.len()));
    let run = |mut state: S| {
        while let Some((place, part)) =
            Some(next.fetch_add(1, Relaxed)).and_then(|place| Some((place, parts.get(place)?)))
        {
            let answer = work(&mut state, part);
            if let Ok(mut answers) = answers.lock() {
                answers.push((place, answer));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..cores().min(parts.len()) {
            let (run, state) = (&run, state());
            scope.spawn(move || run(state));
        }
        run(state());
    });
    let mut answers = answers.into_inner().unwrap_or_default();
    answers.sort_unstable_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
