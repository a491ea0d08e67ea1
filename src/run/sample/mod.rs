//! Samples the process tree, in a thread of its own so that a slow reading never delays the load.
//!
//! The thread owns the control group. It sends a [`Tick`] for every sample and answers questions in between.

mod peaks;
mod process;
mod tree;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc as ticks, oneshot};

use self::peaks::Peaks;
use self::process::Depth;
pub(crate) use self::process::ProcessFigures;
pub(crate) use self::tree::TreeReading;
use super::cgroup::Cgroup;
use super::clock::Clock;
use crate::record::{Reading, Sample};

/// Full readings are at least this far apart.
const FULL_EVERY: Duration = Duration::from_secs(2);
/// Share of the time that full readings between the phases' ends may cost: one hundredth.
const FULL_SHARE: u32 = 100;
/// Samples that wait for the event loop; when it is slower than that, samples are left out.
const WAITING: usize = 256;

/// A sample, and what else was seen with it.
#[derive(Debug, Clone)]
pub(crate) struct Tick {
    /// For the recording.
    pub sample: Sample,
    /// OOM kills in the group so far.
    pub oom_kills: Option<u64>,
    /// Processes that live.
    pub processes: usize,
}

/// A full reading with the peaks since the phase began.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stand {
    /// The tree now.
    pub tree: TreeReading,
    /// The peaks of the phase so far.
    pub peak: Reading,
}

enum Ask {
    Begin(oneshot::Sender<bool>),
    Read(oneshot::Sender<Stand>),
    Limit { lifted: bool, done: oneshot::Sender<Result<(), String>> },
}

/// The sampling thread. It ends when the last copy of this is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Sampler {
    asks: mpsc::Sender<Ask>,
}

impl Sampler {
    /// Starts to sample everything below the process `keeper`, and in the group.
    pub fn start(keeper: u32, group: Option<Cgroup>, every: Duration, clock: Clock) -> (Self, ticks::Receiver<Tick>) {
        let (asks, asked) = mpsc::channel();
        let (sender, ticks) = ticks::channel(WAITING);
        let thread = Thread { keeper, group, every, clock, peaks: Peaks::default(), next_full: Instant::now() };
        thread::spawn(move || thread.run(&asked, &sender));
        (Self { asks }, ticks)
    }

    /// Begins a phase: peaks start at the present figures. `false` if not every process allows that, so that
    /// the peak of RSS is only the highest sample.
    pub async fn begin(&self) -> bool {
        self.ask(Ask::Begin).await.unwrap_or(false)
    }

    /// Reads everything now.
    pub async fn read(&self) -> Stand {
        self.ask(Ask::Read).await.unwrap_or_default()
    }

    /// Lifts the memory limit of the group, or sets it again; nothing happens where there is none.
    pub async fn lift_limit(&self, lifted: bool) -> Result<(), String> {
        self.ask(|done| Ask::Limit { lifted, done }).await.unwrap_or(Ok(()))
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Option<T> {
        let (sender, answer) = oneshot::channel();
        self.asks.send(ask(sender)).ok()?;
        answer.await.ok()
    }
}

struct Thread {
    keeper: u32,
    group: Option<Cgroup>,
    every: Duration,
    clock: Clock,
    peaks: Peaks,
    next_full: Instant,
}

impl Thread {
    fn run(mut self, asked: &mpsc::Receiver<Ask>, ticks: &ticks::Sender<Tick>) {
        let mut due = Instant::now();
        loop {
            match asked.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(ask) => self.answer(ask),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let tick = self.tick();
                    let _loop_is_slow = ticks.try_send(tick);
                    // A tick that took longer than the period is not made up for.
                    due = (due + self.every).max(Instant::now());
                }
            }
        }
    }

    fn tick(&mut self) -> Tick {
        let began = Instant::now();
        let depth = if began >= self.next_full { Depth::Full } else { Depth::Quick };
        let tree = self.read(depth);
        if depth == Depth::Full {
            self.next_full = began + FULL_EVERY.max(began.elapsed() * FULL_SHARE);
        }
        let sample = Sample { at: self.clock.elapsed(), reading: tree.total };
        Tick { sample, oom_kills: tree.oom_kills, processes: tree.processes.len() }
    }

    fn read(&mut self, depth: Depth) -> TreeReading {
        let tree = tree::read(self.keeper, self.group.as_ref(), depth);
        self.peaks.add(&tree);
        tree
    }

    fn answer(&mut self, ask: Ask) {
        // Whoever asked may have gone meanwhile: then nobody needs the answer.
        match ask {
            Ask::Begin(done) => drop(done.send(self.begin())),
            Ask::Read(done) => {
                let tree = self.read(Depth::Full);
                let peak = self.peaks.read(self.group.as_ref().and_then(Cgroup::peak));
                drop(done.send(Stand { tree, peak }));
            }
            Ask::Limit { lifted, done } => drop(done.send(self.limit(lifted).map_err(|error| error.to_string()))),
        }
    }

    fn begin(&mut self) -> bool {
        let tree = tree::read(self.keeper, self.group.as_ref(), Depth::Quick);
        let resets: Vec<bool> = tree.processes.iter().map(|process| process::reset_high_water(process.pid)).collect();
        let exact = resets.into_iter().all(|reset| reset);
        if let Some(group) = &mut self.group {
            group.reset_peak();
        }
        self.peaks = Peaks::begin(exact);
        exact
    }

    fn limit(&self, lifted: bool) -> std::io::Result<()> {
        match &self.group {
            Some(group) if lifted => group.lift_limit(),
            Some(group) => group.restore_limit(),
            None => Ok(()),
        }
    }
}
