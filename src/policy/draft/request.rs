//! `[load.request.name]`, and what `[load.ugly.name]` shares with it.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;

use super::body::read_body;
use super::exchange::read_exchange;
use super::field::{Rows, Templates, check_fields, read_fields};
use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::section::mistyped;
use crate::policy::{Exchange, Expect, Field, Request};

/// A request and where its name stands.
#[derive(Debug, Clone)]
pub(in crate::policy) struct RequestDraft {
    pub request: Request,
    pub mark: Mark,
    /// Fields whose values stand in files.
    pub rows: Vec<Rows>,
}

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

impl RequestDraft {
    /// Reads a request of the ordinary mix: 2xx is right unless it says otherwise.
    pub fn read(name: At<String>, section: &mut Section<'_>, taken: &BTreeSet<String>, out: &mut Diagnostics) -> Self {
        let weight = section.integer("weight", 1..=1_000_000, out).map_or(1, |at| at.value as u32);
        Self::read_with(name, weight, Expect::Class(2), section, taken, out)
    }

    /// Reads a request of an ugly payload: any answer is right unless it says otherwise.
    pub fn read_ugly(
        name: At<String>,
        section: &mut Section<'_>,
        taken: &BTreeSet<String>,
        out: &mut Diagnostics,
    ) -> Self {
        Self::read_with(name, 1, Expect::Any, section, taken, out)
    }

    fn read_with(
        name: At<String>,
        weight: u32,
        expect: Expect,
        section: &mut Section<'_>,
        taken: &BTreeSet<String>,
        out: &mut Diagnostics,
    ) -> Self {
        let before = out.len();
        let (method, path) = read_target(&name, section, out);
        let exchange = read_exchange(section, out);
        let expect = match exchange {
            Exchange::WebSocket { .. } | Exchange::Tcp { .. } => Expect::Any,
            _ => expect,
        };
        let headers = read_headers(section, out);
        let body = read_body(section, out);
        let (mut with, rows) = read_fields(section, out);
        for name in taken {
            let field = || At { value: Field::Taken(name.clone()), mark: path.mark.clone() };
            with.entry(name.clone()).or_insert_with(field);
        }
        if out.len() == before {
            let templates = Templates { path: &path, headers: &headers, body: &body, exchange: &exchange };
            check_fields(templates, &with, out);
        }
        let request = Request {
            name: name.value,
            weight,
            method,
            path: path.value,
            headers: headers.into_iter().map(|(name, value)| (name, value.value)).collect(),
            body: body.value,
            with: with.into_iter().map(|(name, field)| (name, field.value)).collect(),
            exchange,
            expect: read_expect(section, out).unwrap_or(expect),
        };
        Self { request, mark: name.mark, rows }
    }
}

fn read_target(name: &At<String>, section: &mut Section<'_>, out: &mut Diagnostics) -> (String, At<String>) {
    let mut targets = Vec::new();
    for method in METHODS {
        if let Some(path) = section.text(method, out) {
            targets.push((method.to_uppercase(), path));
        }
    }
    // A WebSocket begins as a GET; bare TCP has no path.
    if let Some(path) = section.text("websocket", out) {
        targets.push(("GET".to_owned(), path));
    }
    if let Some(DeValue::Table(_)) = section.peek("tcp") {
        targets.push(("GET".to_owned(), At { value: "/".to_owned(), mark: name.mark.clone() }));
    }
    if let [_, (_, second), ..] = &targets[..] {
        let message = format!("`{}` has two methods", name.value);
        out.push(Code::Conflict, &second.mark, message, "keep one, and make another request of the other");
    }
    let Some((method, path)) = targets.into_iter().next() else {
        let message = format!("`{}` does not say what to request", name.value);
        out.push(Code::MissingMethod, &name.mark, message, "add `get = \"/path\"`, or post, put, patch, delete, head");
        return ("GET".to_owned(), At { value: "/".to_owned(), mark: name.mark.clone() });
    };
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '#' || !c.is_ascii();
    if !path.value.starts_with('/') || path.value.contains(bad) {
        let message = format!("`{}` cannot be requested", path.value.escape_debug());
        let cure = "write a path from `/` on; encode spaces and letters beyond ASCII (`%20`)";
        out.push(Code::BadPath, &path.mark, message, cure);
    }
    (method, path)
}

fn read_headers(section: &mut Section<'_>, out: &mut Diagnostics) -> BTreeMap<String, At<String>> {
    let Some(table) = section.section("headers", out) else { return BTreeMap::new() };
    let mut headers = BTreeMap::new();
    for (name, At { value, mark }) in table.entries() {
        let DeValue::String(text) = value else {
            mistyped::<()>(name.value, "a string", value, &mark, out);
            continue;
        };
        let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if name.value.is_empty() || !name.value.chars().all(token) {
            let message = format!("`{}` cannot be the name of a header", name.value.escape_debug());
            out.push(Code::BadHeader, &name.mark, message, "use letters, digits and `-`");
        } else if text.chars().any(|c| c != '\t' && (c.is_control() || !c.is_ascii())) {
            let message = format!("`{}` cannot be the value of a header", text.escape_debug());
            out.push(Code::BadHeader, &mark, message, "use printable ASCII in one line");
        } else if ["content-length", "transfer-encoding", "connection"].contains(&name.value.to_lowercase().as_str()) {
            let message = format!("`{}` is set by what is sent", name.value);
            out.push(
                Code::BadHeader,
                &name.mark,
                message,
                "remove it; `body = { upload = { chunked = true } }` streams",
            );
        } else {
            headers.insert(name.value.to_owned(), At { value: text.to_string(), mark });
        }
    }
    headers
}

fn read_expect(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Expect> {
    let At { value, mark } = section.value("expect")?;
    let expect = match value {
        DeValue::String(word) => match word.as_bytes() {
            b"any" => Some(Expect::Any),
            [class @ b'1'..=b'5', b'x', b'x'] => Some(Expect::Class(class - b'0')),
            _ => word.parse().ok().filter(|status| (100..=599).contains(status)).map(Expect::Status),
        },
        DeValue::Integer(status) => {
            status.as_str().parse().ok().filter(|status| (100..=599).contains(status)).map(Expect::Status)
        }
        other => return mistyped("expect", "`\"2xx\"`, `413` or `\"any\"`", other, &mark, out),
    };
    if expect.is_none() {
        let cure = "write a class such as `\"4xx\"`, a status such as `413`, or `\"any\"`";
        out.push(Code::OutOfRange, &mark, "`expect` is no status code", cure);
    }
    expect
}
