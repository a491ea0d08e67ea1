//! Request number *i* of a phase.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::body::PayloadBody;
use super::client::PlannedClient;
use super::draw::Source;
use super::mix::Mix;
use super::template::{self, Template};
use crate::payload::{self, Choice, Turn};
use crate::policy::{Body, Connections, Exchange, Expect, Field, Load, Request};
use crate::record::Phase;

/// One request as it will be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRequest {
    /// Its name in the policy and in tallies.
    pub name: Arc<str>,
    /// HTTP method.
    pub method: Arc<str>,
    /// Path and query.
    pub path: String,
    /// Headers but `host`, `content-length` and `transfer-encoding`; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: PlannedBody,
    /// How the client behaves, if not as a library does.
    pub client: Option<PlannedClient>,
    /// What its connection belongs to, where each client has a connection of its own.
    pub key: Option<String>,
    /// Which answers are right.
    pub expect: Expect,
}

/// The body of a planned request.
#[derive(Debug, Clone, PartialEq)]
pub enum PlannedBody {
    /// None.
    Empty,
    /// All of it.
    Text(Bytes),
    /// Generated while it is sent.
    Payload(PayloadBody),
}

/// All requests of a load profile, prepared so that one costs little more than its text.
#[derive(Debug, Clone)]
pub struct Requests {
    mix: Mix,
    source: Source,
    ordinary: Vec<Prepared>,
    ugly: Vec<(Source, Prepared)>,
    /// What the login's answer set, as a `cookie` header.
    cookies: Option<String>,
}

/// Request number `index` of the kind of `phase`: a pure function of these three. `None` for a phase
/// that sends nothing. Preparing costs more than one request: keep [`Requests`] to ask for many.
pub fn request(load: &Load, phase: &Phase, index: u64) -> Option<Arc<PlannedRequest>> {
    Requests::new(load).get(phase, index)
}

impl Requests {
    /// Prepares the requests of a load profile.
    pub fn new(load: &Load) -> Self {
        let key = match &load.connections {
            Connections::PerKey(field) => Some(field.as_str()),
            _ => None,
        };
        let ordinary = load.requests.iter().map(|request| Prepared::new(request, None, key)).collect();
        let ugly = load.ugly.iter().zip(1..);
        let ugly =
            ugly.map(|(ugly, n)| (Source::new(load.seed, n), Prepared::new(&ugly.request, ugly.payload.as_ref(), key)));
        Self {
            mix: Mix::new(&load.requests.iter().map(|request| request.weight).collect::<Vec<_>>()),
            source: Source::new(load.seed, 0),
            ordinary,
            ugly: ugly.collect(),
            cookies: None,
        }
    }

    /// The same with what was taken from the answer of the login, and its cookies as a `cookie` header.
    pub fn taking(self, taken: BTreeMap<String, String>, cookies: Option<String>) -> Self {
        let taken = Arc::new(taken);
        let ugly = self.ugly.into_iter().map(|(source, prepared)| (source.taking(taken.clone()), prepared)).collect();
        Self { source: self.source.taking(taken.clone()), ugly, cookies, ..self }
    }

    /// The request of the login.
    pub fn login(load: &Load) -> Option<Arc<PlannedRequest>> {
        let login = load.login.as_ref()?;
        Some(Prepared::new(&login.request, None, None).at(&Source::new(load.seed, 0), 0, 0))
    }

    /// Request number `index` of the kind of `phase`; the same one each time where nothing in it varies.
    pub fn get(&self, phase: &Phase, index: u64) -> Option<Arc<PlannedRequest>> {
        let mut request = self.uncooked(phase, index)?;
        if let Some(cookies) =
            self.cookies.as_ref().filter(|_| !request.headers.iter().any(|(name, _)| name == "cookie"))
        {
            Arc::make_mut(&mut request).headers.push(("cookie".to_owned(), cookies.clone()));
        }
        Some(request)
    }

    fn uncooked(&self, phase: &Phase, index: u64) -> Option<Arc<PlannedRequest>> {
        match phase {
            Phase::CoolDown => None,
            Phase::Ugly { payload, .. } | Phase::Residue { payload } => {
                let (source, prepared) = self.ugly.iter().find(|(_, prepared)| *prepared.name == **payload)?;
                Some(prepared.at(source, index, index))
            }
            Phase::WarmUp | Phase::Steady { .. } | Phase::Diagnosis { .. } => {
                let (which, turn) = self.mix.at(index)?;
                Some(self.ordinary.get(which)?.at(&self.source, index, turn))
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Prepared {
    name: Arc<str>,
    method: Arc<str>,
    path: Template,
    headers: Vec<(String, Template)>,
    body: PreparedBody,
    fields: Vec<Field>,
    payload: Option<Arc<Choice>>,
    exchange: PreparedExchange,
    /// Which field is the key of the connection.
    key: Option<usize>,
    expect: Expect,
    /// The request, where it is the same each time.
    constant: Option<Arc<PlannedRequest>>,
}

#[derive(Debug, Clone)]
enum PreparedBody {
    Empty,
    Text(Template),
    Payload(Arc<Choice>),
}

#[derive(Debug, Clone)]
enum PreparedExchange {
    Http,
    Events(u32),
    WebSocket { messages: Vec<Template>, receive: u32 },
    Tcp { until: Arc<str> },
}

impl Prepared {
    fn new(request: &Request, payload: Option<&Choice>, key: Option<&str>) -> Self {
        let names: Vec<&str> = request.with.keys().map(String::as_str).collect();
        let (body, content_type) = match &request.body {
            Body::Empty => (PreparedBody::Empty, None),
            Body::Text { template, content_type } => {
                (PreparedBody::Text(Template::parse(template, &names)), Some(content_type.as_str()))
            }
            Body::Payload(choice) => (PreparedBody::Payload(Arc::new(choice.clone())), None),
        };
        let implied = content_type.map(|value| ("content-type", value));
        let mut headers = template::headers(&request.headers, &names);
        for (name, value) in implied.into_iter().chain([("user-agent", "plimsoll"), ("accept", "*/*")]) {
            if !headers.iter().any(|(given, _)| given == name) {
                headers.push((name.to_owned(), Template::parse(value, &[])));
            }
        }
        headers.sort_by(|(a, _), (b, _)| a.cmp(b));
        let prepared = Self {
            name: request.name.as_str().into(),
            method: request.method.to_ascii_uppercase().into(),
            path: Template::parse(&request.path, &names),
            headers,
            body,
            fields: request.with.values().cloned().collect(),
            payload: payload.map(|choice| Arc::new(choice.clone())),
            exchange: match &request.exchange {
                Exchange::Http => PreparedExchange::Http,
                Exchange::Events(count) => PreparedExchange::Events(*count),
                Exchange::WebSocket { messages, receive } => PreparedExchange::WebSocket {
                    messages: messages.iter().map(|message| Template::parse(message, &names)).collect(),
                    receive: *receive,
                },
                Exchange::Tcp { until } => PreparedExchange::Tcp { until: until.as_str().into() },
            },
            key: key.and_then(|key| names.iter().position(|name| *name == key)),
            expect: request.expect,
            constant: None,
        };
        let constant = (!prepared.varies()).then(|| Arc::new(prepared.render(&Source::new(0, 0), 0, 0)));
        Self { constant, ..prepared }
    }

    fn at(&self, source: &Source, index: u64, turn: u64) -> Arc<PlannedRequest> {
        self.constant.clone().unwrap_or_else(|| Arc::new(self.render(source, index, turn)))
    }

    fn varies(&self) -> bool {
        !self.fields.is_empty()
            || self.payload.is_some()
            || matches!(self.body, PreparedBody::Payload(_))
            || matches!(self.exchange, PreparedExchange::WebSocket { .. })
    }

    fn render(&self, source: &Source, index: u64, turn: u64) -> PlannedRequest {
        let mut generator = source.generator(index);
        let values = self.fields.iter().map(|field| source.value(field, index, turn, &mut generator));
        let values: Vec<String> = values.collect();
        let header = |(name, value): &(String, Template)| (name.clone(), value.render(&values, template::plain));
        let mut request = PlannedRequest {
            name: self.name.clone(),
            method: self.method.clone(),
            path: self.path.render(&values, template::in_path),
            headers: self.headers.iter().map(header).collect(),
            body: match &self.body {
                PreparedBody::Text(text) => PlannedBody::Text(text.render(&values, template::plain).into()),
                PreparedBody::Empty | PreparedBody::Payload(_) => PlannedBody::Empty,
            },
            client: self.client(&values, source, index),
            key: self.key.and_then(|field| values.get(field).cloned()),
            expect: self.expect,
        };
        if let PreparedBody::Payload(choice) = &self.body {
            request.carry(choice, source.turn(index));
        }
        if let Some(choice) = &self.payload {
            request.become_ugly(choice, source.turn(index));
        }
        request
    }

    fn client(&self, values: &[String], source: &Source, index: u64) -> Option<PlannedClient> {
        match &self.exchange {
            PreparedExchange::Http => None,
            PreparedExchange::Events(count) => Some(PlannedClient::Events(*count)),
            PreparedExchange::WebSocket { messages, receive } => Some(PlannedClient::WebSocket {
                messages: messages.iter().map(|message| message.render(values, template::plain)).collect(),
                receive: *receive,
                turn: source.turn(index),
            }),
            PreparedExchange::Tcp { until } => Some(PlannedClient::Tcp { until: until.clone() }),
        }
    }
}

impl PlannedRequest {
    /// Gives it the body that the choice makes; the request's own headers win.
    fn carry(&mut self, choice: &Arc<Choice>, turn: Turn) {
        let Some((body, headers)) = PayloadBody::new(choice.clone(), turn) else { return };
        for (name, value) in headers {
            if !self.headers.iter().any(|(given, _)| given == name) {
                self.headers.push((name.to_owned(), value));
            }
        }
        self.headers.sort();
        self.body = PlannedBody::Payload(body);
    }

    /// What the choice makes of path, headers, body or client.
    fn become_ugly(&mut self, choice: &Arc<Choice>, turn: Turn) {
        if let payload::Form::Client(_) = choice.family.form {
            self.client = Some(PlannedClient::Family { choice: choice.clone(), turn });
            return;
        }
        let (path, headers) = (std::mem::take(&mut self.path), std::mem::take(&mut self.headers));
        let mut changed = payload::Request { method: self.method.to_string(), path, headers, body: None };
        choice.change(&turn, &mut changed);
        self.method = changed.method.into();
        (self.path, self.headers) = (changed.path, changed.headers);
        self.headers.sort();
        if changed.body.is_some() {
            self.carry(choice, turn);
        }
    }
}

impl PlannedBody {
    /// Bytes on the wire, without framing.
    pub fn size(&self) -> u64 {
        match self {
            Self::Empty => 0,
            Self::Text(text) => text.len() as u64,
            Self::Payload(payload) => payload.size(),
        }
    }

    /// Whether it goes with `Transfer-Encoding: chunked` instead of a `Content-Length`.
    pub fn chunked(&self) -> bool {
        matches!(self, Self::Payload(payload) if payload.chunked())
    }
}

impl PlannedRequest {
    /// Digest (BLAKE3) of the request. A payload of more than 1 MiB goes in as its first MiB, its size,
    /// its parameters and its key, from which the generator makes every byte of it: the digest of a
    /// body that the service refuses half-way is that of the whole body.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let mut word = |word: &[u8]| {
            hasher.update(&(word.len() as u64).to_le_bytes());
            hasher.update(word);
        };
        word(self.method.as_bytes());
        word(self.path.as_bytes());
        for (name, value) in &self.headers {
            word(name.as_bytes());
            word(value.as_bytes());
        }
        match &self.body {
            PlannedBody::Empty => word(b""),
            PlannedBody::Text(text) => word(text),
            PlannedBody::Payload(payload) => payload.digest().iter().for_each(|part| word(part)),
        }
        word(&self.digest_of_talks());
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::policy::{AfterStall, Arrivals, Round, Ugly};
    use crate::units::{Elapsed, RequestRate};

    pub(in crate::plan) fn get(name: &str, weight: u32, path: &str) -> Request {
        Request {
            name: name.into(),
            weight,
            method: "get".into(),
            path: path.into(),
            headers: BTreeMap::new(),
            body: Body::Empty,
            with: BTreeMap::new(),
            exchange: Exchange::Http,
            expect: Expect::Class(2),
        }
    }

    pub(in crate::plan) fn ugly(name: &str, body: Body) -> Ugly {
        let request = Request { method: "POST".into(), body, ..get(name, 1, "/ugly") };
        Ugly {
            request,
            payload: None,
            round: Round { requests: 4, rounds: 1, arrivals: Arrivals::Rate(RequestRate(10.0)) },
            width: 1,
        }
    }

    pub(in crate::plan) fn load(requests: Vec<Request>) -> Load {
        let round = Round { requests: 10, rounds: 1, arrivals: Arrivals::Rate(RequestRate(100.0)) };
        Load {
            base_url: "http://127.0.0.1:1".into(),
            authority: None,
            http2: false,
            connections: Connections::KeepAlive,
            login: None,
            seed: 7,
            warm_up: round,
            steady: round,
            diagnosis: round,
            cool_down: Elapsed::default(),
            in_flight: 8,
            after_stall: AfterStall::Shift,
            timeout: Elapsed::from_millis(1000),
            requests,
            engine: None,
            ugly: Vec::new(),
        }
    }

    #[test]
    fn fields_fill_path_headers_and_body() {
        let mut request = get("quote", 1, "/quote/{symbol}");
        request.headers.insert("X-Client".into(), "c-{symbol}".into());
        request.with.insert("symbol".into(), Field::OneOf(vec!["A B".into(), "C".into()]));
        let template = r#"{"symbol":"{symbol}"}"#.to_owned();
        request.body = Body::Text { template, content_type: "application/json".into() };
        let load = load(vec![request]);
        let first = super::request(&load, &Phase::WarmUp, 0).unwrap();
        assert_eq!((&*first.method, first.path.as_str()), ("GET", "/quote/A%20B"));
        assert!(first.headers.contains(&("x-client".into(), "c-A B".into())));
        assert!(first.headers.contains(&("content-type".into(), "application/json".into())));
        assert_eq!(first.body, PlannedBody::Text(r#"{"symbol":"A B"}"#.into()));
        let second = super::request(&load, &Phase::Steady { round: 3 }, 1).unwrap();
        assert_eq!(second.path, "/quote/C", "one-of goes in turn");
    }

    #[test]
    fn one_of_goes_in_turn_for_each_name_and_not_in_step_with_the_mix() {
        let mut request = get("a", 1, "/{x}");
        request.with.insert("x".into(), Field::OneOf(vec!["0".into(), "1".into()]));
        let requests = Requests::new(&load(vec![request, get("b", 1, "/b")]));
        let paths: Vec<String> = (0..6).map(|i| requests.get(&Phase::WarmUp, i).unwrap().path.clone()).collect();
        assert_eq!(paths, ["/0", "/b", "/1", "/b", "/0", "/b"]);
    }

    #[test]
    fn a_request_depends_on_seed_kind_and_number_alone() {
        let mut request = get("a", 1, "/{u}/{z}/{k}");
        request.with.insert("u".into(), Field::Uniform(1 << 40));
        request.with.insert("z".into(), Field::Zipf(10_000));
        request.with.insert("k".into(), Field::Unique);
        let load = load(vec![request]);
        let requests = Requests::new(&load);
        let steady = requests.get(&Phase::Steady { round: 1 }, 17).unwrap();
        assert_eq!(requests.get(&Phase::Steady { round: 2 }, 17), Some(steady.clone()));
        assert_eq!(super::request(&load, &Phase::WarmUp, 17), Some(steady.clone()));
        assert_ne!(requests.get(&Phase::WarmUp, 18).unwrap().path, steady.path);
        let other = Requests::new(&Load { seed: 8, ..load });
        assert_ne!(other.get(&Phase::WarmUp, 17).unwrap().path, steady.path);
    }

    #[test]
    fn the_digest_covers_each_part_and_only_what_is_sent() {
        let upload = |size| {
            let upload = Choice::of(payload::find("upload").unwrap());
            Body::Payload(upload.with("size", payload::Value::Number(size)))
        };
        let mut load = load(vec![get("a", 1, "/")]);
        load.ugly = vec![ugly("u", upload(3 << 20))];
        let phase = |round| Phase::Ugly { payload: "u".into(), round };
        let digest = |load: &Load, index| super::request(load, &phase(1), index).unwrap().digest();
        assert_eq!(digest(&load, 0), super::request(&load, &phase(2), 0).unwrap().digest());
        assert_ne!(digest(&load, 0), digest(&load, 1));
        let mut longer = load.clone();
        longer.ugly[0].request.body = upload((3 << 20) + 1);
        assert_ne!(digest(&load, 0), digest(&longer, 0));
    }

    #[test]
    fn phases_without_load_and_unknown_payloads_have_no_requests() {
        let load = load(vec![get("a", 1, "/")]);
        assert_eq!(super::request(&load, &Phase::CoolDown, 0), None);
        assert_eq!(super::request(&load, &Phase::Ugly { payload: "x".into(), round: 1 }, 0), None);
        assert_eq!(super::request(&Load { requests: vec![], ..load }, &Phase::WarmUp, 0), None);
    }
}
