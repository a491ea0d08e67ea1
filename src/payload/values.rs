//! The values of a family's parameters.

use std::time::Duration;

use super::{Family, Takes};

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A count, bytes, milliseconds; a flag is 0 or 1.
    Number(u64),
    /// A word or a name.
    Text(String),
}

/// The values of all parameters of a family, in the family's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values(Vec<(&'static str, Value)>);

impl Values {
    /// The defaults of a family.
    pub fn defaults(of: &Family) -> Self {
        let default = |takes| match takes {
            Takes::Count { default, .. } | Takes::Size { default, .. } | Takes::Time { default } => {
                Value::Number(default)
            }
            Takes::Flag => Value::Number(0),
            Takes::Word(words) => Value::Text(words.first().copied().unwrap_or_default().to_owned()),
            Takes::Name(name) => Value::Text(name.to_owned()),
        };
        Self(of.parameters.iter().map(|parameter| (parameter.name, default(parameter.takes))).collect())
    }

    /// With another value for a parameter; one that the family does not have changes nothing.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        if let Some((_, old)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *old = value;
        }
        self
    }

    /// Count, bytes or milliseconds of a parameter; 0 for one that has no number.
    pub fn number(&self, name: &str) -> u64 {
        match self.get(name) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        self.number(name) != 0
    }

    /// Length of a time.
    pub fn time(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }

    /// Word or name of a parameter; empty for one that has none.
    pub fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// All, in the family's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}
