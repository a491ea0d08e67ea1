//! Every kind of container is one row with all its entries, and nothing of its inside is a step.

use std::path::Path;

use plimsoll::heap::{Bound, Owner};

use crate::dump::{below, owners, run, source, statics};

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
    assert_eq!(check(&dump, "Shelves$", 100, &[]), 209);
}

#[test]
fn containers_of_numbers_are_one_row_each() {
    let summary = owners(&source("fixtures/heap/owners/shelves.hprof.gz"));
    let rows = statics(&summary, "Numbers.");
    assert_eq!(rows.len(), 16);
    for row in rows {
        assert_eq!(row.entries, Some(100), "{}", row.step);
        let told: Vec<String> = row.children.iter().map(|child| child.step.to_string()).collect();
        assert!(told.is_empty() || row.step.edge == "static Numbers.METERS", "{}: {told:?}", row.step);
    }
}

#[test]
fn what_bounds_a_container_is_read_off_the_dump() {
    let summary = owners(&source("fixtures/heap/owners/shelves.hprof.gz"));
    let rows = statics(&summary, "Shelves$");
    for (name, bound) in [
        ("Caches.BOUNDED", Some(Bound::Entries(5000))),
        ("Caches.EXPIRING", Some(Bound::Evicts)),
        ("Caches.UNBOUNDED", None),
        ("Guava.BOUNDED", Some(Bound::Entries(5000))),
        ("Guava.LOADING", Some(Bound::Evicts)),
        ("Guava.MANUAL", None),
        ("Guava.EVICTING_QUEUE", Some(Bound::Entries(5000))),
        ("Commons.LRU_MAP", Some(Bound::Entries(5000))),
        ("Commons.HASHED_MAP", None),
        ("Agrona.CACHE", Some(Bound::Entries(8192))),
        ("Agrona.LRU_CACHE", Some(Bound::Entries(1024))),
        ("Agrona.MPSC_QUEUE", Some(Bound::Entries(1024))),
        ("Agrona.LINKED_QUEUE", None),
        ("Agrona.MAP", None),
        ("Others.HIBERNATE_LIRS_MAP", Some(Bound::Evicts)),
        ("Others.EHCACHE_MAP", None),
        ("Queues.RX_REPLAY", None),
        ("Queues.RX_REPLAY_BOUNDED", Some(Bound::Entries(5000))),
        ("Queues.SHARED_FLOW", None),
    ] {
        let row = rows.iter().find(|row| row.step.edge == format!("static Shelves${name}")).unwrap();
        assert_eq!(row.marks.bound, bound, "{name}");
    }
}

/// Places of the Node program that hold a thousand things each.
const VARIABLES: [(&str, &str); 25] = [
    ("context holders.cjs:map", "Map"),
    ("context holders.cjs:numbers", "Map"),
    ("context holders.cjs:set", "Set"),
    ("context holders.cjs:churned", "Set"),
    ("context holders.cjs:registry", "Registry"),
    ("context holders.cjs:tags", "Tags"),
    ("context holders.cjs:labelled", "Map"),
    // What a collection has beside its entries, and what is only called one.
    ("context holders.cjs:registry → .notes", "Array"),
    ("context holders.cjs:labelled → .notes", "Array"),
    ("context holders.cjs:fake → .table", "Array"),
    ("context holders.cjs:array", "Array"),
    ("context holders.cjs:grown", "Array"),
    ("context holders.cjs:sparse", "Array"),
    ("context holders.cjs:dictionary", "Object"),
    ("context holders.cjs:indexed", "Object"),
    ("context holders.cjs:bare", "Object"),
    ("context holders.cjs:keep", "Array"),
    ("context holders.cjs:closures", "Array"),
    ("context holders.cjs:bytes", "Array"),
    ("context holders.cjs:service → .#secret", "Map"),
    ("context holders.cjs:service → .open", "Array"),
    ("context holders.cjs:nested → entries", "Map"),
    ("module holders.cjs → .exports → .exported", "Map"),
    ("global.shelf", "Array"),
    ("context holders.cjs:never", "Promise"),
];

#[test]
fn what_a_finalization_registry_keeps_for_objects_stands_with_them() {
    let program = source("fixtures/heap/owners/holders.cjs");
    let folder = run("node", &[program.to_str().unwrap(), "FOLDER"]);
    let summary = owners(&folder.path().join("holders.heapsnapshot"));
    let registry = below(&summary.owners, "context holders.cjs:farewell");
    assert_eq!((registry.step.class.as_str(), registry.entries), ("FinalizationRegistry", Some(0)));
    let guests = below(&summary.owners, "context holders.cjs:guests → entries");
    let cells = guests.children.iter().find(|child| child.step.class == "system / WeakCell").unwrap();
    assert_eq!((guests.count, cells.count), (1000, 1000));
    assert!(cells.retained.0 > cells.shallow.0, "{cells:?}");
}

#[test]
fn containers_of_node_are_one_row_each() {
    let program = source("fixtures/heap/owners/holders.cjs");
    let folder = run("node", &[program.to_str().unwrap(), "FOLDER"]);
    let summary = owners(&folder.path().join("holders.heapsnapshot"));
    for (path, class) in VARIABLES {
        let owner = below(&summary.owners, path);
        assert_eq!((owner.step.class.as_str(), owner.entries), (class, Some(1000)), "{path}");
        let inside = [
            "(array)",
            "(object properties)",
            "(object elements)",
            "system / Context",
            "system / PromiseReaction",
            "system / WeakCell",
        ];
        assert!(owner.children.iter().all(|child| !inside.contains(&child.step.class.as_str())), "{path}");
        let entries = owner.children.iter().find(|child| child.step.edge == "entries").unwrap();
        assert_eq!(entries.count, 1000, "{path}");
    }
    // Their keys hold what is in them.
    for path in ["context holders.cjs:weak", "context holders.cjs:weakSet"] {
        assert_eq!(below(&summary.owners, path).entries, Some(1000), "{path}");
    }
}

/// Globals of the Python program that hold a thousand items each.
const GLOBALS: [(&str, &str); 30] = [
    (".DICT", "dict"),
    (".LIST", "list"),
    (".TUPLE", "tuple"),
    (".SET", "set"),
    (".FROZEN", "frozenset"),
    (".DEQUE", "collections.deque"),
    (".RING", "collections.deque"),
    (".ORDERED", "collections.OrderedDict"),
    (".DEFAULT", "collections.defaultdict"),
    (".COUNTER", "collections.Counter"),
    (".CHAIN", "collections.ChainMap"),
    (".REGISTRY", "__main__.Registry"),
    (".ROWS", "__main__.Rows"),
    (".PROXY", "mappingproxy"),
    (".QUEUE", "queue.Queue"),
    (".SLOTTED", "list"),
    (".ORDERS", "list"),
    (".PAIRS", "list"),
    (".CLOSURES", "list"),
    (".PARTIALS", "list"),
    (".KEPT", "list"),
    (".WEAK_KEYS", "weakref.WeakKeyDictionary"),
    (".WEAK_VALUES", "weakref.WeakValueDictionary"),
    (".NESTED → entries", "dict"),
    (".SERVICE → .sessions", "dict"),
    (".Service → .shared", "list"),
    (".LOCAL → .cache", "dict"),
    (".bounded", "functools._lru_cache_wrapper"),
    (".unbounded", "functools._lru_cache_wrapper"),
    (".INNER → .held", "list"),
];

#[test]
fn containers_of_python_are_one_row_each() {
    let (program, agents) = (source("fixtures/heap/owners/holders.py"), source("src/run/probe/agents"));
    let folder = run("python3", &[program.to_str().unwrap(), "FOLDER", agents.to_str().unwrap()]);
    let summary = owners(&folder.path().join("holders.pygraph"));
    for (path, class) in GLOBALS {
        let owner = below(&summary.owners, &format!("module __main__ → {path}"));
        assert_eq!((owner.step.class.as_str(), owner.entries), (class, Some(1000)), "{path}");
        let inside = ["weakref.ReferenceType", "weakref.KeyedRef", "functools._lru_list_elem"];
        assert!(owner.children.iter().all(|child| !inside.contains(&child.step.class.as_str())), "{path}");
    }
    let bound = |name: &str| below(&summary.owners, &format!("module __main__ → {name}")).marks.bound;
    assert_eq!((bound(".bounded"), bound(".unbounded")), (Some(Bound::Evicts), None));
}
