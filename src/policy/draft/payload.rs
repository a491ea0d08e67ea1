//! `payload = "name"`, `payload = { name = { … } }`, and payloads as bodies: families of the catalogue.

use toml::de::DeValue;

use super::{At, Section};
use crate::diag::{Code, Diagnostics, Mark};
use crate::payload::{Choice, Family, Form, Takes, Value, Values, families, find};
use crate::policy::section::{mistyped, suggest};
use crate::units::{Bytes, Elapsed};

const HOUR: u64 = 3_600_000;

/// Reads `payload`.
pub(super) fn read_payload(section: &mut Section<'_>, out: &mut Diagnostics) -> Option<At<Choice>> {
    let At { value, mark } = section.value("payload")?;
    match value {
        DeValue::String(name) => match find(name) {
            Some(family) => Some(At { value: Choice::of(family), mark }),
            None => unknown(name, &mark, out),
        },
        DeValue::Table(_) => read_table(section, mark, out),
        other => mistyped("payload", "a name, or `{ upload = { size = \"200 MB\" } }`", other, &mark, out),
    }
}

fn read_table(section: &mut Section<'_>, mark: Mark, out: &mut Diagnostics) -> Option<At<Choice>> {
    let mut table = section.section("payload", out)?;
    let before = out.len();
    let found = read_choices(families(), &mut table, out);
    let stray = table.entries().into_iter().find(|(name, _)| find(name.value).is_none() && name.value != "form-field");
    if let Some((name, _)) = stray {
        return unknown(name.value, &name.mark, out);
    }
    table.finish(out);
    if found.len() != 1 && out.len() == before {
        let message = format!("`payload` names one family, and {} are here", found.len());
        out.push(Code::Conflict, &mark, message, "keep one; a second payload is a phase of its own");
    }
    found.into_iter().next().map(|value| At { value, mark })
}

fn unknown<T>(name: &str, mark: &Mark, out: &mut Diagnostics) -> Option<T> {
    let message = format!("there is no payload `{}`", name.escape_debug());
    let near = crate::diag::nearest(name, families().map(|family| family.name));
    let cure = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`plimsoll payload list` shows them".to_owned(),
    };
    out.push(Code::UnknownWord, mark, message, cure);
    None
}

/// Reads the families that a table names, and `form-field`, which goes with bodies.
pub(super) fn read_choices(
    families: impl Iterator<Item = &'static Family>,
    table: &mut Section<'_>,
    out: &mut Diagnostics,
) -> Vec<Choice> {
    let field = read_form_field(table, out);
    let mut choices = Vec::new();
    for family in families {
        let Some(mut values) = table.section(family.name, out) else { continue };
        let mut choice = Choice { values: read_values(family, &mut values, out), ..Choice::of(family) };
        values.finish(out);
        match (&field, family.form) {
            (Some(field), Form::Body(_)) => choice.form_field = Some(field.value.clone()),
            (Some(field), _) => {
                let message = format!("`{}` has no body that a form could hold", family.name);
                out.push(Code::Conflict, &field.mark, message, "remove `form-field`");
            }
            (None, _) => {}
        }
        choices.push(choice);
    }
    choices
}

fn read_form_field(table: &mut Section<'_>, out: &mut Diagnostics) -> Option<At<String>> {
    let field = table.text("form-field", out)?;
    named(&field, out).then_some(field)
}

fn read_values(family: &'static Family, table: &mut Section<'_>, out: &mut Diagnostics) -> Values {
    let mut values = Values::defaults(family);
    for parameter in family.parameters {
        let name = parameter.name;
        let value = match parameter.takes {
            Takes::Count { least, most, .. } => {
                table.integer(name, least..=most, out).map(|at| Value::Number(at.value))
            }
            Takes::Size { least, most, .. } => table.quantity::<Bytes>(name, "64 MiB", out).map(|at| {
                if !(least..=most).contains(&at.value.0) {
                    let message = format!("`{name} = {}` makes no sense here", at.value);
                    let cure = format!("write `\"{}\"` to `\"{}\"`", Bytes(least), Bytes(most));
                    out.push(Code::OutOfRange, &at.mark, message, cure);
                }
                Value::Number(at.value.0.clamp(least, most))
            }),
            Takes::Time { .. } => table.quantity::<Elapsed>(name, "5 s", out).map(|at| {
                if at.value.millis() > HOUR {
                    out.push(Code::OutOfRange, &at.mark, "no run waits that long", "write at most `\"1 h\"`");
                }
                Value::Number(at.value.millis().min(HOUR))
            }),
            Takes::Flag => table.flag(name, out).map(|flag| Value::Number(flag.into())),
            Takes::Word(words) => table.text(name, out).and_then(|at| {
                let known = words.contains(&at.value.as_str());
                if !known {
                    let message = format!("`{name}` cannot be `{}`", at.value.escape_debug());
                    out.push(Code::UnknownWord, &at.mark, message, suggest(&at.value, words.iter().copied(), "write"));
                }
                known.then_some(Value::Text(at.value))
            }),
            Takes::Name(_) => table.text(name, out).filter(|at| named(at, out)).map(|at| Value::Text(at.value)),
        };
        if let Some(value) = value {
            values = values.with(name, value);
        }
    }
    values
}

/// Whether it can be the name of a header, a query parameter, a field of a form.
fn named(at: &At<String>, out: &mut Diagnostics) -> bool {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~[]".contains(c);
    let good = !at.value.is_empty() && at.value.len() <= 200 && at.value.chars().all(token);
    if !good {
        let message = format!("`{}` is no name that can be sent", at.value.escape_debug());
        out.push(Code::OutOfRange, &at.mark, message, "use letters, digits and `-_.`");
    }
    good
}
