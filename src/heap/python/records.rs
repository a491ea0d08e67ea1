//! The records of a Python graph, one after the other, every length checked against the file.

use crate::heap::HeapError;

/// First bytes of the file.
pub(in crate::heap) const MAGIC: &[u8] = b"PLIMPY1\n";

/// One record; see the table in the documentation of the module above.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Record<'a> {
    Type { index: u32, name: &'a [u8] },
    Object { id: u64, class: u32, size: u64, entries: Option<u64>, targets: Ids<'a> },
    Root { id: u64, name: &'a [u8] },
    Name { index: u32, text: &'a [u8] },
    EdgeNames { holder: u64, names: Pairs<'a> },
    End(Counts),
}

/// What the end record says was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) types: u64,
    pub(super) objects: u64,
    pub(super) references: u64,
    pub(super) bytes: u64,
    pub(super) roots: u64,
}

/// Ids, 8 bytes each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ids<'a>(&'a [u8]);

/// Pairs of target id and name index, 12 bytes each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pairs<'a>(&'a [u8]);

/// Reads records in order.
#[derive(Debug)]
pub(super) struct Records<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    /// Starts behind the magic.
    pub(super) fn of(file: &'a [u8]) -> Self {
        Self::at(file, MAGIC.len())
    }

    /// Starts at a record.
    pub(super) fn at(file: &'a [u8], offset: usize) -> Self {
        Self { file, at: offset }
    }

    /// Where the next record starts.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    /// The next record; its absence is an error, for the last one is the end record.
    pub(super) fn next(&mut self) -> Result<Record<'a>, HeapError> {
        let start = self.at;
        Ok(match self.take(1)?[0] {
            1 => Record::Type { index: self.u32()?, name: self.text()? },
            2 => {
                let (id, class, size, entries) = (self.u64()?, self.u32()?, self.u64()?, self.u64()?);
                let count = self.u32()? as usize;
                let entries = Some(entries).filter(|entries| *entries != u64::MAX);
                Record::Object { id, class, size, entries, targets: Ids(self.take(count.saturating_mul(8))?) }
            }
            3 => Record::Root { id: self.u64()?, name: self.text()? },
            4 => Record::Name { index: self.u32()?, text: self.text()? },
            5 => {
                let (holder, count) = (self.u64()?, self.u32()? as usize);
                Record::EdgeNames { holder, names: Pairs(self.take(count.saturating_mul(12))?) }
            }
            0 => Record::End(Counts {
                types: self.u64()?,
                objects: self.u64()?,
                references: self.u64()?,
                bytes: self.u64()?,
                roots: self.u64()?,
            }),
            tag => {
                let what = format!("there is no record of kind `{tag}` in a Python graph: take the dump again");
                return Err(HeapError::Malformed { offset: start as u64, what });
            }
        })
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], HeapError> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.file.len());
        let end = end.ok_or_else(|| HeapError::Malformed {
            offset: self.file.len() as u64,
            what: "the file ends without its end record: the dump was cut (process killed, disk full, or still being written); take it again".to_owned(),
        })?;
        let bytes = &self.file[self.at..end];
        self.at = end;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<&'a [u8], HeapError> {
        let length = self.take(2)?;
        self.take(usize::from(u16::from_le_bytes([length[0], length[1]])))
    }

    fn u32(&mut self) -> Result<u32, HeapError> {
        self.take(4).map(u32_of)
    }

    fn u64(&mut self) -> Result<u64, HeapError> {
        self.take(8).map(u64_of)
    }
}

impl<'a> Ids<'a> {
    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = u64> + 'a {
        self.0.chunks_exact(8).map(u64_of)
    }
}

impl<'a> Pairs<'a> {
    pub(super) fn iter(self) -> impl ExactSizeIterator<Item = (u64, u32)> + 'a {
        self.0.chunks_exact(12).map(|pair| (u64_of(&pair[..8]), u32_of(&pair[8..])))
    }
}

fn u32_of(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

fn u64_of(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
