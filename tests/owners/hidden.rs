//! What the collector of CPython does not tell is told, and nothing that a program invents.

use plimsoll::heap::{HeapSummary, Options, Owner, summarize};
use tempfile::TempDir;

use crate::dump::{below, owners, run, source};
use crate::interpreters::interpreters;

fn written(python: &str) -> TempDir {
    let (program, agents) = (source("fixtures/heap/owners/hidden.py"), source("src/run/probe/agents"));
    run(python, &[program.to_str().unwrap(), "FOLDER", agents.to_str().unwrap()])
}

fn dumped(python: &str) -> HeapSummary {
    // Of each small object nobody asks for its holders, as in a large heap.
    summarize(&written(python).path().join("hidden.pygraph"), &Options::default()).unwrap()
}

/// Checks that these hold a thousand items by these names, on any version.
fn check_lists(held: &[(&str, &str)]) {
    for python in interpreters() {
        let summary = dumped(&python);
        for (name, variable) in held {
            let found = below(&summary.owners, &format!("module __main__ → .{name}"));
            let list = list_of(found).unwrap_or_else(|| panic!("{python}: {name} holds no list"));
            let told = (list.step.edge.as_str(), list.entries);
            assert_eq!(told, (*variable, Some(1000)), "{python}: {name}");
            assert!(found.retained.0 > list.retained.0, "{python}: {name} retains {}", found.retained);
        }
    }
}

/// The first list at or below an owner.
fn list_of(owner: &Owner) -> Option<&Owner> {
    if owner.step.class == "list" { Some(owner) } else { owner.children.iter().find_map(list_of) }
}

#[test]
fn what_an_object_says_to_be_its_size_is_not_asked() {
    for python in interpreters() {
        let summary = dumped(&python);
        for name in ["DEEP", "ROWS"] {
            let retained = below(&summary.owners, &format!("module __main__ → .{name}")).retained;
            assert!(retained.0 < 1 << 16, "{python}: {name}: {retained}");
        }
        let rows = below(&summary.owners, "module __main__ → .ROWS");
        assert!(rows.retained.0 > 8 * 1000, "{python}: {}", rows.retained);
    }
}

#[test]
fn attributes_are_held_by_their_object_whether_or_not_its_dict_was_read() {
    check_lists(&[("READ", ".order"), ("UNREAD", ".order")]);
}

#[test]
fn variables_shared_with_inner_functions_stand_under_their_names() {
    check_lists(&[("COUNTER", ".log"), ("WAITING", ".backlog")]);
}

#[test]
fn suspended_calls_are_told_by_their_functions() {
    for python in interpreters() {
        let summary = owners(&written(&python).path().join("hidden.pygraph"));
        for (name, class) in [
            ("COUNTER", "generator __main__.counter"),
            ("WAITING", "coroutine __main__.waiting"),
            ("ENDED", "coroutine"),
        ] {
            let call = below(&summary.owners, &format!("module __main__ → .{name}"));
            assert_eq!(call.step.class, class, "{python}");
        }
    }
}

#[test]
fn a_call_that_runs_holds_its_variables_though_a_failure_that_is_kept_refers_to_it() {
    for python in interpreters() {
        let summary = dumped(&python);
        let backlog = below(&summary.owners, "frame __main__.serve → .backlog");
        assert_eq!(backlog.entries, Some(1000), "{python}");
    }
}

#[test]
fn closures_and_methods_are_told_by_their_functions() {
    for python in interpreters() {
        let summary = owners(&written(&python).path().join("hidden.pygraph"));
        let listeners = below(&summary.owners, "module __main__ → .LISTENERS").children.iter();
        let classes: Vec<&str> = listeners.map(|listener| listener.step.class.as_str()).collect();
        for class in ["function __main__.listener.<locals>.on_event", "method __main__.Session.close"] {
            assert!(classes.contains(&class), "{python}: {classes:?}");
        }
        let function = below(&summary.owners, "module __main__ → .listener");
        assert_eq!(function.step.class, "function", "{python}: its variable tells which one it is");
    }
}

#[test]
fn suspended_greenlets_hold_the_variables_of_their_frames() {
    check_lists(&[("PARKED", ".local")]);
}

#[test]
fn arrays_hold_their_objects() {
    for python in interpreters() {
        let summary = dumped(&python);
        let array = below(&summary.owners, "module __main__ → .OBJECTS");
        assert_eq!(array.entries, Some(1000), "{python}");
        let items = below(&array.children, "entries");
        assert_eq!((items.step.class.as_str(), items.count), ("__main__.Item", 1000), "{python}");
    }
}

#[test]
fn values_of_context_variables_stand_under_their_names() {
    check_lists(&[("CONTEXT", ".request")]);
}

#[test]
fn caches_with_a_bound_have_an_entry_for_each_result() {
    for python in interpreters() {
        let summary = dumped(&python);
        let cache = below(&summary.owners, "module __main__ → .BOUNDED");
        assert_eq!(cache.entries, Some(1000), "{python}");
        let results = list_of(cache).unwrap_or_else(|| panic!("{python}: no results"));
        let told = (results.step.edge.as_str(), results.count, results.entries);
        assert_eq!(told, ("entries", 1000, Some(2000)), "{python}");
    }
}

#[test]
fn what_is_to_run_at_the_end_is_held_by_its_module_and_not_asked_what_equals_it() {
    for python in interpreters() {
        let summary = dumped(&python);
        let registered = below(&summary.owners, "module atexit").children.iter();
        let methods =
            registered.filter(|child| child.step.class == "method __main__.Session.close" && child.count >= 1000);
        assert_eq!(methods.count(), 1, "{python}");
    }
}

#[test]
fn memory_beside_an_object_is_told_by_its_owner_alone() {
    for python in interpreters() {
        let summary = dumped(&python);
        for name in ["TEXT", "REPORT", "BUFFER", "WINDOW", "OWN_CONSTANT", "NOTICE", "COLORS", "GRAYS"] {
            let retained = below(&summary.owners, &format!("module __main__ → .{name}")).retained.0;
            assert!((1 << 16..(1 << 16) + 1024).contains(&retained), "{python}: {name}: {retained}");
        }
    }
}

#[test]
fn what_somebody_else_has_as_well_is_not_told_with_code_or_images() {
    for python in interpreters() {
        let summary = owners(&written(&python).path().join("hidden.pygraph"));
        for name in ["SHARED_CONSTANT", "MAPPED"] {
            let retained = below(&summary.owners, &format!("module __main__ → .{name}")).retained.0;
            assert!(retained < 1024, "{python}: {name}: {retained}");
        }
    }
}

#[test]
fn attributes_count_once_whether_or_not_their_dict_was_read() {
    for python in interpreters() {
        let summary = dumped(&python);
        for name in ["POINTS", "READ_POINTS"] {
            let list = below(&summary.owners, &format!("module __main__ → .{name}"));
            let each = list.retained.0 / 1000;
            assert!((128..208).contains(&each), "{python}: {name}: {each}");
        }
    }
}

#[test]
fn modules_that_a_program_numbers_are_told_together() {
    for python in interpreters() {
        let summary = owners(&written(&python).path().join("hidden.pygraph"));
        for (name, count) in [
            ("many*", 20),
            ("tenant_*.views", 20),
            ("digest_*", 20),
            ("identity-*", 20),
            ("few0", 1),
            ("few1", 1),
            ("words_decade-v0", 1),
            ("words_decade-v1", 1),
        ] {
            assert_eq!(below(&summary.owners, &format!("module {name}")).count, count, "{python}: {name}");
        }
    }
}

#[test]
fn writing_the_graph_leaves_no_layouts() {
    for python in interpreters() {
        let summary = owners(&written(&python).path().join("hidden.pygraph"));
        let written = |owner: &&Owner| owner.step.class == "_struct.Struct" || holds_layouts(owner);
        let found: Vec<String> = summary.owners.iter().filter(written).map(|owner| owner.step.to_string()).collect();
        assert!(found.is_empty(), "{python}: {found:?}");
    }
}

/// The module keeps those that its functions were asked for in a dict that has no name.
fn holds_layouts(owner: &Owner) -> bool {
    owner.step.edge == "module _struct" && owner.children.iter().any(|child| child.step.to_string() == "dict")
}
