//! What a heap keeps for nothing: the same text many times, collections without entries or far larger
//! than their entries, numbers in boxes, arrays of zeros.
//!
//! Contents are read off the dump once more and turn into counts and digests at once. No text gets out:
//! a string is told by its length, its copies and the owner of most of them. What a format cannot tell
//! is said, not guessed.

mod arrays;
mod collections;
mod holder;
mod ledger;
mod numbers;
mod strings;

use self::holder::Tracer;
use self::ledger::Ledger;
use super::{Holders, OwnerPath};
use crate::units::Bytes;

/// Fewer bytes of waste are no row.
const LEAST: Bytes = Bytes(1024);

/// What could be saved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waste {
    /// Equal texts; `None` where the dump does not hold texts.
    pub strings: Option<DuplicateStrings>,
    /// Collections by class, the most wasteful first.
    pub collections: Vec<CollectionWaste>,
    /// Boxed numbers by class, most bytes first.
    pub numbers: Vec<BoxedNumbers>,
    /// Arrays by class, the most wasteful first.
    pub arrays: Vec<ArrayWaste>,
    /// What this dump cannot tell, one sentence each.
    pub untold: Vec<String>,
}

/// The owner of the largest part of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    /// Its path.
    pub path: OwnerPath,
    /// Its share of the bytes, from 0 to 1.
    pub share: f64,
}

/// Texts that are kept more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateStrings {
    /// All texts.
    pub texts: u64,
    /// Different ones among them.
    pub different: u64,
    /// Bytes of all copies but one of each.
    pub lost: Bytes,
    /// The texts whose copies take the most, most first.
    pub groups: Vec<DuplicateText>,
}

/// One text that is kept more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateText {
    /// Its length in characters.
    pub length: u64,
    /// How often it is there.
    pub copies: u64,
    /// Bytes of all copies but one.
    pub lost: Bytes,
    /// Who holds most of the copies.
    pub holder: Option<Holder>,
}

/// Collections of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectionWaste {
    /// The class, normalized.
    pub class: String,
    /// All of them.
    pub count: u64,
    /// Those without an entry.
    pub empty: u64,
    /// Bytes of these, their store included.
    pub empty_bytes: Bytes,
    /// Those of which less than a quarter is used.
    pub sparse: u64,
    /// Bytes of these that no entry takes.
    pub sparse_bytes: Bytes,
    /// Who holds most of this.
    pub holder: Option<Holder>,
}

/// Numbers of one class that are objects.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxedNumbers {
    /// The class, normalized.
    pub class: String,
    /// How many.
    pub count: u64,
    /// What they take, without the references to them.
    pub bytes: Bytes,
    /// What plain numbers would take.
    pub plain: Bytes,
    /// Who holds most of them.
    pub holder: Option<Holder>,
}

/// Arrays of one class that are no text and no store of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayWaste {
    /// The class.
    pub class: String,
    /// Arrays in which every element is zero.
    pub zero: u64,
    /// Bytes of these.
    pub zero_bytes: Bytes,
    /// Arrays that are equal to another one and not zero, all copies but the first.
    pub copies: u64,
    /// Bytes of these.
    pub copies_bytes: Bytes,
    /// Arrays of references of which less than a quarter is filled.
    pub sparse: u64,
    /// Bytes of their empty slots.
    pub sparse_bytes: Bytes,
    /// Who holds most of this.
    pub holder: Option<Holder>,
}

pub(super) fn of(holders: &Holders<'_>) -> Waste {
    let snapshot = holders.snapshot;
    let ledger = Ledger::read(snapshot);
    let mut tracer = Tracer::of(holders);
    let mut untold: Vec<String> = snapshot.contents.untold().iter().map(|text| (*text).to_owned()).collect();
    if ledger.is_redacted() {
        untold.push("the contents of its arrays were taken out, so equal strings and arrays cannot be told".to_owned());
    }
    Waste {
        strings: strings::of(snapshot, &ledger, &mut tracer),
        collections: collections::of(snapshot, &ledger, &mut tracer),
        numbers: numbers::of(snapshot, &mut tracer),
        arrays: arrays::of(snapshot, &ledger, &mut tracer),
        untold,
    }
}

impl CollectionWaste {
    /// Bytes for nothing.
    pub fn lost(&self) -> Bytes {
        self.empty_bytes + self.sparse_bytes
    }
}

impl BoxedNumbers {
    /// What boxing costs.
    pub fn lost(&self) -> Bytes {
        self.bytes - self.plain
    }
}

impl ArrayWaste {
    /// Bytes for nothing.
    pub fn lost(&self) -> Bytes {
        self.zero_bytes + self.copies_bytes + self.sparse_bytes
    }
}
