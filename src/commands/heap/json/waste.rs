//! Waste as JSON.

use serde::Serialize;

use crate::heap::{Holder, Waste};

#[derive(Serialize)]
pub(super) struct WasteShape {
    strings: Option<StringsShape>,
    collections: Vec<CollectionShape>,
    boxed_numbers: Vec<NumbersShape>,
    arrays: Vec<ArrayShape>,
    untold: Vec<String>,
}

#[derive(Serialize)]
struct HolderShape {
    path: String,
    share: f64,
}

#[derive(Serialize)]
struct StringsShape {
    strings: u64,
    different: u64,
    lost_bytes: u64,
    groups: Vec<GroupShape>,
}

#[derive(Serialize)]
struct GroupShape {
    length: u64,
    copies: u64,
    lost_bytes: u64,
    holder: Option<HolderShape>,
}

#[derive(Serialize)]
struct CollectionShape {
    class: String,
    count: u64,
    empty: u64,
    empty_bytes: u64,
    sparse: u64,
    sparse_bytes: u64,
    holder: Option<HolderShape>,
}

#[derive(Serialize)]
struct NumbersShape {
    class: String,
    count: u64,
    bytes: u64,
    plain_bytes: u64,
    holder: Option<HolderShape>,
}

#[derive(Serialize)]
struct ArrayShape {
    class: String,
    zero: u64,
    zero_bytes: u64,
    copies: u64,
    copies_bytes: u64,
    sparse: u64,
    sparse_bytes: u64,
    holder: Option<HolderShape>,
}

impl WasteShape {
    pub(super) fn of(waste: &Waste, top: usize) -> Self {
        let strings = waste.strings.as_ref().map(|strings| StringsShape {
            strings: strings.texts,
            different: strings.different,
            lost_bytes: strings.lost.0,
            groups: strings
                .groups
                .iter()
                .take(top)
                .map(|group| GroupShape {
                    length: group.length,
                    copies: group.copies,
                    lost_bytes: group.lost.0,
                    holder: holder(group.holder.as_ref()),
                })
                .collect(),
        });
        let collections = waste.collections.iter().take(top).map(|row| CollectionShape {
            class: row.class.clone(),
            count: row.count,
            empty: row.empty,
            empty_bytes: row.empty_bytes.0,
            sparse: row.sparse,
            sparse_bytes: row.sparse_bytes.0,
            holder: holder(row.holder.as_ref()),
        });
        let numbers = waste.numbers.iter().take(top).map(|row| NumbersShape {
            class: row.class.clone(),
            count: row.count,
            bytes: row.bytes.0,
            plain_bytes: row.plain.0,
            holder: holder(row.holder.as_ref()),
        });
        let arrays = waste.arrays.iter().take(top).map(|row| ArrayShape {
            class: row.class.clone(),
            zero: row.zero,
            zero_bytes: row.zero_bytes.0,
            copies: row.copies,
            copies_bytes: row.copies_bytes.0,
            sparse: row.sparse,
            sparse_bytes: row.sparse_bytes.0,
            holder: holder(row.holder.as_ref()),
        });
        Self {
            strings,
            collections: collections.collect(),
            boxed_numbers: numbers.collect(),
            arrays: arrays.collect(),
            untold: waste.untold.clone(),
        }
    }
}

fn holder(holder: Option<&Holder>) -> Option<HolderShape> {
    holder.map(|holder| HolderShape { path: holder.path.to_string(), share: holder.share })
}
