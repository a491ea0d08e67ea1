//! Parameters of an operation: what stands for them in the path, the query and the headers.

use serde_json::Value;

use super::reference::Document;
use super::sample::{given, kind, sample};
use super::{ImportError, Request, Values, encoded, field_name};

/// Choices of a parameter beyond so many are left out.
const MOST_CHOICES: usize = 20;
/// Keys that stand for a parameter of which nothing but its type is known.
const KEYS: u64 = 1000;

/// Fills the parameters into a request whose path is that of the description.
pub(super) fn fill(request: &mut Request, parameters: &[&Value], document: Document<'_>) -> Result<(), ImportError> {
    let template = std::mem::take(&mut request.path);
    request.path = path(request, &template, parameters, document)?;
    let mut query = Vec::new();
    for parameter in parameters {
        let name = text(parameter, "name");
        let is_required = parameter.get("required") == Some(&Value::Bool(true));
        match text(parameter, "in") {
            "query" if is_required || example(parameter, document)?.is_some() => {
                let values = values(parameter, document)?;
                query.push(format!(
                    "{}={}",
                    encoded(name, b"?&=+#"),
                    placed(request, name, values, |text| encoded(text, b"?&=+#"))
                ));
            }
            "header"
                if is_required
                    && !["accept", "content-type", "authorization"].contains(&name.to_lowercase().as_str()) =>
            {
                let values = values(parameter, document)?;
                let value = placed(request, name, values, str::to_owned);
                request.headers.insert(name.to_owned(), value);
            }
            "cookie" if is_required => request.notes.push(format!("needs the cookie `{name}`")),
            _ => {}
        }
    }
    if !query.is_empty() {
        request.path = format!("{}?{}", request.path, query.join("&"));
    }
    Ok(())
}

/// The path with `{field}` for what varies.
fn path(
    request: &mut Request,
    template: &str,
    parameters: &[&Value],
    document: Document<'_>,
) -> Result<String, ImportError> {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(&encoded(before, b"?"));
        let Some((name, after)) = after.split_once('}') else { break };
        let is_it = |parameter: &&&Value| text(parameter, "in") == "path" && text(parameter, "name") == name;
        let values = match parameters.iter().find(is_it) {
            Some(parameter) => values(parameter, document)?,
            None => Values::Zipf(KEYS),
        };
        path.push_str(&placed(request, name, values, |text| encoded(text, b"?/")));
        rest = after;
    }
    path.push_str(&encoded(rest, b"?"));
    Ok(if path.starts_with('/') { path } else { format!("/{path}") })
}

/// What stands in a template: the value itself where there is only one, else a field.
fn placed(request: &mut Request, name: &str, values: Values, plain: impl Fn(&str) -> String) -> String {
    if let Values::OneOf(one) = &values
        && let [only] = &one[..]
        && !only.contains('{')
    {
        return plain(only);
    }
    let wanted = field_name(name);
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    let free = |name: &String| request.with.get(name).is_none_or(|other| *other == values);
    let name = std::iter::once(wanted.clone()).chain(numbered).find(free).unwrap_or(wanted);
    let placed = format!("{{{name}}}");
    request.with.insert(name, values);
    placed
}

/// What a parameter can be: its examples, its choices, or what fits its type.
fn values(parameter: &Value, document: Document<'_>) -> Result<Values, ImportError> {
    if let Some(examples) = example(parameter, document)? {
        return Ok(Values::OneOf(examples));
    }
    let Some(schema) = schema(parameter, document)? else { return Ok(Values::Zipf(KEYS)) };
    let format = text(schema, "format");
    Ok(match kind(schema) {
        "boolean" => Values::OneOf(vec!["true".to_owned(), "false".to_owned()]),
        "integer" | "number" if schema.get("minimum").is_none() && schema.get("exclusiveMinimum").is_none() => {
            Values::Zipf(KEYS)
        }
        "string" if format == "uuid" => Values::Uuid,
        "string" if format.is_empty() && schema.get("minLength").is_none() => Values::Zipf(KEYS),
        "" => Values::Zipf(KEYS),
        _ => Values::OneOf(vec![word(&sample(schema, document)?)]),
    })
}

/// What the description itself gives: examples and defaults of the parameter and of its schema, and choices.
fn example(parameter: &Value, document: Document<'_>) -> Result<Option<Vec<String>>, ImportError> {
    if let Some(example) = parameter.get("example") {
        return Ok(Some(vec![word(example)]));
    }
    let mut examples = Vec::new();
    for example in parameter.get("examples").and_then(Value::as_object).into_iter().flat_map(|all| all.values()) {
        examples.extend(document.follow(example)?.and_then(|found| found.get("value")).map(word));
    }
    let Some(schema) = schema(parameter, document)? else { return Ok((!examples.is_empty()).then_some(examples)) };
    if examples.is_empty() {
        let choices = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        examples.extend(choices.filter(|choice| !choice.is_null()).map(word));
    }
    if examples.is_empty() {
        examples.extend(given(schema).map(word));
    }
    examples.retain(|example| !example.is_empty());
    examples.truncate(MOST_CHOICES);
    Ok((!examples.is_empty()).then_some(examples))
}

/// The schema of a parameter, also where it hides in a content type.
fn schema<'a>(parameter: &'a Value, document: Document<'a>) -> Result<Option<&'a Value>, ImportError> {
    let content = || parameter.get("content")?.as_object()?.values().next()?.get("schema");
    match parameter.get("schema").or_else(content) {
        Some(schema) => document.follow(schema),
        None => Ok(None),
    }
}

/// A value as it stands in a URL; of a list its first.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.first().filter(|first| !first.is_array()).map(word).unwrap_or_default(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A string of an object, or nothing.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
