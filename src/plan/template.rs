//! Templates: text with `{name}` for fields.

use std::collections::BTreeMap;

/// A text cut at its fields. `{word}` is a field only if the request has a field of that name, so that
/// JSON needs no escapes.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Field(usize),
}

impl Template {
    /// Cuts `text` at the names in `fields`; a field is then known by its position in `fields`.
    pub(super) fn parse(text: &str, fields: &[&str]) -> Self {
        let mut pieces = Vec::new();
        let (mut plain, mut rest) = (String::new(), text);
        while let Some(open) = rest.find('{') {
            let after = &rest[open + 1..];
            let named = fields.iter().position(|name| after.strip_prefix(name).is_some_and(|end| end.starts_with('}')));
            plain.push_str(&rest[..open]);
            match named {
                Some(field) => {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Field(field));
                    rest = &after[fields[field].len() + 1..];
                }
                None => {
                    plain.push('{');
                    rest = after;
                }
            }
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        Self(pieces)
    }

    /// The text with `values` in the places of the fields, each passed through `encode`.
    pub(super) fn render(&self, values: &[String], encode: fn(&mut String, &str)) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Field(field) => encode(&mut text, values.get(*field).map_or("", String::as_str)),
            }
        }
        text
    }
}

/// As it is.
pub(super) fn plain(text: &mut String, value: &str) {
    text.push_str(value);
}

/// For a path: everything but RFC 3986's unreserved characters as `%XX`.
pub(super) fn in_path(text: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ => text.extend(format!("%{byte:02X}").chars()),
        }
    }
}

/// Names and templates of the headers of a request.
pub(super) fn headers(of: &BTreeMap<String, String>, fields: &[&str]) -> Vec<(String, Template)> {
    of.iter().map(|(name, value)| (name.to_ascii_lowercase(), Template::parse(value, fields))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str, encode: fn(&mut String, &str)) -> String {
        Template::parse(text, &["id", "key"]).render(&["7".to_owned(), "a b/ü".to_owned()], encode)
    }

    #[test]
    fn only_known_fields_are_replaced() {
        assert_eq!(rendered(r#"{"id":{id},"k":"{key}","x":{"y":{}}}"#, plain), r#"{"id":7,"k":"a b/ü","x":{"y":{}}}"#);
        assert_eq!(rendered("{id}{id}{ids}{{id}}{", plain), "77{ids}{7}{");
        assert_eq!(rendered("", plain), "");
    }

    #[test]
    fn values_in_paths_are_encoded() {
        assert_eq!(rendered("/q/{key}?id={id}", in_path), "/q/a%20b%2F%C3%BC?id=7");
    }
}
