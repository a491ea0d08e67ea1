//! `body`: a text, JSON, or a generated payload.

use toml::de::DeValue;

use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::section::mistyped;
use crate::policy::{Body, Payload};
use crate::units::Bytes;

const LARGEST: Bytes = Bytes(1 << 40);

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
    found.extend(read_payloads(&mut table, out).into_iter().map(Body::Payload));
    table.finish(out);
    if found.len() != 1 && out.len() == before {
        let message = format!("`body` needs one content, and has {}", found.len());
        let cure = "write one of `json`, `text`, `image-bomb`, `deep-json`, `wide-json`, `giant-string`, `upload`, `gzip-bomb`";
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

fn read_payloads(table: &mut Section<'_>, out: &mut Diagnostics) -> Vec<Payload> {
    let readers = [read_image_bomb, read_deep_json, read_wide_json, read_giant_string, read_upload, read_gzip_bomb];
    readers.into_iter().filter_map(|read| read(table, out)).collect()
}

fn read_image_bomb(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut bomb = table.section("image-bomb", out)?;
    bomb.word("format", &[("png", ())], out);
    // PNG allows 2^31 − 1 pixels each way.
    let width = bomb.integer("width", 1..=0x7fff_ffff, out).map_or(20_000, |at| at.value as u32);
    let height = bomb.integer("height", 1..=0x7fff_ffff, out).map_or(20_000, |at| at.value as u32);
    if u64::from(width) * u64::from(height) > 1 << 36 {
        let message = format!("`{width} × {height}` pixels take minutes to compress");
        out.push(Code::OutOfRange, &bomb.mark, message, "stay below 68 billion pixels, for example 20000 × 20000");
    }
    bomb.finish(out);
    Some(Payload::ImageBomb { width, height })
}

fn read_deep_json(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut deep = table.section("deep-json", out)?;
    let depth = deep.integer("depth", 1..=1_000_000_000, out).map_or(100_000, |at| at.value);
    deep.finish(out);
    Some(Payload::DeepJson { depth })
}

fn read_wide_json(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut wide = table.section("wide-json", out)?;
    let keys = wide.integer("keys", 1..=1_000_000_000, out).map_or(200_000, |at| at.value);
    wide.finish(out);
    Some(Payload::WideJson { keys })
}

fn read_giant_string(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut giant = table.section("giant-string", out)?;
    let size = read_size(&mut giant, Bytes(64 << 20), out);
    giant.finish(out);
    Some(Payload::GiantString { size })
}

fn read_upload(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut upload = table.section("upload", out)?;
    let size = read_size(&mut upload, Bytes(200_000_000), out);
    let chunked = upload.flag("chunked", out).unwrap_or(false);
    upload.finish(out);
    Some(Payload::Upload { size, chunked })
}

fn read_gzip_bomb(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<Payload> {
    let mut bomb = table.section("gzip-bomb", out)?;
    let size = read_size(&mut bomb, Bytes(1 << 30), out);
    bomb.finish(out);
    Some(Payload::GzipBomb { size })
}

fn read_size(table: &mut Section<'_>, default: Bytes, out: &mut Diagnostics) -> Bytes {
    let Some(size) = table.quantity::<Bytes>("size", "64 MiB", out) else { return default };
    if size.value > LARGEST || size.value == Bytes(0) {
        let message = format!("a body of `{}` makes no sense", size.value);
        out.push(Code::OutOfRange, &size.mark, message, format!("write `\"1 B\"` to `\"{LARGEST}\"`"));
    }
    size.value
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
