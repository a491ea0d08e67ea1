//! Retained sizes, shallow sizes and counts against tables that Eclipse MAT wrote.

#![expect(clippy::unwrap_used, reason = "a test says by panicking that something is wrong")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll::heap::hprof::{self, Dump, Options, Referents};
use plimsoll::heap::{Dominators, EdgeUse, Mapping, Naming, Node, Orphans};

/// Bytes of the object that MAT invents for the boot class loader, at address 0.
const BOOT_LOADER: u64 = 72;

fn subject() -> PathBuf {
    let fixture = || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny");
    std::env::var_os("PLIMSOLL_MAT").map_or_else(fixture, PathBuf::from)
}

fn analyzed() -> (Dump, Dominators) {
    let file = Mapping::open(&subject().with_extension("hprof.gz")).unwrap();
    let mut dump = hprof::read(file, &Options { referents: Referents::Mat, ..Options::default() }).unwrap();
    let dominators = Dominators::of(&mut dump.graph, EdgeUse::Keep, Orphans::Drop);
    (dump, dominators)
}

/// Rows of a table; names hold commas neither in classes nor in addresses.
fn table(kind: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(subject().with_extension(format!("mat-{kind}.csv"))).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn counts(row: &[String], columns: std::ops::Range<usize>) -> Vec<u64> {
    row[columns].iter().map(|cell| cell.parse().unwrap()).collect()
}

#[test]
fn retained_sizes_of_every_listed_object_are_those_of_mat() {
    let (dump, dominators) = analyzed();
    let mut compared = 0;
    for row in table("dominators") {
        let Some((_, address)) = row[0].split_once(" @ 0x") else { continue };
        let address: String = address.chars().take_while(char::is_ascii_hexdigit).collect();
        let address = u64::from_str_radix(&address, 16).unwrap();
        if address == 0 {
            continue;
        }
        let node = dump.names.at_address(address).unwrap();
        let ours = vec![dump.graph.shallow(node).0, dominators.retained(node).0];
        let label = dump.names.label(node);
        assert_eq!(ours, counts(&row, row.len() - 4..row.len() - 2), "{} ({label:?})", row[0]);
        compared += 1;
    }
    assert!(compared > 1000, "{compared} rows compared");
}

#[test]
fn objects_and_bytes_of_every_class_are_those_of_mat() {
    let (dump, dominators) = analyzed();
    let mut ours: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for node in dump.graph.objects().filter(|node| dominators.reachable(*node)) {
        let row = ours.entry(dump.graph.class_name(node)).or_default();
        *row = (row.0 + 1, row.1 + dump.graph.shallow(node).0);
    }
    let mut theirs: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for row in table("histogram").iter().filter(|row| row.len() >= 3) {
        let figures = counts(row, 1..3);
        let class = theirs.entry(row[0].clone()).or_default();
        *class = (class.0 + figures[0], class.1 + figures[1]);
    }
    assert!(theirs.len() > 100);
    for (class, theirs) in &theirs {
        // MAT lists classes without objects, and counts its object of the boot class loader.
        let ours = ours.get(class.as_str()).copied().unwrap_or_default();
        if class == "java.lang.ClassLoader" {
            assert_eq!((ours.0 + 1, ours.1 + BOOT_LOADER), *theirs);
        } else {
            assert_eq!(ours, *theirs, "{class}");
        }
    }
}

#[test]
fn the_top_of_the_tree_by_class_is_that_of_mat() {
    let (dump, dominators) = analyzed();
    let mut ours: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for node in dominators.children(Node::ROOT) {
        let row = ours.entry(dump.graph.class_name(node)).or_default();
        *row = (row.0 + 1, row.1 + dominators.retained(node).0);
    }
    for row in table("dominators-by-class").iter().filter(|row| row.len() >= 4) {
        let figures = counts(row, 1..4);
        // MAT makes an object of the boot class loader, which the dump does not have.
        if row[0] == "java.lang.ClassLoader" && figures == [1, BOOT_LOADER, BOOT_LOADER] {
            continue;
        }
        assert_eq!(ours.get(row[0].as_str()), Some(&(figures[0], figures[2])), "{}", row[0]);
    }
}
