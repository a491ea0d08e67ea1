//! Load profiles and how to send them.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll::payload::{Choice, Value, find};
use plimsoll::policy::{AfterStall, Arrivals, Body, Connections, Exchange, Expect, Field, Load, Request, Round, Ugly};
use plimsoll::record::{LoadTally, Phase};
use plimsoll::run::load::{LoadError, Progress, Sender};
use plimsoll::units::{Elapsed, RequestRate};

pub const STEADY: Phase = Phase::Steady { round: 1 };

pub fn get(name: &str, path: &str) -> Request {
    Request {
        name: name.into(),
        weight: 1,
        method: "GET".into(),
        path: path.into(),
        headers: BTreeMap::new(),
        body: Body::Empty,
        with: BTreeMap::new(),
        exchange: Exchange::Http,
        expect: Expect::Class(2),
    }
}

pub fn post(name: &str, path: &str, body: Body) -> Request {
    Request { method: "POST".into(), body, ..get(name, path) }
}

pub fn with(mut request: Request, name: &str, field: Field) -> Request {
    request.with.insert(name.into(), field);
    request
}

pub fn profile(base_url: &str, rate: f64, requests: Vec<Request>) -> Load {
    let round = Round { requests: 100, rounds: 1, arrivals: Arrivals::Rate(RequestRate(rate)) };
    Load {
        base_url: base_url.into(),
        authority: None,
        http2: false,
        connections: Connections::KeepAlive,
        login: None,
        seed: 7,
        warm_up: round,
        steady: round,
        diagnosis: round,
        cool_down: Elapsed::default(),
        in_flight: 64,
        after_stall: AfterStall::Shift,
        timeout: Elapsed::from_millis(20_000),
        requests,
        engine: None,
        ugly: Vec::new(),
    }
}

pub async fn send(load: Load, requests: u64) -> Result<LoadTally, LoadError> {
    Sender::new(Arc::new(load)).send(&STEADY, 0, requests, &Arc::new(Progress::default())).await
}

/// How the client of an ugly payload behaves.
pub enum Client {
    Polite,
    Burst(u32),
    Of(Choice),
}

/// A family with some of its numbers.
pub fn family(name: &str, numbers: &[(&str, u64)]) -> Choice {
    let defaults = Choice::of(find(name).unwrap());
    numbers.iter().fold(defaults, |choice, (name, number)| choice.with(name, Value::Number(*number)))
}

/// Sends one request as an ugly payload named `ugly`.
pub async fn send_ugly(mut load: Load, request: Request, client: Client, requests: u64) -> LoadTally {
    let round = load.steady;
    let (payload, width) = match client {
        Client::Polite => (None, 1),
        Client::Burst(width) => (None, width),
        Client::Of(choice) => (Some(choice), 1),
    };
    load.ugly = vec![Ugly { request: Request { name: "ugly".into(), ..request }, payload, round, width }];
    let phase = Phase::Ugly { payload: "ugly".into(), round: 1 };
    Sender::new(Arc::new(load)).send(&phase, 0, requests, &Arc::new(Progress::default())).await.unwrap()
}

/// Counts by key, as `key count, key count`.
pub fn shown<K: std::fmt::Display>(counts: &BTreeMap<K, u64>) -> String {
    counts.iter().map(|(key, count)| format!("{key}: {count}")).collect::<Vec<_>>().join(", ")
}
