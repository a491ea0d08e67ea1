//! `with`: what `{name}` in templates stands for.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::DeValue;

use super::{At, Section, template};
use crate::diag::{Code, Diagnostics, Mark};
use crate::policy::section::{mistyped, suggest};
use crate::policy::{Body, Exchange, Field};

/// Reads `with`; each field's mark is that of its name.
pub(super) fn read_fields(
    section: &mut Section<'_>,
    out: &mut Diagnostics,
) -> (BTreeMap<String, At<Field>>, Vec<Rows>) {
    let Some(table) = section.section("with", out) else { return (BTreeMap::new(), Vec::new()) };
    let (mut fields, mut rows) = (BTreeMap::new(), Vec::new());
    for (name, At { value, mark }) in table.entries() {
        let read = match value {
            DeValue::String(word) => read_word(word, &mark, out),
            DeValue::Array(_) => read_choice(name.value, value, &mark, out),
            DeValue::Table(_) => read_range(&table, name.value, &mut rows, out),
            other => mistyped(name.value, "`{ zipf = 10000 }`, `\"unique\"` or a list of strings", other, &mark, out),
        };
        if let Some(field) = read {
            fields.insert(name.value.to_owned(), At { value: field, mark: name.mark });
        }
    }
    (fields, rows)
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

fn read_range(table: &Section<'_>, name: &str, rows: &mut Vec<Rows>, out: &mut Diagnostics) -> Option<Field> {
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
    // The values come when the file is read.
    let column = read_rows(name, &mut section, out).map(|column| {
        rows.push(column);
        Field::OneOf(Vec::new())
    });
    let mark = section.mark.clone();
    section.finish(out);
    let kinds: Vec<Field> = [uniform, zipf, choice, column].into_iter().flatten().collect();
    if kinds.len() != 1 && out.len() == before {
        let message = format!("`{name}` needs one kind of value, and has {}", kinds.len());
        out.push(Code::Conflict, &mark, message, "write one of `uniform`, `zipf`, `one-of`, `csv`, `jsonl`");
    }
    kinds.into_iter().next()
}

/// A field whose values are a column of a file, one for each row, in turn.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Rows {
    /// Name of the field.
    pub field: String,
    /// The file.
    pub file: At<String>,
    /// How it is written.
    pub format: RowFormat,
    /// Header of the column, or key of each line.
    pub column: String,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum RowFormat {
    /// RFC 4180, with a header.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

/// Reads `csv` or `jsonl`, and `column`.
fn read_rows(name: &str, section: &mut Section<'_>, out: &mut Diagnostics) -> Option<Rows> {
    let csv = section.text("csv", out).map(|file| (file, RowFormat::Csv));
    let jsonl = section.text("jsonl", out).map(|file| (file, RowFormat::JsonLines));
    let column = section.text("column", out);
    let (file, format) = csv.or(jsonl)?;
    let Some(column) = column else {
        let cure = "add `column = \"name\"`: the header of a CSV column, or the key in each JSON line";
        out.push(Code::MissingKey, &file.mark, "which values of the file are meant?", cure);
        return None;
    };
    Some(Rows { field: name.to_owned(), file, format, column: column.value })
}

/// Where `{name}` can stand in a request.
pub(super) struct Templates<'a> {
    pub path: &'a At<String>,
    pub headers: &'a BTreeMap<String, At<String>>,
    pub body: &'a At<Body>,
    pub exchange: &'a Exchange,
}

/// Every `{name}` has its field, every field its `{name}`.
pub(super) fn check_fields(templates: Templates<'_>, with: &BTreeMap<String, At<Field>>, out: &mut Diagnostics) {
    let Templates { path, headers, body, exchange } = templates;
    let body_text = match &body.value {
        Body::Text { template, .. } => template.as_str(),
        Body::Empty | Body::Payload(_) => "",
    };
    let messages = match exchange {
        Exchange::WebSocket { messages, .. } => messages.as_slice(),
        _ => &[],
    };
    let headers = headers.values().map(|value| (value.value.as_str(), &value.mark));
    let messages = messages.iter().map(|message| (message.as_str(), &path.mark));
    let templates = [(path.value.as_str(), &path.mark), (body_text, &body.mark)];
    let templates = templates.into_iter().chain(headers).chain(messages);
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
        if !used.contains(name) && !meant.contains(name) && !matches!(field.value, Field::Taken(_)) {
            let message = format!("no path, header or body uses `{{{name}}}`");
            out.push(Code::UnusedField, &field.mark, message, format!("remove `{name}`, or use `{{{name}}}`"));
        }
    }
}
