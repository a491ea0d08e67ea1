//! Modules of JavaScript: what they export is theirs, and files of one name are told apart.

use std::path::Path;

use plimsoll::heap::Owner;

use crate::dump::{below, owners, run, source};

const PROGRAM: &str = "fixtures/heap/owners/modules";
const FILES: [&str; 4] = ["main.mjs", "users/index.mjs", "orders/index.mjs", "legacy/index.cjs"];

/// Variables of the program's files that hold a thousand items each.
const VARIABLES: [(&str, &str); 8] = [
    ("context users/index.mjs:cache", "Map"),
    ("context users/index.mjs:hidden", "Set"),
    ("context orders/index.mjs:cache", "Map"),
    ("context orders/index.mjs:orders", "Array"),
    ("context orders/index.mjs:default", "Map"),
    ("context orders/index.mjs:recent", "Array"),
    ("context orders/index.mjs:Repository → .rows", "Array"),
    ("context legacy/index.cjs:cache", "Map"),
];

fn check_out(folder: &Path) {
    for file in FILES {
        let to = folder.join(file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(source(PROGRAM).join(file), to).unwrap();
    }
}

#[test]
fn what_a_module_exports_is_told_as_what_it_keeps_wherever_it_was_checked_out() {
    let checkout = tempfile::tempdir().unwrap();
    check_out(checkout.path());
    let folder = run("node", &[checkout.path().join("main.mjs").to_str().unwrap(), "FOLDER"]);
    let summary = owners(&folder.path().join("modules.heapsnapshot"));
    for (path, class) in VARIABLES {
        let owner = below(&summary.owners, path);
        assert_eq!((owner.step.class.as_str(), owner.count, owner.entries), (class, 1, Some(1000)), "{path}");
    }
    let passes_on = |owner: &&Owner| owner.step.edge.starts_with("context main.mjs:") && owner.entries.is_some();
    assert_eq!(summary.owners.iter().find(passes_on), None);
}
