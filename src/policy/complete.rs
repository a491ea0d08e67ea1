//! From what the files say to a policy: defaults, and what can only be checked over all of it.

use crate::diag::{Code, Diagnostics, Mark, Source};
use crate::units::{Elapsed, RequestRate};

use super::applies::Scope;
use super::draft::{
    Draft, EngineDraft, LoadDraft, Origin, ReadyDraft, RequestDraft, RoundDraft, RulesDraft, ServiceDraft, Stated,
    UglyDraft,
};
use super::section::At;
use super::{
    Arrivals, Body, Connections, DumpPolicy, Engine, Exchange, Expect, Headroom, Level, Load, Policy, Readiness,
    Request, Round, Rules, Service, Ugly,
};

/// Requests before anything is judged.
const WARM_UP: u64 = 500;
/// Requests of the ordinary mix, and the equal rounds they come in.
const STEADY: (u64, u32) = (3000, 12);
/// Requests between the two heap dumps.
const DIAGNOSIS: (u64, u32) = (500, 2);
/// Requests of each ugly payload.
const UGLY: (u64, u32) = (20, 4);
/// With fewer rounds there is no slope.
pub(super) const FEWEST_ROUNDS: u32 = 4;
const RATE: Arrivals = Arrivals::Rate(RequestRate(400.0));
const UGLY_RATE: Arrivals = Arrivals::Rate(RequestRate(20.0));

/// The policy, or nothing where something is missing without which there is none.
pub(super) fn complete(source: &std::sync::Arc<Source>, draft: Draft, out: &mut Diagnostics) -> Option<Policy> {
    let whole = Mark { source: std::sync::Arc::clone(source), span: 0..0 };
    // A file that could not be read misses everything; saying so again for each key helps nobody.
    let broken = !out.is_empty() && draft.service.mark.is_none();
    let base = base_url(&draft.load, &draft.service);
    if base.is_none() && !broken {
        let message = "it is not known where to send the requests";
        let mark = draft.service.mark.as_ref().unwrap_or(&whole);
        out.push(Code::MissingKey, mark, message, "add `base-url = \"http://127.0.0.1:8080\"` below `[load]`");
    }
    let command = draft.service.command.clone();
    if command.is_none() && !broken && !draft.service.command_refused {
        let mark = draft.service.mark.as_ref().unwrap_or(&whole);
        let message = "`service.command` is missing: nothing to start";
        out.push(Code::MissingKey, mark, message, "add `command = [\"program\", \"argument\"]` below `[service]`");
    }
    let base = base.unwrap_or(Origin { secure: false, host: "127.0.0.1".to_owned(), port: 80, path: String::new() });
    let service = complete_service(draft.service, &base, out);
    let steady = &draft.load.steady;
    let rounds = steady.rounds.as_ref().map(|at| &at.mark).or(steady.requests.as_ref().map(|at| &at.mark)).cloned();
    let load = complete_load(draft.load, &base, out);
    let rules = complete_rules(draft.rules, &service, &load, rounds, out);
    let name = draft.name.or_else(|| source.folder.clone()).map_or_else(|| "service".to_owned(), |name| plain(&name));
    command.is_some().then_some(Policy { name, service, load, rules })
}

/// A folder's name as a scenario's: file names and reports carry it.
fn plain(name: &str) -> String {
    let good = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.trim_start_matches(['.', '-']).chars().map(good).take(64).collect();
    if name.is_empty() { "service".to_owned() } else { name }
}

fn base_url(load: &LoadDraft, service: &ServiceDraft) -> Option<Origin> {
    let ready = || match &service.ready.as_ref()?.value {
        ReadyDraft::Url(origin) => Some(origin.clone()),
        ReadyDraft::Tcp(authority) => Origin::parse(&format!("http://{authority}")).ok(),
        ReadyDraft::Path(_) | ReadyDraft::Log(_) => None,
    };
    load.base_url.clone().or_else(ready)
}

fn complete_service(draft: ServiceDraft, base: &Origin, out: &mut Diagnostics) -> Service {
    let ready = match draft.ready {
        Some(at) if matches!(&at.value, ReadyDraft::Path(_)) && base.secure => refuse_tls(&at.mark, base, out),
        Some(At { value: ReadyDraft::Url(origin), mark }) if origin.secure => refuse_tls(&mark, &origin, out),
        Some(At { value: ReadyDraft::Url(origin), .. }) => {
            let path = if origin.path.is_empty() { "/" } else { origin.path.as_str() };
            Readiness::Http(format!("{}{path}", origin.url()))
        }
        Some(At { value: ReadyDraft::Path(path), .. }) => Readiness::Http(format!("{}{path}", base.url())),
        Some(At { value: ReadyDraft::Tcp(authority), .. }) => Readiness::Tcp(authority),
        Some(At { value: ReadyDraft::Log(text), .. }) => Readiness::Log(text),
        None => Readiness::Tcp(base.authority()),
    };
    Service {
        command: draft.command.unwrap_or_default(),
        build: draft.build,
        directory: draft.directory,
        env: draft.env,
        ready,
        ready_within: draft.ready_within.unwrap_or(Elapsed::from_millis(60_000)),
        stop_within: draft.stop_within.unwrap_or(Elapsed::from_millis(10_000)),
        memory_limit: draft.memory_limit,
        dumps: draft.dumps.unwrap_or(DumpPolicy::Always),
        dump_within: draft.dump_within.unwrap_or(Elapsed::from_millis(120_000)),
        sample_every: draft.sample_every.unwrap_or(Elapsed::from_millis(200)),
    }
}

/// Readiness is asked without TLS.
fn refuse_tls(mark: &Mark, origin: &Origin, out: &mut Diagnostics) -> Readiness {
    let cure = format!("write `ready = {{ tcp = \"{}\" }}`", origin.authority());
    out.push(Code::BadUrl, mark, "a service behind TLS cannot be asked over HTTP whether it is ready", cure);
    Readiness::Tcp(origin.authority())
}

fn complete_load(draft: LoadDraft, base: &Origin, out: &mut Diagnostics) -> Load {
    check_names(&draft, out);
    let steady = complete_round(&draft.steady, STEADY, RATE, out);
    let warm_up = Round {
        requests: draft.warm_up.requests.map_or(WARM_UP, |at| at.value),
        rounds: 1,
        arrivals: draft.warm_up.arrivals.unwrap_or(steady.arrivals),
    };
    let diagnosis = complete_round(&draft.diagnosis, DIAGNOSIS, steady.arrivals, out);
    let engine = complete_engine(draft.engine, &draft.requests, out);
    let mut requests: Vec<Request> = draft.requests.into_iter().map(|draft| draft.request).collect();
    if requests.is_empty() && engine.is_none() {
        requests.push(root());
    }
    Load {
        base_url: base.url(),
        authority: draft.authority,
        http2: draft.http2.unwrap_or(false),
        connections: draft.connections.unwrap_or(Connections::KeepAlive),
        login: draft.login,
        seed: draft.seed.unwrap_or(1),
        warm_up,
        steady,
        diagnosis,
        cool_down: draft.cool_down.unwrap_or(Elapsed::from_millis(2000)),
        in_flight: draft.in_flight.unwrap_or(64),
        after_stall: draft.after_stall.unwrap_or_default(),
        timeout: draft.timeout.unwrap_or(Elapsed::from_millis(30_000)),
        requests,
        engine,
        ugly: draft.ugly.into_iter().map(|ugly| complete_ugly(ugly, out)).collect(),
    }
}

/// The engine is the whole mix: a request beside it would never be sent.
fn complete_engine(draft: Option<EngineDraft>, requests: &[RequestDraft], out: &mut Diagnostics) -> Option<Engine> {
    let draft = draft?;
    let (digest, folder) = (draft.digest.unwrap_or_default(), draft.folder);
    let engine = Engine { kind: draft.kind, folder, digest, within: draft.within };
    if let Some(RequestDraft { request, mark, .. }) = requests.first() {
        let message =
            format!("`{}` would never be sent: the ordinary mix comes from `{}`", request.name, engine.name());
        let cure = "remove it, or make an ugly payload of it: those are always sent by plimsoll";
        out.push(Code::Conflict, mark, message, cure);
    }
    Some(engine)
}

/// What is sent where the policy names no request.
fn root() -> Request {
    Request {
        name: "root".to_owned(),
        weight: 1,
        method: "GET".to_owned(),
        path: "/".to_owned(),
        headers: Default::default(),
        body: Body::Empty,
        with: Default::default(),
        exchange: Exchange::Http,
        expect: Expect::Class(2),
    }
}

fn complete_ugly(draft: UglyDraft, out: &mut Diagnostics) -> Ugly {
    let default = match draft.width {
        // One burst in each round: fewer requests would be no burst.
        Some(width) => (u64::from(width) * u64::from(UGLY.1), UGLY.1),
        None => UGLY,
    };
    let round = complete_round(&draft.round, default, UGLY_RATE, out);
    Ugly { request: draft.request.request, payload: draft.payload, round, width: draft.width.unwrap_or(1) }
}

/// Equal rounds: what is not stated is chosen so that it divides.
fn complete_round(draft: &RoundDraft, default: (u64, u32), arrivals: Arrivals, out: &mut Diagnostics) -> Round {
    let arrivals = draft.arrivals.unwrap_or(arrivals);
    let (requests, rounds) = match (&draft.requests, &draft.rounds) {
        (None, None) => default,
        (None, Some(rounds)) => {
            let each = (default.0 / u64::from(rounds.value)).max(1);
            (each * u64::from(rounds.value), rounds.value)
        }
        (Some(requests), None) => match fitting_rounds(requests.value, default.1) {
            Some(rounds) => (requests.value, rounds),
            None => {
                unequal(requests.value, default.1, &requests.mark, out);
                (requests.value, default.1)
            }
        },
        (Some(requests), Some(rounds)) => {
            if !requests.value.is_multiple_of(u64::from(rounds.value)) {
                unequal(requests.value, rounds.value, &requests.mark, out);
            }
            (requests.value, rounds.value)
        }
    };
    Round { requests, rounds, arrivals }
}

/// The number of rounds nearest to the usual one that divides the requests.
fn fitting_rounds(requests: u64, usual: u32) -> Option<u32> {
    if requests <= u64::from(FEWEST_ROUNDS.min(usual)) {
        return u32::try_from(requests).ok();
    }
    let fewest = FEWEST_ROUNDS.min(usual);
    (fewest..=usual * 2).filter(|rounds| requests.is_multiple_of(u64::from(*rounds))).min_by_key(|r| r.abs_diff(usual))
}

fn unequal(requests: u64, rounds: u32, mark: &Mark, out: &mut Diagnostics) {
    let rounds = u64::from(rounds);
    let below = requests / rounds * rounds;
    let near = if below == 0 { rounds } else { below };
    let message = format!("`{requests}` requests cannot be split into `{rounds}` equal rounds");
    let cure = format!("write `requests = {near}` or `{}`, or other `rounds`", below + rounds);
    out.push(Code::UnequalRounds, mark, message, cure);
}

fn check_names(load: &LoadDraft, out: &mut Diagnostics) {
    for UglyDraft { request: RequestDraft { request, mark, .. }, .. } in &load.ugly {
        if load.requests.iter().any(|other| other.request.name == request.name) {
            let message = format!("`{}` is a request and an ugly payload", request.name);
            out.push(Code::DuplicateName, mark, message, "rename one: tallies and findings go by name");
        }
    }
}

fn complete_rules(
    draft: RulesDraft,
    service: &Service,
    load: &Load,
    rounds: Option<Mark>,
    out: &mut Diagnostics,
) -> Rules {
    draft.check_limits(out);
    let scope = Scope { service, load };
    let stricter = draft.warnings_block.unwrap_or(false);
    let mut judge = Judge { stricter, rounds, out };
    let headroom: Vec<Headroom> = judge.all(draft.headroom, |_| None, |rule| &mut rule.level);
    Rules {
        bounds: judge.all(draft.bounds, |rule| scope.hinders_bound(rule), |rule| &mut rule.level),
        slopes: judge.all(draft.slopes, |rule| scope.hinders_slope(rule), |rule| &mut rule.level),
        owners: judge.all(draft.owners, |_| scope.hinders_owner(), |rule| &mut rule.level),
        recoveries: judge.all(draft.recoveries, |_| scope.hinders_recovery(), |rule| &mut rule.level),
        headroom: headroom.into_iter().next(),
        waivers: draft.waivers,
        fail_when_unsure: draft.fail_when_unsure.unwrap_or(false),
    }
}

/// Sets the levels: warnings may block, and what can never match is off or a mistake.
struct Judge<'a> {
    stricter: bool,
    /// Where the number of steady rounds stands, if it does.
    rounds: Option<Mark>,
    out: &'a mut Diagnostics,
}

impl Judge<'_> {
    fn all<R>(
        &mut self,
        stated: Vec<Stated<R>>,
        hindrance: impl Fn(&R) -> Option<super::applies::Hindrance>,
        level: impl Fn(&mut R) -> &mut Level,
    ) -> Vec<R> {
        let mut rules = Vec::with_capacity(stated.len());
        for Stated { mut rule, mark, own, .. } in stated.into_iter().filter(|stated| stated.limits != 0) {
            if *level(&mut rule) == Level::Warn && self.stricter {
                *level(&mut rule) = Level::Block;
            }
            if *level(&mut rule) != Level::Off
                && let Some(hindrance) = hindrance(&rule)
            {
                if own || hindrance.always {
                    let place = self.rounds.as_ref().filter(|_| hindrance.always).unwrap_or(&mark);
                    self.out.push(hindrance.code, place, hindrance.why, hindrance.cure);
                } else {
                    *level(&mut rule) = Level::Off;
                }
            }
            rules.push(rule);
        }
        rules
    }
}
