//! HotSpot from outside: counters in a file, commands over the attach socket. No agent, no JDK.
//!
//! The floor of the heap is the sum of the spaces in use just after a full collection where the collector is one
//! that compacts (G1, Serial, Parallel). Where the collection is concurrent (ZGC, Shenandoah), where explicit
//! collections are switched off or made concurrent, or where the JVM keeps no counters, it is the sum over the
//! class histogram, which collects by itself and counts live objects only. Which of the two it is depends on
//! the options of the JVM alone, so that all readings of a run are of one kind.
//!
//! Not seen: what native code in the process gets from malloc, and direct buffers. Class metadata is a figure
//! of its own and no part of `live`: it is not collected with the heap.

mod attach;
mod perfdata;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::process::Process;
use super::{Collected, Dumped, ProbeError};
use crate::record::{Reading, Unseen};
use crate::units::{Elapsed, Gauge};
use perfdata::Counters;

/// Whether the process is a JVM.
pub(super) fn runs_in(process: &Process) -> bool {
    process.executable == "java"
        || perfdata::exist(process)
        || process.libraries().iter().any(|name| name == "libjvm.so")
}

/// Forces a full collection and reads the floor.
pub(super) async fn collect(process: &Process, deadline: Duration) -> Result<Collected, ProbeError> {
    let until = Instant::now() + deadline;
    let heap = match compacted(process, deadline).await? {
        Some(used) => used,
        None => counted(process, until.saturating_duration_since(Instant::now())).await?,
    };
    let mut reading = Reading::from([(Gauge::Heap, heap), (Gauge::Live, heap)]);
    let metaspace = Counters::of(process).and_then(|counters| counters.number("sun.gc.metaspace.used"));
    if let Some(metaspace) = metaspace {
        reading.insert(Gauge::Metaspace, metaspace);
    }
    Ok(Collected { reading, unseen: unseen(metaspace.is_some()) })
}

/// The spaces in use after an explicit collection, if it was a full one that compacts.
async fn compacted(process: &Process, deadline: Duration) -> Result<Option<u64>, ProbeError> {
    let full = |counters: &Counters| counters.number("sun.gc.collector.1.invocations");
    let Some(before) = Counters::of(process).filter(compacts) else {
        return Ok(None);
    };
    let mut least = None;
    for _ in 0..collections(&before) {
        attach::execute(process, &["jcmd", "GC.run"], deadline).await?;
        let after = Counters::of(process).filter(|after| full(after) > full(&before));
        let used = after.and_then(|counters| counters.used());
        least = least.into_iter().chain(used).min();
    }
    Ok(least)
}

/// Collections until one of them has moved everything together. The serial collector leaves some dead objects in
/// place and does the whole work only every fourth time (HotSpot's `MarkSweepAlwaysCompactCount`): on a leak of
/// 2.2 KiB per request its floors lie up to 450 KB off the line, the least of four does not.
fn collections(counters: &Counters) -> u32 {
    if counters.text("sun.gc.policy.name") == Some("Copy:MSC") { 4 } else { 1 }
}

fn compacts(counters: &Counters) -> bool {
    matches!(counters.text("sun.gc.policy.name"), Some("GarbageFirst" | "Copy:MSC" | "ParScav:MSC"))
}

/// Bytes of all live objects, by the class histogram, which collects first.
async fn counted(process: &Process, deadline: Duration) -> Result<u64, ProbeError> {
    let histogram = attach::execute(process, &["jcmd", "GC.class_histogram"], deadline).await?;
    total(&histogram).ok_or_else(|| ProbeError::Garbled {
        pid: process.pid,
        what: "its class histogram has no `Total` line".to_owned(),
    })
}

fn total(histogram: &str) -> Option<u64> {
    let line = histogram.lines().rev().find_map(|line| line.trim().strip_prefix("Total"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn unseen(metaspace: bool) -> Vec<Unseen> {
    let mut unseen = vec![Unseen {
        what: "native memory of the JVM (malloc, direct buffers)".to_owned(),
        why: "a JVM does not tell it from outside: `live` is its heap, and rss and anon bound the rest".to_owned(),
    }];
    if !metaspace {
        unseen.push(Unseen {
            what: "metaspace of the JVM".to_owned(),
            why: "it keeps no counters: leave `-XX:-UsePerfData` and `-XX:+PerfDisableSharedMem` out".to_owned(),
        });
    }
    unseen
}

/// Writes an HPROF dump of the live objects.
pub(super) async fn dump(process: &Process, to: &Path, deadline: Duration) -> Result<Dumped, ProbeError> {
    let (inside, outside) = match process.shares_files() {
        true => (to.to_owned(), to.to_owned()),
        false => {
            let name = format!("/tmp/plimsoll-{}.hprof", std::process::id());
            (PathBuf::from(&name), process.path(&name))
        }
    };
    let began = Instant::now();
    attach::execute(process, &["dumpheap", &inside.to_string_lossy(), "-live"], deadline).await?;
    let pause = Elapsed(began.elapsed());
    if outside != to {
        let failed = |source| ProbeError::File { path: outside.clone(), source };
        tokio::fs::copy(&outside, to).await.map_err(failed)?;
        tokio::fs::remove_file(&outside).await.map_err(failed)?;
    }
    Ok(Dumped { part: None, file: to.to_owned(), pause })
}

/// Version, collector, limit.
pub(super) async fn facts(process: &Process, deadline: Duration) -> BTreeMap<String, String> {
    let flags = attach::execute(process, &["jcmd", "VM.flags"], deadline).await.unwrap_or_default();
    let limit = flag(&flags, "MaxHeapSize").map(str::to_owned);
    let (version, collector) = match Counters::of(process) {
        Some(counters) => {
            let text = |name: &str| counters.text(name).map(str::to_owned);
            let version = text("java.property.java.version").or(text("java.property.java.vm.version"));
            (version, text("sun.gc.policy.name"))
        }
        None => (None, None),
    };
    let known = [("runtime-version", version), ("gc", collector), ("max-heap", limit)];
    known.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?))).collect()
}

/// The value of `-XX:NAME=VALUE` in a list of options.
fn flag<'a>(flags: &'a str, name: &str) -> Option<&'a str> {
    flags.split_whitespace().find_map(|flag| flag.strip_prefix("-XX:")?.strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_histogram_is_its_second_number() {
        let text = " num     #instances         #bytes  class name\n   1:         3        120  [B\nTotal             3            120\n";
        assert_eq!(total(text), Some(120));
        assert_eq!(total("Total"), None);
        assert_eq!(total(""), None);
    }

    #[test]
    fn an_option_is_found_by_its_whole_name() {
        let flags = "-XX:MaxHeapSizeHint=1 -XX:MaxHeapSize=268435456 -XX:+UseG1GC";
        assert_eq!(flag(flags, "MaxHeapSize"), Some("268435456"));
    }
}
