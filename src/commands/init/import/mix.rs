//! Imported requests as the tables of a policy.

use std::collections::BTreeMap;

use super::{Import, Request, Values};

/// `[load.request.NAME]` for each request, with what was noted about it.
pub(in crate::commands::init) fn toml(import: &Import) -> String {
    let mut text = String::new();
    for note in &import.notes {
        text += &format!("# {}\n", comment(note));
    }
    for request in &import.requests {
        text += &format!("\n{}", table(request));
    }
    text
}

fn table(request: &Request) -> String {
    let mut text: String = request.notes.iter().map(|note| format!("# {}\n", comment(note))).collect();
    text += &format!("[load.request.{}]\n", quoted(&request.name));
    if request.weight != 1 {
        text += &format!("weight = {}\n", request.weight.min(1_000_000));
    }
    text += &format!("{} = {}\n", request.method, quoted(&request.path));
    let mut with = request.with.clone();
    let mut headers = request.headers.clone();
    headers.values_mut().for_each(|value| *value = literal(value, &mut with));
    if !headers.is_empty() {
        text += &format!("headers = {{ {} }}\n", pairs(headers.iter().map(|(name, value)| (name, quoted(value)))));
    }
    if let Some((body, kind)) = &request.body {
        let body = quoted(&literal(body, &mut with));
        text += &match kind.as_str() {
            "application/json" => format!("body = {{ json = {body} }}\n"),
            kind => format!("body = {{ text = {body}, type = {} }}\n", quoted(kind)),
        };
    }
    if !with.is_empty() {
        text += &format!("with = {{ {} }}\n", pairs(with.iter().map(|(name, values)| (name, field(values)))));
    }
    match request.expect.as_deref() {
        Some(expect) if expect.bytes().all(|byte| byte.is_ascii_digit()) => text += &format!("expect = {expect}\n"),
        Some(expect) => text += &format!("expect = {}\n", quoted(expect)),
        None => {}
    }
    text
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a String, String)>) -> String {
    pairs.map(|(name, value)| format!("{} = {value}", quoted(name))).collect::<Vec<_>>().join(", ")
}

fn field(values: &Values) -> String {
    match values {
        Values::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("[{}]", values.join(", "))
        }
        Values::Zipf(below) => format!("{{ zipf = {below} }}"),
        Values::Uuid => quoted("uuid"),
        Values::Unique => quoted("unique"),
    }
}

/// A text in which `{word}` means no field: a field of that name then stands for just that. Names that are fields stay.
fn literal(text: &str, with: &mut BTreeMap<String, Values>) -> String {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        rest = after;
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
        let (name, close) = rest.split_at(end);
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && close.starts_with('}');
        if is_name && !with.contains_key(name) {
            with.insert(name.to_owned(), Values::OneOf(vec![format!("{{{name}}}")]));
        }
    }
    text.to_owned()
}

/// A basic string of TOML, which knows the escapes of JSON; a plain word as a key needs none.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

/// One line that ends nowhere early.
fn comment(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_a_body_stay_what_they_are() {
        let mut with = BTreeMap::new();
        literal("{\"a\": {b}, \"c\": \"{d e}\", \"f\": {}}", &mut with);
        assert_eq!(with, BTreeMap::from([("b".to_owned(), Values::OneOf(vec!["{b}".into()]))]));
    }

    #[test]
    fn a_request_is_a_table() {
        let request = Request {
            name: "get-a".into(),
            weight: 3,
            method: "post".into(),
            path: "/a/{id}".into(),
            body: Some(("x=\u{7f}1".into(), "text/plain".into())),
            with: BTreeMap::from([("id".into(), Values::Zipf(9))]),
            expect: Some("404".into()),
            notes: vec!["look\nhere".into()],
            ..Request::default()
        };
        let import = Import { requests: vec![request], port: None, notes: vec!["all of it".into()] };
        assert_eq!(
            toml(&import),
            "# all of it\n\n# look here\n[load.request.\"get-a\"]\nweight = 3\npost = \"/a/{id}\"\n\
             body = { text = \"x=\\u007F1\", type = \"text/plain\" }\nwith = { \"id\" = { zipf = 9 } }\nexpect = 404\n"
        );
    }
}
