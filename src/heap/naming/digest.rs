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

/// Eight characters of base 64 of which few read as words: not `MyWidget`, `on-Click` or `Chart-v2`.
pub(super) fn is_base64(part: &str) -> bool {
    /// A name may have one part that is none.
    const ODD: usize = 2;
    let has = |of: fn(&u8) -> bool| part.bytes().any(|byte| of(&byte));
    let ends = |part: &str| part.starts_with(SEPARATORS) || part.ends_with(SEPARATORS);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    is_mixed && (ends(part) || words(part).map(oddness).sum::<usize>() >= ODD)
}

const SEPARATORS: [char; 2] = ['-', '_'];

/// The parts of a name in camel case, with `-` or with `_`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let bytes = name.as_bytes();
    let starts = move |at: usize| {
        let (before, here, next) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
        match (before.is_ascii_uppercase(), here.is_ascii_uppercase()) {
            (true, true) => next.is_some_and(u8::is_ascii_lowercase),
            (false, true) => true,
            _ => before.is_ascii_digit() != here.is_ascii_digit() || !before.is_ascii_alphanumeric(),
        }
    };
    let cuts = (1..name.len()).filter(move |at| starts(*at)).chain([name.len()]);
    let mut start = 0;
    cuts.filter_map(move |end| name.get(std::mem::replace(&mut start, end)..end))
}

/// How little a part of a name is a word, an abbreviation or a number.
fn oddness(word: &str) -> usize {
    /// More capitals are no abbreviation.
    const LONGEST: usize = 4;
    let word = word.trim_end_matches(SEPARATORS);
    let is_vowel = |byte: u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    match word.len() {
        _ if !word.starts_with(|c: char| c.is_ascii_alphabetic()) => 0,
        1 => usize::from(word != "v"),
        length if word.bytes().all(|byte| byte.is_ascii_uppercase()) => 2 * usize::from(length > LONGEST),
        _ => usize::from(!word.bytes().any(is_vowel)),
    }
}

/// Digits only.
pub(super) fn is_number(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}
