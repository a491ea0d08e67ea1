//! The figures of one process, from `/proc/PID` ([proc(5)]).
//!
//! [proc(5)]: https://man7.org/linux/man-pages/man5/proc.5.html

use procfs::process::{ClearRefs, FDTarget, Process};

use crate::record::Reading;
use crate::units::Gauge;

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// What costs microseconds: RSS, anonymous memory, threads, descriptors.
    Quick,
    /// PSS and sockets too: the kernel walks the whole page table, about 10 ms for each GiB.
    Full,
}

/// One process at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProcessFigures {
    /// Its id.
    pub pid: u32,
    /// When it was started, in clock ticks since boot: with the pid it names the process for good.
    pub started: u64,
    /// Its parent.
    pub parent: u32,
    /// Command name.
    pub name: String,
    /// Gauges that the kernel knows.
    pub reading: Reading,
    /// Its highest RSS since it was last reset; RSS itself where the kernel keeps none.
    pub high_water: u64,
}

/// Reads a process; `None` if it is gone, is a zombie, or may not be read.
pub(super) fn read(pid: u32, depth: Depth) -> Option<ProcessFigures> {
    let process = Process::new(i32::try_from(pid).ok()?).ok()?;
    let (status, stat) = (process.status().ok()?, process.stat().ok()?);
    // A zombie, or a thread of the kernel, has no memory.
    let rss = kib(status.vmrss?);
    let mut reading = Reading::from([(Gauge::Rss, rss), (Gauge::Threads, status.threads)]);
    if let Some(anon) = status.rssanon {
        reading.insert(Gauge::Anon, kib(anon));
    }
    if let Ok(count) = process.fd_count() {
        reading.insert(Gauge::Fds, count as u64);
    }
    if depth == Depth::Full {
        refine(&process, &mut reading);
    }
    let high_water = status.vmhwm.map_or(rss, kib).max(rss);
    let name = name(&process, status.name);
    Some(ProcessFigures { pid, started: stat.starttime, parent: stat.ppid.unsigned_abs(), name, reading, high_water })
}

/// Sets the high-water mark of a process to its present RSS; `false` where that is not allowed.
pub(super) fn reset_high_water(pid: u32) -> bool {
    let process = i32::try_from(pid).ok().and_then(|pid| Process::new(pid).ok());
    // A process that is gone has no mark to be wrong.
    process.is_none_or(|process| process.clear_refs(ClearRefs::PeakRSS).is_ok() || !process.is_alive())
}

/// PSS, and RSS without the counters' batching and without pages that the process has already given back
/// (`LazyFree`: `MADV_FREE`), which the kernel takes when it needs them.
fn refine(process: &Process, reading: &mut Reading) {
    if let Ok(rollup) = process.smaps_rollup() {
        let fields = rollup.memory_map_rollup.0.first().map(|map| &map.extension.map);
        let field = |name: &str| fields.and_then(|fields| fields.get(name)).copied();
        let given_back = field("LazyFree").unwrap_or(0);
        let figures = [(Gauge::Pss, "Pss"), (Gauge::Rss, "Rss"), (Gauge::Anon, "Anonymous")];
        for (gauge, name) in figures {
            if let Some(bytes) = field(name) {
                reading.insert(gauge, bytes.saturating_sub(given_back));
            }
        }
    }
    if let Ok(open) = process.fd() {
        let sockets = open.flatten().filter(|open| matches!(open.target, FDTarget::Socket(_))).count();
        reading.insert(Gauge::Sockets, sockets as u64);
    }
}

/// The command name; the program's where a runtime names its main thread instead (Node's `MainThread`).
fn name(process: &Process, name: String) -> String {
    if name != "MainThread" && name != "node-MainThread" {
        return name;
    }
    let program = process.exe().ok();
    program.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())).unwrap_or(name)
}

fn kib(kib: u64) -> u64 {
    kib.saturating_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_read() {
        let _socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let figures = read(std::process::id(), Depth::Full).unwrap();
        for gauge in [Gauge::Rss, Gauge::Pss, Gauge::Anon, Gauge::Threads, Gauge::Fds, Gauge::Sockets] {
            assert!(figures.reading[&gauge] > 0, "{gauge}");
        }
        assert!(figures.reading[&Gauge::Pss] <= figures.reading[&Gauge::Rss]);
        // Other tests take memory meanwhile, and the kernel sums the counters of threads up late.
        let later = read(figures.pid, Depth::Quick).unwrap();
        assert!(later.high_water + (1 << 20) >= figures.reading[&Gauge::Rss]);
    }

    #[test]
    fn nothing_is_read_of_a_process_that_is_not_there() {
        assert_eq!(read(u32::MAX, Depth::Full), None);
        assert_eq!(read(4_194_305, Depth::Quick), None);
    }
}
