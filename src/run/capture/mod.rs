//! Heap dumps: taken after everything that is measured, analyzed after the service ended.

mod analysis;
mod suspicion;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub(super) use analysis::analyze;
pub(super) use suspicion::{is_suspicious, residues};

use super::live::{Live, Stop};
use super::probe;
use super::sample::ProcessFigures;
use crate::record::{DumpPoint, Phase, PhaseRecord, Runtime};
use crate::units::Elapsed;

/// A dump that was taken and not yet analyzed.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub point: DumpPoint,
    /// After which payload, where it was one.
    pub payload: Option<String>,
    pub process: String,
    pub runtime: Runtime,
    pub requests: u64,
    pub file: PathBuf,
    pub pause: Elapsed,
}

impl Live<'_> {
    /// Takes a dump of every process that can give one. The memory limit is lifted meanwhile: a dump may
    /// need several times the heap.
    pub async fn dump(&mut self, point: DumpPoint) -> Result<Vec<Taken>, Stop> {
        let sampler = self.sampler.clone();
        let stand = self.drive(async move { sampler.read().await }).await?;
        self.limit(true).await?;
        let mut taken = Vec::new();
        for (process, name) in named(stand.tree.processes) {
            let runtime = self.runtime(&process).await?;
            if runtime != Runtime::Other {
                taken.extend(self.dump_process(point, &process, &name, runtime).await?);
            }
        }
        self.limit(false).await?;
        Ok(taken)
    }

    async fn dump_process(
        &mut self,
        point: DumpPoint,
        process: &ProcessFigures,
        name: &str,
        runtime: Runtime,
    ) -> Result<Vec<Taken>, Stop> {
        let payload = match point {
            DumpPoint::Residue => self.journal.recording().phases.last().and_then(|record| record.phase.payload()),
            DumpPoint::Reference | DumpPoint::Diagnosis => None,
        };
        let payload = payload.map(str::to_owned);
        let after = payload.as_deref().map(|payload| format!("-{}", file_name(payload))).unwrap_or_default();
        let file = format!("{}{after}-{}.{}", word(point), file_name(name), probe::extension(runtime));
        let to = self.setup.dumps.join(file);
        let (pid, agents, within) = (process.pid, Arc::clone(&self.agents), self.setup.policy.service.dump_within.0);
        let path = to.clone();
        let dumped = self.drive(async move { probe::dump(pid, runtime, &agents, &path, within).await }).await;
        let dumped = match dumped {
            Err(Stop::Ended(exit)) => {
                let why = format!(
                    "the service ended with {exit} while its heap was dumped; leave it out with `dumps = \"never\"`"
                );
                self.journal.unseen(format!("{} heap dump of `{name}`", word(point)), why)?;
                return Err(Stop::DiedOfDump);
            }
            other => other?,
        };
        let requests = answered(&self.journal.recording().phases);
        match dumped {
            Ok(dumped) => Ok(dumped
                .into_iter()
                .map(|dump| Taken {
                    point,
                    payload: payload.clone(),
                    process: dump.part.map_or_else(|| name.to_owned(), |part| format!("{name}/{part}")),
                    runtime,
                    requests,
                    file: dump.file,
                    pause: dump.pause,
                })
                .collect()),
            Err(error) => {
                // Half a dump is of no use to anybody and may be what filled the disk.
                let _never_written = std::fs::remove_file(&to);
                self.journal.unseen(format!("{} heap dump of `{name}`", word(point)), error.to_string())?;
                Ok(Vec::new())
            }
        }
    }

    async fn limit(&mut self, lifted: bool) -> Result<(), Stop> {
        let sampler = self.sampler.clone();
        if let Err(why) = self.drive(async move { sampler.lift_limit(lifted).await }).await? {
            let what = if lifted { "heap dumps without the memory limit" } else { "the memory limit after heap dumps" };
            self.journal.unseen(what, why)?;
        }
        Ok(())
    }
}

/// The processes with names that are stable across runs: command name, and which of its kind by age.
fn named(mut processes: Vec<ProcessFigures>) -> Vec<(ProcessFigures, String)> {
    processes.sort_by_key(|process| (process.started, process.pid));
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut number = |name: &str| {
        let count = counts.entry(name.to_owned()).or_insert(0);
        *count += 1;
        format!("{name}#{count}")
    };
    processes
        .into_iter()
        .map(|process| (number(&process.name), process))
        .map(|(name, process)| (process, name))
        .collect()
}

/// Requests of the ordinary mix that were answered, warm-up included.
fn answered(phases: &[PhaseRecord]) -> u64 {
    let ordinary = phases
        .iter()
        .filter(|record| matches!(record.phase, Phase::WarmUp | Phase::Steady { .. } | Phase::Diagnosis { .. }));
    ordinary.flat_map(|record| record.tally.requests.values()).fold(0, |sum, tally| {
        // Not by status: an engine may count answers without telling how they were.
        let lost = tally.failures.iter().filter(|(what, _)| !what.starts_with("status "));
        let lost = lost.fold(tally.aborted, |sum, (_, count)| sum.saturating_add(*count));
        sum.saturating_add(tally.sent.saturating_sub(lost))
    })
}

fn word(point: DumpPoint) -> &'static str {
    match point {
        DumpPoint::Reference => "reference",
        DumpPoint::Diagnosis => "diagnosis",
        DumpPoint::Residue => "residue",
    }
}

/// A process may call itself anything: only letters, digits, `-` and `#` go into a file name.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '#') { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Reading;

    #[test]
    fn processes_of_a_kind_are_numbered_by_age() {
        let process = |pid, started, name: &str| ProcessFigures {
            pid,
            started,
            parent: 1,
            name: name.into(),
            reading: Reading::new(),
            high_water: 0,
        };
        let all = vec![process(30, 9, "gunicorn"), process(40, 5, "gunicorn"), process(20, 7, "sh")];
        let names: Vec<(u32, String)> = named(all).into_iter().map(|(process, name)| (process.pid, name)).collect();
        assert_eq!(names, [(40, "gunicorn#1".into()), (20, "sh#1".into()), (30, "gunicorn#2".into())]);
    }

    #[test]
    fn a_process_name_cannot_leave_the_folder() {
        assert_eq!(file_name("../a b#2"), "___a_b#2");
    }
}
