//! An array of the file in parts that threads read side by side, each from the start of a row on.

use std::ops::Range;
use std::thread;

use super::numbers::Numbers;
use crate::heap::Mapping;

/// Arrays below this many bytes are not worth a second thread.
const LEAST: usize = 8 << 20;
/// More threads than this only wait for memory.
const MOST: usize = 8;
/// Pages are given back after so many bytes.
pub(super) const PACE: usize = 4 << 20;

/// A row of an array, and where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) row: u64,
    pub(super) position: usize,
}

/// Rows at which an array of `rows` rows can be cut for the threads there are; the first is row 0.
pub(super) fn starts(file: &Mapping, section: &Range<usize>, fields: usize, rows: u64) -> Vec<Start> {
    let threads = if section.len() < LEAST { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
    cuts(file, section, fields, rows, threads.min(MOST))
}

fn cuts(file: &Mapping, section: &Range<usize>, fields: usize, rows: u64, parts: usize) -> Vec<Start> {
    let mut starts = vec![Start { row: 0, position: section.start }];
    if parts < 2 {
        return starts;
    }
    let edge = |part: usize| section.start + section.len() / parts * part;
    let pieces: Vec<Range<usize>> = (0..parts - 1).map(|part| edge(part)..edge(part + 1)).collect();
    let ends: Vec<usize> = pieces.iter().map(|piece| piece.end).collect();
    let mut before = 0;
    for (commas, end) in side_by_side(pieces, |piece| commas(file, piece)).into_iter().zip(ends) {
        before += commas;
        let Some(comma) = memchr::memchr(b',', &file[end..section.end]) else { break };
        let row = before / fields as u64 + 1;
        let mut numbers = Numbers::new(file, end + comma + 1..section.end);
        numbers.skip(row * fields as u64 - before - 1);
        if row < rows && starts.last().is_some_and(|last| last.row < row) {
            starts.push(Start { row, position: numbers.position() });
        }
    }
    starts
}

fn commas(file: &Mapping, piece: Range<usize>) -> u64 {
    let mut count = 0;
    for start in piece.clone().step_by(PACE) {
        let range = start..(start + PACE).min(piece.end);
        count += memchr::memchr_iter(b',', &file[range.clone()]).count() as u64;
        file.forget(range);
    }
    count
}

/// Does all jobs, each in a thread of its own, and keeps their order.
pub(super) fn side_by_side<J: Send, R: Send>(jobs: Vec<J>, work: impl Fn(J) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let mut jobs = jobs.into_iter();
        let first = jobs.next();
        let others: Vec<_> = jobs.map(|job| scope.spawn(move || work(job))).collect();
        let first = first.map(work);
        let others =
            others.into_iter().map(|other| other.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        first.into_iter().chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn parts_start_at_rows_however_they_are_written() {
        for gap in [",", "\n,"] {
            let rows: Vec<String> = (0..500_u64).map(|row| format!("{row},{},7", row * row * row)).collect();
            let text = format!("[{}]", rows.join(gap));
            let mut kept = tempfile::NamedTempFile::new().unwrap();
            kept.write_all(text.as_bytes()).unwrap();
            let file = Mapping::open(kept.path()).unwrap();
            let section = 1..text.len() - 1;
            for parts in 1..9 {
                let starts = cuts(&file, &section, 3, 500, parts);
                assert_eq!(starts.len(), parts);
                for start in starts {
                    let mut numbers = Numbers::new(&file, start.position..section.end);
                    assert_eq!(numbers.next(), Some(start.row));
                    assert_eq!(numbers.next(), Some(start.row * start.row * start.row));
                }
            }
            assert_eq!(cuts(&file, &section, 3, 2, 8).len(), 1);
        }
    }
}
