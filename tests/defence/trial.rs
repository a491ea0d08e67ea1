//! One family against a naive service and its hardened twin.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll::payload::{Choice, Value, find};
use plimsoll::policy::{AfterStall, Arrivals, Body, Connections, Exchange, Expect, Load, Request, Round, Ugly};
use plimsoll::record::{Phase, RequestTally};
use plimsoll::run::load::{Progress, Sender};
use plimsoll::units::{Elapsed, RequestRate};

use super::service::Service;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moves {
    /// Peak of resident memory over what was resident before, bytes.
    Peak,
    /// Bytes in use after a collection, by the service's own `/floor`, over what they were before.
    Kept,
    /// Threads at once.
    Threads,
    /// Milliseconds of CPU.
    Cpu,
}

/// What the hardened twin answers.
#[derive(Debug, Clone, Copy)]
pub enum Answers {
    /// Exactly this status, each time.
    Status(u16),
    /// It ends the connection, or the client leaves as planned: no answer.
    Ends,
    /// Any mix of these two.
    Either(u16, u16),
    /// Any mix of this status and ended connections.
    StatusOrEnds(u16),
}

/// One family, tried.
pub struct Trial {
    pub payload: Choice,
    /// File in `services/`.
    pub service: &'static str,
    /// Method of the request.
    pub method: &'static str,
    /// Its body, where the family changes only the client.
    pub body: Body,
    /// How many are sent in all.
    pub requests: u64,
    /// How many at the same moment.
    pub width: u32,
    pub moves: Moves,
    /// The naive service moves at least by this.
    pub naive: u64,
    /// The hardened twin moves at most by this.
    pub hardened: u64,
    pub answers: Answers,
}

/// A family with some of its numbers.
pub fn family(name: &str, numbers: &[(&str, u64)]) -> Choice {
    let defaults = Choice::of(find(name).unwrap_or_else(|| panic!("no family `{name}`")));
    numbers.iter().fold(defaults, |choice, (name, number)| {
        assert!(choice.values.iter().any(|(known, _)| known == *name), "no parameter `{name}`");
        choice.with(name, Value::Number(*number))
    })
}

pub const MIB: u64 = 1 << 20;

impl Trial {
    /// One POST of a family to a service, whose peak of memory counts and whose twin answers 413.
    pub fn of(service: &'static str, payload: Choice) -> Self {
        Self {
            payload,
            service,
            method: "POST",
            body: Body::Empty,
            requests: 1,
            width: 1,
            moves: Moves::Peak,
            naive: 100 * MIB,
            hardened: 20 * MIB,
            answers: Answers::Status(413),
        }
    }

    /// Both directions.
    pub fn run(self) {
        let name = self.payload.family.name;
        let (rise, tally) = self.against("naive");
        assert!(rise >= self.naive, "{name}: the naive service moves by {rise} only: {tally:?}");
        println!("{name}: naive {rise} {:?}, {} bytes sent", self.moves, tally.bytes_out);
        let (rise, tally) = self.against("hardened");
        assert!(rise <= self.hardened, "{name}: the hardened service moves by {rise}: {tally:?}");
        let ended = tally.cut + tally.aborted;
        let answered = |status| tally.statuses.get(&status).copied().unwrap_or(0);
        let good = match self.answers {
            Answers::Status(status) => answered(status) == tally.sent,
            Answers::Ends => ended == tally.sent,
            Answers::Either(one, other) => answered(one) + answered(other) == tally.sent,
            Answers::StatusOrEnds(status) => answered(status) + ended == tally.sent,
        };
        assert!(good, "{name}: the hardened service answers {tally:?}");
        println!("{name}: hardened {rise} {:?}", self.moves);
    }

    /// By how much one of the twins moves, in a process of its own.
    fn against(&self, twin: &str) -> (u64, RequestTally) {
        let service = Service::start(self.service);
        // Loads what the first request loads, and the route itself once in a small way.
        let before = if self.moves == Moves::Kept { service.ask("/floor") } else { 0 };
        let watch = service.watch();
        let tally = self.send(service.port, &format!("/{twin}/{}", self.payload.family.name));
        let rise = watch.rise();
        let moved = match self.moves {
            Moves::Peak => rise.peak,
            Moves::Threads => rise.threads,
            Moves::Cpu => rise.cpu,
            Moves::Kept => service.ask("/floor").saturating_sub(before),
        };
        (moved, tally)
    }

    fn send(&self, port: u16, path: &str) -> RequestTally {
        let round = Round { requests: self.requests, rounds: 1, arrivals: Arrivals::Rate(RequestRate(200.0)) };
        let mut request = Request {
            name: "ugly".into(),
            weight: 1,
            method: self.method.into(),
            path: path.into(),
            headers: BTreeMap::new(),
            body: self.body.clone(),
            with: BTreeMap::new(),
            exchange: Exchange::Http,
            expect: Expect::Any,
        };
        let is_body = matches!(self.payload.family.form, plimsoll::payload::Form::Body(_));
        if is_body {
            request.body = Body::Payload(self.payload.clone());
        }
        let payload = (!is_body).then(|| self.payload.clone());
        let load = Load {
            base_url: format!("http://127.0.0.1:{port}"),
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
            timeout: Elapsed::from_millis(60_000),
            requests: Vec::new(),
            engine: None,
            ugly: vec![Ugly { request, payload, round, width: self.width }],
        };
        let phase = Phase::Ugly { payload: "ugly".into(), round: 1 };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sender = Sender::new(Arc::new(load));
        let progress = Arc::new(Progress::default());
        let mut tally = runtime.block_on(sender.send(&phase, 0, self.requests, &progress)).unwrap();
        tally.requests.remove("ugly").unwrap_or_default()
    }
}
