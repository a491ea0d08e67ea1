//! The run itself: start, steps of the plan, stop, analysis of the dumps.

use super::capture::{Taken, analyze, is_suspicious, residues};
use super::clock::Clock;
use super::error::RunError;
use super::interrupt::Interrupt;
use super::journal::Journal;
use super::keeper::{Keeper, KeeperError};
use super::live::{Live, Stop};
use super::setup::{End, Finished, Observer, Overhead, Setup};
use super::start::{check_free, start, with_output};
use crate::plan::PlannedStep;
use crate::policy::DumpPolicy;
use crate::record::{DumpPoint, Event, Phase, Reading};

/// Runs the plan and records what happens.
///
/// A service that dies or hangs under load ends the run with [`End::Service`]: that is a finding. An error
/// means that it could not be measured; every event until then has been given to the observer. However it
/// ends, the service has ended before this returns.
pub async fn execute(
    setup: &Setup<'_>,
    interrupt: &mut Interrupt,
    observer: &mut dyn Observer,
) -> Result<Finished, RunError> {
    let clock = Clock::start();
    let before = Overhead::so_far(clock.elapsed());
    let mut journal = Journal::new(observer);
    journal.record(Event::Began {
        started: setup.started.to_owned(),
        scenario: setup.plan.scenario.clone(),
        plan: setup.plan.digest.clone(),
        commit: setup.commit.map(str::to_owned),
    })?;
    check_free(setup).await?;
    let folder = tempfile::Builder::new().prefix("plimsoll-").tempdir();
    let folder = folder.map_err(|source| RunError::Machine { what: "make a temporary folder".to_owned(), source })?;
    journal.observer().stage(&format!("starting `{}`", setup.policy.service.command.join(" ")));
    let mut live = start(setup, journal, interrupt, clock, folder.path()).await?;
    let mut taken = Vec::new();
    let measured = live.measure(&mut taken).await;
    let end = live.end_of(measured).await;
    let overhead = Overhead::so_far(clock.elapsed()).since(before);
    let Live { keeper, interrupt, mut journal, group, runtimes, .. } = live;
    journal.observer().stage("stopping the service");
    let stopped = stop(keeper, interrupt).await;
    if matches!(stopped, Err(KeeperError::Lost)) {
        Live::sweep(group.as_ref(), &runtimes).await;
    }
    let mut end = end.map_err(|error| with_output(error, setup))?;
    if let Err(error) = stopped {
        // What was measured stands.
        journal.unseen("an orderly end of the service", error.to_string())?;
    }
    if let Some(signal) = analyze(taken, setup, end, interrupt, &mut journal).await? {
        end = End::Interrupted(signal);
    }
    journal.record(Event::Ended { at: clock.elapsed(), complete: end == End::Complete })?;
    Ok(Finished { recording: journal.into_recording(), end, overhead })
}

/// Stops the service in an orderly way, and at once after another Ctrl-C.
async fn stop(mut keeper: Keeper, interrupt: &mut Interrupt) -> Result<(), KeeperError> {
    tokio::select! {
        stopped = keeper.stop() => return stopped,
        _ = interrupt.wait() => {}
    }
    keeper.kill().await
}

impl Live<'_> {
    async fn measure(&mut self, taken: &mut Vec<Taken>) -> Result<(), Stop> {
        self.note_group()?;
        self.ready().await?;
        let ready = format!("ready after {}", self.clock.elapsed());
        self.journal.observer().stage(&ready);
        self.identify().await?;
        let mut before = Reading::new();
        let mut dumps = self.setup.policy.service.dumps != DumpPolicy::Never;
        let steps = &self.setup.plan.steps;
        for (number, step) in steps.iter().enumerate() {
            match step {
                PlannedStep::Load { phase: Phase::Diagnosis { .. }, .. } | PlannedStep::Dump(_) if !dumps => {}
                PlannedStep::Load { phase, first, requests } => {
                    if !same_payload(number.checked_sub(1).and_then(|before| steps.get(before)), phase) {
                        before.clone_from(&self.floor);
                    }
                    self.load(phase, *first, *requests).await?;
                    if matches!(phase, Phase::Ugly { .. }) && !same_payload(steps.get(number + 1), phase) {
                        self.watch_recovery(phase, &before).await?;
                    }
                }
                PlannedStep::CoolDown => self.cool_down().await?,
                PlannedStep::Dump(point) => {
                    dumps = self.wants_dump(*point);
                    if dumps {
                        taken.extend(self.dump_at(*point).await?);
                    }
                }
            }
        }
        if dumps {
            for payload in residues(self.journal.recording()) {
                taken.extend(self.attribute(payload).await?);
            }
        }
        Ok(())
    }

    /// Sends a payload that left something once more, and dumps: what grew since the dump before is the owner of
    /// what it leaves.
    async fn attribute(&mut self, payload: String) -> Result<Vec<Taken>, Stop> {
        let load = &self.setup.plan.load;
        let Some(ugly) = load.ugly.iter().find(|ugly| ugly.request.name == payload) else { return Ok(Vec::new()) };
        let requests = ugly.round.requests;
        self.load(&Phase::Residue { payload }, requests, requests).await?;
        self.dump_at(DumpPoint::Residue).await
    }

    async fn watch_recovery(&mut self, phase: &Phase, before: &Reading) -> Result<(), Stop> {
        let ended = self.journal.recording().phases.last().and_then(|record| record.loaded);
        self.recover(phase, before, ended.unwrap_or_else(|| self.clock.elapsed())).await
    }

    fn wants_dump(&self, point: DumpPoint) -> bool {
        match self.setup.policy.service.dumps {
            DumpPolicy::Always => true,
            DumpPolicy::Never => false,
            // Once the first is taken, it is worth nothing without the second.
            DumpPolicy::OnSuspicion => point != DumpPoint::Reference || is_suspicious(self.journal.recording()),
        }
    }

    async fn dump_at(&mut self, point: DumpPoint) -> Result<Vec<Taken>, Stop> {
        self.journal.observer().stage("dumping the heap");
        self.dump(point).await
    }

    /// What the measurement came to. Deaths and hangs become incidents of the phase that ran.
    async fn end_of(&mut self, measured: Result<(), Stop>) -> Result<End, RunError> {
        match measured {
            Ok(()) => Ok(End::Complete),
            Err(Stop::Interrupted(signal)) => Ok(End::Interrupted(signal)),
            Err(Stop::Hung) => Ok(End::Service),
            // Everything that is measured was measured before.
            Err(Stop::DiedOfDump) => Ok(End::Complete),
            Err(Stop::Ended(exit)) if self.journal.phase().is_none() => Err(self.ended_early(exit).await),
            Err(Stop::Ended(exit)) => self.ended(exit).await.map(|()| End::Service),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

fn same_payload(step: Option<&PlannedStep>, phase: &Phase) -> bool {
    let Some(PlannedStep::Load { phase: Phase::Ugly { payload: other, .. }, .. }) = step else { return false };
    matches!(phase, Phase::Ugly { payload, .. } if payload == other)
}
