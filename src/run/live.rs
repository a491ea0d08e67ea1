//! The live state of a run, owned by one event loop.
//!
//! Whatever is being done (waiting for readiness, sending, collecting, dumping) is a future that
//! [`Live::drive`] drives; meanwhile samples are recorded, and the death of the service, an OOM kill or a
//! Ctrl-C is noticed at once.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep};

use super::clock::Clock;
use super::error::RunError;
use super::interrupt::Interrupt;
use super::journal::Journal;
use super::keeper::{self, Exit, Group, Keeper, KeeperError, Report};
use super::load::Sender;
use super::probe::Agents;
use super::sample::{Sampler, Tick};
use super::setup::Setup;
use super::tree;
use crate::record::{Event, Incident, Phase, Reading, Runtime};

/// How long it is tried to end what a killed keeper left behind.
const SWEEP: Duration = Duration::from_secs(10);

/// The state of a run while the service lives.
pub(super) struct Live<'a> {
    pub setup: &'a Setup<'a>,
    pub sender: Sender,
    pub journal: Journal<'a>,
    pub clock: Clock,
    pub keeper: Keeper,
    /// The control group that the service is in.
    pub group: Option<Group>,
    /// Why no control group could be made.
    pub no_group: Option<String>,
    pub sampler: Sampler,
    pub ticks: Receiver<Tick>,
    pub interrupt: &'a mut Interrupt,
    pub agents: Arc<Agents>,
    /// Whether the watched text was in the output.
    pub seen: bool,
    /// Whether the main process ended in an orderly way before the service was ready and left its service
    /// running, as programs do that put themselves in the background.
    pub detached: bool,
    /// OOM kills that were recorded.
    pub oom_kills: u64,
    /// What runs in each process, by pid and start.
    pub runtimes: BTreeMap<(u32, u64), Runtime>,
    /// The processes at the last settled point: pid and start, parent.
    pub workers: BTreeMap<(u32, u64), u32>,
    /// The floor at the end of the last phase.
    pub floor: Reading,
}

/// Why something could not be done to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The run itself failed.
    Failed(RunError),
    /// The main process ended.
    Ended(Exit),
    /// The service hangs.
    Hung,
    /// The main process ended while its heap was dumped.
    DiedOfDump,
    /// Somebody wants it to end.
    Interrupted(&'static str),
}

impl<E: Into<RunError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

enum Turn<T> {
    Done(T),
    Told(Option<Report>),
    Ticked(Tick),
    Interrupted(&'static str),
}

impl Live<'_> {
    /// Does some work while the run goes on around it. The work is dropped when it cannot be done to its end.
    pub async fn drive<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stop> {
        let mut work = pin!(work);
        loop {
            let turn = tokio::select! {
                biased;
                name = self.interrupt.wait() => Turn::Interrupted(name),
                done = &mut work => Turn::Done(done),
                report = self.keeper.next() => Turn::Told(report),
                Some(tick) = self.ticks.recv() => Turn::Ticked(tick),
            };
            match turn {
                Turn::Done(done) => return Ok(done),
                Turn::Interrupted(name) => return Err(Stop::Interrupted(name)),
                Turn::Ticked(tick) => self.tick(tick)?,
                Turn::Told(report) => self.told(report)?,
            }
        }
    }

    fn told(&mut self, report: Option<Report>) -> Result<(), Stop> {
        match report {
            Some(Report::Exited(exit)) if self.is_detaching(exit) => self.detached = true,
            Some(Report::Exited(exit)) => return Err(Stop::Ended(exit)),
            Some(Report::Seen) => self.seen = true,
            Some(Report::LogLost { why }) => {
                self.journal.unseen("the service's output", format!("its log cannot be written: {why}"))?;
            }
            Some(Report::Started { .. }) => {}
            Some(Report::Failed { .. } | Report::Gone { .. }) | None => return Err(KeeperError::Lost.into()),
        }
        Ok(())
    }

    fn is_detaching(&self, exit: Exit) -> bool {
        let left = || !tree::descendants(self.keeper.pid()).is_empty();
        exit.code == Some(0) && self.journal.phase().is_none() && left()
    }

    fn tick(&mut self, tick: Tick) -> Result<(), Stop> {
        self.journal.record(Event::Sampled { sample: tick.sample })?;
        let _recorded = self.oom(tick.oom_kills)?;
        // Whose end the keeper reports has ended long ago.
        if self.detached && tick.processes == 0 { Err(Stop::Ended(Exit::default())) } else { Ok(()) }
    }

    /// Ends what the keeper left behind when somebody killed it, and removes its control group.
    pub async fn sweep(group: Option<&Group>, runtimes: &BTreeMap<(u32, u64), Runtime>) {
        let until = Instant::now() + SWEEP;
        loop {
            let known = runtimes.keys().filter(|(pid, started)| tree::start_of(*pid) == Some(*started));
            let mut pids: BTreeSet<u32> = known.map(|key| key.0).filter(|pid| tree::is_alive(*pid)).collect();
            pids.extend(group.map(keeper::members).unwrap_or_default());
            let removed = pids.is_empty() && group.is_none_or(|group| keeper::remove(group).is_ok());
            if removed || Instant::now() >= until {
                return;
            }
            keeper::kill_all(group, &pids);
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Records OOM kills that were not there before; whether there were any.
    pub fn oom(&mut self, kills: Option<u64>) -> Result<bool, RunError> {
        let new = kills.unwrap_or(0).saturating_sub(self.oom_kills);
        if new == 0 {
            return Ok(false);
        }
        self.oom_kills += new;
        self.incident(Incident::OomKilled { kills: new })?;
        Ok(true)
    }

    /// Records an incident in the phase that runs, or ran last.
    pub fn incident(&mut self, incident: Incident) -> Result<(), RunError> {
        let Some(phase) = self.journal.phase().cloned() else { return Ok(()) };
        self.journal.record(Event::Incident { at: self.clock.elapsed(), phase, incident })
    }

    /// Records how the main process ended. A kill for memory is told once, as such.
    pub async fn ended(&mut self, exit: Exit) -> Result<(), RunError> {
        let before = self.oom_kills;
        let kills = self.sampler.read().await.tree.oom_kills;
        let _recorded = self.oom(kills)?;
        let told = self.oom_kills > before || self.just_killed();
        if told && exit.signal == Some(nix::libc::SIGKILL) {
            return Ok(());
        }
        self.incident(Incident::Died { code: exit.code, signal: exit.signal })
    }

    fn just_killed(&self) -> bool {
        let last = self.journal.recording().phases.last();
        last.is_some_and(|record| record.incidents.iter().any(|one| matches!(one, Incident::OomKilled { .. })))
    }

    /// Begins a phase in the recording and in the kernel's counters.
    pub async fn begin(&mut self, phase: &Phase) -> Result<(), Stop> {
        self.journal.record(Event::PhaseBegan { at: self.clock.elapsed(), phase: phase.clone() })?;
        let sampler = self.sampler.clone();
        if !self.drive(async move { sampler.begin().await }).await? {
            let why = "the service runs as another user, whose high-water mark may not be reset: peaks are the highest \
                       samples; run plimsoll as that user or as root";
            self.journal.unseen("exact peaks of rss", why)?;
        }
        Ok(())
    }
}
