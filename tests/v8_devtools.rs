//! Shallow and retained sizes of every node against tables that Chrome DevTools' own code wrote.
//!
//! `scripts/v8-fixture` makes the snapshots and tables of `fixtures/heap/v8`. A snapshot of any size is
//! compared in the same way by `PLIMSOLL_DEVTOOLS=FILE.heapsnapshot`, with `FILE.devtools.tsv` beside it
//! (`scripts/devtools-retained FILE.heapsnapshot > FILE.devtools.tsv`).

#![expect(clippy::unwrap_used, reason = "a test says by panicking that something is wrong")]

use std::path::{Path, PathBuf};

use plimsoll::heap::{Dominators, EdgeUse, Graph, Mapping, Orphans, RootKind, v8};

struct Snapshot {
    name: String,
    graph: Graph,
    names: v8::Names,
    dominators: Dominators,
}

/// One row of DevTools' table: id, self size, retained size.
type Row = [u64; 3];

impl Snapshot {
    fn read(path: &Path) -> Self {
        let (mut graph, names) = v8::read(Mapping::open(path).unwrap()).unwrap();
        let dominators = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Adopt);
        Self { name: path.display().to_string(), graph, names, dominators }
    }

    /// What we say of the node in a row of the file.
    fn row(&self, ordinal: usize) -> Row {
        let node = self.names.node(ordinal as u32);
        [self.names.id(node).unwrap(), self.graph.shallow(node).0, self.dominators.retained(node).0]
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/v8");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = files.filter(|path| path.to_string_lossy().ends_with(".heapsnapshot.gz")).collect();
    found.sort();
    found
}

fn table(snapshot: &Path) -> Vec<Row> {
    let path = snapshot.to_string_lossy().replace(".heapsnapshot", ".devtools.tsv");
    let text = Mapping::open(Path::new(&path)).unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    let row = |line: &str| {
        let cells: Vec<u64> = line.split('\t').map(|cell| cell.parse().unwrap()).collect();
        cells.try_into().unwrap()
    };
    text.lines().map(row).collect()
}

fn compare(path: &Path) {
    let snapshot = Snapshot::read(path);
    let theirs = table(path);
    assert_eq!(snapshot.graph.len(), theirs.len(), "{}", snapshot.name);
    for (ordinal, theirs) in theirs.into_iter().enumerate() {
        let class = snapshot.graph.class_name(snapshot.names.node(ordinal as u32));
        assert_eq!(snapshot.row(ordinal), theirs, "{}: node {ordinal}, {class}", snapshot.name);
    }
}

#[test]
fn sizes_of_every_node_are_those_of_devtools() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 12, "{fixtures:?}");
    fixtures.iter().for_each(|path| compare(path));
    if let Some(path) = std::env::var_os("PLIMSOLL_DEVTOOLS") {
        compare(Path::new(&path));
    }
}

/// Without these the comparison would say nothing of the rules for them.
#[test]
fn the_fixtures_have_what_the_rules_are_about() {
    let snapshots: Vec<Snapshot> = fixtures().iter().map(|path| Snapshot::read(path)).collect();
    let rings =
        |snapshot: &Snapshot| snapshot.graph.roots().iter().filter(|root| root.kind == RootKind::Unreachable).count();
    assert!(snapshots.iter().any(|snapshot| rings(snapshot) > 10));
    assert!(snapshots.iter().any(|snapshot| rings(snapshot) == 0));
    for class in ["WeakMap", "<div>", "system / Context"] {
        let has = |snapshot: &Snapshot| snapshot.graph.classes().iter().any(|known| &*known.name == class);
        assert!(snapshots.iter().any(has), "{class}");
    }
}
