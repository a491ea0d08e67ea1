//! Schema version 1. Gauges are named, times are nanoseconds since the start, sizes bytes. Never change what is here; add a version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(super) type Reading = BTreeMap<String, u64>;

#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    pub schema: u32,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Serialize, Deserialize)]
pub(super) struct File {
    pub schema: u32,
    #[serde(flatten)]
    pub recording: Recording,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(super) enum Event {
    Began { started: String, scenario: String, plan: String, commit: Option<String> },
    Ready { at: u64 },
    Identified { facts: BTreeMap<String, String> },
    PhaseBegan { at: u64, phase: Phase },
    Loaded { at: u64, phase: Phase, tally: LoadTally },
    Sampled { at: u64, reading: Reading },
    Settled { at: u64, phase: Phase, floor: Reading, peak: Reading, processes: Vec<Process> },
    Recovered { phase: Phase, after: Vec<(u64, Reading)> },
    Dumped { dump: Box<Dump> },
    Incident { at: u64, phase: Phase, incident: Incident },
    Unseen { unseen: Unseen },
    Ended { at: u64, complete: bool },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Phase {
    WarmUp,
    Steady { round: u32 },
    Ugly { payload: String, round: u32 },
    CoolDown,
    Diagnosis { round: u32 },
    Residue { payload: String },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(super) enum Incident {
    Died { code: Option<i32>, signal: Option<i32> },
    OomKilled { kills: u64 },
    Hung { unanswered: u64 },
    WorkerDied { pid: u32 },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct LoadTally {
    pub requests: BTreeMap<String, RequestTally>,
    pub late_p99_us: u64,
    pub late_max_us: u64,
    pub shifted: u64,
    pub overrun: bool,
    pub digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invalid: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct RequestTally {
    pub sent: u64,
    /// By status code, which JSON wants as text.
    pub statuses: BTreeMap<String, u64>,
    pub failures: BTreeMap<String, u64>,
    pub aborted: u64,
    #[serde(default)]
    pub cut: u64,
    #[serde(default)]
    pub route: String,
    pub bytes_out: u64,
    pub bytes_in: u64,
    pub latency_us: (u64, u64),
    #[serde(default)]
    pub from_send_us: (u64, u64),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Runtime {
    Jvm,
    Node,
    Python,
    Other,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Process {
    pub pid: u32,
    pub name: String,
    pub runtime: Runtime,
    pub reading: Reading,
}

#[derive(Serialize, Deserialize)]
pub(super) struct PhaseRecord {
    pub phase: Phase,
    pub began: u64,
    pub loaded: Option<u64>,
    pub settled: Option<u64>,
    pub tally: LoadTally,
    pub floor: Reading,
    pub peak: Reading,
    pub processes: Vec<Process>,
    pub recovery: Vec<(u64, Reading)>,
    pub incidents: Vec<Incident>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DumpPoint {
    Reference,
    Diagnosis,
    Residue,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Dump {
    pub point: DumpPoint,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    pub process: String,
    pub runtime: Runtime,
    pub requests: u64,
    pub file: String,
    pub pause: u64,
    pub summary: HeapSummary,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HeapFormat {
    Hprof,
    V8,
    Python,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct HeapSummary {
    pub format: HeapFormat,
    pub objects: u64,
    pub references: u64,
    pub total: u64,
    pub unreachable_objects: u64,
    pub unreachable_bytes: u64,
    pub roots: u64,
    /// The owner tree in preorder; `depth` counts from 0.
    pub owners: Vec<Owner>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub full_names: BTreeMap<String, String>,
    pub classes: Vec<Class>,
    pub caveats: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Owner {
    pub depth: usize,
    pub edge: String,
    pub class: String,
    pub count: u64,
    pub shallow: u64,
    pub retained: u64,
    pub entries: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Bound {
    Entries(u64),
    Evicts,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Class {
    pub class: String,
    pub objects: u64,
    pub shallow: u64,
    pub retained: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Unseen {
    pub what: String,
    pub why: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Sample {
    pub at: u64,
    pub reading: Reading,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Recording {
    pub started: String,
    pub scenario: String,
    pub plan: String,
    pub commit: Option<String>,
    pub facts: BTreeMap<String, String>,
    pub ready: Option<u64>,
    pub phases: Vec<PhaseRecord>,
    pub samples: Vec<Sample>,
    pub dumps: Vec<Dump>,
    pub unseen: Vec<Unseen>,
    pub ended: Option<u64>,
    pub complete: bool,
}
