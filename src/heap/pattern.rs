//! Known kinds of leaks, as data: what their owner paths look like, and what to look at.

use super::{OwnerPath, Step};

/// A kind of leak.
#[derive(Debug)]
struct Pattern {
    name: &'static str,
    advice: &'static str,
    /// For each in turn, some step must fit, in this order from the root.
    steps: &'static [Fit],
    /// Whether the owner must be a container.
    container: bool,
}

/// What a step must look like.
#[derive(Debug)]
enum Fit {
    /// Its edge starts with one of these.
    Edge(&'static [&'static str]),
    /// Its edge or class has one of these in it, in whatever case.
    Says(&'static [&'static str]),
    /// It is the last step, and its class is one of these or starts with one that ends in `*`.
    Ends(&'static [&'static str]),
}

use Fit::{Edge, Ends, Says};

/// The first that fits is told.
const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "thread-local map without eviction",
        advice: "each worker thread keeps its own copy for as long as it lives: bound it, or remove the value when the request is done (`ThreadLocal.remove()`)",
        steps: &[Edge(&["thread "]), Edge(&["threadLocals", "inheritableThreadLocals"])],
        container: false,
    },
    Pattern {
        name: "thread-local map without eviction",
        advice: "each thread that touched the `threading.local` keeps its own copy for as long as it lives: bound it, or clear it when the request is done",
        steps: &[Says(&["_thread._local", "_threading_local"])],
        container: false,
    },
    Pattern {
        name: "listeners never removed",
        advice: "something registers for each request and never unregisters: look for `on`, `addListener` or `subscribe` without its counterpart",
        steps: &[Says(&["._events", "listener", "eventemitter", "observer", "subscri", "callbacks"])],
        container: false,
    },
    Pattern {
        name: "class loader retention",
        advice: "classes are defined again and again, or a loader outlives its application: look for generated classes, scripts and redeployments",
        steps: &[Says(&["classloader"])],
        container: false,
    },
    Pattern {
        name: "timers never cancelled",
        advice: "timers are started for each request and neither fire nor get cancelled: look for `setInterval` and long `setTimeout`",
        steps: &[Says(&["timeout", "timerslist", "scheduledfuturetask", "timertask", "timerhandle"])],
        container: false,
    },
    Pattern {
        name: "pooled object not returned",
        advice: "the pool grows because borrowers keep or lose what they borrowed: return it in `finally`, and bound the pool",
        steps: &[Says(&["pool"])],
        container: false,
    },
    Pattern {
        name: "queue not drained",
        advice: "more is put in than taken out: bound the queue and let the producer wait or refuse",
        steps: &[Ends(&[
            "java.util.concurrent.LinkedBlocking*",
            "java.util.concurrent.ConcurrentLinked*",
            "java.util.concurrent.ArrayBlockingQueue",
            "java.util.concurrent.PriorityBlockingQueue",
            "java.util.concurrent.DelayQueue",
            "java.util.ArrayDeque",
            "java.util.PriorityQueue",
            "collections.deque",
            "queue.*",
            "asyncio.queues.*",
        ])],
        container: false,
    },
    Pattern {
        name: "buffers of whole payloads",
        advice: "request or response bodies are kept whole: stream them, and let go of them when the request is done",
        steps: &[Ends(&[
            "byte[]",
            "char[]",
            "java.nio.*",
            "ArrayBuffer",
            "Buffer",
            "Uint8Array",
            "bytes",
            "bytearray",
            "io.BytesIO",
            "_io.BytesIO",
        ])],
        container: false,
    },
    Pattern {
        name: "closures that keep their scope",
        advice: "functions are kept, and each keeps the variables it was made with: look at what stores the function",
        steps: &[Ends(&["Function", "function", "system / Context"])],
        container: false,
    },
    Pattern {
        name: "static collection without bound",
        advice: "entries are added for each request and never removed: bound it (size or age), or key it by something that does not grow",
        steps: &[Edge(&["static "])],
        container: true,
    },
    Pattern {
        name: "module-level collection without bound",
        advice: "entries are added for each request and never removed: bound it (size or age), or key it by something that does not grow",
        steps: &[Edge(&["module ", "context ", "global."])],
        container: true,
    },
];

/// The pattern that an owner looks like: its name, and what to look at.
pub fn of(path: &OwnerPath, is_container: bool) -> Option<(&'static str, &'static str)> {
    let fits = |pattern: &&Pattern| (!pattern.container || is_container) && pattern.fits(&path.0);
    PATTERNS.iter().find(fits).map(|pattern| (pattern.name, pattern.advice))
}

impl Pattern {
    fn fits(&self, steps: &[Step]) -> bool {
        let mut rest = steps;
        self.steps.iter().all(|fit| {
            match rest.iter().position(|step| fit.fits(step, step == &steps[steps.len() - 1])) {
                Some(place) => {
                    rest = &rest[place + 1..];
                    true
                }
                None => false,
            }
        })
    }
}

impl Fit {
    fn fits(&self, step: &Step, last: bool) -> bool {
        match self {
            Self::Edge(starts) => starts.iter().any(|start| step.edge.starts_with(start)),
            Self::Says(words) => {
                let text = step.to_string().to_lowercase();
                words.iter().any(|word| text.contains(word))
            }
            Self::Ends(classes) => last && classes.iter().any(|class| super::fold::fits(class, &step.class)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, is_container: bool) -> Option<&'static str> {
        let step = |text: &str| {
            let (edge, class) = text.split_once(": ").unwrap_or((text, ""));
            Step { edge: edge.to_owned(), class: class.to_owned() }
        };
        of(&OwnerPath(path.split(" → ").map(step).collect()), is_container).map(|(name, _)| name)
    }

    #[test]
    fn owners_are_told_by_the_kind_of_leak_they_look_like() {
        for (path, name) in [
            (
                "thread http-worker-* → threadLocals[static RouteCache.CACHE]: java.util.HashMap",
                "thread-local map without eviction",
            ),
            ("module app → .LOCAL: _thread._local → .cache: dict", "thread-local map without eviction"),
            ("context app.js:bus: EventEmitter → ._events: Object → .tick: Array", "listeners never removed"),
            ("static Work.QUEUE: java.util.concurrent.LinkedBlockingQueue", "queue not drained"),
            ("static Bodies.last: byte[]", "buffers of whole payloads"),
            ("static Clients.ALL: java.util.HashMap", "static collection without bound"),
            ("module app → .CLIENTS: dict", "module-level collection without bound"),
        ] {
            assert_eq!(named(path, true), Some(name), "{path}");
        }
    }

    #[test]
    fn what_looks_like_nothing_known_gets_no_advice() {
        assert_eq!(named("static Config.current: com.shop.Config", false), None);
    }
}
