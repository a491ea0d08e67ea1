//! Tasks of asyncio stand with who keeps them, and those that nobody keeps by themselves, whatever they wait for.

use plimsoll::heap::Owner;

use crate::dump::{below, owners, run, source};
use crate::interpreters::interpreters;

/// The first list of orders at or below an owner.
fn orders_of(owner: &Owner) -> Option<&Owner> {
    let holds = |owner: &Owner| owner.children.iter().any(|child| child.step.class == "__main__.Order");
    if holds(owner) { Some(owner) } else { owner.children.iter().find_map(orders_of) }
}

#[test]
fn a_task_is_told_by_its_function_or_with_who_keeps_it() {
    for python in interpreters() {
        let (program, agents) = (source("fixtures/heap/owners/tasks.py"), source("src/run/probe/agents"));
        let folder = run(&python, &[program.to_str().unwrap(), "FOLDER", agents.to_str().unwrap()]);
        for dump in ["0.pygraph", "1.pygraph"] {
            let summary = owners(&folder.path().join(dump));
            let orders = orders_of(below(&summary.owners, "task __main__.main"));
            let orders = orders.unwrap_or_else(|| panic!("{python}: {dump}: the main task has no orders"));
            assert_eq!((orders.step.edge.as_str(), orders.entries), (".orders", Some(1000)), "{python}: {dump}");
            let polls = below(&summary.owners, "task __main__.poll");
            assert!(polls.count >= 495 && polls.retained.0 > 500 * 2000, "{python}: {dump}: {polls:?}");
            let kept = below(&summary.owners, "module __main__ → .KEPT");
            assert_eq!(kept.entries, Some(200), "{python}: {dump}");
            assert!(kept.retained.0 > 200 * 2000, "{python}: {dump}: {}", kept.retained);
            assert!(!summary.owners.iter().any(|owner| owner.step.edge == "task __main__.stay"), "{python}: {dump}");
        }
    }
}
