//! An engine while it sends one phase.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::EngineError;
use super::counts::Counts;
use super::feed::Feed;
use super::format::{Reading, Unreadable};
use super::invocation::Invocation;
use crate::policy::Engine;
use crate::record::{LoadTally, Pacing, Phase};
use crate::run::keeper::{Exit, Keeper, KeeperError, Order, Report};
use crate::run::load::Progress;
use crate::run::output::last_lines;
use crate::units::Elapsed;

/// How long an engine may take to end when it is asked to.
const PATIENCE_MS: u64 = 3000;
/// Time beyond the sending itself: engines start, open connections, wait for the last answers.
const ALLOWANCE: Duration = Duration::from_secs(120);
/// A phase may take so many times as long as planned: the planned number may be one of iterations.
const TIMES: f64 = 10.0;
/// Requests a second that are expected at least where no rate is planned.
const SLOWEST: f64 = 50.0;
/// A deadline further away is none.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);
/// Share by which the counts of a phase may differ from the plan.
const TOLERANCE: f64 = 0.01;

/// What an engine is to do.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) struct Task<'a> {
    pub engine: &'a Engine,
    pub phase: &'a Phase,
    /// Number of the first request (or iteration) among all of the mix.
    pub first: u64,
    /// Requests, or iterations where the engine counts those.
    pub requests: u64,
    /// Requests a second; 0 is as fast as the answers come.
    pub rate: f64,
    pub in_flight: u32,
    /// `http://host:port`.
    pub target: &'a str,
    pub seed: u64,
    pub within: Elapsed,
}

/// A started engine. It ends when this is dropped; [`Running::end`] waits for that.
#[derive(Debug)]
pub(in crate::run) struct Running {
    name: String,
    keeper: Keeper,
    feed: Feed,
    reading: Reading,
    format: &'static str,
    folder: tempfile::TempDir,
    began: Instant,
    within: Elapsed,
    users: u64,
}

impl Task<'_> {
    /// How long a phase of so many requests may take, where the policy does not say.
    pub fn usual(requests: u64, rate: f64) -> Elapsed {
        let rate = if rate > 0.0 { rate } else { SLOWEST };
        let planned = Duration::try_from_secs_f64(requests as f64 / rate * TIMES);
        Elapsed(planned.unwrap_or(FOREVER).min(FOREVER).saturating_add(ALLOWANCE))
    }

    /// Virtual users: no more than there is to do.
    pub fn users(&self) -> u64 {
        u64::from(self.in_flight).min(self.requests).max(1)
    }

    /// Microseconds that sending takes at the planned rate.
    pub fn planned_us(&self) -> u64 {
        (self.requests as f64 / self.rate * 1e6).clamp(1.0, 1e15) as u64
    }

    /// Which round of its kind the phase is; 1 where there is one.
    pub fn round(&self) -> u32 {
        match self.phase {
            Phase::Steady { round } | Phase::Diagnosis { round } | Phase::Ugly { round, .. } => *round,
            Phase::WarmUp | Phase::CoolDown | Phase::Residue { .. } => 1,
        }
    }

    /// Hex digest (BLAKE3) over what the engine is told: what it sends is not seen.
    fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.engine.digest.as_bytes()).update(self.phase.kind().as_bytes());
        for number in [self.seed, self.first, self.requests, self.rate.to_bits(), self.users()] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Why the phase is invalid, if it is: the engine did something else than was planned.
    fn deviation(&self, counts: &Counts) -> Option<String> {
        let name = self.engine.name();
        if counts.dropped > 0 {
            return Some(format!("{name} dropped {} of what was planned", counts.dropped));
        }
        let (what, counted) = match counts.iterations {
            Some(iterations) => ("iterations", iterations),
            None => ("requests", counts.requests()),
        };
        let off = counted.abs_diff(self.requests);
        (off as f64 > self.requests as f64 * TOLERANCE)
            .then(|| format!("{name} counted {counted} {what} where {} were planned", self.requests))
    }

    /// The tally of a phase that took so long.
    fn tally(&self, counts: Counts, took: Duration) -> LoadTally {
        let invalid = self.deviation(&counts);
        let planned = Duration::try_from_secs_f64(counts.requests() as f64 / self.rate).unwrap_or(FOREVER);
        let shifted = Elapsed(took.saturating_sub(planned));
        let pacing = Pacing { shifted, overrun: invalid.is_some(), ..Pacing::default() };
        LoadTally { requests: counts.tallies(), pacing, digest: self.digest(), invalid }
    }
}

impl Running {
    /// Starts an engine in its folder, under a keeper. `program` is Plimsoll's own executable.
    pub async fn start(task: &Task<'_>, program: &Path) -> Result<Self, EngineError> {
        let name = task.engine.name().to_owned();
        let machine = |what: &str| {
            let what = format!("{what} for `{name}`");
            move |source| EngineError::Machine { what, source }
        };
        let folder = tempfile::Builder::new().prefix("plimsoll-engine-").tempdir();
        let folder = folder.map_err(machine("make a temporary folder"))?;
        let output = folder.path().join("counts.json");
        let feed = Feed::create(&output).map_err(machine("make a pipe"))?;
        let invocation = Invocation::new(task, &output, folder.path()).map_err(machine("prepare the files"))?;
        let order = Order {
            command: invocation.command,
            directory: std::path::absolute(&task.engine.folder).map_err(machine("find the folder"))?,
            env: invocation.env,
            log: log(folder.path()),
            group: None,
            patience_ms: PATIENCE_MS,
            watch: None,
            scratch: Some(folder.path().to_owned()),
        };
        let began = Instant::now();
        let (keeper, _) = Keeper::start(program, &order).await.map_err(|error| match error {
            KeeperError::NoService(why) => EngineError::NotStarted { engine: name.clone(), why },
            source => EngineError::Keeper { engine: name.clone(), source },
        })?;
        let format = invocation.format;
        let (reading, within, users) = (Reading::new(format), task.within, task.users());
        Ok(Self { name, keeper, feed, reading, format: format.word(), folder, began, within, users })
    }

    /// Reads what the engine tells until it ends. How far it is goes to `progress`. May be dropped.
    pub async fn counted(&mut self, progress: &Progress) -> Result<(Exit, Duration), EngineError> {
        let deadline = self.began + self.within.0;
        loop {
            tokio::select! {
                report = self.keeper.next() => match report {
                    Some(Report::Exited(exit)) => return Ok((exit, self.began.elapsed())),
                    Some(Report::Gone { .. } | Report::Failed { .. }) | None => {
                        return Err(EngineError::Keeper { engine: self.name.clone(), source: KeeperError::Lost });
                    }
                    Some(_) => {}
                },
                bytes = self.feed.next() => {
                    let bytes = bytes.map_err(|source| EngineError::Machine { what: format!("read the counts of `{}`", self.name), source })?;
                    self.reading.take(bytes).map_err(|error| unreadable(&self.name, self.format, error))?;
                    tell(progress, &self.reading.counts, self.users);
                }
                () = sleep_until(deadline) => {
                    let (engine, within) = (self.name.clone(), self.within);
                    return Err(EngineError::TooLate { engine, within, log: String::new() });
                }
            }
        }
    }

    /// Ends whatever is left of the engine that ended so, after so long, and comes to what it counted.
    ///
    /// # Errors
    /// Where it ended with an error, counted nothing, or nothing that can be read.
    pub async fn finish(
        mut self,
        task: &Task<'_>,
        (exit, took): (Exit, Duration),
        progress: &Progress,
    ) -> Result<LoadTally, EngineError> {
        self.stop().await?;
        let Self { name: engine, mut reading, mut feed, folder, format, .. } = self;
        let mut refused = None;
        let drained = feed.drain(|bytes| {
            refused = reading.take(bytes).err();
            refused.is_none()
        });
        let words = last_lines(&log(folder.path()));
        if exit.code != Some(0) {
            return Err(EngineError::Failed { engine, exit, log: words });
        }
        drained.map_err(|source| EngineError::Machine { what: format!("read the counts of `{engine}`"), source })?;
        let read = refused.map_or_else(|| reading.finish(), Err);
        let counts = read.map_err(|error| unreadable(&engine, format, error))?;
        tell(progress, &counts, 0);
        match counts.requests() {
            0 => Err(EngineError::NoCounts { engine, log: words }),
            _ => Ok(task.tally(counts, took)),
        }
    }

    /// Ends the engine with everything that it started, and adds its last words to an error that needs them.
    pub async fn end(mut self, error: EngineError) -> EngineError {
        let stopped = self.stop().await;
        match (error, stopped) {
            (EngineError::TooLate { engine, within, .. }, _) => {
                EngineError::TooLate { engine, within, log: last_lines(&log(self.folder.path())) }
            }
            (error, _) => error,
        }
    }

    /// Kills the engine with everything that it started.
    pub async fn kill(mut self) {
        // What does not end even so is told by the kernel's own tools: the run ends for another reason.
        let _left = self.keeper.kill().await;
    }

    async fn stop(&mut self) -> Result<(), EngineError> {
        self.keeper.stop().await.map_err(|source| EngineError::Keeper { engine: self.name.clone(), source })
    }
}

fn log(folder: &Path) -> PathBuf {
    folder.join("output.txt")
}

fn unreadable(engine: &str, format: &'static str, Unreadable { line, why }: Unreadable) -> EngineError {
    EngineError::Unreadable { engine: engine.to_owned(), format, line, why }
}

/// Each user that is not done waits for an answer: that is what tells a service that hangs from an engine that is done.
fn tell(progress: &Progress, counts: &Counts, users: u64) {
    let (requests, failed) = (counts.requests(), counts.failed());
    progress.answered.store(requests, Relaxed);
    progress.failed.store(failed, Relaxed);
    progress.sent.store(requests.saturating_add(users), Relaxed);
}
