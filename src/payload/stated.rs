//! Parameters stated as text: `size=64 MiB`.

use super::{Family, Parameter, Takes, Value, Values};
use crate::units::{Bytes, Elapsed};

/// Why a parameter cannot be what is stated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatedError {
    /// Not `name=value`.
    #[error("`{0}` is no parameter: write `name=value`")]
    Shape(String),
    /// The family has no such parameter.
    #[error("`{family}` has no parameter `{name}`: it has {known}")]
    Unknown {
        /// The family.
        family: &'static str,
        /// The parameter.
        name: String,
        /// Those that it has.
        known: String,
    },
    /// The value does not fit.
    #[error("`{name}` cannot be `{value}`: write {cure}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// What is stated.
        value: String,
        /// What would do.
        cure: String,
    },
}

impl Values {
    /// With parameters stated as `name=value`, values as in a policy.
    ///
    /// # Errors
    /// For the first that the family does not have, or whose value does not fit.
    pub fn stated(self, family: &'static Family, parameters: &[String]) -> Result<Self, StatedError> {
        parameters.iter().try_fold(self, |values, text| {
            let (name, value) = text.split_once('=').ok_or_else(|| StatedError::Shape(text.clone()))?;
            let name = name.trim();
            let parameter = family.parameters.iter().find(|parameter| parameter.name == name);
            let parameter = parameter.ok_or_else(|| unknown(family, name))?;
            Ok(values.with(name, read(parameter, value.trim())?))
        })
    }
}

fn unknown(family: &'static Family, name: &str) -> StatedError {
    let known: Vec<String> = family.parameters.iter().map(|parameter| format!("`{}`", parameter.name)).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    StatedError::Unknown { family: family.name, name: name.to_owned(), known }
}

fn read(parameter: &Parameter, text: &str) -> Result<Value, StatedError> {
    let within = |number: u64, least: u64, most: u64| (least..=most).contains(&number).then_some(number);
    let number = match parameter.takes {
        Takes::Count { least, most, .. } => text.parse().ok().and_then(|number| within(number, least, most)),
        Takes::Size { least, most, .. } => text.parse().ok().and_then(|size: Bytes| within(size.0, least, most)),
        Takes::Time { .. } => text.parse().ok().and_then(|time: Elapsed| within(time.millis(), 0, 3_600_000)),
        Takes::Flag => text.parse().ok().map(u64::from as fn(bool) -> u64),
        Takes::Word(words) => {
            return words.contains(&text).then(|| Value::Text(text.to_owned())).ok_or_else(|| wrong(parameter, text));
        }
        Takes::Name(_) => {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~[]".contains(c);
            let good = !text.is_empty() && text.len() <= 200 && text.chars().all(token);
            return good.then(|| Value::Text(text.to_owned())).ok_or_else(|| wrong(parameter, text));
        }
    };
    number.map(Value::Number).ok_or_else(|| wrong(parameter, text))
}

fn wrong(parameter: &Parameter, text: &str) -> StatedError {
    StatedError::Value { name: parameter.name, value: text.to_owned(), cure: parameter.takes.to_string() }
}

impl std::fmt::Display for Takes {
    /// `1 to 1000`, `"1 B" to "1 TiB"`, `true or false`, …
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count { least, most, .. } => write!(f, "{least} to {most}"),
            Self::Size { least, most, .. } => write!(f, "\"{}\" to \"{}\"", Bytes(*least), Bytes(*most)),
            Self::Time { .. } => f.write_str("a time up to \"1 h\""),
            Self::Flag => f.write_str("true or false"),
            Self::Word(words) => f.write_str(&words.join(" or ")),
            Self::Name(_) => f.write_str("a name of letters, digits and `-_.`"),
        }
    }
}

impl Takes {
    /// The default as it would stand in a policy.
    pub fn default_text(&self) -> String {
        match self {
            Self::Count { default, .. } => default.to_string(),
            Self::Size { default, .. } => format!("\"{}\"", exact(*default)),
            Self::Time { default } => format!("\"{}\"", Elapsed::from_millis(*default)),
            Self::Flag => "false".to_owned(),
            Self::Word(words) => format!("\"{}\"", words.first().copied().unwrap_or_default()),
            Self::Name(default) => format!("\"{default}\""),
        }
    }
}

/// A size in the largest unit that loses nothing.
fn exact(bytes: u64) -> String {
    const UNITS: [(u64, &str); 6] =
        [(1 << 30, "GiB"), (1_000_000_000, "GB"), (1 << 20, "MiB"), (1_000_000, "MB"), (1 << 10, "KiB"), (1000, "kB")];
    let unit = UNITS.into_iter().find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes} B"), |(unit, name)| format!("{} {name}", bytes / unit))
}

#[cfg(test)]
mod tests {
    use super::super::find;
    use super::*;

    #[test]
    fn parameters_are_read_as_in_a_policy() {
        let family = find("upload").unwrap();
        let stated = |text: &str| Values::defaults(family).stated(family, &[text.to_owned()]);
        assert_eq!(stated("size=2 MiB").unwrap().number("size"), 2 << 20);
        assert!(stated("chunked = true").unwrap().flag("chunked"));
        for wrong in ["size", "size=0 B", "size=2", "chunked=yes", "sise=1 B", "size=9999 TiB"] {
            assert!(stated(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_default_can_be_written_in_a_policy() {
        for family in super::super::families() {
            for parameter in family.parameters {
                let text = format!("{}={}", parameter.name, parameter.takes.default_text().trim_matches('"'));
                let values = Values::defaults(family).stated(family, std::slice::from_ref(&text));
                assert_eq!(values, Ok(Values::defaults(family)), "{text}");
            }
        }
    }
}
