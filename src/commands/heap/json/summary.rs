//! `heap summary` and `heap owners` as JSON.

use serde::Serialize;

use super::waste::WasteShape;
use super::{PatternShape, StepShape, Totals, print, steps};
use crate::commands::heap::reading;
use crate::commands::heap::selection::{Row, Tree};
use crate::commands::heap::summary::View;
use crate::commands::heap::{owners as owners_command, summary as summary_command};
use crate::heap::{ClassRow, Format, HeapSummary, LargeObject, RootRow, Suspect};
use crate::units::Bytes;

#[derive(Serialize)]
struct SummaryShape {
    #[serde(flatten)]
    totals: Totals,
    suspects: Vec<SuspectShape>,
    root_kinds: Vec<RootShape>,
    shared_by_roots_bytes: u64,
    owners: Vec<OwnerShape>,
    largest: Vec<LargeShape>,
    classes: Vec<ClassShape>,
    waste: Option<WasteShape>,
}

#[derive(Serialize)]
struct OwnersShape {
    #[serde(flatten)]
    totals: Totals,
    owners: Vec<OwnerShape>,
}

#[derive(Serialize)]
struct SuspectShape {
    path: String,
    steps: Vec<StepShape>,
    share: f64,
    retained_bytes: u64,
    count: u64,
    entries: Option<u64>,
    held: Option<HeldShape>,
    pattern: Option<PatternShape>,
}

#[derive(Serialize)]
struct HeldShape {
    class: String,
    count: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
struct RootShape {
    kind: String,
    roots: u64,
    objects: u64,
    retained_bytes: u64,
}

/// Owners are a flat list, each with its whole path: a tree of any depth is easy to read so.
#[derive(Serialize)]
struct OwnerShape {
    path: String,
    steps: Vec<StepShape>,
    count: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
    share: f64,
    entries: Option<u64>,
}

#[derive(Serialize)]
struct LargeShape {
    path: String,
    class: String,
    id: Option<String>,
    shallow_bytes: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
pub(super) struct ClassShape {
    class: String,
    objects: u64,
    shallow_bytes: u64,
    retained_bytes: u64,
}

/// Totals, suspects, roots, owners of one and two steps, largest objects, classes, waste.
pub(in crate::commands::heap) fn summary(args: &summary_command::Args, view: &View) -> serde_json::Result<String> {
    let top = args.most.or_all();
    let total = view.summary.total;
    let tree = Tree { depth: 2, pattern: None, top, least: Bytes(total.0 / 100) };
    print(SummaryShape {
        totals: Totals::of(&args.file, &view.summary),
        suspects: view.suspects.iter().map(suspect).collect(),
        root_kinds: view.roots.kinds.iter().map(root).collect(),
        shared_by_roots_bytes: view.roots.shared.0,
        owners: tree.rows(&view.summary.owners).iter().map(|row| owner(row, total)).collect(),
        largest: view.largest.iter().take(top).map(|object| large(object, view.summary.format)).collect(),
        classes: view.summary.classes.iter().take(top).map(ClassShape::of).collect(),
        waste: view.waste.as_ref().map(|waste| WasteShape::of(waste, top)),
    })
}

/// The owner tree.
pub(in crate::commands::heap) fn owners(
    args: &owners_command::Args,
    summary: &HeapSummary,
) -> serde_json::Result<String> {
    let rows = args.tree(summary, args.most.or_all()).rows(&summary.owners);
    let owners = rows.iter().map(|row| owner(row, summary.total)).collect();
    print(OwnersShape { totals: Totals::of(&args.file, summary), owners })
}

impl ClassShape {
    pub(super) fn of(row: &ClassRow) -> Self {
        Self {
            class: row.class.clone(),
            objects: row.objects,
            shallow_bytes: row.shallow.0,
            retained_bytes: row.retained.0,
        }
    }
}

fn suspect(suspect: &Suspect) -> SuspectShape {
    let held =
        |held: &(String, u64, Bytes)| HeldShape { class: held.0.clone(), count: held.1, retained_bytes: held.2.0 };
    SuspectShape {
        path: suspect.path.to_string(),
        steps: steps(&suspect.path),
        share: suspect.share,
        retained_bytes: suspect.retained.0,
        count: suspect.count,
        entries: suspect.entries,
        held: suspect.held.as_ref().map(held),
        pattern: PatternShape::of(suspect.pattern),
    }
}

fn root(row: &RootRow) -> RootShape {
    let RootRow { kind, roots, objects, retained } = *row;
    RootShape { kind: kind.to_string(), roots, objects, retained_bytes: retained.0 }
}

fn owner(row: &Row<'_>, total: Bytes) -> OwnerShape {
    let owner = row.owner;
    OwnerShape {
        path: row.path.to_string(),
        steps: steps(&row.path),
        count: owner.count,
        shallow_bytes: owner.shallow.0,
        retained_bytes: owner.retained.0,
        share: owner.retained.as_f64() / total.as_f64().max(1.0),
        entries: owner.entries,
    }
}

fn large(object: &LargeObject, format: Format) -> LargeShape {
    LargeShape {
        path: object.path.to_string(),
        class: object.class.clone(),
        id: object.id.map(|id| reading::object(format, id)),
        shallow_bytes: object.shallow.0,
        retained_bytes: object.retained.0,
    }
}
