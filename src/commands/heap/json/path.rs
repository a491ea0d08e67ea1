//! `heap path` as JSON.

use serde::Serialize;

use super::print;
use crate::commands::heap::path::Args;
use crate::heap::{PathRow, Paths};

#[derive(Serialize)]
struct PathShape<'a> {
    file: String,
    targets: u64,
    unreached: u64,
    steps: Vec<RowShape>,
    caveats: &'a [String],
}

#[derive(Serialize)]
struct RowShape {
    above: Option<usize>,
    depth: usize,
    root: Option<ReasonShape>,
    edge: String,
    class: String,
    objects: u64,
    links: u64,
    targets_here: u64,
    targets: u64,
    retained_bytes: u64,
}

#[derive(Serialize)]
struct ReasonShape {
    kind: String,
    name: String,
}

/// The merged paths: each step names the index of the one above it.
pub(in crate::commands::heap) fn path(args: &Args, paths: &Paths, caveats: &[String]) -> serde_json::Result<String> {
    print(PathShape {
        file: args.file.display().to_string(),
        targets: paths.targets,
        unreached: paths.unreached,
        steps: paths.rows.iter().take(args.most.or_all()).map(row).collect(),
        caveats,
    })
}

fn row(row: &PathRow) -> RowShape {
    let root = row.root.as_ref();
    RowShape {
        above: row.above,
        depth: row.depth,
        root: root.map(|root| ReasonShape { kind: root.kind.to_string(), name: root.name.clone() }),
        edge: row.edge.clone(),
        class: row.class.clone(),
        objects: row.objects,
        links: row.links,
        targets_here: row.here,
        targets: row.targets,
        retained_bytes: row.retained.0,
    }
}
