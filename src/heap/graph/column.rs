//! Long tables of numbers, one row for each object: the memory of an analysis.
//!
//! A table that was made by [`Column::zeroed`] is mapped, not allocated: rows nobody wrote cost nothing,
//! large pages spare half of the time of a random walk (a miss of the cache is then no miss of the page
//! table as well), and dropping it gives the memory back at once. Where memory is short, tables that are
//! not needed all the time are mapped files ([`Memory::Spilled`]).

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::{MmapMut, MmapOptions};

/// Where the long tables of a graph live.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Memory {
    /// In memory.
    #[default]
    Held,
    /// As far as they are not needed all the time, in unnamed files where temporary files go: the system
    /// takes their pages when it needs the memory for something else.
    Spilled,
}

impl Memory {
    /// So many rows of zeros that are not needed all the time.
    pub(in crate::heap) fn column<T: Pod>(self, rows: usize) -> Column<T> {
        let bytes = rows.saturating_mul(size_of::<T>());
        let map = (self == Self::Spilled && bytes >= MAPPED).then(|| spilled(bytes)).and_then(Result::ok);
        map.map_or_else(|| Column::zeroed(rows), |map| Column { rows: Rows::Mapped { map, rows, of: PhantomData } })
    }

    /// So many rows that are not needed all the time, in the memory of a table that is not needed any more:
    /// in them is whatever was there.
    pub(in crate::heap) fn reuse<T, U: Pod>(self, spare: Column<T>, rows: usize) -> Column<U> {
        match self {
            Self::Held => spare.reused(rows),
            Self::Spilled => self.column(rows),
        }
    }
}

#[expect(unsafe_code, reason = "a table that the system may move to disk is a mapped file")]
fn spilled(bytes: usize) -> std::io::Result<MmapMut> {
    let file = tempfile::tempfile()?;
    file.set_len(bytes as u64)?;
    // SAFETY: the file has no name and its only handle ends here, so nobody else can change or cut it.
    unsafe { MmapOptions::new().len(bytes).map_mut(&file) }
}

/// Rows of plain numbers.
pub struct Column<T> {
    rows: Rows<T>,
}

enum Rows<T> {
    Owned(Vec<T>),
    Mapped { map: MmapMut, rows: usize, of: PhantomData<T> },
}

/// Shorter tables are not worth a mapping of their own.
const MAPPED: usize = 1 << 20;

impl<T: Pod> Column<T> {
    /// So many rows of zeros.
    pub fn zeroed(rows: usize) -> Self {
        let bytes = rows.saturating_mul(size_of::<T>());
        let options = || MmapOptions::new().len(bytes).no_reserve_swap().map_anon();
        let map = (bytes >= MAPPED).then(options).and_then(Result::ok);
        match map {
            Some(map) => {
                // Only a hint: without large pages everything works as well, if slower.
                #[cfg(target_os = "linux")]
                let _ = map.advise(memmap2::Advice::HugePage);
                Self { rows: Rows::Mapped { map, rows, of: PhantomData } }
            }
            None => vec![T::zeroed(); rows].into(),
        }
    }
}

impl<T> Column<T> {
    /// The memory of a table that is not needed any more as rows of another one: in these is whatever was there,
    /// and what is left over is given back. Touching memory for the first time costs more than most tables.
    pub(in crate::heap) fn reused<U: Pod>(self, rows: usize) -> Column<U> {
        let bytes = rows.saturating_mul(size_of::<U>());
        match self.rows {
            Rows::Mapped { map, .. } if (MAPPED..=map.len()).contains(&bytes) => {
                Column { rows: Rows::Mapped { map: shrunk(map, bytes), rows, of: PhantomData } }
            }
            _ => Column::zeroed(rows),
        }
    }
}

/// Gives the end of a mapping back.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "there is no safe name for making a mapping smaller")]
fn shrunk(mut map: MmapMut, bytes: usize) -> MmapMut {
    // SAFETY: the mapping stays where it is and nobody borrows from it; if it cannot shrink, it stays as it was.
    let _ = unsafe { map.remap(bytes, memmap2::RemapOptions::new().may_move(false)) };
    map
}

#[cfg(not(target_os = "linux"))]
fn shrunk(map: MmapMut, _bytes: usize) -> MmapMut {
    map
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(rows: Vec<T>) -> Self {
        Self { rows: Rows::Owned(rows) }
    }
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Pod> Deref for Column<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.rows {
            Rows::Owned(rows) => rows,
            Rows::Mapped { map, rows, .. } => bytemuck::cast_slice(&map[..rows * size_of::<T>()]),
        }
    }
}

impl<T: Pod> DerefMut for Column<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.rows {
            Rows::Owned(rows) => rows,
            Rows::Mapped { map, rows, .. } => bytemuck::cast_slice_mut(&mut map[..*rows * size_of::<T>()]),
        }
    }
}

impl<T: Pod> Clone for Column<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeroed(self.len());
        copy.copy_from_slice(self);
        copy
    }
}

impl<T: Pod> fmt::Debug for Column<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Column of {} rows", self.len())
    }
}
