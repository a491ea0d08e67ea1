//! `[load]`.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::engine::EngineDraft;
use super::login::read_login;
use super::payload::read_payload;
use super::request::RequestDraft;
use super::{At, Origin, Section, check_name};
use crate::diag::{Code, Diagnostics, Mark};
use crate::payload::{Choice, Form};
use crate::policy::section::beside;
use crate::policy::{AfterStall, Arrivals, Body, Connections, Login};
use crate::units::{Elapsed, RequestRate};

const AFTER_STALL: [(&str, AfterStall); 2] = [("shift", AfterStall::Shift), ("catch-up", AfterStall::CatchUp)];

/// What `[load]` says.
#[derive(Debug, Default)]
pub(in crate::policy) struct LoadDraft {
    pub base_url: Option<Origin>,
    pub authority: Option<String>,
    pub http2: Option<bool>,
    pub connections: Option<Connections>,
    pub login: Option<Login>,
    pub engine: Option<EngineDraft>,
    pub seed: Option<u64>,
    pub warm_up: RoundDraft,
    pub steady: RoundDraft,
    pub diagnosis: RoundDraft,
    pub cool_down: Option<Elapsed>,
    pub in_flight: Option<u32>,
    pub after_stall: Option<AfterStall>,
    pub timeout: Option<Elapsed>,
    pub requests: Vec<RequestDraft>,
    pub ugly: Vec<UglyDraft>,
}

/// How many requests, in how many rounds, how fast.
#[derive(Debug, Clone, Default)]
pub(in crate::policy) struct RoundDraft {
    pub requests: Option<At<u64>>,
    pub rounds: Option<At<u32>>,
    pub arrivals: Option<Arrivals>,
}

/// What `[load.ugly.name]` says.
#[derive(Debug, Clone)]
pub(in crate::policy) struct UglyDraft {
    pub request: RequestDraft,
    pub round: RoundDraft,
    pub payload: Option<Choice>,
    pub width: Option<u32>,
}

impl LoadDraft {
    pub fn read(mut section: Section<'_>, out: &mut Diagnostics) -> Self {
        let login = read_login(&mut section, out);
        let taken: BTreeSet<String> = login.iter().flat_map(|login| login.take.keys().cloned()).collect();
        let draft = Self {
            base_url: read_base_url(&mut section, out),
            authority: section.text("authority", out).map(|at| beside(&at.mark.source.name, &at.value)),
            http2: section.word("protocol", &[("http1", false), ("http2", true)], out).map(|at| at.value),
            connections: read_connections(&mut section, out),
            login,
            engine: EngineDraft::read(&mut section, out),
            seed: section.integer("seed", 0..=i64::MAX as u64, out).map(|at| at.value),
            warm_up: read_round("warm-up", 1, &mut section, out),
            steady: read_round("steady", 1000, &mut section, out),
            diagnosis: read_round("diagnosis", 100, &mut section, out),
            cool_down: section.quantity("cool-down", "10 s", out).map(|at| at.value),
            in_flight: section.integer("in-flight", 1..=10_000, out).map(|at| at.value as u32),
            after_stall: section.word("after-stall", &AFTER_STALL, out).map(|at| at.value),
            timeout: read_timeout(&mut section, out),
            requests: read_requests(&mut section, &taken, out),
            ugly: read_ugly(&mut section, &taken, out),
        };
        section.finish(out);
        draft
    }

    pub fn extend(&mut self, base: Self) {
        let own = std::mem::take(self);
        *self = Self {
            base_url: own.base_url.or(base.base_url),
            authority: own.authority.or(base.authority),
            http2: own.http2.or(base.http2),
            connections: own.connections.or(base.connections),
            login: own.login.or(base.login),
            engine: own.engine.or(base.engine),
            seed: own.seed.or(base.seed),
            warm_up: own.warm_up.or(base.warm_up),
            steady: own.steady.or(base.steady),
            diagnosis: own.diagnosis.or(base.diagnosis),
            cool_down: own.cool_down.or(base.cool_down),
            in_flight: own.in_flight.or(base.in_flight),
            after_stall: own.after_stall.or(base.after_stall),
            timeout: own.timeout.or(base.timeout),
            requests: overlay(base.requests, own.requests, |request| &request.request.name),
            ugly: overlay(base.ugly, own.ugly, |ugly| &ugly.request.request.name),
        };
    }
}

impl RoundDraft {
    /// Reads `requests`, `rounds` and `rate` from the table itself.
    fn read(section: &mut Section<'_>, rounds: u64, out: &mut Diagnostics) -> Self {
        let at_most = |at: At<u64>| At { value: at.value as u32, mark: at.mark };
        Self {
            requests: section.integer("requests", 1..=1_000_000_000, out),
            rounds: if rounds > 1 { section.integer("rounds", 1..=rounds, out).map(at_most) } else { None },
            arrivals: read_arrivals(section, out),
        }
    }

    fn or(self, base: Self) -> Self {
        Self {
            // Requests and rounds go together: one of them from each file would rarely divide.
            rounds: if self.requests.is_some() || self.rounds.is_some() { self.rounds } else { base.rounds },
            requests: self.requests.or(base.requests),
            arrivals: self.arrivals.or(base.arrivals),
        }
    }
}

/// The base's entries in their order, replaced where there is one of the same name, then the new ones.
fn overlay<T>(base: Vec<T>, mut own: Vec<T>, name: impl Fn(&T) -> &String) -> Vec<T> {
    let mut all: Vec<T> = Vec::with_capacity(base.len() + own.len());
    for entry in base {
        match own.iter().position(|ours| name(ours) == name(&entry)) {
            Some(at) => all.push(own.remove(at)),
            None => all.push(entry),
        }
    }
    all.extend(own);
    all
}

fn read_base_url(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Origin> {
    let At { value, mark } = section.text("base-url", out)?;
    let cure = "write `base-url = \"http://127.0.0.1:8080\"`, without a path";
    match Origin::parse(&value) {
        Ok(origin) if matches!(origin.path.as_str(), "" | "/") => Some(origin),
        Ok(origin) => {
            let message = format!("`{}` is no part of a base URL: paths stand with the requests", origin.path);
            out.push(Code::BadUrl, &mark, message, cure);
            Some(origin)
        }
        Err(why) => {
            out.push(Code::BadUrl, &mark, why, cure);
            None
        }
    }
}

fn read_round(key: &'static str, rounds: u64, section: &mut Section<'_>, out: &mut Diagnostics) -> RoundDraft {
    let Some(mut table) = section.section(key, out) else { return RoundDraft::default() };
    let round = RoundDraft::read(&mut table, rounds, out);
    table.finish(out);
    round
}

/// Reads `rate` (one, or from one to another) or `users`.
fn read_arrivals(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Arrivals> {
    let users = section.integer("users", 1..=10_000, out);
    let arrivals = match section.peek("rate") {
        Some(DeValue::Table(_)) => {
            let mut ramp = section.section("rate", out)?;
            let (from, to) = (read_rate(&mut ramp, "from", out), read_rate(&mut ramp, "to", out));
            if !ramp.has("from") || !ramp.has("to") {
                let cure = "write `rate = { from = \"10/s\", to = \"400/s\" }`";
                out.push(Code::MissingKey, &ramp.mark, "a ramp goes from a rate to another", cure);
            }
            ramp.finish(out);
            Some(Arrivals::Ramp { from: from?, to: to? })
        }
        _ => read_rate(section, "rate", out).map(Arrivals::Rate),
    };
    match users {
        Some(At { mark, .. }) if arrivals.is_some() => {
            out.push(Code::Conflict, &mark, "`users` wait for answers, and a rate does not", "keep `rate` or `users`");
            None
        }
        Some(At { value, .. }) => Some(Arrivals::Users(value as u32)),
        None => arrivals,
    }
}

/// Reads `connections`.
fn read_connections(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Connections> {
    if let Some(DeValue::Table(_)) = section.peek("connections") {
        let mut table = section.section("connections", out)?;
        let key = table.text("per", out);
        table.finish(out);
        return key.map(|at| Connections::PerKey(at.value));
    }
    let words = [("keep-alive", Connections::KeepAlive), ("per-request", Connections::PerRequest)];
    let At { value, mark } = section.text("connections", out)?;
    let found = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| meaning.clone());
    if found.is_none() {
        let cure = "write `\"keep-alive\"`, `\"per-request\"` or `{ per = \"field\" }`";
        out.push(Code::UnknownWord, &mark, format!("`connections` cannot be `{}`", value.escape_debug()), cure);
    }
    found
}

fn read_rate(section: &mut Section<'_>, key: &'static str, out: &mut Diagnostics) -> Option<RequestRate> {
    let rate = section.quantity::<RequestRate>(key, "400/s", out)?;
    if !(0.001..=1e6).contains(&rate.value.0) {
        let message = format!("`{}` is no rate that can be kept", rate.value);
        out.push(Code::OutOfRange, &rate.mark, message, "write a rate from `\"4/h\"` to `\"1000000/s\"`");
        return None;
    }
    Some(rate.value)
}

fn read_timeout(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Elapsed> {
    let timeout = section.quantity::<Elapsed>("timeout", "30 s", out)?;
    if timeout.value.millis() == 0 {
        out.push(Code::OutOfRange, &timeout.mark, "no answer comes in no time", "write for example `\"30 s\"`");
    }
    Some(timeout.value)
}

fn read_requests(section: &mut Section<'_>, taken: &BTreeSet<String>, out: &mut Diagnostics) -> Vec<RequestDraft> {
    let Some(table) = section.section("request", out) else { return Vec::new() };
    let requests = table.named_sections(out).into_iter().map(|(name, mut section)| {
        let name = owned(name);
        check_name(&At { value: &name.value, mark: name.mark.clone() }, out);
        let request = RequestDraft::read(name, &mut section, taken, out);
        section.finish(out);
        request
    });
    requests.collect()
}

fn read_ugly(section: &mut Section<'_>, taken: &BTreeSet<String>, out: &mut Diagnostics) -> Vec<UglyDraft> {
    let Some(table) = section.section("ugly", out) else { return Vec::new() };
    let payloads = table.named_sections(out).into_iter().map(|(name, mut section)| {
        let name = owned(name);
        check_name(&At { value: &name.value, mark: name.mark.clone() }, out);
        let mut request = RequestDraft::read_ugly(name, &mut section, taken, out);
        let round = RoundDraft::read(&mut section, 1000, out);
        let payload = place(read_payload(&mut section, out), &mut request, out);
        let width = read_burst(&mut section, out);
        section.finish(out);
        UglyDraft { request, payload, round, width }
    });
    payloads.collect()
}

/// A payload that is a body becomes the request's body.
fn place(payload: Option<At<Choice>>, request: &mut RequestDraft, out: &mut Diagnostics) -> Option<Choice> {
    let At { value, mark } = payload?;
    match value.family.form {
        Form::Client(_) => Some(value),
        Form::Request(_) | Form::Body(_) if request.request.body != Body::Empty => {
            let message = format!("`{}` is a body, and there is one already", value.family.name);
            out.push(Code::Conflict, &mark, message, "keep `payload` or `body`");
            None
        }
        Form::Request(_) => Some(value),
        Form::Body(_) => {
            request.request.body = Body::Payload(value);
            None
        }
    }
}

/// Reads `burst`: how many come at the same moment.
fn read_burst(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<u32> {
    let mut table = section.section("burst", out)?;
    let width = table.integer("width", 2..=10_000, out).map_or(50, |at| at.value as u32);
    table.finish(out);
    Some(width)
}

fn owned(At { value, mark }: At<&str>) -> At<String> {
    let mark: Mark = mark;
    At { value: value.to_owned(), mark }
}
