//! One phase: peaks begin anew, the load is sent and answered, the service settles.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

use super::error::RunError;
use super::hang;
use super::live::{Live, Stop};
use super::load::{LoadError, Progress};
use super::setup::Sent;
use crate::record::{Event, Incident, LoadTally, Phase};

/// How often the progress of the load is shown.
pub(super) const SHOW: Duration = Duration::from_millis(200);

/// The load of a phase, in a task of its own so that its pace depends on nothing else. Ends when dropped.
struct Sending(JoinHandle<Result<LoadTally, LoadError>>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Live<'_> {
    /// Runs a phase with load.
    pub async fn load(&mut self, phase: &Phase, first: u64, requests: u64) -> Result<(), Stop> {
        self.begin(phase).await?;
        let watch = hang::Watch::new(self.setup)?;
        let tally = match &self.setup.plan.load.engine {
            Some(engine) if phase.payload().is_none() => self.delegate(engine, phase, first, requests, &watch).await?,
            _ => self.send(phase, first, requests, &watch).await?,
        };
        let unanswered = hang::timeouts(&tally);
        self.journal.record(Event::Loaded { at: self.clock.elapsed(), phase: phase.clone(), tally })?;
        if unanswered > 0 && self.drive(watch.is_silent()).await? {
            return self.hung(unanswered);
        }
        self.settle(phase).await
    }

    pub(super) fn hung<T>(&mut self, unanswered: u64) -> Result<T, Stop> {
        self.incident(Incident::Hung { unanswered })?;
        Err(Stop::Hung)
    }

    async fn send(&mut self, phase: &Phase, first: u64, requests: u64, watch: &hang::Watch) -> Result<LoadTally, Stop> {
        let progress = Arc::new(Progress::default());
        let mut sending = self.sending(phase.clone(), first, requests, Arc::clone(&progress));
        let mut hung = Box::pin(watch.hung(Arc::clone(&progress)));
        let mut show = interval(SHOW);
        loop {
            let turn = async {
                tokio::select! {
                    done = &mut sending.0 => Turn::Sent(done),
                    unanswered = &mut hung => Turn::Hung(unanswered),
                    _ = show.tick() => Turn::Show,
                }
            };
            match self.drive(turn).await? {
                Turn::Show => self.journal.observer().load(sent(requests, &progress)),
                Turn::Hung(unanswered) => return self.hung(unanswered),
                Turn::Sent(Ok(tally)) => {
                    self.journal.observer().load(sent(requests, &progress));
                    return Ok(tally?);
                }
                Turn::Sent(Err(failed)) => {
                    let source = std::io::Error::other(failed);
                    return Err(RunError::Machine { what: "send the load".to_owned(), source }.into());
                }
            }
        }
    }

    fn sending(&self, phase: Phase, first: u64, requests: u64, progress: Arc<Progress>) -> Sending {
        let sender = self.sender.clone();
        Sending(tokio::spawn(async move { sender.send(&phase, first, requests, &progress).await }))
    }

    /// No load for a while, then settled.
    pub async fn cool_down(&mut self) -> Result<(), Stop> {
        self.begin(&Phase::CoolDown).await?;
        self.drive(sleep(self.setup.plan.load.cool_down.0)).await?;
        self.settle(&Phase::CoolDown).await
    }
}

enum Turn {
    Sent(Result<Result<LoadTally, LoadError>, tokio::task::JoinError>),
    Hung(u64),
    Show,
}

pub(super) fn sent(planned: u64, progress: &Progress) -> Sent {
    let read = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    Sent { planned, sent: read(&progress.sent), answered: read(&progress.answered), failed: read(&progress.failed) }
}
