//! What Python objects have by name stands under its name, beside the entries of those that are containers as well.

use plimsoll::heap::{HeapSummary, Owner};

use crate::dump::{below, owners, run, source};
use crate::interpreters::interpreters;

/// Objects with the attributes `order`, a list, and `index`, a dict, of a thousand items each.
const ATTRIBUTED: [&str; 15] = [
    "MAPPING",
    "SLOTTED",
    "SEQUENCE",
    "UNIQUE",
    "ROW",
    "RING",
    "GROUPED",
    "ORDERED",
    "FAILURE",
    "REFUSAL",
    "NAMESPACE",
    "SPACE",
    "ANSWER",
    "PLAIN",
    "function",
];
/// Those of them that are containers, of a thousand items as well.
const CONTAINERS: usize = 8;

/// Dicts of a thousand items.
const DICTS: [&str; 7] = [
    "positional → .cache",
    "keyword → .cache",
    "LAMBDA → .cache",
    "LOCAL → .cache",
    // No reference to these has a name.
    "FUTURE → ",
    "GETTER → ",
    "VALUES → ",
];

fn dumped(python: &str) -> HeapSummary {
    let (program, agents) = (source("fixtures/heap/owners/attributes.py"), source("src/run/probe/agents"));
    let folder = run(python, &[program.to_str().unwrap(), "FOLDER", agents.to_str().unwrap()]);
    owners(&folder.path().join("attributes.pygraph"))
}

fn of<'a>(summary: &'a HeapSummary, name: &str) -> &'a Owner {
    below(&summary.owners, &format!("module __main__ → {name}"))
}

fn steps(owner: &Owner) -> Vec<(String, u64, Option<u64>)> {
    owner.children.iter().map(|child| (child.step.to_string(), child.count, child.entries)).collect()
}

#[test]
fn attributes_stand_under_their_names_and_entries_beside_them_on_any_version() {
    for python in interpreters() {
        let summary = dumped(&python);
        for (place, name) in ATTRIBUTED.iter().enumerate() {
            let owner = of(&summary, &format!(".{name}"));
            let told = steps(owner);
            for attribute in [".order: list", ".index: dict"] {
                let expected = (attribute.to_owned(), 1, Some(1000));
                assert!(told.contains(&expected), "{python}: {name} has no `{attribute}`: {told:?}");
            }
            let is_container = place < CONTAINERS;
            assert_eq!(owner.entries, is_container.then_some(1000), "{python}: {name}");
            let entries = ("entries: __main__.Item".to_owned(), 1000, None);
            assert_eq!(told.contains(&entries), is_container, "{python}: {name}: {told:?}");
            let is_dict = |(step, ..): &&(String, u64, Option<u64>)| step.ends_with(": dict") || step == "dict";
            assert_eq!(told.iter().filter(is_dict).count(), 1, "{python}: {name}: {told:?}");
        }
    }
}

#[test]
fn a_dict_is_a_container_whoever_holds_it_and_an_entry_where_it_is_one() {
    for python in interpreters() {
        let summary = dumped(&python);
        for path in DICTS {
            let owner = of(&summary, &format!(".{path}"));
            assert_eq!((owner.step.class.as_str(), owner.entries), ("dict", Some(1000)), "{python}: {path}");
        }
        for name in ["RECORDS", "SHELVES"] {
            let records = of(&summary, &format!(".{name} → entries"));
            let told = (records.step.class.as_str(), records.count, records.entries);
            assert_eq!(told, ("dict", 1000, Some(1000)), "{python}: {name}");
            assert_eq!(steps(records), [("entries: list".to_owned(), 1000, Some(1000))], "{python}: {name}");
        }
        let interned = ("entries: str".to_owned(), 1000, None);
        assert_eq!(steps(of(&summary, ".INTERNED")), [interned], "{python}");
        assert_eq!(steps(of(&summary, ".MANY → entries"))[0].0, ".held: __main__.Item", "{python}");
        let index = of(&summary, ".INSTANCES → entries → .index");
        assert_eq!((index.count, index.entries), (3, Some(3000)), "{python}");
    }
}

#[test]
fn a_module_is_one() {
    let summary = dumped("python3");
    let modules = || summary.owners.iter().filter(|owner| owner.step.edge.starts_with("module "));
    assert!(modules().count() > 10);
    for module in modules() {
        assert_eq!((module.count, module.entries), (1, None), "{}", module.step);
    }
}
