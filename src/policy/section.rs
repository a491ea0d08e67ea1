//! A TOML table under reading: typed values out, mistakes aside, unknown keys at the end.

use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::{Code, Diagnostics, Mark, Source, nearest};
use crate::units::ParseError;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct At<T> {
    pub value: T,
    pub mark: Mark,
}

/// A TOML table of which it is remembered which keys were asked for.
pub(super) struct Section<'a> {
    source: &'a Arc<Source>,
    table: &'a DeTable<'a>,
    /// Its header, for what is missing in it.
    pub mark: Mark,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub fn new(source: &'a Arc<Source>, table: &'a DeTable<'a>, mark: Mark) -> Self {
        Self { source, table, mark, known: Vec::new() }
    }

    /// The value of a key as it stands.
    pub fn value(&mut self, key: &'static str) -> Option<At<&'a DeValue<'a>>> {
        self.known.push(key);
        let value = self.table.get(key)?;
        Some(At { value: value.get_ref(), mark: self.mark_of(value) })
    }

    /// The value of a key, without having asked for it.
    pub fn peek(&self, key: &str) -> Option<&'a DeValue<'a>> {
        self.table.get(key).map(Spanned::get_ref)
    }

    /// Whether the key is there, whatever its value.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub fn text(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<At<String>> {
        let At { value, mark } = self.value(key)?;
        match value {
            DeValue::String(text) => Some(At { value: text.to_string(), mark }),
            other => mistyped(key, "a string", other, &mark, out),
        }
    }

    pub fn flag(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<bool> {
        let At { value, mark } = self.value(key)?;
        value.as_bool().or_else(|| mistyped(key, "`true` or `false`", value, &mark, out))
    }

    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<u64>, out: &mut Diagnostics) -> Option<At<u64>> {
        let At { value, mark } = self.value(key)?;
        let DeValue::Integer(integer) = value else { return mistyped(key, "a whole number", value, &mark, out) };
        let (low, high) = (range.start(), range.end());
        match i128::from_str_radix(integer.as_str(), integer.radix()).ok().and_then(|n| u64::try_from(n).ok()) {
            Some(number) if range.contains(&number) => Some(At { value: number, mark }),
            _ => {
                let message = format!("`{key} = {}` makes no sense here", integer.as_str());
                out.push(Code::OutOfRange, &mark, message, format!("write a number from {low} to {high}"));
                None
            }
        }
    }

    /// A quantity in a string, such as `"64 MiB"`; `example` is shown where the unit is missing.
    pub fn quantity<T>(&mut self, key: &'static str, example: &str, out: &mut Diagnostics) -> Option<At<T>>
    where
        T: FromStr<Err = ParseError>,
    {
        let At { value, mark } = self.value(key)?;
        let value = read_quantity(key, value, example, &mark, out)?;
        Some(At { value, mark })
    }

    /// One of a few words.
    pub fn word<T: Copy>(
        &mut self,
        key: &'static str,
        words: &[(&'static str, T)],
        out: &mut Diagnostics,
    ) -> Option<At<T>> {
        let At { value, mark } = self.text(key, out)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == value) {
            return Some(At { value: *meaning, mark });
        }
        let words = words.iter().map(|(word, _)| *word);
        let message = format!("`{key}` cannot be `{value}`");
        out.push(Code::UnknownWord, &mark, message, suggest(&value, words, "write"));
        None
    }

    pub fn texts(&mut self, key: &'static str, example: &str, out: &mut Diagnostics) -> Option<At<Vec<String>>> {
        let At { value, mark } = self.value(key)?;
        let DeValue::Array(array) = value else {
            let message = format!("`{key}` is a {} here, and a list of strings is expected", value.type_str());
            out.push(Code::WrongType, &mark, message, format!("write `{key} = {example}`"));
            return None;
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref() {
                DeValue::String(text) => texts.push(text.to_string()),
                other => return mistyped(key, "a list of strings", other, &self.mark_of(item), out),
            }
        }
        Some(At { value: texts, mark })
    }

    pub fn section(&mut self, key: &'static str, out: &mut Diagnostics) -> Option<Section<'a>> {
        let At { value, mark } = self.value(key)?;
        match value {
            DeValue::Table(table) => Some(Section::new(self.source, table, mark)),
            other => mistyped(key, "a table", other, &mark, out),
        }
    }

    /// The tables of `[[key]]`.
    pub fn sections(&mut self, key: &'static str, out: &mut Diagnostics) -> Vec<Section<'a>> {
        let Some(At { value, mark }) = self.value(key) else { return Vec::new() };
        let DeValue::Array(array) = value else {
            let message = format!("`{key}` is one {} here, and there can be several", value.type_str());
            out.push(Code::WrongType, &mark, message, format!("write `[[{key}]]`, with two brackets"));
            return Vec::new();
        };
        let mut sections = Vec::with_capacity(array.len());
        for item in array.iter() {
            let mark = self.mark_of(item);
            match item.get_ref() {
                DeValue::Table(table) => sections.push(Section::new(self.source, table, mark)),
                other => drop(mistyped::<()>(key, "a table", other, &mark, out)),
            }
        }
        sections
    }

    /// All entries, in the order of the file; for tables whose keys are names.
    pub fn entries(&self) -> Vec<(At<&'a str>, At<&'a DeValue<'a>>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entries = entries.into_iter().map(|(key, value)| {
            let name = At { value: key.get_ref().as_ref(), mark: self.mark_at(key.span()) };
            (name, At { value: value.get_ref(), mark: self.mark_of(value) })
        });
        entries.collect()
    }

    /// The entries of a table of tables, in the order of the file, as sections.
    pub fn named_sections(&self, out: &mut Diagnostics) -> Vec<(At<&'a str>, Section<'a>)> {
        let mut sections = Vec::new();
        for (name, At { value, mark }) in self.entries() {
            match value {
                DeValue::Table(table) => {
                    // The header is the better place: an inline table has its braces.
                    let header = name.mark.clone();
                    sections.push((name, Section::new(self.source, table, header)));
                }
                other => drop(mistyped::<()>(name.value, "a table", other, &mark, out)),
            }
        }
        sections
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self, out: &mut Diagnostics) {
        for (name, _) in self.entries() {
            if !self.known.contains(&name.value) {
                let cure = suggest(name.value, self.known.iter().copied(), "known here:");
                out.push(Code::UnknownKey, &name.mark, format!("`{}` is no key here", name.value), cure);
            }
        }
    }

    fn mark_of<T>(&self, value: &Spanned<T>) -> Mark {
        self.mark_at(value.span())
    }

    fn mark_at(&self, span: std::ops::Range<usize>) -> Mark {
        Mark { source: Arc::clone(self.source), span }
    }
}

/// The path of a file that another one names: counted from that file.
pub(super) fn beside(file: &str, path: &str) -> String {
    match Path::new(file).parent() {
        Some(folder) if folder != Path::new("") => folder.join(path).to_string_lossy().into_owned(),
        _ => path.to_owned(),
    }
}

/// Reads a quantity from a string; a bare number has no unit.
pub(super) fn read_quantity<T: FromStr<Err = ParseError>>(
    key: &str,
    value: &DeValue<'_>,
    example: &str,
    mark: &Mark,
    out: &mut Diagnostics,
) -> Option<T> {
    let bare = match value {
        DeValue::String(text) => match text.parse() {
            Ok(quantity) => return Some(quantity),
            Err(_) if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit()) => text.to_string(),
            Err(error) => {
                let cure = format!("for example `{key} = \"{example}\"`");
                out.push(Code::BadQuantity, mark, error.to_string(), cure);
                return None;
            }
        },
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        other => return mistyped(key, &format!("a string such as \"{example}\""), other, mark, out),
    };
    let unit = example.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let message = format!("`{key} = {bare}` has no unit");
    out.push(
        Code::MissingUnit,
        mark,
        message,
        format!("write it as a string with its unit: `{key} = \"{bare}{unit}\"`"),
    );
    None
}

/// Reports a value of the wrong type.
pub(super) fn mistyped<T>(
    key: &str,
    expected: &str,
    found: &DeValue<'_>,
    mark: &Mark,
    out: &mut Diagnostics,
) -> Option<T> {
    let message = format!("`{key}` is of type {} here", found.type_str());
    out.push(Code::WrongType, mark, message, format!("write {expected}"));
    None
}

/// "did you mean", or the list of what is known.
pub(super) fn suggest<'k>(word: &str, known: impl Iterator<Item = &'k str> + Clone, verb: &str) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<String> = known.map(|word| format!("`{word}`")).collect();
            if known.is_empty() { "remove it".to_owned() } else { format!("{verb} {}", known.join(", ")) }
        }
    }
}
