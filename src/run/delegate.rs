//! A phase of the ordinary mix that another engine sends.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{interval, sleep};

use super::engine::{EngineError, Running, Task};
use super::hang;
use super::keeper::Exit;
use super::live::{Live, Stop};
use super::load::{Progress, check_target};
use super::phase::{SHOW, sent};
use crate::plan::round_of;
use crate::policy::{Arrivals, Engine};
use crate::record::{LoadTally, Phase};

/// An engine that ends because the service died is told as the death of the service, whose report may come later.
const SECOND: Duration = Duration::from_millis(500);

impl Live<'_> {
    /// Lets the engine send a phase. However that ends, everything that the engine started has ended then.
    pub async fn delegate(
        &mut self,
        engine: &Engine,
        phase: &Phase,
        first: u64,
        requests: u64,
        watch: &hang::Watch,
    ) -> Result<LoadTally, Stop> {
        let load = &self.setup.plan.load;
        let arrivals = round_of(load, phase).map_or(load.steady.arrivals, |round| round.arrivals);
        let (rate, in_flight) = match arrivals {
            Arrivals::Rate(rate) => (rate.0, load.in_flight),
            Arrivals::Ramp { from, to } => ((from.0 + to.0) / 2.0, load.in_flight),
            Arrivals::Users(users) => (0.0, users),
        };
        let task = Task {
            engine,
            phase,
            first,
            requests,
            rate,
            in_flight,
            target: &load.base_url,
            seed: load.seed,
            within: engine.within.unwrap_or_else(|| Task::usual(requests, rate)),
        };
        check_target(&load.base_url)?;
        let mut running = Running::start(&task, self.setup.program).await?;
        let progress = Arc::new(Progress::default());
        match self.wait_for(&mut running, requests, &progress, watch).await {
            Ok(Outcome::Ended(Ok(ended))) => {
                let counted = running.finish(&task, ended, &progress).await;
                self.journal.observer().load(sent(requests, &progress));
                match counted {
                    Ok(tally) => Ok(tally),
                    Err(error) => self.failed(error).await,
                }
            }
            Ok(Outcome::Ended(Err(error))) => {
                let error = running.end(error).await;
                let hangs = matches!(error, EngineError::TooLate { .. }) && self.drive(watch.is_silent()).await?;
                if hangs { self.hung(task.users()) } else { self.failed(error).await }
            }
            Ok(Outcome::Hung(unanswered)) => {
                running.kill().await;
                self.hung(unanswered)
            }
            Err(stop) => {
                running.kill().await;
                Err(stop)
            }
        }
    }

    async fn wait_for(
        &mut self,
        running: &mut Running,
        requests: u64,
        progress: &Arc<Progress>,
        watch: &hang::Watch,
    ) -> Result<Outcome, Stop> {
        let mut hung = Box::pin(watch.hung(Arc::clone(progress)));
        let mut show = interval(SHOW);
        loop {
            let turn = async {
                tokio::select! {
                    ended = running.counted(progress) => Some(Outcome::Ended(ended)),
                    unanswered = &mut hung => Some(Outcome::Hung(unanswered)),
                    _ = show.tick() => None,
                }
            };
            match self.drive(turn).await? {
                None => self.journal.observer().load(sent(requests, progress)),
                Some(outcome) => return Ok(outcome),
            }
        }
    }

    async fn failed<T>(&mut self, error: EngineError) -> Result<T, Stop> {
        self.drive(sleep(SECOND)).await?;
        Err(error.into())
    }
}

/// What happened while an engine was waited for.
enum Outcome {
    Ended(Result<(Exit, Duration), EngineError>),
    Hung(u64),
}
