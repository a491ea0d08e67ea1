//! Templates: text in which `{name}` stands for a field. Any other brace is a brace.

/// The names in a template, in order, each as often as it stands there.
pub(super) fn fields(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        if rest.starts_with(begins_name) && rest[end..].starts_with('}') {
            names.push(&rest[..end]);
        }
    }
    names
}

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_in_braces_is_a_field() {
        assert_eq!(fields("/quote/{symbol}?n={n}"), ["symbol", "n"]);
        assert_eq!(fields(r#"{"id": {id}, "empty": {}, "open": {"#), ["id"]);
        assert!(fields("{ spaced } {{ a{3} {9}").is_empty());
    }
}
