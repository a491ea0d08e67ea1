//! A family with its parameters, as a policy chooses it.

use std::sync::Arc;

use super::{Again, Body, Family, Form, Request, Takes, Talk, Turn, Value, Values, Wire};
use crate::units::{Bytes, Elapsed};

/// A family with the values of its parameters.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Which family.
    pub family: &'static Family,
    /// Its parameters.
    pub values: Values,
    /// The field of a form in which the body goes as a file; only for bodies.
    pub form_field: Option<String>,
}

impl Choice {
    /// A family with its defaults.
    pub fn of(family: &'static Family) -> Self {
        Self { family, values: Values::defaults(family), form_field: None }
    }

    /// With another value for a parameter.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.values = self.values.with(name, value);
        self
    }

    /// The body of this turn, if the family makes bodies.
    pub fn body(&self, turn: &Turn) -> Option<Body> {
        let Form::Body(make) = self.family.form else { return None };
        let body = make(&self.values, turn);
        let body = match &self.form_field {
            Some(field) => body.in_form(field, self.family.name),
            None => body,
        };
        let (choice, turn) = (self.clone(), *turn);
        let again: Again = Arc::new(move || match choice.body(&turn) {
            Some(body) => body.chunks,
            None => Box::new(std::iter::empty()),
        });
        Some(Body { again: Some(again), ..body })
    }

    /// Changes a request that a well-behaved client will send: gives it the body, or what the family makes
    /// of path, headers and body. Families of bare connections change nothing here.
    pub fn change(&self, turn: &Turn, request: &mut Request) {
        match self.family.form {
            Form::Body(_) => request.body = self.body(turn),
            Form::Request(change) => change(&self.values, turn, request),
            Form::Client(_) => {}
        }
    }

    /// The bare connections of this turn, if the family makes such.
    pub fn talks(&self, turn: &Turn, wire: Wire) -> Option<Vec<Talk>> {
        match self.family.form {
            Form::Client(make) => Some(make(&self.values, turn, wire)),
            _ => None,
        }
    }

    /// The family's name and its parameters, in words that never change: digests are made of them.
    pub fn describe(&self) -> String {
        let mut words = self.family.name.to_owned();
        for (name, value) in self.values.iter() {
            match value {
                Value::Number(number) => words.push_str(&format!(" {name} {number}")),
                Value::Text(text) => words.push_str(&format!(" {name} {} {text}", text.len())),
            }
        }
        if let Some(field) = &self.form_field {
            words.push_str(&format!(" form {} {field}", field.len()));
        }
        words
    }
}

impl std::fmt::Display for Choice {
    /// `slow-reader, rate 1 KiB, hold 5 s`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.family.name)?;
        for parameter in self.family.parameters {
            let name = parameter.name;
            match parameter.takes {
                Takes::Count { .. } => write!(f, ", {name} {}", self.values.number(name))?,
                Takes::Size { .. } => write!(f, ", {name} {}", Bytes(self.values.number(name)))?,
                Takes::Time { .. } => write!(f, ", {name} {}", Elapsed(self.values.time(name)))?,
                Takes::Flag if self.values.flag(name) => write!(f, ", {name}")?,
                Takes::Flag => {}
                Takes::Word(_) | Takes::Name(_) => write!(f, ", {name} {}", self.values.text(name))?,
            }
        }
        Ok(())
    }
}

impl PartialEq for Choice {
    fn eq(&self, other: &Self) -> bool {
        let same = self.family.name == other.family.name && self.values == other.values;
        same && self.form_field == other.form_field
    }
}
