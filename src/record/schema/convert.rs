//! Between the wire types and the domain types. Writing cannot fail; reading checks names.

use std::time::Duration;

use super::{SchemaError, v1};
use crate::record::{
    Dump, DumpPoint, Event, Fingerprint, Incident, LoadTally, Pacing, Phase, PhaseRecord, ProcessReading, Reading,
    Recording, RequestTally, Runtime, Sample, Unseen,
};
use crate::units::{Elapsed, Gauge};

/// Nanoseconds, so that judging a file and judging the run itself are the same.
fn nanos(elapsed: Elapsed) -> u64 {
    u64::try_from(elapsed.0.as_nanos()).unwrap_or(u64::MAX)
}

fn elapsed(nanos: u64) -> Elapsed {
    Elapsed(Duration::from_nanos(nanos))
}

fn reading_out(reading: Reading) -> v1::Reading {
    reading.into_iter().map(|(gauge, value)| (gauge.name().to_owned(), value)).collect()
}

fn reading_in(reading: v1::Reading) -> Result<Reading, SchemaError> {
    let gauge = |name: String| name.parse::<Gauge>().map_err(|error| SchemaError::Malformed(error.to_string()));
    reading.into_iter().map(|(name, value)| Ok((gauge(name)?, value))).collect()
}

fn recovery_in(after: Vec<(u64, v1::Reading)>) -> Result<Vec<(Elapsed, Reading)>, SchemaError> {
    after.into_iter().map(|(at, reading)| Ok((elapsed(at), reading_in(reading)?))).collect()
}

fn recovery_out(after: Vec<(Elapsed, Reading)>) -> Vec<(u64, v1::Reading)> {
    after.into_iter().map(|(at, reading)| (nanos(at), reading_out(reading))).collect()
}

/// Converts every element, or none.
fn all<A, B: TryFrom<A, Error = SchemaError>>(items: Vec<A>) -> Result<Vec<B>, SchemaError> {
    items.into_iter().map(B::try_from).collect()
}

fn each<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(B::from).collect()
}

impl From<Event> for v1::Event {
    fn from(event: Event) -> Self {
        match event {
            Event::Began { started, scenario, plan, commit } => Self::Began { started, scenario, plan, commit },
            Event::Ready { at } => Self::Ready { at: nanos(at) },
            Event::Identified { fingerprint } => Self::Identified { facts: fingerprint.facts },
            Event::PhaseBegan { at, phase } => Self::PhaseBegan { at: nanos(at), phase: phase.into() },
            Event::Loaded { at, phase, tally } => {
                Self::Loaded { at: nanos(at), phase: phase.into(), tally: tally.into() }
            }
            Event::Sampled { sample } => Self::Sampled { at: nanos(sample.at), reading: reading_out(sample.reading) },
            Event::Settled { at, phase, floor, peak, processes } => Self::Settled {
                at: nanos(at),
                phase: phase.into(),
                floor: reading_out(floor),
                peak: reading_out(peak),
                processes: each(processes),
            },
            Event::Recovered { phase, after } => Self::Recovered { phase: phase.into(), after: recovery_out(after) },
            Event::Dumped { dump } => Self::Dumped { dump: Box::new(dump.into()) },
            Event::Incident { at, phase, incident } => {
                Self::Incident { at: nanos(at), phase: phase.into(), incident: incident.into() }
            }
            Event::Unseen { unseen } => Self::Unseen { unseen: unseen.into() },
            Event::Ended { at, complete } => Self::Ended { at: nanos(at), complete },
        }
    }
}

impl TryFrom<v1::Event> for Event {
    type Error = SchemaError;

    fn try_from(event: v1::Event) -> Result<Self, SchemaError> {
        let time = elapsed;
        Ok(match event {
            v1::Event::Began { started, scenario, plan, commit } => Self::Began { started, scenario, plan, commit },
            v1::Event::Ready { at } => Self::Ready { at: time(at) },
            v1::Event::Identified { facts } => Self::Identified { fingerprint: Fingerprint { facts } },
            v1::Event::PhaseBegan { at, phase } => Self::PhaseBegan { at: time(at), phase: phase.into() },
            v1::Event::Loaded { at, phase, tally } => {
                Self::Loaded { at: time(at), phase: phase.into(), tally: tally.try_into()? }
            }
            v1::Event::Sampled { at, reading } => {
                Self::Sampled { sample: Sample { at: time(at), reading: reading_in(reading)? } }
            }
            v1::Event::Settled { at, phase, floor, peak, processes } => Self::Settled {
                at: time(at),
                phase: phase.into(),
                floor: reading_in(floor)?,
                peak: reading_in(peak)?,
                processes: all(processes)?,
            },
            v1::Event::Recovered { phase, after } => {
                Self::Recovered { phase: phase.into(), after: recovery_in(after)? }
            }
            v1::Event::Dumped { dump } => Self::Dumped { dump: (*dump).try_into()? },
            v1::Event::Incident { at, phase, incident } => {
                Self::Incident { at: time(at), phase: phase.into(), incident: incident.into() }
            }
            v1::Event::Unseen { unseen } => Self::Unseen { unseen: unseen.into() },
            v1::Event::Ended { at, complete } => Self::Ended { at: time(at), complete },
        })
    }
}

/// Types whose parts stand for one another, name by name, in both directions.
macro_rules! same_variants {
    ($($name:ident { $($variant:ident $({ $($field:ident),* })?),* })*) => {$(
        impl From<$name> for v1::$name {
            fn from(value: $name) -> Self {
                match value { $($name::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?),* }
            }
        }
        impl From<v1::$name> for $name {
            fn from(value: v1::$name) -> Self {
                match value { $(v1::$name::$variant $({ $($field),* })? => Self::$variant $({ $($field),* })?),* }
            }
        }
    )*};
}

same_variants! {
    Phase { WarmUp, Steady { round }, Ugly { payload, round }, CoolDown, Diagnosis { round }, Residue { payload } }
    Incident { Died { code, signal }, OomKilled { kills }, Hung { unanswered }, WorkerDied { pid } }
    Runtime { Jvm, Node, Python, Other }
    DumpPoint { Reference, Diagnosis, Residue }
}

impl From<Unseen> for v1::Unseen {
    fn from(Unseen { what, why }: Unseen) -> Self {
        Self { what, why }
    }
}

impl From<v1::Unseen> for Unseen {
    fn from(v1::Unseen { what, why }: v1::Unseen) -> Self {
        Self { what, why }
    }
}

impl From<RequestTally> for v1::RequestTally {
    fn from(tally: RequestTally) -> Self {
        let RequestTally {
            sent,
            statuses,
            failures,
            aborted,
            cut,
            route,
            bytes_out,
            bytes_in,
            latency_us,
            from_send_us,
        } = tally;
        let statuses = statuses.into_iter().map(|(status, count)| (status.to_string(), count)).collect();
        Self { sent, statuses, failures, aborted, cut, route, bytes_out, bytes_in, latency_us, from_send_us }
    }
}

impl TryFrom<v1::RequestTally> for RequestTally {
    type Error = SchemaError;

    fn try_from(tally: v1::RequestTally) -> Result<Self, SchemaError> {
        let v1::RequestTally {
            sent,
            statuses,
            failures,
            aborted,
            cut,
            route,
            bytes_out,
            bytes_in,
            latency_us,
            from_send_us,
        } = tally;
        let code =
            |code: String| code.parse().map_err(|_| SchemaError::Malformed(format!("`{code}` is no status code")));
        let statuses =
            statuses.into_iter().map(|(status, count)| Ok((code(status)?, count))).collect::<Result<_, _>>()?;
        Ok(Self { sent, statuses, failures, aborted, cut, route, bytes_out, bytes_in, latency_us, from_send_us })
    }
}

impl From<LoadTally> for v1::LoadTally {
    fn from(LoadTally { requests, pacing, digest, invalid }: LoadTally) -> Self {
        let Pacing { late_p99_us, late_max_us, shifted, overrun } = pacing;
        let requests = requests.into_iter().map(|(name, tally)| (name, tally.into())).collect();
        Self { requests, late_p99_us, late_max_us, shifted: nanos(shifted), overrun, digest, invalid }
    }
}

impl TryFrom<v1::LoadTally> for LoadTally {
    type Error = SchemaError;

    fn try_from(tally: v1::LoadTally) -> Result<Self, SchemaError> {
        let v1::LoadTally { requests, late_p99_us, late_max_us, shifted, overrun, digest, invalid } = tally;
        let pacing = Pacing { late_p99_us, late_max_us, shifted: elapsed(shifted), overrun };
        let requests = requests.into_iter().map(|(name, tally)| Ok((name, tally.try_into()?)));
        Ok(Self { requests: requests.collect::<Result<_, SchemaError>>()?, pacing, digest, invalid })
    }
}

impl From<ProcessReading> for v1::Process {
    fn from(process: ProcessReading) -> Self {
        Self {
            pid: process.pid,
            name: process.name,
            runtime: process.runtime.into(),
            reading: reading_out(process.reading),
        }
    }
}

impl TryFrom<v1::Process> for ProcessReading {
    type Error = SchemaError;

    fn try_from(process: v1::Process) -> Result<Self, SchemaError> {
        let reading = reading_in(process.reading)?;
        Ok(Self { pid: process.pid, name: process.name, runtime: process.runtime.into(), reading })
    }
}

impl From<PhaseRecord> for v1::PhaseRecord {
    fn from(record: PhaseRecord) -> Self {
        Self {
            phase: record.phase.into(),
            began: nanos(record.began),
            loaded: record.loaded.map(nanos),
            settled: record.settled.map(nanos),
            tally: record.tally.into(),
            floor: reading_out(record.floor),
            peak: reading_out(record.peak),
            processes: each(record.processes),
            recovery: recovery_out(record.recovery),
            incidents: each(record.incidents),
        }
    }
}

impl TryFrom<v1::PhaseRecord> for PhaseRecord {
    type Error = SchemaError;

    fn try_from(record: v1::PhaseRecord) -> Result<Self, SchemaError> {
        Ok(Self {
            phase: record.phase.into(),
            began: elapsed(record.began),
            loaded: record.loaded.map(elapsed),
            settled: record.settled.map(elapsed),
            tally: record.tally.try_into()?,
            floor: reading_in(record.floor)?,
            peak: reading_in(record.peak)?,
            processes: all(record.processes)?,
            recovery: recovery_in(record.recovery)?,
            incidents: each(record.incidents),
        })
    }
}

impl From<Dump> for v1::Dump {
    fn from(dump: Dump) -> Self {
        Self {
            payload: dump.payload,
            point: dump.point.into(),
            process: dump.process,
            runtime: dump.runtime.into(),
            requests: dump.requests,
            file: dump.file,
            pause: nanos(dump.pause),
            summary: dump.summary.into(),
        }
    }
}

impl TryFrom<v1::Dump> for Dump {
    type Error = SchemaError;

    fn try_from(dump: v1::Dump) -> Result<Self, SchemaError> {
        Ok(Self {
            payload: dump.payload,
            point: dump.point.into(),
            process: dump.process,
            runtime: dump.runtime.into(),
            requests: dump.requests,
            file: dump.file,
            pause: elapsed(dump.pause),
            summary: dump.summary.try_into()?,
        })
    }
}

impl From<Recording> for v1::Recording {
    fn from(recording: Recording) -> Self {
        let sample = |sample: Sample| v1::Sample { at: nanos(sample.at), reading: reading_out(sample.reading) };
        Self {
            started: recording.started,
            scenario: recording.scenario,
            plan: recording.plan,
            commit: recording.commit,
            facts: recording.fingerprint.facts,
            ready: recording.ready.map(nanos),
            phases: each(recording.phases),
            samples: recording.samples.into_iter().map(sample).collect(),
            dumps: each(recording.dumps),
            unseen: each(recording.unseen),
            ended: recording.ended.map(nanos),
            complete: recording.complete,
        }
    }
}

impl TryFrom<v1::Recording> for Recording {
    type Error = SchemaError;

    fn try_from(recording: v1::Recording) -> Result<Self, SchemaError> {
        let sample = |sample: v1::Sample| Ok(Sample { at: elapsed(sample.at), reading: reading_in(sample.reading)? });
        Ok(Self {
            started: recording.started,
            scenario: recording.scenario,
            plan: recording.plan,
            commit: recording.commit,
            fingerprint: Fingerprint { facts: recording.facts },
            ready: recording.ready.map(elapsed),
            phases: all(recording.phases)?,
            samples: recording.samples.into_iter().map(sample).collect::<Result<_, SchemaError>>()?,
            dumps: all(recording.dumps)?,
            unseen: each(recording.unseen),
            ended: recording.ended.map(elapsed),
            complete: recording.complete,
        })
    }
}
