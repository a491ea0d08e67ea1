//! Parts of names that a generator drew or computed.

/// A hexadecimal number that is no word: at least so many characters, with a digit among them.
pub(super) fn is_hex(part: &str, least: usize) -> bool {
    part.len() >= least
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        && part.bytes().any(|byte| byte.is_ascii_digit())
}

/// Letters and digits that somebody drew: not a word, nor a name in camel case without digits.
pub(super) fn is_drawn(part: &str) -> bool {
    let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digit = part.bytes().any(|byte| byte.is_ascii_digit());
    let first_small = part.starts_with(|c: char| c.is_ascii_lowercase());
    let large_later = part.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    plain && (4..=16).contains(&part.len()) && (digit || first_small || large_later)
}

/// Digits only.
pub(super) fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}
