//! The references that are no part of the walk's tree, filed by what they lead to.

use crate::heap::graph::{Bits, Column, Memory};

/// The low half of the target's number, and the source's number in two halves: six bytes.
pub(super) type Entry = [u16; 3];

/// Entries of a page. A page is what a file grows by, so that nothing is copied when it grows.
const PAGE: usize = 2048;
/// So many sources are told before their turn.
const AHEAD: usize = 24;

/// Pairs of numbers, target and source, in files of 2^16 targets: who works on the files one by one
/// touches little memory at a time.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Column<Entry>,
    files: Vec<File>,
    /// Pages that were given to files.
    pages: usize,
}

#[derive(Debug, Default, Clone)]
struct File {
    pages: Vec<u32>,
    /// Where its next entry goes: at the start of a page if it needs another one.
    next: usize,
}

/// The log while it is written.
pub(super) struct Writer<'a> {
    entries: &'a mut [Entry],
    files: &'a mut [File],
    pages: &'a mut usize,
}

impl Writer<'_> {
    #[inline]
    pub(super) fn push(&mut self, target: u32, source: u32) {
        let file = &mut self.files[(target >> 16) as usize];
        if file.next.is_multiple_of(PAGE) {
            file.pages.push(*self.pages as u32);
            file.next = *self.pages * PAGE;
            *self.pages += 1;
        }
        self.entries[file.next] = [target as u16, (source >> 16) as u16, source as u16];
        file.next += 1;
    }
}

impl Log {
    /// For targets below `numbers`, and room for so many pairs; what is not used costs nothing.
    pub(super) fn new(numbers: usize, most: usize, memory: Memory) -> Self {
        let files = vec![File::default(); (numbers >> 16) + 1];
        // Only the last page of a file is not full.
        let pages = most.div_ceil(PAGE).saturating_add(files.len());
        Self { entries: memory.column(pages.saturating_mul(PAGE)), files, pages: 0 }
    }

    /// For many pairs one after the other.
    pub(super) fn writer(&mut self) -> Writer<'_> {
        Writer { entries: &mut self.entries, files: &mut self.files, pages: &mut self.pages }
    }

    /// The memory of the log, for another table.
    pub(super) fn into_spare(self) -> Column<Entry> {
        self.entries
    }

    /// Files there are; targets of file `n` start at `n << 16`.
    pub(super) fn files(&self) -> usize {
        self.files.len()
    }

    /// Tells targets and sources of a file, in the order in which they were pushed.
    #[inline]
    pub(super) fn each(&self, file: usize, mut tell: impl FnMut(u32, u32)) {
        let base = (file as u32) << 16;
        let File { pages, next } = &self.files[file];
        for (place, page) in pages.iter().enumerate() {
            let start = *page as usize * PAGE;
            let length = if place + 1 == pages.len() { next - start } else { PAGE };
            for [target, high, low] in &self.entries[start..start + length] {
                tell(base | u32::from(*target), u32::from(*high) << 16 | u32::from(*low));
            }
        }
    }

    /// As [`Self::each`] of all files, of these ascending targets only: most files have none of a few.
    pub(super) fn each_to(&self, targets: &[u32], mut tell: impl FnMut(u32, u32)) {
        for targets in targets.chunk_by(|one, next| one >> 16 == next >> 16) {
            let mut wanted = Bits::new(1 << 16);
            targets.iter().for_each(|target| _ = wanted.put(target & 0xffff));
            self.each(targets[0] as usize >> 16, |target, source| {
                if wanted.has(target & 0xffff) {
                    tell(target, source);
                }
            });
        }
    }

    /// The sources of a file's targets, the last target first.
    pub(super) fn sorted(&self, file: usize) -> Sorted {
        let targets = if self.files[file].pages.is_empty() { 0 } else { 1 << 16 };
        let mut end = vec![0_u32; targets];
        self.each(file, |target, _| end[usize::from(target as u16)] += 1);
        let mut total = 0;
        for count in &mut end {
            total += std::mem::replace(count, total);
        }
        let mut sources = vec![0; total as usize];
        self.each(file, |target, source| {
            let place = &mut end[usize::from(target as u16)];
            sources[*place as usize] = source;
            *place += 1;
        });
        Sorted { base: (file as u32) << 16, end, sources }
    }
}

/// One file, sorted by target.
pub(super) struct Sorted {
    base: u32,
    end: Vec<u32>,
    sources: Vec<u32>,
}

impl Sorted {
    /// Targets that have sources, with these; the last target first.
    pub(super) fn descending(&self) -> Descending<'_> {
        Descending { sorted: self, target: self.end.len() }
    }
}

/// Targets and their sources, one after the other.
pub(super) struct Descending<'a> {
    sorted: &'a Sorted,
    target: usize,
}

impl<'a> Descending<'a> {
    /// The next target that has sources, with these; `soon` is told sources some time before their turn.
    #[inline]
    pub(super) fn next(&mut self, soon: impl Fn(u32)) -> Option<(u32, &'a [u32])> {
        let Sorted { base, end, sources } = self.sorted;
        while let Some(target) = self.target.checked_sub(1) {
            self.target = target;
            let start = if target == 0 { 0 } else { end[target - 1] } as usize;
            let end = end[target] as usize;
            if start < end {
                let coming = &sources[start.saturating_sub(AHEAD)..end.saturating_sub(AHEAD)];
                coming.iter().for_each(|source| soon(*source));
                return Some((base | target as u32, &sources[start..end]));
            }
        }
        None
    }
}
