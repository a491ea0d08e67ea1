//! `[load.request.name]`, and what `[load.ugly.name]` shares with it.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;

use super::body::read_body;
use super::{At, Section, template};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::section::{mistyped, suggest};
use crate::policy::{Behaviour, Body, Expect, Field, Request};
use crate::units::{Bytes, Elapsed};

/// A request and where its name stands.
#[derive(Debug, Clone)]
pub(in crate::policy) struct RequestDraft {
    pub request: Request,
    pub mark: Mark,
}

const METHODS: [&str; 6] = ["get", "post", "put", "patch", "delete", "head"];

impl RequestDraft {
    /// Reads a request of the ordinary mix: 2xx is right unless it says otherwise.
    pub fn read(name: At<String>, section: &mut Section<'_>, out: &mut Diagnostics) -> Self {
        let weight = section.integer("weight", 1..=1_000_000, out).map_or(1, |at| at.value as u32);
        Self::read_with(name, weight, Expect::Class(2), section, out)
    }

    /// Reads a request of an ugly payload: any answer is right unless it says otherwise.
    pub fn read_ugly(name: At<String>, section: &mut Section<'_>, out: &mut Diagnostics) -> Self {
        Self::read_with(name, 1, Expect::Any, section, out)
    }

    fn read_with(
        name: At<String>,
        weight: u32,
        expect: Expect,
        section: &mut Section<'_>,
        out: &mut Diagnostics,
    ) -> Self {
        let before = out.len();
        let (method, path) = read_target(&name, section, out);
        let headers = read_headers(section, out);
        let body = read_body(section, out);
        let with = read_fields(section, out);
        if out.len() == before {
            check_fields(&path, &headers, &body, &with, out);
        }
        let request = Request {
            name: name.value,
            weight,
            method,
            path: path.value,
            headers: headers.into_iter().map(|(name, value)| (name, value.value)).collect(),
            body: body.value,
            with: with.into_iter().map(|(name, field)| (name, field.value)).collect(),
            expect: read_expect(section, out).unwrap_or(expect),
        };
        Self { request, mark: name.mark }
    }
}

fn read_target(name: &At<String>, section: &mut Section<'_>, out: &mut Diagnostics) -> (String, At<String>) {
    let mut targets = Vec::new();
    for method in METHODS {
        if let Some(path) = section.text(method, out) {
            targets.push((method.to_uppercase(), path));
        }
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

fn read_fields(section: &mut Section<'_>, out: &mut Diagnostics) -> BTreeMap<String, At<Field>> {
    let Some(table) = section.section("with", out) else { return BTreeMap::new() };
    let mut fields = BTreeMap::new();
    for (name, At { value, mark }) in table.entries() {
        let read = match value {
            DeValue::String(word) => read_word(word, &mark, out),
            DeValue::Array(_) => read_choice(name.value, value, &mark, out),
            DeValue::Table(_) => read_range(&table, name.value, out),
            other => mistyped(name.value, "`{ zipf = 10000 }`, `\"unique\"` or a list of strings", other, &mark, out),
        };
        if let Some(field) = read {
            fields.insert(name.value.to_owned(), At { value: field, mark: name.mark });
        }
    }
    fields
}

fn read_word(word: &str, mark: &Mark, out: &mut Diagnostics) -> Option<Field> {
    match word {
        "unique" => Some(Field::Unique),
        "uuid" => Some(Field::Uuid),
        _ => {
            let cure = suggest(word, ["unique", "uuid"].into_iter(), "write");
            out.push(Code::UnknownWord, mark, format!("`{word}` is no kind of field"), cure);
            None
        }
    }
}

fn read_choice(name: &str, value: &DeValue<'_>, mark: &Mark, out: &mut Diagnostics) -> Option<Field> {
    let texts = value.as_array().into_iter().flat_map(|array| array.iter());
    let texts: Option<Vec<String>> = texts.map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
    match texts {
        Some(texts) if !texts.is_empty() => Some(Field::OneOf(texts)),
        Some(_) => {
            out.push(
                Code::OutOfRange,
                mark,
                format!("`{name}` has nothing to choose from"),
                "list at least one string",
            );
            None
        }
        None => mistyped(name, "a list of strings", value, mark, out),
    }
}

fn read_range(table: &Section<'_>, name: &str, out: &mut Diagnostics) -> Option<Field> {
    const MOST: u64 = 1 << 40;
    let mut section = table.named_sections(&mut Diagnostics::default()).into_iter().find(|(n, _)| n.value == name)?.1;
    let before = out.len();
    let uniform = section.integer("uniform", 1..=MOST, out).map(|at| Field::Uniform(at.value));
    let zipf = section.integer("zipf", 1..=MOST, out).map(|at| Field::Zipf(at.value));
    let choice = section.texts("one-of", "[\"a\", \"b\"]", out);
    let choice = choice.and_then(|at| {
        let mark = at.mark;
        if at.value.is_empty() {
            let message = format!("`{name}` has nothing to choose from");
            out.push(Code::OutOfRange, &mark, message, "list at least one string");
            return None;
        }
        Some(Field::OneOf(at.value))
    });
    let mark = section.mark.clone();
    section.finish(out);
    let kinds: Vec<Field> = [uniform, zipf, choice].into_iter().flatten().collect();
    if kinds.len() != 1 && out.len() == before {
        let message = format!("`{name}` needs one kind of value, and has {}", kinds.len());
        out.push(Code::Conflict, &mark, message, "write one of `uniform`, `zipf`, `one-of`");
    }
    kinds.into_iter().next()
}

/// Every `{name}` has its field, every field its `{name}`.
fn check_fields(
    path: &At<String>,
    headers: &BTreeMap<String, At<String>>,
    body: &At<Body>,
    with: &BTreeMap<String, At<Field>>,
    out: &mut Diagnostics,
) {
    let body_text = match &body.value {
        Body::Text { template, .. } => template.as_str(),
        Body::Empty | Body::Payload(_) => "",
    };
    let headers = headers.values().map(|value| (value.value.as_str(), &value.mark));
    let templates = [(path.value.as_str(), &path.mark), (body_text, &body.mark)].into_iter().chain(headers);
    let mut used = BTreeSet::new();
    // A slip of the pen makes an unknown and an unused name: it is one mistake.
    let mut meant = BTreeSet::new();
    for (text, mark) in templates {
        for name in template::fields(text) {
            if used.insert(name.to_owned()) && !with.contains_key(name) {
                let cure = match crate::diag::nearest(name, with.keys().map(String::as_str)) {
                    Some(near) => {
                        meant.insert(near.to_owned());
                        format!("did you mean `{{{near}}}`?")
                    }
                    None => format!("add `with = {{ {name} = {{ uniform = 1000 }} }}`"),
                };
                out.push(Code::UnknownField, mark, format!("no field stands for `{{{name}}}`"), cure);
            }
        }
    }
    for (name, field) in with {
        if !used.contains(name) && !meant.contains(name) {
            let message = format!("no path, header or body uses `{{{name}}}`");
            out.push(Code::UnusedField, &field.mark, message, format!("remove `{name}`, or use `{{{name}}}`"));
        }
    }
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

/// Reads how the client of an ugly payload behaves.
pub(super) fn read_behaviour(section: &mut Section<'_>, out: &mut Diagnostics) -> Behaviour {
    let mut found = Vec::new();
    if let Some(mut table) = section.section("hang-up", out) {
        let after = table.quantity::<Bytes>("after", "1 KiB", out).map_or(Bytes(0), |at| at.value);
        found.push((Behaviour::HangUp { after }, table.mark.clone()));
        table.finish(out);
    }
    if let Some(mut table) = section.section("slow-reader", out) {
        let rate = table.quantity::<Bytes>("rate", "1 KiB", out).map_or(Bytes(1024), |at| at.value);
        let hold = table.quantity::<Elapsed>("hold", "5 s", out).map_or(Elapsed::from_millis(5000), |at| at.value);
        found.push((Behaviour::SlowReader { rate, hold }, table.mark.clone()));
        table.finish(out);
    }
    if let Some(mut table) = section.section("burst", out) {
        let width = table.integer("width", 2..=10_000, out).map_or(50, |at| at.value as u32);
        found.push((Behaviour::Burst { width }, table.mark.clone()));
        table.finish(out);
    }
    if let [_, (_, second), ..] = &found[..] {
        let cure = "keep one of `hang-up`, `slow-reader` and `burst`";
        out.push(Code::Conflict, second, "a client behaves in one way only", cure);
    }
    found.into_iter().next().map_or(Behaviour::Polite, |(behaviour, _)| behaviour)
}
