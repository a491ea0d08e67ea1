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
            (
                "static Leaks.LOADS: Leaks$ClassLoaderStatistics → .loads: java.util.TreeMap",
                "static collection without bound",
            ),
            ("static Leaks.timeouts: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.JOBS: java.util.concurrent.LinkedBlockingQueue", "queue not drained"),
            ("static Leaks.LAST_JOBS: java.util.concurrent.ArrayBlockingQueue", "bounded container that fills"),
            ("static Leaks.BODIES: java.util.ArrayList", "buffers of whole payloads"),
            ("static Leaks.DIGESTS: java.util.ArrayList", "static collection without bound"),
            ("static Leaks.LATER: java.util.ArrayList", "closures that keep their scope"),
            ("thread waiting-*-*", "threads never ended"),
        ],
    );
    let timers: Vec<_> = told.iter().filter(|(_, pattern)| *pattern == Some("timers never cancelled")).collect();
    assert!(timers.len() == 1 && timers[0].0.ends_with("ScheduledThreadPoolExecutor$DelayedWorkQueue"), "{told:#?}");
    assert!(told.iter().all(|(path, _)| !path.contains(".fixed")), "{told:#?}");
}
