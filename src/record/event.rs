//! Everything that a run can report.

use super::{Dump, Fingerprint, LoadTally, Phase, ProcessReading, Reading, Sample, Unseen};
use crate::units::Elapsed;

/// One thing that happened in a run. The service, the load, the probes and the captures only send
/// these; the fold ([`super::Recording::apply`]) is the only place that gives them meaning.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The run began: what is measured, under which plan.
    Began {
        /// Wall clock time of the start, RFC 3339, for people; never compared.
        started: String,
        /// Name of the scenario.
        scenario: String,
        /// Digest of the plan: equal plans send the same bytes.
        plan: String,
        /// The git commit of the service's work tree, where there is one.
        commit: Option<String>,
    },
    /// The service answered its readiness probe.
    Ready {
        /// Since the run began.
        at: Elapsed,
    },
    /// What the service turned out to be, read once it was ready.
    Identified {
        /// Runtime, versions, limits, machine.
        fingerprint: Fingerprint,
    },
    /// A phase began.
    PhaseBegan {
        /// Since the run began.
        at: Elapsed,
        /// Which.
        phase: Phase,
    },
    /// The load of a phase was sent and answered.
    Loaded {
        /// Since the run began.
        at: Elapsed,
        /// Which phase.
        phase: Phase,
        /// What was sent and what came back.
        tally: LoadTally,
    },
    /// The process tree was sampled.
    Sampled {
        /// The reading, with its time.
        sample: Sample,
    },
    /// The service settled after a phase: load paused, collection forced.
    Settled {
        /// Since the run began.
        at: Elapsed,
        /// Which phase.
        phase: Phase,
        /// The figures after the collection, over the whole process tree.
        floor: Reading,
        /// The highest figures within the phase, kernel-kept where the kernel can.
        peak: Reading,
        /// The floor by process.
        processes: Vec<ProcessReading>,
    },
    /// The service came back to a level after an ugly payload.
    Recovered {
        /// The phase of the payload.
        phase: Phase,
        /// RSS readings while waiting: time since the payload ended, and the sample's reading.
        after: Vec<(Elapsed, Reading)>,
    },
    /// A heap dump was taken and analyzed.
    Dumped {
        /// The dump with its summary.
        dump: Dump,
    },
    /// The service misbehaved: a finding, not an error.
    Incident {
        /// Since the run began.
        at: Elapsed,
        /// In which phase.
        phase: Phase,
        /// What happened.
        incident: Incident,
    },
    /// Something could not be measured; the report says so.
    Unseen {
        /// What and why.
        unseen: Unseen,
    },
    /// The run ended in an orderly way.
    Ended {
        /// Since the run began.
        at: Elapsed,
        /// Whether every phase of the plan was run.
        complete: bool,
    },
}

/// How a service can misbehave under load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incident {
    /// The main process ended by itself.
    Died {
        /// Exit code, if it exited.
        code: Option<i32>,
        /// Signal, if one ended it.
        signal: Option<i32>,
    },
    /// The kernel killed a process of the service's control group for memory.
    OomKilled {
        /// How many kills the counter rose by.
        kills: u64,
    },
    /// It accepted connections or requests and answered none within the deadline.
    Hung {
        /// Requests without an answer.
        unanswered: u64,
    },
    /// A worker process below a living master ended.
    WorkerDied {
        /// Its process id.
        pid: u32,
    },
}
