//! A plan condensed: phases with their counts, and the first requests of each name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::{PlannedBody, PlannedRequest, PlannedStep, Requests, plan};
use crate::policy::{Arrivals, DumpPolicy, Expect, Policy, Round, Ugly};
use crate::record::{DumpPoint, Phase};
use crate::units::{Bytes, Elapsed};

/// What a run will do.
pub(super) struct Outline {
    pub scenario: String,
    pub digest: String,
    pub base_url: String,
    pub seed: u64,
    pub command: Vec<String>,
    /// Name of another program that sends the ordinary mix.
    pub engine: Option<String>,
    pub sample_every: Elapsed,
    pub dumps: DumpPolicy,
    pub stages: Vec<Stage>,
    /// Sending at the stated rates, and the cool-down; settling and dumping come on top.
    pub at_least: Elapsed,
    /// By name, ordinary ones first, each in the order of the policy.
    pub requests: Vec<Shown>,
}

/// Consecutive steps of one kind.
pub(super) struct Stage {
    /// `warm-up`, `steady`, `ugly image-bomb`, `cool-down`, `dump`, …
    pub name: String,
    pub requests: u64,
    pub rounds: u32,
    pub arrivals: Option<Arrivals>,
    pub lasts: Option<Elapsed>,
    /// Bytes of all bodies, where they are the same for each request.
    pub sends: Option<Bytes>,
}

/// The requests of one name.
pub(super) struct Shown {
    pub name: String,
    pub ugly: bool,
    /// Its share of the mix in percent; an ugly payload has none.
    pub share: Option<f64>,
    pub method: String,
    pub path: String,
    pub expect: Expect,
    /// What the client does, in few words; empty if it behaves.
    pub client: String,
    pub first: Vec<Arc<PlannedRequest>>,
}

/// Rare requests of a long mix are not searched for further than this.
const SEARCHED: u64 = 20_000;

impl Outline {
    /// Plans the policy, and shows so many requests of each name.
    pub fn of(policy: &Policy, requests: u64) -> Self {
        let plan = plan(policy);
        let shown = shown(policy, requests);
        let stages = stages(policy, &plan.steps, &Requests::new(&policy.load));
        let lasts = stages.iter().filter_map(|stage| stage.lasts).map(|lasts| lasts.0).sum();
        Self {
            scenario: plan.scenario,
            digest: plan.digest,
            base_url: policy.load.base_url.clone(),
            seed: policy.load.seed,
            command: policy.service.command.clone(),
            engine: policy.load.engine.as_ref().map(|engine| engine.name().to_owned()),
            sample_every: policy.service.sample_every,
            dumps: policy.service.dumps,
            stages,
            at_least: Elapsed(lasts),
            requests: shown,
        }
    }
}

fn stages(policy: &Policy, steps: &[PlannedStep], requests: &Requests) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for step in steps {
        match step {
            PlannedStep::Load { phase, requests: count, .. } => {
                let name = name(phase);
                match stages.last_mut().filter(|stage| stage.name == name) {
                    Some(stage) => {
                        stage.requests += count;
                        stage.rounds += 1;
                    }
                    None => stages.push(begun(policy, phase, name, *count, requests)),
                }
            }
            PlannedStep::CoolDown => stages.push(Stage::pause("cool-down", Some(policy.load.cool_down))),
            PlannedStep::Dump(DumpPoint::Reference) => stages.push(Stage::pause("reference dump", None)),
            PlannedStep::Dump(DumpPoint::Residue) => stages.push(Stage::pause("residue dump", None)),
            PlannedStep::Dump(DumpPoint::Diagnosis) => stages.push(Stage::pause("diagnosis dump", None)),
        }
    }
    for stage in &mut stages {
        stage.lasts = stage.lasts.or(stage.arrivals.and_then(|arrivals| arrivals.lasts(stage.requests)));
        stage.sends = stage.sends.map(|each| Bytes(each.0.saturating_mul(stage.requests)));
    }
    stages
}

fn begun(policy: &Policy, phase: &Phase, name: String, count: u64, requests: &Requests) -> Stage {
    let round = round_of(policy, phase);
    let body = matches!(phase, Phase::Ugly { .. }).then(|| requests.get(phase, 0)).flatten();
    let sends = body.map(|request| Bytes(request.body.size()));
    Stage { name, requests: count, rounds: 1, arrivals: round.map(|round| round.arrivals), lasts: None, sends }
}

impl Stage {
    fn pause(name: &str, lasts: Option<Elapsed>) -> Self {
        Self { name: name.to_owned(), requests: 0, rounds: 0, arrivals: None, lasts, sends: None }
    }
}

fn name(phase: &Phase) -> String {
    match phase {
        Phase::Ugly { payload, .. } => format!("ugly {payload}"),
        other => other.kind().to_owned(),
    }
}

fn round_of(policy: &Policy, phase: &Phase) -> Option<Round> {
    let load = &policy.load;
    match phase {
        Phase::WarmUp => Some(load.warm_up),
        Phase::Steady { .. } => Some(load.steady),
        Phase::Diagnosis { .. } => Some(load.diagnosis),
        Phase::Ugly { payload, .. } | Phase::Residue { payload } => {
            load.ugly.iter().find(|ugly| ugly.request.name == *payload).map(|ugly| ugly.round)
        }
        Phase::CoolDown => None,
    }
}

fn shown(policy: &Policy, count: u64) -> Vec<Shown> {
    let load = &policy.load;
    let requests = Requests::new(load);
    let mut firsts: BTreeMap<String, Vec<Arc<PlannedRequest>>> = BTreeMap::new();
    let wanted = load.requests.len() as u64 * count;
    let mut found = 0;
    for index in 0..SEARCHED.min(load.warm_up.requests + load.steady.requests) {
        if found == wanted {
            break;
        }
        let Some(request) = requests.get(&Phase::WarmUp, index) else { break };
        let of_name = firsts.entry(request.name.to_string()).or_default();
        if (of_name.len() as u64) < count {
            of_name.push(request);
            found += 1;
        }
    }
    let weights: u64 = load.requests.iter().map(|request| u64::from(request.weight)).sum();
    let ordinary = load.requests.iter().map(|request| Shown {
        name: request.name.clone(),
        ugly: false,
        share: Some(100.0 * f64::from(request.weight) / weights.max(1) as f64),
        method: request.method.clone(),
        path: request.path.clone(),
        expect: request.expect,
        client: String::new(),
        first: firsts.remove(&request.name).unwrap_or_default(),
    });
    let ugly = load.ugly.iter().map(|ugly| {
        let phase = Phase::Ugly { payload: ugly.request.name.clone(), round: 1 };
        Shown {
            name: ugly.request.name.clone(),
            ugly: true,
            share: None,
            method: ugly.request.method.clone(),
            path: ugly.request.path.clone(),
            expect: ugly.request.expect,
            client: client(ugly),
            first: (0..count.min(ugly.round.requests)).filter_map(|index| requests.get(&phase, index)).collect(),
        }
    });
    ordinary.chain(ugly).collect()
}

fn client(ugly: &Ugly) -> String {
    let payload = ugly.payload.as_ref().map(|choice| choice.to_string());
    let burst = (ugly.width > 1).then(|| format!("{} at once", ugly.width));
    payload.into_iter().chain(burst).collect::<Vec<_>>().join(", ")
}

/// A body in few words.
pub(super) fn body(body: &PlannedBody) -> String {
    const SHOWN: usize = 120;
    match body {
        PlannedBody::Empty => String::new(),
        PlannedBody::Text(text) => {
            let text = String::from_utf8_lossy(text);
            let cut = text.chars().nth(SHOWN).is_some();
            let start: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
            format!("{start}{}", if cut { "…" } else { "" })
        }
        PlannedBody::Payload(payload) => {
            let form = if payload.chunked() { ", chunked" } else { "" };
            format!("<{} on the wire{form}>", Bytes(payload.size()))
        }
    }
}
