//! A canonical description of everything that decides what is sent, and its digest.
//!
//! The address of the service, time-outs and dumps are not part of it: they change where and how long,
//! not what. Rates and the number of requests in flight are: they change what the service sees at once.

use std::collections::BTreeMap;

use super::PlannedStep;
use crate::payload::Choice;
use crate::policy::{AfterStall, Arrivals, Body, Engine, EngineKind, Exchange, Field, Load, Request};
use crate::record::Phase;

/// Hex digest (BLAKE3) of what is sent.
pub(super) fn digest(load: &Load, steps: &[PlannedStep]) -> String {
    let mut text = Text::default();
    text.word("plimsoll plan 2").number(load.seed).number(load.in_flight.into());
    if load.after_stall == AfterStall::CatchUp {
        text.word("catch-up");
    }
    for step in steps {
        if let PlannedStep::Load { phase, first, requests } = step {
            text.word(phase_word(phase)).number(*first).number(*requests);
        }
    }
    for round in [load.warm_up, load.steady, load.diagnosis] {
        text.arrivals(round.arrivals);
    }
    text.word(&format!("{:?} {}", load.connections, if load.http2 { "http2" } else { "http1" }));
    if let Some(login) = &load.login {
        text.request(&login.request);
    }
    load.requests.iter().for_each(|request| text.request(request));
    load.engine.iter().for_each(|engine| text.engine(engine));
    for ugly in &load.ugly {
        text.word("ugly").arrivals(ugly.round.arrivals).number(ugly.width.into());
        text.word(&ugly.payload.as_ref().map(Choice::describe).unwrap_or_default());
        text.request(&ugly.request);
    }
    text.0.finalize().to_hex().to_string()
}

fn phase_word(phase: &Phase) -> &str {
    match phase {
        Phase::Ugly { payload, .. } => payload,
        other => other.kind(),
    }
}

/// A hasher to which every word is given with its length, so that no two descriptions run together.
#[derive(Default)]
struct Text(blake3::Hasher);

impl Text {
    fn word(&mut self, word: &str) -> &mut Self {
        self.number(word.len() as u64);
        self.0.update(word.as_bytes());
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(&number.to_le_bytes());
        self
    }

    fn arrivals(&mut self, arrivals: Arrivals) -> &mut Self {
        match arrivals {
            Arrivals::Rate(rate) => self.word("rate").number(rate.0.to_bits()),
            Arrivals::Ramp { from, to } => self.word("ramp").number(from.0.to_bits()).number(to.0.to_bits()),
            Arrivals::Users(users) => self.word("users").number(users.into()),
        }
    }

    fn request(&mut self, request: &Request) {
        self.word(&request.name).number(request.weight.into()).word(&request.method).word(&request.path);
        self.number(request.headers.len() as u64);
        for (name, value) in &request.headers {
            self.word(name).word(value);
        }
        match &request.body {
            Body::Empty => self.word("empty"),
            Body::Text { template, content_type } => self.word("text").word(template).word(content_type),
            Body::Payload(payload) => self.word(&payload.describe()),
        };
        match &request.exchange {
            Exchange::Http => self.word("http"),
            Exchange::Events(count) => self.word("events").number((*count).into()),
            Exchange::WebSocket { messages, receive } => {
                self.word("websocket").number((*receive).into()).number(messages.len() as u64);
                messages.iter().fold(&mut *self, |text, message| text.word(message))
            }
            Exchange::Tcp { until } => self.word("tcp").word(until),
        };
        self.fields(&request.with);
    }

    /// What another engine sends is known by its script alone. Where the script stands does not matter.
    fn engine(&mut self, engine: &Engine) {
        self.word("engine").word(&engine.digest);
        match &engine.kind {
            EngineKind::K6 { .. } => self.word("k6"),
            EngineKind::Locust { workers, .. } => self.word("locust").number((*workers).into()),
            EngineKind::Vegeta { .. } => self.word("vegeta"),
            EngineKind::Command { words, format } => {
                self.word("command").word(format.word()).number(words.len() as u64);
                words.iter().fold(&mut *self, |text, word| text.word(word))
            }
        };
    }

    fn fields(&mut self, fields: &BTreeMap<String, Field>) {
        self.number(fields.len() as u64);
        for (name, field) in fields {
            self.word(name);
            match field {
                Field::Uniform(below) => self.word("uniform").number(*below),
                Field::Zipf(below) => self.word("zipf").number(*below),
                Field::Unique => self.word("unique"),
                Field::Uuid => self.word("uuid"),
                Field::Taken(name) => self.word("taken").word(name),
                Field::OneOf(words) => {
                    self.word("one-of").number(words.len() as u64);
                    words.iter().fold(&mut *self, |text, word| text.word(word))
                }
            };
        }
    }
}
