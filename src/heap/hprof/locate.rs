//! Finding an object's record again.

use std::ops::Range;

use super::record::{Object, Record, record};
use crate::heap::graph::Column;

/// Where the records are.
#[derive(Debug)]
pub(super) struct Locator {
    /// Identifier and offset of every few objects; enough where identifiers ascend.
    pub(super) index: Vec<(u64, u64)>,
    /// The offset of each node's record, where they do not.
    pub(super) offsets: Column<u64>,
    /// In the order of the file.
    pub(super) chunks: Vec<Range<usize>>,
}

impl Locator {
    /// The object of an identifier, if it is an instance or an array.
    pub(super) fn find<const W: usize>(&self, file: &[u8], node: u32, id: u64) -> Option<Object> {
        let mut at = match self.offsets.get(node as usize) {
            Some(offset) => *offset as usize,
            None => {
                let row = self.index.partition_point(|(known, _)| *known <= id).checked_sub(1)?;
                self.index[row].1 as usize
            }
        };
        let chunk = self.chunks.partition_point(|chunk| chunk.start <= at).checked_sub(1)?;
        let data = &file[..self.chunks[chunk].end];
        while at < data.len() {
            let (found, next) = record::<W>(data, at).ok()?;
            match found {
                Record::Object(object) if object.id == id => return Some(object),
                Record::Object(object) if object.id > id || !self.offsets.is_empty() => return None,
                _ => at = next,
            }
        }
        None
    }
}
