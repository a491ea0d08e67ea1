//! A value that fits a schema.

use serde_json::{Map, Number, Value, json};

use super::ImportError;
use super::reference::Document;

/// Levels of a sample.
const DEEPEST: usize = 8;
/// Levels from which on objects and lists are made only where they are required.
const DEEP: usize = 2;
/// Values of one sample.
const MOST_VALUES: usize = 300;
/// Items of a list that wants more.
const MOST_ITEMS: u64 = 20;
/// Characters of a string that wants to be longer.
const LONGEST: u64 = 200;

/// A value that fits a schema: what the schema itself gives as an example, a default or a choice, else one made of its
/// types. A schema that holds itself ends after some levels.
pub(super) fn sample(schema: &Value, document: Document<'_>) -> Result<Value, ImportError> {
    let mut left = MOST_VALUES;
    make(schema, document, 0, &mut left).map(Option::unwrap_or_default)
}

/// The example that stands beside a schema or in it, if any.
pub(super) fn given(schema: &Value) -> Option<&Value> {
    ["const", "example", "default"]
        .into_iter()
        .find_map(|key| schema.get(key))
        .or_else(|| schema.get("examples")?.as_array()?.first())
        .or_else(|| schema.get("enum")?.as_array()?.first())
}

/// `depth` is bounded by [`DEEPEST`], and so is the recursion, whatever the schema.
fn make(schema: &Value, document: Document<'_>, depth: usize, left: &mut usize) -> Result<Option<Value>, ImportError> {
    if depth > DEEPEST || *left == 0 {
        return Ok(None);
    }
    *left -= 1;
    let Some(schema) = document.follow(schema)? else { return Ok(Some(Value::Null)) };
    if let Some(given) = given(schema) {
        return Ok(Some(given.clone()));
    }
    for key in ["oneOf", "anyOf"] {
        let first = schema.get(key).and_then(Value::as_array).and_then(|all| all.iter().find(|one| !is_null(one)));
        if let Some(first) = first {
            return make(first, document, depth + 1, left);
        }
    }
    match kind(schema) {
        "object" => object(schema, document, depth, left),
        "array" => list(schema, document, depth, left),
        "string" => Ok(Some(Value::String(text(schema)))),
        "integer" => Ok(Some(Value::Number(least(schema, 1.0).map_or_else(|| Number::from(1), whole)))),
        "number" => Ok(Some(least(schema, 0.5).and_then(Number::from_f64).map_or(json!(1.5), Value::Number))),
        "boolean" => Ok(Some(Value::Bool(true))),
        _ => Ok(Some(Value::Null)),
    }
}

fn object(
    schema: &Value,
    document: Document<'_>,
    depth: usize,
    left: &mut usize,
) -> Result<Option<Value>, ImportError> {
    let mut made = Map::new();
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        if let Some(Value::Object(part)) = make(part, document, depth + 1, left)? {
            made.extend(part);
        }
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let found = document.follow(property)?.unwrap_or(&Value::Null);
        let is_read_only = found.get("readOnly") == Some(&Value::Bool(true));
        let is_large = depth >= DEEP && ["object", "array"].contains(&kind(found)) && !is_required(schema, name);
        if !is_read_only
            && !is_large
            && let Some(value) = make(property, document, depth + 1, left)?
        {
            made.insert(name.clone(), value);
        }
    }
    Ok(Some(Value::Object(made)))
}

fn is_required(schema: &Value, name: &str) -> bool {
    let required = schema.get("required").and_then(Value::as_array);
    required.is_some_and(|names| names.iter().any(|one| one.as_str() == Some(name)))
}

fn list(schema: &Value, document: Document<'_>, depth: usize, left: &mut usize) -> Result<Option<Value>, ImportError> {
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, MOST_ITEMS) as usize;
    let Some(items) = schema.get("items") else { return Ok(Some(json!([]))) };
    let before = *left;
    let Some(item) = make(items, document, depth + 1, left)? else { return Ok(Some(json!([]))) };
    // Copies count too: lists of lists of lists multiply.
    let size = (before - *left).max(1);
    let count = least.min(1 + *left / size);
    *left -= size * (count - 1);
    Ok(Some(Value::Array(vec![item; count])))
}

/// The type, also where only its marks are there; of several (3.1) the first that is not null.
pub(super) fn kind(schema: &Value) -> &str {
    let stated = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(kind) => kind.as_str(),
        None => None,
    };
    stated.unwrap_or_else(|| match () {
        () if ["properties", "allOf", "additionalProperties"].iter().any(|key| schema.get(key).is_some()) => "object",
        () if schema.get("items").is_some() => "array",
        () => "",
    })
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// A text by its format; long enough, and not too long.
fn text(schema: &Value) -> String {
    let text = match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "duration" => "PT1H",
        "uuid" => "0b9f0d2e-6c1c-4e9e-8d1a-1f0c6a2b9f00",
        "email" | "idn-email" => "somebody@example.com",
        "uri" | "url" | "iri" | "uri-reference" => "https://example.com/",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "AAAA",
        _ => "text",
    };
    let length = |key| schema.get(key).and_then(Value::as_u64);
    let least = length("minLength").unwrap_or(0).min(LONGEST) as usize;
    let most = length("maxLength").unwrap_or(LONGEST).min(LONGEST) as usize;
    let text: String = text.chars().take(most.max(least)).collect();
    text.clone() + &"x".repeat(least.saturating_sub(text.chars().count()))
}

/// The smallest number that is allowed, where one is stated; `step` above an excluded bound.
fn least(schema: &Value, step: f64) -> Option<f64> {
    let number = |key| schema.get(key).and_then(Value::as_f64);
    let excluded = schema.get("exclusiveMinimum") == Some(&Value::Bool(true));
    let least = number("exclusiveMinimum").map(|bound| bound + step);
    let least = least.or_else(|| number("minimum").map(|bound| if excluded { bound + step } else { bound }));
    let most = number("maximum").filter(|most| *most < 1.0 && least.is_none());
    least.or(most).filter(|value| value.is_finite())
}

fn whole(value: f64) -> Number {
    // Saturates.
    Number::from(value.ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(root: Value) -> Value {
        sample(&root["schema"], Document { root: &root, path: "api.json" }).unwrap()
    }

    #[test]
    fn examples_win_and_types_do_where_there_are_none() {
        let schema = json!({ "schema": { "type": "object", "required": ["id"], "properties": {
            "id": { "type": "string", "format": "uuid" }, "at": { "type": ["null", "string"], "format": "date" },
            "size": { "type": "integer", "minimum": 3, "exclusiveMinimum": true }, "kind": { "enum": ["big", "small"] },
            "tags": { "type": "array", "items": { "type": "string", "minLength": 6 }, "minItems": 2 },
            "secret": { "type": "string", "readOnly": true }, "name": { "type": "string", "example": "Ann" },
            "either": { "oneOf": [{ "type": "null" }, { "type": "boolean" }] }, "share": { "type": "number", "exclusiveMinimum": 2 },
        } } });
        assert_eq!(
            made(schema),
            json!({
                "id": "0b9f0d2e-6c1c-4e9e-8d1a-1f0c6a2b9f00", "at": "2026-01-31", "size": 4, "kind": "big",
                "tags": ["textxx", "textxx"], "name": "Ann", "either": true, "share": 2.5,
            })
        );
    }

    #[test]
    fn a_schema_that_holds_itself_ends() {
        let tree = json!({ "schema": { "$ref": "#/defs/Node" }, "defs": { "Node": { "type": "object", "properties": {
            "name": { "type": "string" }, "left": { "$ref": "#/defs/Node" }, "right": { "$ref": "#/defs/Node" },
            "all": { "type": "array", "items": { "$ref": "#/defs/Node" }, "minItems": 1000000 } } } } });
        let made = made(tree);
        assert!(made["left"]["left"]["name"].is_string() && made["left"]["left"].get("left").is_none(), "{made}");
        assert!(made["all"].as_array().is_some_and(|all| all.len() == 20) && made.to_string().len() < 10_000, "{made}");
    }

    #[test]
    fn parts_of_all_of_are_joined() {
        let root = json!({ "schema": { "allOf": [
            { "type": "object", "properties": { "a": { "type": "boolean" } } },
            { "properties": { "b": { "default": 7 } } } ] } });
        assert_eq!(made(root), json!({ "a": true, "b": 7 }));
    }
}
