//! Every kind of container is one row with all its entries, and nothing of its inside is a step.

use std::path::Path;

use plimsoll::heap::Owner;

use crate::dump::{owners, run, source, statics};

/// What the programs put into containers, and the boxes of keys.
const ENTRIES: [&str; 8] = [
    "Holders$Item",
    "Holders$Clash",
    "Shelves$Item",
    "java.lang.Integer",
    "java.lang.Long",
    "java.lang.String",
    "java.lang.Object",
    "java.util.concurrent.atomic.AtomicInteger",
];
/// Parts of a container that a library adds, of what the container retains: locks, queues of its own.
const REST: f64 = 0.06;

/// Checks each row, and tells how many rows there were.
fn check(file: &Path, class: &str, number: u64, others: &[(&str, u64)]) -> usize {
    let summary = owners(file);
    let rows = statics(&summary, class);
    for row in &rows {
        let name = row.step.edge.rsplit('.').next().unwrap();
        let expected = others.iter().find(|(other, _)| *other == name).map_or(number, |(_, entries)| *entries);
        assert_eq!(row.entries, Some(expected), "{}", row.step);
        let is_entry = |child: &&Owner| child.step.edge == "entries" && ENTRIES.contains(&child.step.class.as_str());
        let rest: u64 = row.children.iter().filter(|child| !is_entry(child)).map(|child| child.retained.0).sum();
        let told: Vec<String> = row.children.iter().map(|child| child.step.to_string()).collect();
        assert!(rest as f64 <= REST * row.retained.0 as f64, "{}: {told:?}", row.step);
        assert!(row.children.iter().any(|child| is_entry(&child)), "{}: {told:?}", row.step);
    }
    rows.len()
}

/// Containers that are made for fewer items.
const SMALL: [(&str, u64); 8] = [
    ("LIST_OF_ONE", 1),
    ("LIST_OF_TWO", 2),
    ("SET_OF_TWO", 2),
    ("MAP_OF_ONE", 1),
    ("SINGLETON", 1),
    ("SINGLETON_LIST", 1),
    ("SINGLETON_MAP", 1),
    ("ENUM_MAP", 100),
];

#[test]
fn containers_of_the_jdk_that_is_installed_are_one_row_each() {
    let program = source("fixtures/heap/owners/Holders.java");
    let folder = run("java", &["-Xmx256m", program.to_str().unwrap(), "FOLDER/holders.hprof"]);
    assert_eq!(check(&folder.path().join("holders.hprof"), "Holders.", 1000, &SMALL), 79);
}

#[test]
fn containers_of_jdk_25_are_one_row_each() {
    assert_eq!(check(&source("fixtures/heap/owners/jdk25.hprof.gz"), "Holders.", 1000, &SMALL), 79);
}

#[test]
fn containers_of_libraries_are_one_row_each() {
    let dump = source("fixtures/heap/owners/shelves.hprof.gz");
    assert_eq!(check(&dump, "Shelves$", 100, &[]), 130);
}
