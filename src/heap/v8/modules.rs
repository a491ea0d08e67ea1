//! ES modules: what they export stands in cells of their own, not in the context of the script.
//!
//! A module knows the names of its exports by a hash table, in which the cell follows the name, and has its own
//! cells in a list. What it passes on from other modules is in its table, too, and what it imports in a second list.

use std::collections::BTreeMap;

use super::Names;
use super::layout::{EdgeKind, NodeKind};
use super::strings::SHARED;
use crate::heap::naming::is_identifier;

const FUNCTION: &str = "function";
const SCRIPT: &str = "script";
/// What Chrome puts before the name of a script.
const CHROME: &str = "system / Script / ";

/// Slots of lists and tables that are read in all: several modules may have one list only if somebody forged it.
const MOST_SLOTS: u64 = 20_000_000;

/// What ES modules tell.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// By the cell, ascending.
    exports: Vec<Export>,
    /// Scripts that are modules: indexes of their names.
    pub(super) scripts: Vec<u32>,
}

/// An exported variable: indexes of its name and of that of the script that declares it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Export {
    cell: u32,
    pub(super) name: u32,
    pub(super) script: u32,
}

/// How good a name is for a cell; the least is the best. The module that declares it has it in its first list,
/// others have it in a later one, or in none.
type Rank = (u32, bool, String, String);

impl Modules {
    /// Reads modules; `cells` are ascending.
    pub(super) fn of(names: &Names, modules: &[u32], cells: &[u32]) -> Self {
        let mut best: BTreeMap<u32, (Rank, Export)> = BTreeMap::new();
        let mut scripts = Vec::new();
        let mut left = MOST_SLOTS;
        for module in modules {
            let Some(script) = names.script_of(*module).filter(|_| left > 0) else { continue };
            scripts.push(script);
            let lists = arrays(names, *module).into_iter().map(|(_, array)| names.nodes.edge_count(array));
            left = left.saturating_sub(lists.sum::<u64>().saturating_add(1));
            for (list, export) in exports(names, *module, script, cells) {
                let name = names.text(export.name).into_owned();
                let rank = (list, name == "default", name, names.text(script).into_owned());
                let known = best.entry(export.cell).or_insert_with(|| (rank.clone(), export));
                if rank < known.0 {
                    *known = (rank, export);
                }
            }
        }
        Self { exports: best.into_values().map(|(_, export)| export).collect(), scripts }
    }

    /// What is exported by a cell.
    pub(super) fn export(&self, cell: u32) -> Option<Export> {
        let place = self.exports.binary_search_by_key(&cell, |export| export.cell).ok()?;
        Some(self.exports[place])
    }
}

/// What a module exports, with the number of the list that has the cell.
fn exports(names: &Names, module: u32, script: u32, cells: &[u32]) -> Vec<(u32, Export)> {
    let mut lists: BTreeMap<u32, u32> = BTreeMap::new();
    let mut named = Vec::new();
    for (number, array) in arrays(names, module) {
        let slots = slots(names, array);
        for (slot, to) in slots.iter().filter(|(_, to)| cells.binary_search(to).is_ok()) {
            let before = slot.checked_sub(1).and_then(|before| slots.get(&before));
            match before.filter(|before| names.kinds.get(**before as usize) == Some(&NodeKind::Text)) {
                Some(name) => named.extend(names.row(*name).map(|row| Export { cell: *to, name: row.name, script })),
                None => {
                    lists.entry(*to).or_insert(number);
                }
            }
        }
    }
    let list = |export: Export| (lists.get(&export.cell).copied().unwrap_or(u32::MAX), export);
    // A redacted snapshot does not tell.
    named.into_iter().filter(|export| is_identifier(&names.text(export.name))).map(list).collect()
}

/// The arrays of a module, by the numbers of its references to them.
fn arrays(names: &Names, module: u32) -> Vec<(u32, u32)> {
    let mut arrays = Vec::new();
    names.each(module, |edge| {
        if edge.kind.numbered() && names.kinds.get(edge.to as usize) == Some(&NodeKind::Array) {
            arrays.push((edge.name, edge.to));
        }
    });
    arrays.sort_unstable();
    arrays
}

fn slots(names: &Names, array: u32) -> BTreeMap<u32, u32> {
    let mut slots = BTreeMap::new();
    names.each(array, |edge| {
        if edge.kind == EdgeKind::Internal {
            slots.extend(names.text(edge.name).parse().ok().map(|slot: u32| (slot, edge.to)));
        }
    });
    slots
}

impl Names {
    /// The name of the script of a module, by its code: a function, or the suspended call of one.
    fn script_of(&self, module: u32) -> Option<u32> {
        let mut parts = Vec::new();
        self.each(module, |edge| {
            if edge.kind.numbered() && self.kinds.get(edge.to as usize) != Some(&NodeKind::Array) {
                parts.push(edge.to);
            }
        });
        parts.into_iter().find_map(|part| {
            let function = self.internal(part, |name| name == FUNCTION).unwrap_or(part);
            let shared = self.internal(function, |name| name == SHARED).unwrap_or(function);
            self.script_of_function(shared)
        })
    }

    /// The name of the script in which a function stands, by the part that its closures share.
    pub(super) fn script_of_function(&self, shared: u32) -> Option<u32> {
        let script = self.row(self.internal(shared, |name| name.starts_with(SCRIPT))?)?;
        let is_told = |name: &str| !name.strip_prefix(CHROME).unwrap_or(name).is_empty();
        Some(script.name).filter(|name| is_told(&self.text(*name)))
    }

    /// The target of the first internal edge whose name fits.
    pub(super) fn internal(&self, ordinal: u32, fits: impl Fn(&str) -> bool) -> Option<u32> {
        self.first(ordinal, |edge| edge.kind == EdgeKind::Internal && fits(&self.text(edge.name)))
    }
}
