//! The recording: one run, condensed to what judging and reporting need.

use std::collections::BTreeMap;

use super::{Event, Incident};
use crate::heap::HeapSummary;
use crate::units::{Elapsed, Gauge};

/// Readings of several gauges at one moment. What is absent was not readable.
pub type Reading = BTreeMap<Gauge, u64>;

/// One step of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Requests that are not judged.
    WarmUp,
    /// One of the equal rounds of the ordinary mix; rounds count from 1.
    Steady {
        /// Which round.
        round: u32,
    },
    /// One round of one ugly payload.
    Ugly {
        /// Name of the payload in the policy.
        payload: String,
        /// Which round, from 1.
        round: u32,
    },
    /// No load.
    CoolDown,
    /// A payload that left something, once more between two heap dumps: what grows is its owner.
    Residue {
        /// Name of the payload in the policy.
        payload: String,
    },
    /// A round between the two heap dumps.
    Diagnosis {
        /// Which round.
        round: u32,
    },
}

/// What runs the service's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runtime {
    /// A Java virtual machine.
    Jvm,
    /// Node.js.
    Node,
    /// CPython.
    Python,
    /// Anything else: gated on what the kernel tells.
    Other,
}

/// The environment of a run. Two runs whose fingerprints differ in what matters are not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Named facts: `runtime`, `runtime-version`, `allocator`, `memory-limit`, `cpus`, `arch`,
    /// `kernel`, `plimsoll`. Which of them matter is decided by [`crate::compare`].
    pub facts: BTreeMap<String, String>,
}

/// How exactly the load kept its schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pacing {
    /// Lateness of sends against the schedule, 99th percentile, microseconds.
    pub late_p99_us: u64,
    /// Longest lateness, microseconds.
    pub late_max_us: u64,
    /// By how much the schedule was shifted because the service stalled.
    pub shifted: Elapsed,
    /// The generator itself could not keep up: the phase is invalid, not failed.
    pub overrun: bool,
}

/// What came of the requests of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestTally {
    /// Requests that were sent, or begun.
    pub sent: u64,
    /// Answers by status code.
    pub statuses: BTreeMap<u16, u64>,
    /// Answers outside what the policy expects, by description (`status 500`, `timeout`, `reset`).
    pub failures: BTreeMap<String, u64>,
    /// Connections that Plimsoll gave up on purpose (hang-up, never read).
    pub aborted: u64,
    /// Method and path as the policy names them.
    pub route: String,
    /// Connections that the service ended while a client misbehaved on them.
    pub cut: u64,
    /// Bytes written to the service, bodies only.
    pub bytes_out: u64,
    /// Bytes read from the service, bodies only.
    pub bytes_in: u64,
    /// Latency from the planned send: median and 99th percentile, microseconds.
    pub latency_us: (u64, u64),
    /// Latency from the real send, which hides what a stalled service kept waiting: median and 99th percentile,
    /// microseconds.
    pub from_send_us: (u64, u64),
}

/// What a phase sent and what came back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadTally {
    /// By request name.
    pub requests: BTreeMap<String, RequestTally>,
    /// How exactly the schedule was kept.
    pub pacing: Pacing,
    /// Digest of every byte that the plan sends in this phase, independent of timing. Of a phase that another engine
    /// sent: of what it was told to do, since its bytes are not seen.
    pub digest: String,
    /// Why the phase is invalid, where another engine did not do what was planned; [`Pacing::overrun`] is set then.
    pub invalid: Option<String>,
}

/// One reading of the process tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Since the run began.
    pub at: Elapsed,
    /// Sums over the process tree.
    pub reading: Reading,
}

/// The reading of one process.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessReading {
    /// Process id, for people.
    pub pid: u32,
    /// Command name.
    pub name: String,
    /// What runs in it.
    pub runtime: Runtime,
    /// Its figures.
    pub reading: Reading,
}

/// A phase with all that was measured in it.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseRecord {
    /// Which.
    pub phase: Phase,
    /// When it began, since the run began.
    pub began: Elapsed,
    /// When its load was done; `None` if it was cut short.
    pub loaded: Option<Elapsed>,
    /// When it had settled; `None` if it was cut short.
    pub settled: Option<Elapsed>,
    /// The load.
    pub tally: LoadTally,
    /// After the collection; empty where the phase was cut short.
    pub floor: Reading,
    /// Highest figures of the phase.
    pub peak: Reading,
    /// Floor by process.
    pub processes: Vec<ProcessReading>,
    /// Readings after the payload ended, for recovery rules.
    pub recovery: Vec<(Elapsed, Reading)>,
    /// What went wrong in it.
    pub incidents: Vec<Incident>,
}

/// Where in a run a heap dump was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DumpPoint {
    /// After everything that is measured: compared with the baseline's.
    Reference,
    /// After the diagnosis rounds: compared with the reference dump of the same run.
    Diagnosis,
    /// After a payload that left something was sent once more: compared with the dump before it.
    Residue,
}

/// A heap dump of one process.
#[derive(Debug, Clone, PartialEq)]
pub struct Dump {
    /// When in the run.
    pub point: DumpPoint,
    /// After which payload, where it was one.
    pub payload: Option<String>,
    /// The process: its command name, and which of its kind (`gunicorn#2`). Stable across runs.
    pub process: String,
    /// What runs in it.
    pub runtime: Runtime,
    /// Requests of the ordinary mix, warm-up included, that the service had answered by then.
    pub requests: u64,
    /// File name within the recording's folder; the file may have been removed.
    pub file: String,
    /// How long the service stood still for it.
    pub pause: Elapsed,
    /// What was in it.
    pub summary: HeapSummary,
}

/// Something that could not be measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unseen {
    /// What, as a person would ask for it (`heap of process 4711 (ruby)`).
    pub what: String,
    /// Why, and what to do about it.
    pub why: String,
}

/// One run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Wall clock time of the start, RFC 3339.
    pub started: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Digest of the plan.
    pub plan: String,
    /// Commit of the service.
    pub commit: Option<String>,
    /// The environment.
    pub fingerprint: Fingerprint,
    /// How long the service took to get ready.
    pub ready: Option<Elapsed>,
    /// The phases in the order in which they ran.
    pub phases: Vec<PhaseRecord>,
    /// The curve.
    pub samples: Vec<Sample>,
    /// The heap dumps.
    pub dumps: Vec<Dump>,
    /// What could not be measured.
    pub unseen: Vec<Unseen>,
    /// When the run ended; `None` if it was cut off.
    pub ended: Option<Elapsed>,
    /// Whether every phase of the plan was run.
    pub complete: bool,
}

impl Recording {
    /// Folds the events of a run, in order, into its recording.
    pub fn fold(events: impl IntoIterator<Item = Event>) -> Self {
        let mut recording = Self::default();
        events.into_iter().for_each(|event| recording.apply(event));
        recording
    }

    /// Adds what one event tells. An event about a phase that never began is ignored.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Began { started, scenario, plan, commit } => {
                (self.started, self.scenario, self.plan, self.commit) = (started, scenario, plan, commit);
            }
            Event::Ready { at } => self.ready = Some(at),
            Event::Identified { fingerprint } => self.fingerprint = fingerprint,
            Event::PhaseBegan { at, phase } => self.phases.push(PhaseRecord::begun(phase, at)),
            Event::Loaded { at, phase, tally } => self.within(&phase, |record| {
                record.loaded = Some(at);
                record.tally = tally;
            }),
            Event::Sampled { sample } => self.samples.push(sample),
            Event::Settled { at, phase, floor, peak, processes } => self.within(&phase, |record| {
                record.settled = Some(at);
                (record.floor, record.peak, record.processes) = (floor, peak, processes);
            }),
            Event::Recovered { phase, after } => self.within(&phase, |record| record.recovery = after),
            Event::Dumped { dump } => self.dumps.push(dump),
            Event::Incident { phase, incident, .. } => {
                self.within(&phase, |record| record.incidents.push(incident));
            }
            Event::Unseen { unseen } => {
                if !self.unseen.contains(&unseen) {
                    self.unseen.push(unseen);
                }
            }
            Event::Ended { at, complete } => (self.ended, self.complete) = (Some(at), complete),
        }
    }

    /// The steady rounds, in order.
    pub fn steady(&self) -> impl Iterator<Item = &PhaseRecord> {
        self.phases.iter().filter(|record| matches!(record.phase, Phase::Steady { .. }))
    }

    /// The rounds of one ugly payload, in order.
    pub fn ugly<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a PhaseRecord> {
        self.phases.iter().filter(move |record| matches!(&record.phase, Phase::Ugly { payload, .. } if payload == name))
    }

    /// The names of the ugly payloads that ran, in order, each once.
    pub fn payloads(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for record in &self.phases {
            if let Phase::Ugly { payload, .. } = &record.phase
                && !names.contains(&payload.as_str())
            {
                names.push(payload);
            }
        }
        names
    }

    fn within(&mut self, phase: &Phase, change: impl FnOnce(&mut PhaseRecord)) {
        if let Some(record) = self.phases.iter_mut().rev().find(|record| record.phase == *phase) {
            change(record);
        }
    }
}

impl Recording {
    /// Floor of a gauge before the first round of a payload and after its last.
    pub fn around(&self, payload: &str, gauge: Gauge) -> Option<(u64, u64)> {
        let is_round =
            |record: &PhaseRecord| matches!(&record.phase, Phase::Ugly { payload: name, .. } if name == payload);
        let first = self.phases.iter().position(is_round)?;
        let before = self.phases[..first].iter().rev().find_map(|record| record.floor.get(&gauge))?;
        Some((*before, *self.ugly(payload).last()?.floor.get(&gauge)?))
    }
}

impl PhaseRecord {
    fn begun(phase: Phase, began: Elapsed) -> Self {
        Self {
            phase,
            began,
            loaded: None,
            settled: None,
            tally: LoadTally::default(),
            floor: Reading::new(),
            peak: Reading::new(),
            processes: Vec::new(),
            recovery: Vec::new(),
            incidents: Vec::new(),
        }
    }

    /// Requests that were sent in the phase, over all names.
    pub fn sent(&self) -> u64 {
        self.tally.requests.values().map(|tally| tally.sent).sum()
    }
}

impl Phase {
    /// The kind of phase as policies name it: `warm-up`, `steady`, `ugly`, `cool-down`, `diagnosis`, `residue`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::WarmUp => "warm-up",
            Self::Steady { .. } => "steady",
            Self::Ugly { .. } => "ugly",
            Self::CoolDown => "cool-down",
            Self::Residue { .. } => "residue",
            Self::Diagnosis { .. } => "diagnosis",
        }
    }
}

impl Phase {
    /// The ugly payload that is sent, if one.
    pub fn payload(&self) -> Option<&str> {
        match self {
            Self::Ugly { payload, .. } | Self::Residue { payload } => Some(payload),
            _ => None,
        }
    }
}

impl std::fmt::Display for Phase {
    /// `steady 3`, `ugly image-bomb 1`, `cool-down`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WarmUp | Self::CoolDown => write!(f, "{}", self.kind()),
            Self::Steady { round } | Self::Diagnosis { round } => write!(f, "{} {round}", self.kind()),
            Self::Ugly { payload, round } => write!(f, "ugly {payload} {round}"),
            Self::Residue { payload } => write!(f, "residue {payload}"),
        }
    }
}
