//! `body`: a text, JSON, or a generated payload.

use toml::de::DeValue;

use super::payload::read_choices;
use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::payload::{Form, families};
use crate::policy::Body;
use crate::policy::section::mistyped;

/// Reads `body`; its mark is that of the template where it is one.
pub(super) fn read_body(section: &mut Section<'_>, out: &mut Diagnostics) -> At<Body> {
    let nothing = At { value: Body::Empty, mark: section.mark.clone() };
    let Some(At { value, mark }) = section.value("body") else { return nothing };
    match value {
        DeValue::String(text) => {
            let body = Body::Text { template: text.to_string(), content_type: "text/plain; charset=utf-8".to_owned() };
            At { value: body, mark }
        }
        DeValue::Table(_) => read_table(section, mark, out),
        other => {
            mistyped::<()>(
                "body",
                "a string, or `{ json = … }`, or `{ upload = { size = \"200 MB\" } }`",
                other,
                &mark,
                out,
            );
            nothing
        }
    }
}

fn read_table(section: &mut Section<'_>, mark: Mark, out: &mut Diagnostics) -> At<Body> {
    let Some(mut table) = section.section("body", out) else { return At { value: Body::Empty, mark } };
    let before = out.len();
    let mut found: Vec<Body> = Vec::new();
    if let Some(At { value, .. }) = table.value("json") {
        found.push(read_json(value));
    }
    let content_type = table.text("type", out);
    if let Some(text) = table.text("text", out) {
        found.push(Body::Text { template: text.value, content_type: "text/plain; charset=utf-8".to_owned() });
    }
    let bodies = families().filter(|family| matches!(family.form, Form::Body(_)));
    found.extend(read_choices(bodies, &mut table, out).into_iter().map(Body::Payload));
    table.finish(out);
    if found.len() != 1 && out.len() == before {
        let message = format!("`body` needs one content, and has {}", found.len());
        let cure = "write one of `json`, `text`, or a body that `plimsoll payload list` shows";
        out.push(Code::Conflict, &mark, message, cure);
    }
    let body = found.into_iter().next().unwrap_or(Body::Empty);
    At { value: typed(body, content_type, out), mark }
}

/// The body with the content type that the policy gives.
fn typed(body: Body, content_type: Option<At<String>>, out: &mut Diagnostics) -> Body {
    let Some(stated) = content_type else { return body };
    if stated.value.is_empty() || stated.value.chars().any(|c| c.is_control() || !c.is_ascii()) {
        let message = format!("`{}` is no content type", stated.value.escape_debug());
        out.push(Code::BadHeader, &stated.mark, message, "write for example `type = \"text/csv\"`");
        return body;
    }
    match body {
        Body::Text { template, .. } => Body::Text { template, content_type: stated.value },
        other => {
            let message = "`type` belongs to `text` and `json`: a payload knows its own";
            out.push(Code::Conflict, &stated.mark, message, "remove it");
            other
        }
    }
}

/// A string is JSON as it stands, anything else is written as JSON.
fn read_json(value: &DeValue<'_>) -> Body {
    let mut template = String::new();
    match value {
        DeValue::String(text) => template.push_str(text),
        other => write_json(other, &mut template),
    }
    Body::Text { template, content_type: "application/json".to_owned() }
}

/// The recursion is as deep as the TOML parser allows values to be, which is 80 levels.
fn write_json(value: &DeValue<'_>, json: &mut String) {
    match value {
        DeValue::String(text) => json.push_str(&quoted(text)),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(0);
            json.push_str(&decimal.to_string());
        }
        DeValue::Float(number) => {
            let number = number.as_str().parse::<f64>().ok().filter(|number| number.is_finite());
            json.push_str(&number.map_or("null".to_owned(), |number| format!("{number:?}")));
        }
        DeValue::Boolean(flag) => json.push_str(if *flag { "true" } else { "false" }),
        DeValue::Datetime(date) => json.push_str(&quoted(&date.to_string())),
        DeValue::Array(items) => {
            json.push('[');
            for (i, item) in items.iter().enumerate() {
                json.push_str(if i > 0 { "," } else { "" });
                write_json(item.get_ref(), json);
            }
            json.push(']');
        }
        DeValue::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            json.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                json.push_str(if i > 0 { "," } else { "" });
                json.push_str(&quoted(key.get_ref()));
                json.push(':');
                write_json(item.get_ref(), json);
            }
            json.push('}');
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
