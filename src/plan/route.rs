//! The shape of a path: what stays of it when the ids are taken out.
//!
//! A tally by path would have a row for each id, and so would a policy made from recorded traffic.

/// What stands for an id.
pub const ID: &str = "{id}";

/// Digits and letters from which on a mixed segment is taken for an id.
const TOKEN: usize = 16;

/// The path of a URL or of a request target without query, fragment and host, ids replaced by [`ID`].
pub fn shape(target: &str) -> String {
    let path = path_of(target);
    let segments: Vec<&str> = path.split('/').map(|segment| if is_id(segment) { ID } else { segment }).collect();
    segments.join("/")
}

/// The path of a URL or of a request target, without host, query and fragment.
pub fn path_of(target: &str) -> &str {
    let rest = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => {
            rest.find(['/', '?', '#']).map_or("", |at| &rest[at..])
        }
        _ => target,
    };
    let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    if path.is_empty() { "/" } else { path }
}

/// Whether a segment of a path looks like an id: a number, a UUID, or a long token with digits in it.
pub fn is_id(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return false;
    }
    let letters = segment.bytes().filter(u8::is_ascii_alphabetic).count();
    let dashes = segment.bytes().filter(|byte| matches!(byte, b'-' | b'_')).count();
    if digits + letters + dashes != segment.len() {
        return false;
    }
    let is_hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    letters == 0 || (is_hex && digits + letters >= TOKEN) || (dashes == 0 && letters + digits >= TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_out_and_words_stay() {
        for (target, expected) in [
            ("/orders/4711/items/2", "/orders/{id}/items/{id}"),
            ("http://127.0.0.1:8080/quote/17?client=c1#x", "/quote/{id}"),
            ("/users/0b9f0d2e-6c1c-4e9e-8d1a-1f0c6a2b9f00", "/users/{id}"),
            ("/objects/65a1b2c3d4e5f60718293a4b", "/objects/{id}"),
            ("/api/v2/quote/AAPL", "/api/v2/quote/AAPL"),
            ("/releases/plimsoll-2-linux-x86_64", "/releases/plimsoll-2-linux-x86_64"),
            ("/2026-11-21/report", "/{id}/report"),
            ("http://host", "/"),
            ("", "/"),
            ("/a?next=http://b/1", "/a"),
        ] {
            assert_eq!(shape(target), expected, "{target}");
        }
    }
}
