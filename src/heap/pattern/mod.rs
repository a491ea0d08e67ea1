//! Known kinds of leaks: what a growing owner looks like, and what to look at.
//!
//! A name that sounds like a kind proves nothing. What counts is what classes are for ([`super::Kind`]),
//! what is in a container, what became more between the dumps, and what bounds it ([`super::Bound`]).
//! Only where a class says nothing of itself, as a list of functions does, the name of the field that
//! holds it may tell what it is for.

mod sight;
#[cfg(test)]
mod tests;

use sight::Sight;

use super::{Kind, Owner, OwnerPath};

/// A kind of leak.
struct Pattern {
    name: &'static str,
    advice: &'static str,
    fits: fn(&Sight<'_>) -> bool,
}

/// What is no leak.
pub(super) const FILLS: &str = "bounded container that fills";

/// The first that fits is told.
const PATTERNS: &[Pattern] = &[
    Pattern {
        name: FILLS,
        advice: "it evicts or refuses entries beyond its bound and stops growing when it is full: lower the bound, or give the run enough warm-up to fill it",
        fits: |sight| sight.is_bounded(),
    },
    Pattern {
        name: "finalizers that do not keep up",
        advice: "nothing else keeps these objects: they come faster than the one thread that runs `finalize` is done with them, or it is stuck (look at the stack of the thread `Finalizer`): release what they hold by `close` or a `Cleaner`; a few of them are only those of the last collection",
        fits: |sight| sight.waits_for_finalizer(),
    },
    Pattern {
        name: "class loader retention",
        advice: "classes are defined again and again, or a loader outlives its application: look for what still refers to the old loader (threads, thread-locals, drivers, shutdown hooks), and for generated classes and scripts that are not cached",
        fits: |sight| {
            sight.multiplies(Kind::Loader)
                || sight.multiplies_within(Kind::Loader)
                || sight.has_more_copies_of_a_static()
        },
    },
    Pattern {
        name: "thread-local map without eviction",
        advice: "each worker thread keeps its own copy for as long as it lives: bound it, or remove the value when the request is done (`ThreadLocal.remove()`)",
        fits: |sight| sight.is_below(&["thread "], &["threadLocals", "inheritableThreadLocals"]),
    },
    Pattern {
        name: "thread-local map without eviction",
        advice: "each thread that touched the `threading.local` keeps its own copy for as long as it lives: bound it, or clear it when the request is done",
        fits: |sight| sight.is_at_or_below(Kind::ThreadLocal),
    },
    Pattern {
        name: "threads never ended",
        advice: "threads are started for each request and do not end: use a pool of a fixed size, and shut down the executors that are made on the way",
        fits: |sight| sight.has_more_threads(),
    },
    Pattern {
        name: "tasks that never end",
        advice: "a task is started for each request and waits for something that does not come: give what it waits for a timeout, or cancel it when the request is done",
        fits: |sight| sight.has_more_tasks(),
    },
    Pattern {
        name: "timers never cancelled",
        advice: "timers are started for each request and neither fire nor get cancelled: look for `setInterval`, long `setTimeout` and `schedule` without the `cancel` that belongs to it",
        fits: |sight| sight.grew_by_many() && sight.multiplies(Kind::Timer),
    },
    Pattern {
        name: "listeners never removed",
        advice: "something registers for each request and never unregisters: look for `on`, `addListener` or `subscribe` without its counterpart",
        fits: |sight| sight.grew_by_many() && (sight.is_at_or_below(Kind::Listeners) || sight.is_registry()),
    },
    Pattern {
        name: "pooled object not returned",
        advice: "the pool grows because borrowers keep or lose what they borrowed: return it in `finally`, and bound the pool",
        fits: |sight| sight.grew() && sight.is_at_or_below(Kind::Pool),
    },
    Pattern {
        name: "queue not drained",
        advice: "more is put in than taken out: bound the queue and let the producer wait or refuse",
        fits: |sight| sight.grew() && sight.is_last(Kind::Queue) && !sight.is_empty(),
    },
    Pattern {
        name: "buffers of whole payloads",
        advice: "request or response bodies are kept whole: stream them, and let go of them when the request is done",
        fits: |sight| sight.is_last(Kind::Buffer) || (sight.grew() && sight.holds_payloads()),
    },
    Pattern {
        name: "future that is never settled",
        advice: "each request waits for the same promise or future and leaves its callbacks there: settle it, or do not wait for a lasting one anew each time (`Promise.race`, `then`, `thenApply`)",
        fits: |sight| sight.grew() && sight.is_last(Kind::Future),
    },
    Pattern {
        name: "closures that keep their scope",
        advice: "functions are kept, and each keeps the variables it was made with: look at what stores the function",
        fits: |sight| sight.grew_by_many() && (sight.is_last(Kind::Function) || sight.holds(Kind::Function)),
    },
    Pattern {
        name: "static collection without bound",
        advice: "entries are added for each request and never removed: bound it (size or age), or key it by something that does not grow",
        fits: |sight| sight.grew_by_many() && sight.is_kept() && sight.starts_with(&["static "]),
    },
    Pattern {
        name: "module-level collection without bound",
        advice: "entries are added for each request and never removed: bound it (size or age), or key it by something that does not grow",
        fits: |sight| sight.grew_by_many() && sight.is_kept() && sight.starts_with(&["module ", "context ", "global."]),
    },
    Pattern {
        name: "collection without bound",
        advice: "entries are added for each request and never removed: bound it (size or age), or let go of what holds it when the request is done",
        fits: |sight| {
            sight.grew_by_many() && sight.is_kept() && sight.is_named() && !sight.starts_with(&["thread ", "frame "])
        },
    },
];

/// The pattern that an owner looks like which grew from one owner tree to a later one: its name, and what
/// to look at. `None` for one that did not grow.
pub(super) fn of(path: &OwnerPath, before: &[Owner], after: &[Owner]) -> Option<(&'static str, &'static str)> {
    let sight = Sight::of(path, before, after).filter(|_| !path.is_of_runtime())?;
    PATTERNS.iter().find(|pattern| (pattern.fits)(&sight)).map(|pattern| (pattern.name, pattern.advice))
}
