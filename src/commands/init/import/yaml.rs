//! YAML as a JSON value: events of a parser folded on a stack, with bounds on depth, on values, and on what aliases
//! make of them.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

/// Levels, as many as the reader of JSON allows.
const DEEPEST: usize = 128;
/// Values, those that aliases repeat included.
const MOST_VALUES: usize = 2_000_000;

/// Reads the first document of a text.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut fold = Fold { open: Vec::new(), anchors: HashMap::new(), values: 0, whole: None };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let at = |why: &str| format!("{why} at line {}", span.start.line());
        match event {
            Event::Alias(anchor) => {
                let (value, size) = fold.anchors.get(&anchor).ok_or_else(|| at("an alias without its anchor"))?;
                let (value, size) = (value.clone(), *size);
                fold.values += size;
                fold.close(value, 0).map_err(at)?;
            }
            Event::Scalar(text, style, anchor, tag) => {
                fold.close(scalar(&text, style, tag.as_deref()), anchor).map_err(at)?
            }
            Event::SequenceStart(anchor, _) => fold.open(Open::List(Vec::new()), anchor).map_err(at)?,
            Event::MappingStart(anchor, _) => fold.open(Open::Table(Map::new(), None), anchor).map_err(at)?,
            Event::SequenceEnd | Event::MappingEnd => fold.end().map_err(at)?,
            Event::DocumentEnd => break,
            _ => {}
        }
    }
    fold.whole.ok_or_else(|| "it is empty".to_owned())
}

enum Open {
    List(Vec<Value>),
    /// With the key that waits for its value.
    Table(Map<String, Value>, Option<String>),
}

struct Fold {
    /// Collections that are not closed, each with its anchor and the count of values when it began.
    open: Vec<(Open, usize, usize)>,
    /// Value and size of each anchor.
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
    whole: Option<Value>,
}

impl Fold {
    fn open(&mut self, open: Open, anchor: usize) -> Result<(), &'static str> {
        if self.open.len() >= DEEPEST {
            return Err("more than 128 levels");
        }
        self.open.push((open, anchor, self.values));
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        let (open, anchor, before) = self.open.pop().ok_or("an end without a beginning")?;
        let value = match open {
            Open::List(list) => Value::Array(list),
            Open::Table(table, _) => Value::Object(table),
        };
        self.place(value, anchor, self.values - before + 1)
    }

    fn close(&mut self, value: Value, anchor: usize) -> Result<(), &'static str> {
        self.place(value, anchor, 1)
    }

    /// Puts a whole value where it belongs.
    fn place(&mut self, value: Value, anchor: usize, size: usize) -> Result<(), &'static str> {
        self.values += 1;
        if anchor > 0 {
            self.values += size;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        if self.values > MOST_VALUES {
            return Err("more than two million values, counting what aliases repeat");
        }
        match self.open.last_mut() {
            None => self.whole = Some(value),
            Some((Open::List(list), ..)) => list.push(value),
            Some((Open::Table(table, key), ..)) => match key.take() {
                // The first of two equal keys wins, and `<<` brings what it names.
                Some(merge) if merge == "<<" => {
                    for (key, value) in value.as_object().cloned().unwrap_or_default() {
                        table.entry(key).or_insert(value);
                    }
                }
                Some(name) => drop(table.insert(name, value)),
                None => *key = Some(word(&value)),
            },
        }
        Ok(())
    }
}

/// A key as text: status codes stand without quotes in most descriptions.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A scalar by the core schema of YAML 1.2.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str");
    if is_text {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    let whole = text.strip_prefix('+').unwrap_or(text);
    let whole = whole.parse::<i64>().map(Number::from).or_else(|_| whole.parse::<u64>().map(Number::from));
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+');
    whole.ok().or_else(|| Number::from_f64(text.parse().ok().filter(|_| text.chars().all(plain))?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_lists_tables_and_aliases_become_json() {
        let text = "a: &one {x: 1, y: [true, ~, 1.5, '7', 0x1f, 1.2.3]}\n200: *one\nb:\n  <<: *one\n  z: |\n    two\n    lines\n";
        let one = json!({ "x": 1, "y": [true, null, 1.5, "7", 31, "1.2.3"] });
        let mut merged = one.clone();
        merged["z"] = json!("two\nlines\n");
        assert_eq!(read(text).unwrap(), json!({ "a": one, "200": one, "b": merged }));
    }

    #[test]
    fn depth_and_aliases_are_bounded() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"- ".repeat(5_000)).is_err());
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, before) in
            ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip(["a", "b", "c", "d", "e", "f", "g", "h"])
        {
            bomb += &format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(", "));
        }
        assert!(read(&bomb).unwrap_err().contains("two million"), "{:?}", read(&bomb).map(|_| ()));
        for broken in ["a: [", "*x", "\t- a", "a: b: c", "", "? [a]\n: b", "%YAML 9"] {
            let _ = read(broken);
        }
    }
}
