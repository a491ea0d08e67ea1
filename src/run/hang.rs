//! Tells a service that hangs from one that is slow.
//!
//! Hung is a service that gave no answer for longer than an answer may take, although requests wait, and that
//! does not answer a question of Plimsoll's own either. A payload that only its own route cannot digest is
//! seen in the tally (`timeout`), and the run goes on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::error::RunError;
use super::load::Progress;
use super::ready::{Place, Question, answers, reacts};
use super::setup::Setup;
use crate::record::LoadTally;

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Time beyond the timeout of an answer: the timeouts themselves have to be counted first.
const GRACE: Duration = Duration::from_secs(1);

/// Requests of a phase that timed out. Where there are any, the service is asked whether it still lives.
pub(super) fn timeouts(tally: &LoadTally) -> u64 {
    tally.requests.values().filter_map(|request| request.failures.get("timeout")).sum()
}

/// How long a service at least has to answer Plimsoll's own question: a busy machine is no hang.
const QUESTION: Duration = Duration::from_secs(10);

/// Watches the load of one phase.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    place: Place,
    /// Where HTTP/1 is spoken in the clear.
    path: Option<String>,
    patience: Duration,
    question: Duration,
}

impl Watch {
    /// Asks at the readiness address where that is HTTP, else at the base URL.
    pub fn new(setup: &Setup<'_>) -> Result<Self, RunError> {
        let load = &setup.plan.load;
        let (place, path) = match Question::new(&setup.policy.service.ready)? {
            Question::Http(place, path) => (place, Some(path)),
            _ => {
                let (place, path) = Place::of_url(&load.base_url)?;
                (place, Some(path).filter(|_| !load.http2 && load.base_url.starts_with("http:")))
            }
        };
        let timeout = load.timeout.0;
        Ok(Self { place, path, patience: timeout + GRACE, question: QUESTION.max(timeout * 2) })
    }

    /// Whether the service does not answer a question of Plimsoll's own.
    pub async fn is_silent(&self) -> bool {
        match &self.path {
            Some(path) => !answers(&self.place, path, self.question).await,
            None => !reacts(&self.place, self.question).await,
        }
    }

    /// Ends when the service hangs: how many requests have no answer.
    pub async fn hung(&self, progress: Arc<Progress>) -> u64 {
        let mut answered = 0;
        let mut since = Instant::now();
        loop {
            sleep(LOOK).await;
            let now = progress.answered.load(Ordering::Relaxed);
            let sent = progress.sent.load(Ordering::Relaxed);
            if now != answered || sent <= now {
                (answered, since) = (now, Instant::now());
            } else if since.elapsed() >= self.patience {
                if self.is_silent().await {
                    return sent - now;
                }
                since = Instant::now();
            }
        }
    }
}
