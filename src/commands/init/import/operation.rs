//! One operation of an OpenAPI description as one request.

use serde_json::Value;

use super::parameter::{self, text};
use super::reference::Document;
use super::sample::sample;
use super::{ImportError, Request};

/// Characters of a body; larger examples are no ordinary request.
const LONGEST_BODY: usize = 16 << 10;

/// The request for an operation; `shared` are the parameters of its path, `security` what holds for all operations.
pub(super) fn request(
    document: Document<'_>,
    (method, path): (&str, &str),
    (operation, shared): (&Value, &Value),
    taken: &[Request],
) -> Result<Request, ImportError> {
    let wanted = match text(operation, "operationId") {
        "" => format!("{method} {path}"),
        id => id.to_owned(),
    };
    let mut request = Request {
        name: super::unique_name(&wanted, taken),
        weight: 1,
        method: method.to_owned(),
        path: path.to_owned(),
        ..Request::default()
    };
    let parameters = parameters(document, operation, shared)?;
    parameter::fill(&mut request, &parameters, document)?;
    body(&mut request, document, operation)?;
    request.expect = expected(operation);
    if operation.get("deprecated") == Some(&Value::Bool(true)) {
        request.notes.push("deprecated".to_owned());
    }
    if let Some(schemes) = security(operation.get("security").or_else(|| document.root.get("security"))) {
        let note = format!("needs `{schemes}`: add `headers = {{ authorization = \"…\" }}`, or what it takes");
        request.notes.push(note);
    }
    Ok(request)
}

/// The operation's own parameters, and those of the path that it does not replace.
fn parameters<'a>(
    document: Document<'a>,
    operation: &'a Value,
    shared: &'a Value,
) -> Result<Vec<&'a Value>, ImportError> {
    let mut found: Vec<&Value> = Vec::new();
    for list in [operation, shared] {
        for parameter in list.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let Some(parameter) = document.follow(parameter)? else { continue };
            let same = |other: &&Value| ["name", "in"].iter().all(|key| text(other, key) == text(parameter, key));
            if !found.iter().any(same) {
                found.push(parameter);
            }
        }
    }
    Ok(found)
}

fn body(request: &mut Request, document: Document<'_>, operation: &Value) -> Result<(), ImportError> {
    let Some(body) = operation.get("requestBody") else { return Ok(()) };
    let Some(body) = document.follow(body)? else {
        request.notes.push("its body is described in another file".to_owned());
        return Ok(());
    };
    let Some(content) = body.get("content").and_then(Value::as_object) else { return Ok(()) };
    let is_json = |kind: &str| {
        kind.starts_with("application/json") || kind.split(';').next().is_some_and(|k| k.ends_with("+json"))
    };
    let is_form = |kind: &str| kind.starts_with("application/x-www-form-urlencoded");
    let found = content.iter().find(|(kind, _)| is_json(kind));
    let found = found.or_else(|| content.iter().find(|(kind, _)| is_form(kind) || kind.starts_with("text/")));
    let Some((kind, media)) = found.or_else(|| content.iter().find(|(kind, _)| kind.as_str() == "*/*")) else {
        let kinds: Vec<&str> = content.keys().map(String::as_str).take(3).collect();
        request.notes.push(format!("takes a body of {}: write it, or use an ugly payload", kinds.join(", ")));
        return Ok(());
    };
    let value = example(document, media)?;
    let text = match &value {
        Value::String(text) if !is_json(kind) && kind != "*/*" => text.clone(),
        Value::Object(fields) if is_form(kind) => {
            let field = |(name, value): (&String, &Value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                format!("{}={}", super::encoded(name, b"?&=+#"), super::encoded(&value, b"?&=+#"))
            };
            fields.iter().map(field).collect::<Vec<_>>().join("&")
        }
        other => other.to_string(),
    };
    if text.len() > LONGEST_BODY {
        request.notes.push(format!("its example of {} bytes is left out", text.len()));
        return Ok(());
    }
    let kind = if kind == "*/*" { "application/json" } else { kind };
    request.body = Some((text, kind.to_owned()));
    Ok(())
}

/// The example of a body, or a value that fits its schema.
fn example(document: Document<'_>, media: &Value) -> Result<Value, ImportError> {
    if let Some(example) = media.get("example") {
        return Ok(example.clone());
    }
    for example in media.get("examples").and_then(Value::as_object).into_iter().flat_map(|all| all.values()) {
        if let Some(value) = document.follow(example)?.and_then(|found| found.get("value")) {
            return Ok(value.clone());
        }
    }
    media.get("schema").map_or(Ok(Value::Null), |schema| sample(schema, document))
}

/// The status of the answer where there is one good one, its class where there are more. `2xx` needs no word.
fn expected(operation: &Value) -> Option<String> {
    let codes = operation.get("responses").and_then(Value::as_object)?.keys();
    let good: Vec<&String> = codes.filter(|code| code.len() == 3 && code.starts_with(['2', '3'])).collect();
    match &good[..] {
        [only] if only.bytes().all(|byte| byte.is_ascii_digit()) => Some((*only).clone()).filter(|code| code != "200"),
        all if !all.is_empty() && all.iter().all(|code| code.starts_with('3')) => Some("3xx".to_owned()),
        _ => None,
    }
}

/// The names of the first way to be let in that needs something.
fn security(schemes: Option<&Value>) -> Option<String> {
    let all = schemes?.as_array()?;
    if all.iter().any(|one| one.as_object().is_some_and(|one| one.is_empty())) {
        return None;
    }
    let names: Vec<&str> = all.first()?.as_object()?.keys().map(String::as_str).collect();
    Some(names.join("` and `"))
}
