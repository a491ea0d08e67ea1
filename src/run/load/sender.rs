//! The engine's front: a phase in, its tally out.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::oneshot;

use super::LoadError;
use super::phase::Sending;
use super::session::Session;
use crate::plan::Requests;
use crate::policy::Load;
use crate::record::{LoadTally, Phase};

/// Counts of the running phase, for the live view.
#[derive(Debug, Default)]
pub struct Progress {
    /// Requests that were begun.
    pub sent: AtomicU64,
    /// Requests to which a status came back.
    pub answered: AtomicU64,
    /// Requests that failed, or whose status is not what the policy expects.
    pub failed: AtomicU64,
}

/// Sends the phases of a load profile.
#[derive(Debug, Clone)]
pub struct Sender {
    load: Arc<Load>,
    plan: Arc<Requests>,
    session: Arc<Session>,
    public: bool,
}

impl Sender {
    /// Prepares the requests of a load profile. Nothing is sent yet.
    pub fn new(load: Arc<Load>) -> Self {
        let plan = Arc::new(Requests::new(&load));
        Self { load, plan, session: Arc::default(), public: false }
    }

    /// Allows public addresses too. Only for a service of one's own.
    pub fn allow_public(mut self) -> Self {
        self.public = true;
        self
    }

    /// Sends `requests` requests of `phase`, from number `first` of its kind on, at the phase's rate, and
    /// waits until each is answered or timed out.
    ///
    /// What the service does wrong is in the tally. Dropping the future stops the load and closes every
    /// connection.
    ///
    /// # Errors
    /// When the profile cannot be sent: see [`LoadError`].
    pub async fn send(
        &self,
        phase: &Phase,
        first: u64,
        requests: u64,
        progress: &Arc<Progress>,
    ) -> Result<LoadTally, LoadError> {
        let (load, plan, session, public) = (self.load.clone(), self.plan.clone(), self.session.clone(), self.public);
        let sending = Sending { load, plan, session, phase: phase.clone(), first, requests, public };
        let progress = progress.clone();
        let (finished, result) = oneshot::channel();
        // Dropped with this future: then `stopped` resolves.
        let (_stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("plimsoll-load".to_owned());
        let spawned = thread.spawn(move || {
            let _ = finished.send(on_own_runtime(sending, progress, stopped));
        });
        spawned.map_err(|source| LoadError::Machine { what: "start a thread for the load", source })?;
        result.await.map_err(|_| LoadError::Stopped)?
    }
}

/// Runs a phase on a runtime of its own, which takes every connection along when it ends.
fn on_own_runtime(
    sending: Sending,
    progress: Arc<Progress>,
    stopped: oneshot::Receiver<()>,
) -> Result<LoadTally, LoadError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(|source| LoadError::Machine { what: "start a runtime for the load", source })?;
    runtime.block_on(async {
        tokio::select! {
            tally = sending.run(progress) => tally,
            _ = stopped => Err(LoadError::Stopped),
        }
    })
}
