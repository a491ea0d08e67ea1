//! Recorded traffic as a mix of requests: equal shapes folded, weighted by how often they came, without secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::exchange::{Archive, Entry};
use super::secret::{REDACTED, is_secret, redact};
use super::{Import, ImportError, MOST_REQUESTS, Request, Values, encoded, field_name, unique_name};
use crate::plan::route;

/// Values of a field that are kept; more would be a list that nobody reads.
const MOST_VALUES: usize = 10;
/// Bytes of a body; what is larger is no ordinary request.
const LONGEST_BODY: usize = 4 << 10;
/// Characters of a header or a value.
const LONGEST_VALUE: usize = 200;
/// Methods that a policy knows.
const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];
/// Headers that proxies and tracing add to every request.
const FOREIGN: [&str; 9] = [
    "x-forwarded",
    "x-request-id",
    "x-correlation",
    "x-b3",
    "x-amzn",
    "x-client-data",
    "x-real-ip",
    "x-trace",
    "x-datadog",
];

/// The requests of an archive.
pub(super) fn import(text: &str, path: &str) -> Result<Import, ImportError> {
    let archive: Archive = serde_json::from_str(text).map_err(|error| {
        let why = error.to_string();
        ImportError::Malformed { path: path.to_owned(), what: "HTTP archive", why }
    })?;
    let nothing = |why: &str| ImportError::Nothing { path: path.to_owned(), why: why.to_owned() };
    let mut import = Import::default();
    let entries =
        chosen(&archive.log.entries, &mut import).ok_or_else(|| nothing("there are only static files in it"))?;
    let mut groups: BTreeMap<Key, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        groups.entry(key(entry)).or_default().push(entry);
    }
    let mut groups: Vec<(Key, Vec<&Entry>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, entries)| std::cmp::Reverse(entries.len()));
    if groups.len() > MOST_REQUESTS {
        import.notes.push(format!(
            "{} rarer kinds of request beyond {MOST_REQUESTS} are left out",
            groups.len() - MOST_REQUESTS
        ));
        groups.truncate(MOST_REQUESTS);
    }
    let mut stripped = BTreeSet::new();
    for (key, entries) in groups {
        let request = folded(&key, &entries, &import.requests, &mut stripped);
        import.requests.push(request);
    }
    if !stripped.is_empty() {
        let names: Vec<String> = stripped.into_iter().take(12).map(|name| format!("`{}`", plain(&name))).collect();
        import
            .notes
            .push(format!("taken out, for they may be secret: {}; add what the service needs", names.join(", ")));
    }
    Ok(import)
}

/// What makes two requests of one kind: method, shape of the path, names in the query.
type Key = (String, String, Vec<String>);

/// The requests for work to the host that has most of them, without preflights.
fn chosen<'e>(entries: &'e [Entry], import: &mut Import) -> Option<Vec<&'e Entry>> {
    let is_known = |entry: &&Entry| METHODS.contains(&entry.request.method.to_ascii_lowercase().as_str());
    let (files, work): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.is_static());
    let work: Vec<&Entry> = work.into_iter().filter(is_known).filter(|entry| entry.host().is_some()).collect();
    let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
    work.iter().filter_map(|entry| entry.host()).for_each(|host| *hosts.entry(host).or_default() += 1);
    let (host, count) = hosts.iter().max_by_key(|(_, count)| **count)?;
    if !files.is_empty() {
        import.notes.push(format!("{} requests for static files are left out", files.len()));
    }
    if work.len() > *count {
        import.notes.push(format!(
            "{} requests to other hosts than `{}` are left out",
            work.len() - count,
            plain(host)
        ));
    }
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
        import.port = port.parse().ok().filter(|port| *port > 0);
    }
    Some(work.into_iter().filter(|entry| entry.host() == Some(*host)).collect())
}

fn key(entry: &Entry) -> Key {
    let mut names: Vec<String> = query(&entry.request.url).into_iter().map(|(name, _)| name.to_owned()).collect();
    names.sort();
    (entry.request.method.to_ascii_lowercase(), route::shape(&entry.request.url), names)
}

/// The pairs of a query as they stand, encoded.
fn query(url: &str) -> Vec<(&str, &str)> {
    let url = url.split('#').next().unwrap_or_default();
    let pairs = url.split_once('?').map_or("", |(_, query)| query).split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect()
}

/// One request for all entries of one kind.
fn folded(key: &Key, entries: &[&Entry], taken: &[Request], stripped: &mut BTreeSet<String>) -> Request {
    let (method, shape, _) = key;
    let mut request = Request {
        name: unique_name(&format!("{method} {}", shape.replace(route::ID, "id")), taken),
        weight: entries.len() as u64,
        method: method.clone(),
        expect: expected(entries),
        ..Request::default()
    };
    request.path = path(&mut request, shape, entries);
    let parameters = parameters(&mut request, entries, stripped);
    if !parameters.is_empty() {
        request.path = format!("{}?{}", request.path, parameters.join("&"));
    }
    headers(&mut request, entries, stripped);
    body(&mut request, entries, stripped);
    request
}

/// The shape with a field for each id, whose values are those that were seen.
fn path(request: &mut Request, shape: &str, entries: &[&Entry]) -> String {
    let segments: Vec<Vec<&str>> =
        entries.iter().map(|entry| route::path_of(&entry.request.url).split('/').collect()).collect();
    let mut filled = Vec::new();
    for (at, segment) in shape.split('/').enumerate() {
        if segment != route::ID {
            filled.push(encoded(segment, b"?"));
            continue;
        }
        let seen: Vec<&str> = segments.iter().filter_map(|path| path.get(at).copied()).collect();
        let name = if request.with.is_empty() { "id".to_owned() } else { format!("id{}", request.with.len() + 1) };
        request.with.insert(name.clone(), ids(&seen));
        filled.push(format!("{{{name}}}"));
    }
    filled.join("/")
}

/// Numbers and UUIDs as they were seen; anything longer may let somebody in.
fn ids(seen: &[&str]) -> Values {
    let is_known = |id: &&str| id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') || id.len() == 36;
    match distinct(seen.iter().copied().filter(is_known)) {
        known if known.is_empty() => Values::Unique,
        known => Values::OneOf(known),
    }
}

fn distinct<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values {
        if found.len() < MOST_VALUES && !found.iter().any(|other| other == value) {
            found.push(value.to_owned());
        }
    }
    found
}

fn parameters(request: &mut Request, entries: &[&Entry], stripped: &mut BTreeSet<String>) -> Vec<String> {
    let first = entries.first().map(|entry| query(&entry.request.url)).unwrap_or_default();
    let mut parameters = Vec::new();
    let mut known = BTreeSet::new();
    for (name, _) in first.into_iter().filter(|(name, _)| known.insert(*name)) {
        if is_secret(name) {
            stripped.insert(name.to_owned());
            continue;
        }
        let values = entries.iter().flat_map(|entry| query(&entry.request.url)).filter(|(other, _)| *other == name);
        let values: Vec<String> =
            values.map(|(_, value)| decoded(value)).filter(|value| value.len() <= LONGEST_VALUE).collect();
        let name = encoded(name, b"");
        match &distinct(values.iter().map(String::as_str))[..] {
            [] => parameters.push(name),
            [only] if only.is_empty() => parameters.push(name),
            [only] => parameters.push(format!("{name}={}", encoded(only, b"?&=+#%"))),
            several => {
                let field = format!("q_{}", field_name(&name));
                request.with.insert(field.clone(), Values::OneOf(several.to_vec()));
                parameters.push(format!("{name}={{{field}}}"));
            }
        }
    }
    parameters
}

/// A value of a query without its encoding: a field is encoded when it is sent.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| value.to_owned())
}

/// `accept`, and headers of the application's own that are the same each time.
fn headers(request: &mut Request, entries: &[&Entry], stripped: &mut BTreeSet<String>) {
    let Some(first) = entries.first() else { return };
    for header in &first.request.headers {
        let name = header.name.to_ascii_lowercase();
        if is_secret(&name) {
            stripped.insert(name);
            continue;
        }
        let is_own = name == "accept" && header.value != "*/*"
            || name.starts_with("x-") && !FOREIGN.iter().any(|foreign| name.starts_with(foreign));
        let is_same = |entry: &&Entry| {
            let same = |other: &&super::exchange::Header| other.name.eq_ignore_ascii_case(&name);
            entry.request.headers.iter().find(same).is_some_and(|other| other.value == header.value)
        };
        let is_plain = header.value.len() <= LONGEST_VALUE
            && header.value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if is_own && is_plain && entries.iter().all(is_same) {
            request.headers.insert(name, header.value.clone());
        }
    }
}

/// The first body that was recorded, without secrets.
fn body(request: &mut Request, entries: &[&Entry], stripped: &mut BTreeSet<String>) {
    let Some(body) = entries.iter().find_map(|entry| entry.request.body.as_ref()) else { return };
    let kind = body.kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = body.text.clone().unwrap_or_default();
    if text.is_empty() {
        return;
    }
    let text = if kind.ends_with("json") {
        let Ok(mut document) = serde_json::from_str::<Value>(&text) else {
            return request.notes.push("its body is no JSON: left out".to_owned());
        };
        stripped.extend(redact(&mut document));
        document.to_string()
    } else if kind == "application/x-www-form-urlencoded" {
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                stripped.insert(name.to_owned());
                format!("{name}={REDACTED}")
            }
            _ => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    } else {
        return request
            .notes
            .push(format!("its body of type `{}` is left out: an ugly payload may be what it needs", plain(&kind)));
    };
    if text.len() > LONGEST_BODY {
        return request
            .notes
            .push(format!("its body of {} bytes is left out: an ugly payload may be what it needs", text.len()));
    }
    request.body = Some((text, kind));
}

/// What was answered: one status, one class, or whatever comes. A `304` is a `200` for a client without a cache.
fn expected(entries: &[&Entry]) -> Option<String> {
    let statuses = entries.iter().map(|entry| entry.response.status).filter(|status| (100..=599).contains(status));
    let statuses: BTreeSet<i64> = statuses.map(|status| if status == 304 { 200 } else { status }).collect();
    let classes: BTreeSet<i64> = statuses.iter().map(|status| status / 100).collect();
    match (&statuses.iter().collect::<Vec<_>>()[..], &classes.iter().collect::<Vec<_>>()[..]) {
        (_, []) | ([200], _) => None,
        ([only], _) => Some(only.to_string()),
        (_, [2]) => None,
        (_, [class]) => Some(format!("{class}xx")),
        _ => Some("any".to_owned()),
    }
}

/// Words of a foreign file, for messages and comments.
fn plain(text: &str) -> String {
    text.chars().take(100).map(|c| if c.is_control() || c == '`' { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(method: &str, url: &str, status: u16) -> Value {
        json!({ "startedDateTime": "x", "request": { "method": method, "url": url, "headers": [
            { "name": "Authorization", "value": "Bearer abc" }, { "name": "Accept", "value": "application/json" },
            { "name": "X-Tenant", "value": "acme" }, { "name": "Cookie", "value": "sid=1" }, { "name": "x-request-id", "value": "1" },
        ] }, "response": { "status": status, "content": { "mimeType": "application/json", "text": "x" } } })
    }

    fn har(entries: Vec<Value>) -> Result<Import, ImportError> {
        import(&json!({ "log": { "version": "1.2", "entries": entries } }).to_string(), "a.har")
    }

    #[test]
    fn equal_shapes_are_folded_and_weighted_and_secrets_are_taken_out() {
        let mut order = entry("POST", "http://localhost:8080/orders?access_token=t0p", 201);
        order["request"]["postData"] = json!({ "mimeType": "application/json; charset=utf-8",
            "text": "{\"item\":7,\"password\":\"t0p\"}" });
        let import = har(vec![
            entry("GET", "http://localhost:8080/orders/17?page=1&sort=a%20b", 200),
            entry("GET", "http://localhost:8080/orders/18?page=2&sort=a%20b", 304),
            entry("GET", "http://localhost:8080/orders/17?page=1&sort=a%20b", 200),
            entry("GET", "http://localhost:8080/app.js?v=3", 200),
            entry("OPTIONS", "http://localhost:8080/orders", 204),
            entry("GET", "https://cdn.example.com/metrics", 200),
            order,
        ])
        .unwrap();
        assert_eq!(import.port, Some(8080));
        let [get, post] = &import.requests[..] else { panic!("{import:?}") };
        assert_eq!((get.name.as_str(), get.weight), ("get-orders-id", 3));
        assert_eq!(get.path, "/orders/{id}?page={q_page}&sort=a%20b");
        assert_eq!(get.with["id"], Values::OneOf(vec!["17".into(), "18".into()]));
        assert_eq!(
            get.headers,
            BTreeMap::from([("accept".into(), "application/json".into()), ("x-tenant".into(), "acme".into())])
        );
        assert_eq!((post.path.as_str(), post.expect.as_deref()), ("/orders", Some("201")));
        assert_eq!(post.body, Some(("{\"item\":7,\"password\":\"redacted\"}".into(), "application/json".into())));
        let notes = import.notes.join("\n");
        assert!(
            notes.contains("1 requests for static files") && notes.contains("1 requests to other hosts"),
            "{notes}"
        );
        assert!(
            ["`authorization`", "`cookie`", "`access_token`", "`password`"].iter().all(|name| notes.contains(name)),
            "{notes}"
        );
        assert!(!format!("{import:?}").contains("t0p") && !format!("{import:?}").contains("abc"));
    }

    #[test]
    fn tokens_in_a_path_are_not_kept() {
        let import = har(vec![entry("GET", "http://a/reset/9f8e7d6c5b4a39281706f5e4", 200)]).unwrap();
        assert_eq!(import.requests[0].with["id"], Values::Unique);
        assert!(!format!("{import:?}").contains("9f8e7d"));
    }

    #[test]
    fn what_is_no_archive_is_refused_with_a_word() {
        assert!(matches!(import("{}", "a.har"), Err(ImportError::Malformed { .. })));
        assert!(matches!(import(&"[".repeat(100_000), "a.har"), Err(ImportError::Malformed { .. })));
        assert!(matches!(har(vec![entry("GET", "http://a/x.png", 200)]), Err(ImportError::Nothing { .. })));
        assert!(matches!(har(vec![entry("GET", "data:text/plain,x", 200)]), Err(ImportError::Nothing { .. })));
    }
}
