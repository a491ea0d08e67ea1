//! The end of a phase: nothing in flight, a full collection forced, the floor read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::keeper::Exit;
use super::live::{Live, Stop};
use super::probe;
use super::sample::{ProcessFigures, TreeReading};
use super::tree;
use crate::record::{Event, Incident, LoadTally, Phase, ProcessReading, Reading, Runtime};
use crate::units::Gauge;

/// What a service may still do after its last answer: write a log line, return a buffer.
const QUIET: Duration = Duration::from_millis(100);
/// How long the keeper may take to report an end that the sampler has already seen.
const REPORT: Duration = Duration::from_secs(2);
/// How long one forced collection may take.
const COLLECTION: Duration = Duration::from_secs(60);

/// What the probes read, over all processes.
struct Collection {
    /// Sums; empty if one process could not be read.
    total: Reading,
    /// By pid.
    processes: BTreeMap<u32, (Runtime, Reading)>,
}

impl Live<'_> {
    /// Settles the service and records the floor of the phase.
    pub async fn settle(&mut self, phase: &Phase) -> Result<(), Stop> {
        self.drive(sleep(QUIET)).await?;
        let sampler = self.sampler.clone();
        // Peaks first: a forced collection may itself need memory.
        let loaded = self.drive(async move { sampler.read().await }).await?;
        if loaded.tree.processes.is_empty() {
            return self.nobody_left().await;
        }
        // A kill for memory is told as such, not as the death of the worker that it hit.
        self.oom(loaded.tree.oom_kills)?;
        self.workers(&loaded.tree)?;
        let collection = self.collect(&loaded.tree.processes).await?;
        let sampler = self.sampler.clone();
        let settled = self.drive(async move { sampler.read().await }).await?;
        self.oom(settled.tree.oom_kills)?;
        let mut floor = settled.tree.total.clone();
        floor.extend(&collection.total);
        let processes = settled.tree.processes.iter().map(|process| collection.join(process)).collect();
        self.floor = floor.clone();
        let at = self.clock.elapsed();
        self.journal.record(Event::Settled { at, phase: phase.clone(), floor, peak: loaded.peak, processes })?;
        Ok(())
    }

    /// The end of a phase that the service did not live to see.
    async fn nobody_left(&mut self) -> Result<(), Stop> {
        if !self.detached {
            // The keeper is about to tell how it ended.
            self.drive(sleep(REPORT)).await?;
        }
        Err(Stop::Ended(Exit::default()))
    }

    /// Forces a collection in every process that has a probe, one after the other.
    async fn collect(&mut self, processes: &[ProcessFigures]) -> Result<Collection, Stop> {
        let mut collection = Collection { total: Reading::new(), processes: BTreeMap::new() };
        let mut whole = true;
        for process in processes {
            let (pid, runtime) = (process.pid, self.runtime(process).await?);
            if runtime == Runtime::Other {
                let unseen = probe::unseen(pid, runtime);
                unseen.map(|unseen| self.journal.notice(unseen)).transpose()?;
                continue;
            }
            let agents = Arc::clone(&self.agents);
            match self.drive(async move { probe::collect(pid, runtime, &agents, COLLECTION).await }).await? {
                Ok(collected) => {
                    collected.unseen.into_iter().try_for_each(|unseen| self.journal.notice(unseen))?;
                    collection.add(pid, runtime, collected.reading);
                }
                // A process that ended meanwhile holds no memory.
                Err(_) if !tree::is_alive(pid) => {}
                Err(error) => {
                    whole = false;
                    let what = format!("live floor of `{}` ({runtime:?}) in {}", process.name, self.phase_name());
                    self.journal.unseen(what, error.to_string())?;
                }
            }
        }
        if !whole {
            // A sum with a hole in it would look like memory that was given back.
            collection.total.clear();
        }
        Ok(collection)
    }

    /// Only the figures that probes read; for recovery.
    pub async fn collected(&mut self) -> Result<Reading, Stop> {
        let sampler = self.sampler.clone();
        let stand = self.drive(async move { sampler.read().await }).await?;
        let mut reading = stand.tree.total.clone();
        reading.extend(self.collect(&stand.tree.processes).await?.total);
        Ok(reading)
    }

    /// What runs in a process; asked once for each.
    pub async fn runtime(&mut self, process: &ProcessFigures) -> Result<Runtime, Stop> {
        let key = (process.pid, process.started);
        if let Some(known) = self.runtimes.get(&key) {
            return Ok(*known);
        }
        let (pid, agents) = (process.pid, Arc::clone(&self.agents));
        let runtime = self.drive(async move { probe::identify(pid, &agents).await }).await?;
        self.runtimes.insert(key, runtime);
        Ok(runtime)
    }

    /// Records the death of workers: processes that lived at the last settled point, below a process that
    /// still lives, and are gone while answers were lost. Without lost answers it may have been a worker's
    /// orderly end, which nobody but its parent can tell from a crash.
    fn workers(&mut self, tree: &TreeReading) -> Result<(), Stop> {
        let now: BTreeMap<(u32, u64), u32> =
            tree.processes.iter().map(|process| ((process.pid, process.started), process.parent)).collect();
        let alive: BTreeSet<u32> = now.keys().map(|key| key.0).collect();
        let last = self.journal.recording().phases.last();
        let killed =
            last.is_some_and(|last| last.incidents.iter().any(|one| matches!(one, Incident::OomKilled { .. })));
        let lost = last.is_some_and(|last| lost_answers(&last.tally));
        let before = std::mem::replace(&mut self.workers, now);
        if killed || !lost {
            return Ok(());
        }
        for ((pid, started), parent) in before {
            if !self.workers.contains_key(&(pid, started)) && alive.contains(&parent) {
                self.incident(Incident::WorkerDied { pid })?;
            }
        }
        Ok(())
    }

    fn phase_name(&self) -> String {
        self.journal.phase().map_or_else(|| "the start".to_owned(), |phase| format!("`{phase}`"))
    }
}

/// Whether connections broke.
fn lost_answers(tally: &LoadTally) -> bool {
    let mut failures = tally.requests.values().flat_map(|request| request.failures.keys());
    failures.any(|failure| !failure.starts_with("status") && failure != "timeout")
}

impl Collection {
    fn add(&mut self, pid: u32, runtime: Runtime, reading: Reading) {
        for (gauge, value) in &reading {
            let sum = self.total.entry(*gauge).or_insert(0);
            *sum = value.saturating_add(*sum);
        }
        self.processes.insert(pid, (runtime, reading));
    }

    fn join(&self, process: &ProcessFigures) -> ProcessReading {
        let (runtime, probed) = self.processes.get(&process.pid).cloned().unwrap_or((Runtime::Other, Reading::new()));
        let mut reading = process.reading.clone();
        reading.extend(probed);
        ProcessReading { pid: process.pid, name: process.name.clone(), runtime, reading }
    }
}

/// Whether only a forced collection tells this gauge.
pub(super) fn needs_collection(gauge: Gauge) -> bool {
    matches!(gauge, Gauge::Live | Gauge::Heap | Gauge::Native | Gauge::Metaspace | Gauge::Direct)
}
