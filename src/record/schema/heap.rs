//! Heap summaries on the wire: the owner tree lies flat, in preorder, so that no file can nest deeper than we read.

use super::{SchemaError, v1};
use crate::heap::{Bound, ClassRow, Format, HeapSummary, Kind, Marks, Owner, Step};
use crate::units::Bytes;

/// Owners deeper than this are left out when writing and refused when reading; the analysis stops long before.
const DEEPEST: usize = 512;

impl From<HeapSummary> for v1::HeapSummary {
    fn from(summary: HeapSummary) -> Self {
        let format = match summary.format {
            Format::Hprof => v1::HeapFormat::Hprof,
            Format::V8 => v1::HeapFormat::V8,
            Format::Python => v1::HeapFormat::Python,
        };
        let class = |row: ClassRow| v1::Class {
            class: row.class,
            objects: row.objects,
            shallow: row.shallow.0,
            retained: row.retained.0,
        };
        Self {
            format,
            objects: summary.objects,
            references: summary.references,
            total: summary.total.0,
            unreachable_objects: summary.unreachable.0,
            unreachable_bytes: summary.unreachable.1.0,
            roots: summary.roots,
            owners: flat(summary.owners),
            full_names: summary.full_names,
            classes: summary.classes.into_iter().map(class).collect(),
            caveats: summary.caveats,
        }
    }
}

impl TryFrom<v1::HeapSummary> for HeapSummary {
    type Error = SchemaError;

    fn try_from(summary: v1::HeapSummary) -> Result<Self, SchemaError> {
        let format = match summary.format {
            v1::HeapFormat::Hprof => Format::Hprof,
            v1::HeapFormat::V8 => Format::V8,
            v1::HeapFormat::Python => Format::Python,
        };
        let class = |row: v1::Class| ClassRow {
            class: row.class,
            objects: row.objects,
            shallow: Bytes(row.shallow),
            retained: Bytes(row.retained),
        };
        Ok(Self {
            format,
            objects: summary.objects,
            references: summary.references,
            total: Bytes(summary.total),
            unreachable: (summary.unreachable_objects, Bytes(summary.unreachable_bytes)),
            roots: summary.roots,
            owners: nested(summary.owners)?,
            full_names: summary.full_names,
            classes: summary.classes.into_iter().map(class).collect(),
            caveats: summary.caveats,
        })
    }
}

fn flat(owners: Vec<Owner>) -> Vec<v1::Owner> {
    let mut rows = Vec::new();
    let mut open: Vec<(usize, Owner)> = owners.into_iter().rev().map(|owner| (0, owner)).collect();
    while let Some((depth, owner)) = open.pop() {
        rows.push(v1::Owner {
            depth,
            edge: owner.step.edge,
            class: owner.step.class,
            count: owner.count,
            shallow: owner.shallow.0,
            retained: owner.retained.0,
            entries: owner.entries,
            kind: owner.marks.kind.map(|kind| kind.name().to_owned()),
            bound: owner.marks.bound.map(|bound| match bound {
                Bound::Entries(most) => v1::Bound::Entries(most),
                Bound::Evicts => v1::Bound::Evicts,
            }),
        });
        if depth < DEEPEST {
            open.extend(owner.children.into_iter().rev().map(|child| (depth + 1, child)));
        }
    }
    rows
}

fn nested(rows: Vec<v1::Owner>) -> Result<Vec<Owner>, SchemaError> {
    // `open[d]` is the owner at depth d whose children are still coming; each closes into the one before it.
    let mut done = Vec::new();
    let mut open: Vec<Owner> = Vec::new();
    for row in rows {
        if row.depth > open.len() || row.depth > DEEPEST {
            return Err(SchemaError::Malformed(format!("an owner at depth {} has no parent", row.depth)));
        }
        close(&mut open, row.depth, &mut done);
        open.push(Owner {
            step: Step { edge: row.edge, class: row.class },
            count: row.count,
            shallow: Bytes(row.shallow),
            retained: Bytes(row.retained),
            entries: row.entries,
            marks: marks(row.kind, row.bound),
            children: Vec::new(),
        });
    }
    close(&mut open, 0, &mut done);
    Ok(done)
}

/// A kind that a later version added is none to this one.
fn marks(kind: Option<String>, bound: Option<v1::Bound>) -> Marks {
    let kind = kind.and_then(|name| Kind::ALL.into_iter().find(|kind| kind.name() == name));
    let bound = bound.map(|bound| match bound {
        v1::Bound::Entries(most) => Bound::Entries(most),
        v1::Bound::Evicts => Bound::Evicts,
    });
    Marks { kind, bound }
}

fn close(open: &mut Vec<Owner>, depth: usize, done: &mut Vec<Owner>) {
    while open.len() > depth {
        let Some(owner) = open.pop() else { return };
        open.last_mut().map_or(&mut *done, |parent| &mut parent.children).push(owner);
    }
}
