//! What a run is given, whom it tells, what it comes to.

use std::path::Path;

use crate::plan::Plan;
use crate::policy::Policy;
use crate::record::{Event, Recording};
use crate::units::{Bytes, Elapsed};

/// Everything that a run needs to know. All paths are absolute.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// The service, its load, and the recovery rules (their deadlines decide how long is watched).
    pub policy: &'a Policy,
    /// The steps.
    pub plan: &'a Plan,
    /// Plimsoll's own executable, to start the keeper.
    pub program: &'a Path,
    /// Working directory of the service.
    pub directory: &'a Path,
    /// Where the service's output goes.
    pub log: &'a Path,
    /// An existing folder for heap dumps.
    pub dumps: &'a Path,
    /// Whether heap dumps stay after they were analyzed.
    pub keep_dumps: bool,
    /// Whether the load may go to a public address.
    pub public: bool,
    /// Wall clock time of the start, RFC 3339.
    pub started: &'a str,
    /// Commit of the service, where there is one.
    pub commit: Option<&'a str>,
}

/// Whoever keeps the events of a run and shows how it goes.
pub trait Observer {
    /// Keeps an event. An error ends the run.
    fn event(&mut self, event: &Event) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
    /// Shows what is going on, in a few words: `starting`, `ready after 1.2 s`.
    fn stage(&mut self, stage: &str);
    /// Shows how far the load of a phase is.
    fn load(&mut self, load: Sent);
}

/// How far the load of a phase is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Requests of the phase.
    pub planned: u64,
    /// Sent so far.
    pub sent: u64,
    /// Answered so far.
    pub answered: u64,
    /// Failed so far.
    pub failed: u64,
}

/// A run that came to an end.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// What was recorded.
    pub recording: Recording,
    /// Why it ended.
    pub end: End,
    /// What Plimsoll itself used, heap analysis excluded.
    pub overhead: Overhead,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every step was taken.
    Complete,
    /// The service died or hung: that is a finding, not an error.
    Service,
    /// Somebody pressed Ctrl-C or sent this signal.
    Interrupted(&'static str),
}

/// What Plimsoll itself used during a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overhead {
    /// Processor time, user and system.
    pub cpu: Elapsed,
    /// Length of the run.
    pub wall: Elapsed,
    /// Highest RSS.
    pub rss: Bytes,
}

impl Overhead {
    /// What this process used so far.
    pub(crate) fn so_far(wall: Elapsed) -> Self {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::TimeValLike;
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Self { wall, ..Self::default() } };
        let cpu = usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds();
        let rss = u64::try_from(usage.max_rss()).unwrap_or(0).saturating_mul(1024);
        Self { cpu: Elapsed::from_millis(cpu.unsigned_abs()), wall, rss: Bytes(rss) }
    }

    /// Without the time that was used before.
    pub(crate) fn since(self, before: Self) -> Self {
        let less = |now: Elapsed, before: Elapsed| Elapsed(now.0.saturating_sub(before.0));
        Self { cpu: less(self.cpu, before.cpu), wall: less(self.wall, before.wall), rss: self.rss }
    }
}

impl std::fmt::Display for Overhead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cores = self.cpu.0.as_secs_f64() / self.wall.0.as_secs_f64().max(1e-3);
        write!(f, "plimsoll itself used {cores:.2} cores and at most {} over {}", self.rss, self.wall)
    }
}
