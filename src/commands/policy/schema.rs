//! The JSON schema of policies: written by hand, but for the payloads, which come from the catalogue.

use serde_json::{Value, json};

use crate::payload::{Family, Form, Parameter, Takes, families};

/// All but the payloads.
const BASE: &str = include_str!("schema.json");

/// The schema as text.
pub(super) fn text() -> anyhow::Result<String> {
    let mut schema: Value = serde_json::from_str(BASE)?;
    let definitions = &mut schema["$defs"];
    for family in families() {
        definitions[family.name] = of(family);
        if let Form::Body(_) = family.form {
            definitions["body-table"]["properties"][family.name] = reference(family);
        }
    }
    let names: Vec<&str> = families().map(|family| family.name).collect();
    let mut table: serde_json::Map<String, Value> =
        families().map(|family| (family.name.to_owned(), reference(family))).collect();
    table.insert("form-field".to_owned(), definitions["body-table"]["properties"]["form-field"].clone());
    definitions["payload"] = json!({
        "description": "a payload of the catalogue: its name, or its name with parameters",
        "anyOf": [{ "enum": names }, { "type": "object", "additionalProperties": false, "properties": table }],
    });
    Ok(format!("{schema:#}\n"))
}

fn reference(family: &Family) -> Value {
    json!({ "$ref": format!("#/$defs/{}", family.name) })
}

fn of(family: &Family) -> Value {
    let properties: serde_json::Map<String, Value> =
        family.parameters.iter().map(|parameter| (parameter.name.to_owned(), value(parameter))).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "description": family.about.summary,
        "properties": properties,
    })
}

fn value(parameter: &Parameter) -> Value {
    let mut value = match parameter.takes {
        Takes::Count { least, most, default } => {
            json!({ "type": "integer", "minimum": least, "maximum": most, "default": default })
        }
        Takes::Size { .. } => json!({ "$ref": "#/$defs/size" }),
        Takes::Time { .. } => json!({ "$ref": "#/$defs/time" }),
        Takes::Flag => json!({ "type": "boolean", "default": false }),
        Takes::Word(words) => json!({ "enum": words }),
        Takes::Name(default) => json!({ "type": "string", "default": default }),
    };
    value["description"] = parameter.about.into();
    value
}
