//! Each kind of leak is told from a dump of a real program, and what only looks like it is not.

use plimsoll::heap::{HeapSummary, Options, diff, summarize};

use crate::dump::{run, source};

/// The owners that grew, with the pattern of each.
fn told(before: &HeapSummary, after: &HeapSummary) -> Vec<(String, Option<&'static str>)> {
    let grown = diff(before, after).into_iter().filter(|growth| growth.delta.0 > 2500);
    grown.map(|growth| (growth.path.to_string(), growth.pattern.map(|(name, _)| name))).collect()
}

fn check(told: &[(String, Option<&'static str>)], expected: &[(&str, &str)]) {
    for (path, pattern) in expected {
        let found = told.iter().find(|(told, _)| told == path);
        let (_, found) = found.unwrap_or_else(|| panic!("`{path}` did not grow: {told:#?}"));
        assert_eq!(*found, Some(*pattern), "{path}");
    }
}

#[test]
fn leaks_of_java_are_told_by_their_kind() {
    let program = source("fixtures/heap/owners/Leaks.java");
    let folder = run("java", &["-Xmx256m", program.to_str().unwrap(), "FOLDER"]);
    let [before, after] =
        [0, 1].map(|round| summarize(&folder.path().join(format!("{round}.hprof")), &Options::default()).unwrap());
    let told = told(&before, &after);
    check(
        &told,
        &[
            (
                "thread http-worker-* → threadLocals[static Leaks.CACHE]: java.util.HashMap",
                "thread-local map without eviction",
            ),
            ("thread http-worker-* → threadLocals[static Leaks.RECENT]: Leaks$Lru", "bounded container that fills"),
            ("static Leaks.SESSIONS: java.util.concurrent.ConcurrentHashMap", "static collection without bound"),
            ("static Leaks.LATEST: java.util.Collections$SynchronizedMap", "bounded container that fills"),
            (
                "static Leaks.BUS: Leaks$Bus → .listeners: java.util.concurrent.CopyOnWriteArrayList",
                "listeners never removed",
            ),
            ("static Leaks.listenerCounts: java.util.HashMap", "static collection without bound"),
            (
                "static Leaks.POOL: Leaks$Connections → .busy: java.util.Collections$SetFromMap",
                "pooled object not returned",
            ),
            (
                "static Leaks.CONSTANTS: Leaks$ConstantPool → .constants: java.util.HashMap",
                "static collection without bound",
            ),
            ("static Leaks.PLUGINS: java.util.ArrayList", "class loader retention"),
            ("static Leaks.OPENED: java.util.ArrayList", "class loader retention"),
            ("static Leaks.TREE: Leaks$Branch → .below: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.TOGETHER: java.util.ArrayList", "static collection without bound"),
            (
                "static Leaks.LOADS: Leaks$ClassLoaderStatistics → .loads: java.util.TreeMap",
                "static collection without bound",
            ),
            ("finalizer: Leaks$Handle", "finalizers that do not keep up"),
            ("static Leaks.HANDLES: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.timeouts: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.JOBS: java.util.concurrent.LinkedBlockingQueue", "queue not drained"),
            ("static Leaks.LAST_JOBS: java.util.concurrent.ArrayBlockingQueue", "bounded container that fills"),
            ("static Leaks.BODIES: java.util.ArrayList", "buffers of whole payloads"),
            ("static Leaks.DIGESTS: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.LATER: java.util.ArrayList", "closures that keep their scope"),
            ("static Leaks.NEVER: java.util.concurrent.CompletableFuture", "future that is never settled"),
            ("static Leaks.ANSWERS: java.util.HashMap", "static collection without bound"),
            ("thread waiting-*-*", "threads never ended"),
            (
                "static Leaks.SCHEDULER: java.util.concurrent.ScheduledThreadPoolExecutor → .workQueue: java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue",
                "timers never cancelled",
            ),
            (
                "static Leaks.EXECUTOR: java.util.concurrent.ThreadPoolExecutor → .workQueue: java.util.concurrent.LinkedBlockingQueue",
                "queue not drained",
            ),
        ],
    );
    assert!(told.iter().all(|(path, _)| !path.contains(".fixed")), "{told:#?}");
    // What fields of two classes share is not told with the loader that holds the classes.
    let shared = "(shared by static Leaks$ByNumber.ALL, static Leaks$Newest.ALL): Leaks$Product";
    assert!(told.iter().any(|(path, _)| path == shared), "{told:#?}");
    assert!(told.iter().all(|(path, _)| !path.contains("ClassLoader → .classes")), "{told:#?}");
    // The classes of the plugins are told with the list that keeps them, and a branch of the tree with the tree although
    // a thread is busy with it.
    assert!(told.iter().all(|(path, _)| !path.contains("CONFIG") && !path.contains("Branch.parent")), "{told:#?}");
}

#[test]
fn leaks_of_node_are_told_by_their_kind() {
    let program = source("fixtures/heap/owners/leaks.cjs");
    // A compilation that is under way holds what it was shown as constants, in one snapshot and not in the next.
    let folder = run("node", &["--no-opt", program.to_str().unwrap(), "FOLDER"]);
    let [before, after] = [1, 2]
        .map(|round| summarize(&folder.path().join(format!("{round}.heapsnapshot")), &Options::default()).unwrap());
    let told = told(&before, &after);
    check(
        &told,
        &[
            ("context leaks.cjs:clients: Map", "module-level collection without bound"),
            ("context leaks.cjs:lru: LRUCache → .cache: Map", "bounded container that fills"),
            ("context leaks.cjs:emitter: EventEmitter → ._events: Object → .quote: Array", "listeners never removed"),
            ("context leaks.cjs:bus: Bus → .listeners: Array", "listeners never removed"),
            ("context leaks.cjs:topics: EventEmitter → ._events: Object → .price: Array", "listeners never removed"),
            ("context leaks.cjs:carts: Map", "module-level collection without bound"),
            ("context leaks.cjs:listenerCounts: Map", "module-level collection without bound"),
            ("context leaks.cjs:timeouts: Array", "module-level collection without bound"),
            ("context leaks.cjs:pool: Pool → .busy: Set", "pooled object not returned"),
            ("context leaks.cjs:constants: ConstantPool → .constants: Map", "module-level collection without bound"),
            ("context leaks.cjs:later: Array", "closures that keep their scope"),
            ("context leaks.cjs:never: Promise", "future that is never settled"),
            ("context leaks.cjs:answers: Map", "module-level collection without bound"),
            ("context leaks.cjs:bodies: Array", "buffers of whole payloads"),
            // A suspended call holds the map as well, in the second snapshot only.
            ("context leaks.cjs:counted: Shop → .stock: Stock → .items: Map", "module-level collection without bound"),
            ("context leaks.cjs:listed: Shop → .stock: Stock → .items: Map", "module-level collection without bound"),
        ],
    );
    // What a timer holds and the program files is the program's, with the timer.
    let carts = "(shared by context leaks.cjs:carts): ";
    assert!(told.iter().any(|(path, _)| path.strip_prefix(carts) == Some("Cart")), "{told:#?}");
    let timers = told.iter().filter(|(path, _)| !path.starts_with(carts));
    let timers: Vec<_> = timers.filter(|(_, pattern)| *pattern == Some("timers never cancelled")).collect();
    assert!(timers.len() == 1 && timers[0].0 == "timer leaks.cjs", "{told:#?}");
    assert!(told.iter().all(|(path, _)| !path.contains(".fixed")), "{told:#?}");
}

#[test]
fn leaks_of_python_are_told_by_their_kind() {
    let (program, agents) = (source("fixtures/heap/owners/leaks.py"), source("src/run/probe/agents"));
    let folder = run("python3", &[program.to_str().unwrap(), "FOLDER", agents.to_str().unwrap()]);
    let [before, after] =
        [0, 1].map(|round| summarize(&folder.path().join(format!("{round}.pygraph")), &Options::default()).unwrap());
    let told = told(&before, &after);
    check(
        &told,
        &[
            ("module __main__ → .CLIENTS: dict", "module-level collection without bound"),
            ("module __main__ → .bounded: functools._lru_cache_wrapper", "bounded container that fills"),
            ("module __main__ → .unbounded: functools._lru_cache_wrapper", "module-level collection without bound"),
            ("module __main__ → .LOCAL: _thread._local → .cache: dict", "thread-local map without eviction"),
            ("module __main__ → .BUS: __main__.Bus → .listeners: list", "listeners never removed"),
            ("module __main__ → .LISTENER_COUNTS: dict", "module-level collection without bound"),
            ("module __main__ → .POOL: __main__.Connections → .busy: set", "pooled object not returned"),
            (
                "module __main__ → .CONSTANTS: __main__.ConstantPool → .constants: dict",
                "module-level collection without bound",
            ),
            ("module __main__ → .JOBS: queue.Queue", "queue not drained"),
            ("module __main__ → .TASKS: _queue.SimpleQueue", "queue not drained"),
            ("module __main__ → .TIMEOUTS: list", "module-level collection without bound"),
            ("module __main__ → .LATER: list", "closures that keep their scope"),
            ("module __main__ → .BODIES: list", "buffers of whole payloads"),
            (
                "module __main__ → (shared by module __main__.ORDERS, module __main__.RECENT): dict",
                "module-level collection without bound",
            ),
            ("Logger.manager: logging.Manager → .loggerDict: dict", "collection without bound"),
            // A suspended call holds the dict as well, in the second graph only.
            (
                "module __main__ → .COUNTED: __main__.Shop → .stock: __main__.Stock → .items: dict",
                "module-level collection without bound",
            ),
            (
                "module __main__ → .LISTED: __main__.Shop → .stock: __main__.Stock → .items: dict",
                "module-level collection without bound",
            ),
        ],
    );
    let shared = "(shared by module __main__.NEWEST, module __main__.PRODUCTS): __main__.Product";
    assert!(told.iter().any(|(path, _)| *path == format!("module __main__ → {shared}")), "{told:#?}");
    let timers: Vec<_> = told.iter().filter(|(_, pattern)| *pattern == Some("timers never cancelled")).collect();
    assert!(timers.len() == 1 && timers[0].0.ends_with("._scheduled: list"), "{told:#?}");
}
