//! From nothing to a service that is ready.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tokio::time::timeout;

use super::cgroup::Cgroup;
use super::clock::Clock;
use super::error::RunError;
use super::interrupt::Interrupt;
use super::journal::Journal;
use super::keeper::{Exit, Keeper, Order};
use super::live::{Live, Stop};
use super::load::Sender;
use super::output::last_lines;
use super::probe::Agents;
use super::ready::{Place, Question, accepts, holder};
use super::sample::Sampler;
use super::setup::Setup;
use crate::policy::Readiness;
use crate::record::{Event, Reading};

/// Fails if something answers already where the service should.
pub(super) async fn check_free(setup: &Setup<'_>) -> Result<(), RunError> {
    let load = Place::of_url(&setup.plan.load.base_url)?.0;
    let question = Question::new(&setup.policy.service.ready)?;
    for place in [Some(&load), question.place()].into_iter().flatten() {
        if accepts(place).await {
            let holder = holder(place.port).map(|(name, pid)| format!(" by `{name}` (pid {pid})"));
            return Err(RunError::PortTaken { address: place.to_string(), holder: holder.unwrap_or_default() });
        }
    }
    Ok(())
}

/// Starts the service with its agents in its group, and samples it from then on. `scratch` is a temporary folder that is
/// empty.
pub(super) async fn start<'a>(
    setup: &'a Setup<'a>,
    journal: Journal<'a>,
    interrupt: &'a mut Interrupt,
    clock: Clock,
    scratch: &Path,
) -> Result<Live<'a>, RunError> {
    let service = &setup.policy.service;
    let agents = Agents::install(scratch)?;
    let group = Cgroup::create(service.memory_limit);
    let no_group = group.as_ref().err().cloned();
    let group = group.ok();
    let (keeper, started) = Keeper::start(setup.program, &order(setup, &agents, group.as_ref(), scratch)).await?;
    // A group that the service is not in measures nothing.
    let group = group.filter(|_| started.grouped);
    let folder = group.as_ref().map(Cgroup::group);
    let (sampler, ticks) = Sampler::start(keeper.pid(), group, service.sample_every.0, clock);
    Ok(Live {
        setup,
        sender: sender(setup),
        journal,
        clock,
        keeper,
        no_group,
        group: folder,
        sampler,
        ticks,
        interrupt,
        agents: Arc::new(agents),
        seen: false,
        detached: false,
        oom_kills: 0,
        runtimes: BTreeMap::new(),
        workers: BTreeMap::new(),
        floor: Reading::new(),
    })
}

fn order(setup: &Setup<'_>, agents: &Agents, group: Option<&Cgroup>, scratch: &Path) -> Order {
    let service = &setup.policy.service;
    let mut own: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    own.extend(service.env.clone());
    let mut env = service.env.clone();
    env.extend(agents.environment(&own));
    Order {
        command: service.command.clone(),
        directory: setup.directory.to_owned(),
        env,
        log: setup.log.to_owned(),
        group: group.map(Cgroup::group),
        patience_ms: service.stop_within.millis(),
        watch: match &service.ready {
            Readiness::Log(text) => Some(text.clone()),
            _ => None,
        },
        scratch: Some(scratch.to_owned()),
    }
}

impl Live<'_> {
    /// Says what cannot be seen without a control group.
    pub fn note_group(&mut self) -> Result<(), RunError> {
        if self.group.is_some() {
            return Ok(());
        }
        let why = self.no_group.take();
        let why = why.unwrap_or_else(|| "the service was not let into its control group; run as root".to_owned());
        if let Some(limit) = self.setup.policy.service.memory_limit {
            self.journal.unseen(format!("behaviour under the memory limit of {limit}"), why.clone())?;
        }
        self.journal.unseen("working set and kills for memory", why)
    }

    /// Waits until the service is ready, and records it.
    pub async fn ready(&mut self) -> Result<(), Stop> {
        let service = &self.setup.policy.service;
        let question = Question::new(&service.ready)?;
        let until = tokio::time::Instant::now() + service.ready_within.0;
        loop {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            // Short turns, for a line of output is noticed between two of them.
            let turn = left.min(std::time::Duration::from_millis(100));
            let ready = match &question {
                Question::Log => self.drive(tokio::time::sleep(turn)).await.map(|()| self.seen),
                asked => self.drive(timeout(left, asked.ready())).await.map(|answer| answer.is_ok()),
            };
            match ready {
                Ok(true) => break,
                Ok(false) if until > tokio::time::Instant::now() => {}
                Ok(false) => return Err(self.never_ready(&question).into()),
                Err(stop) => return Err(stop),
            }
        }
        self.journal.record(Event::Ready { at: self.clock.elapsed() })?;
        Ok(())
    }

    fn never_ready(&self, question: &Question) -> RunError {
        let service = &self.setup.policy.service;
        // The last lines are written when the service has ended; see `with_output`.
        RunError::NeverReady {
            within: service.ready_within,
            waited: question.words(&service.ready),
            log: String::new(),
        }
    }

    /// The error for a service that ended before it was ready.
    pub async fn ended_early(&mut self, exit: Exit) -> RunError {
        let kills = self.sampler.read().await.tree.oom_kills.unwrap_or(0);
        let oom = if kills > 0 { " (killed for memory: raise `memory-limit`)" } else { "" };
        RunError::EndedEarly { exit, oom, log: String::new() }
    }
}

/// Adds the last lines of the service's output to errors that need them, once all of it is written.
pub(super) fn with_output(error: RunError, setup: &Setup<'_>) -> RunError {
    match error {
        RunError::EndedEarly { exit, oom, .. } => RunError::EndedEarly { exit, oom, log: last_lines(setup.log) },
        RunError::NeverReady { within, waited, .. } => {
            RunError::NeverReady { within, waited, log: last_lines(setup.log) }
        }
        other => other,
    }
}

/// What sends the phases; a login is made once for all of them.
fn sender(setup: &Setup<'_>) -> Sender {
    let sender = Sender::new(Arc::new(setup.plan.load.clone()));
    if setup.public { sender.allow_public() } else { sender }
}
