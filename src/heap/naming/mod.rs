//! Names that last: what a run, a worker or a compiler numbered is taken out of classes, threads and scripts.
//!
//! Two builds of one program must give the same names, and two things of one program different ones. So
//! only what is known to be generated goes, with the shape that its generator gives it.

use std::borrow::Cow;

mod class;
mod digest;
mod script;
mod thread;

pub use class::class;
pub(super) use class::static_field;
pub(super) use script::Folders;
pub use script::script;
pub use thread::thread;

/// Longer names are cut: a name is for reading, and a dump that has one of a million characters may have it in every row.
const LONGEST: usize = 500;

/// How what is to happen later is called.
pub(super) const TIMER: &str = "timer ";

/// A name of at most 500 bytes, as much of it as fits.
pub(super) fn cut(name: &str) -> Cow<'_, str> {
    const SIGN: &str = "\u{2026}";
    if name.len() <= LONGEST {
        return Cow::Borrowed(name);
    }
    let end = (0..=LONGEST - SIGN.len()).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned(format!("{}{SIGN}", &name[..end]))
}

/// A class name without its package: `java.util.Map$Entry` is `Map$Entry`.
pub fn simple(class: &str) -> &str {
    let end = class.find(['$', '[', '/']).unwrap_or(class.len());
    class[..end].rfind('.').map_or(class, |dot| &class[dot + 1..])
}

/// The name of a field or variable: `cache` of `.cache`, `static App.cache` and `context app.js:cache`.
pub(super) fn identifier(edge: &str) -> &str {
    edge.rsplit(['.', ':', ' ']).next().unwrap_or("").trim_end_matches(']')
}

/// What is to happen later, by the script of the function that is called then and the name of that.
pub(super) fn timer(script_of: &str, function: &str) -> String {
    let script_of = script(script_of);
    if is_identifier(function) { format!("{TIMER}{script_of}:{function}") } else { format!("{TIMER}{script_of}") }
}

/// The last word of an identifier in lower case: `listeners` of `stateListeners`, `STATE_LISTENERS`.
pub(super) fn last_word(name: &str) -> String {
    let name = name.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    let start = name.rfind('_').map_or(0, |at| at + 1);
    let word = &name[start..];
    let is_shouted = !word.chars().any(char::is_lowercase);
    let start = if is_shouted { 0 } else { word.rfind(char::is_uppercase).unwrap_or(0) };
    word[start..].to_lowercase()
}

/// A field as the source code has it: Scala puts the class before those that are private to a trait.
pub(super) fn field(raw: &str) -> &str {
    match raw.rsplit_once("$$") {
        Some((class, field)) if class.contains('$') && !field.is_empty() => field,
        _ => raw,
    }
}

/// A property without what a library drew for it, lest it meet another's: `jQuery*`, `__reactFiber$*`.
pub(super) fn property(name: &str) -> Cow<'_, str> {
    /// A number that somebody counted has less digits.
    const DRAWN: usize = 10;
    let is_digit = |c: char| c.is_ascii_digit();
    let drawn = name.strip_prefix("__").and_then(|name| name.rsplit_once('$'));
    let is_drawn = |drawn: &str| drawn.len() >= 8 && digest::is_drawn(drawn) && drawn.contains(is_digit);
    if let Some((stem, _)) = drawn.filter(|(_, drawn)| is_drawn(drawn)) {
        return Cow::Owned(format!("__{stem}$*"));
    }
    let stem = name.trim_end_matches(is_digit);
    if name.len() - stem.len() >= DRAWN { Cow::Owned(format!("{}*", cut(stem))) } else { cut(name) }
}

/// A name without its numbers: what is counted has the same as its neighbours.
pub(super) fn shape(name: &str) -> impl Iterator<Item = char> {
    let mut before = None;
    name.chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .filter(move |c| before.replace(*c) != Some(*c) || *c != '0')
}

/// A name in which `*` stands for every number: `com.shop.Proxy*` for `com.shop.Proxy0012`.
pub(super) fn numberless(name: &str) -> String {
    shape(name).map(|c| if c == '0' { '*' } else { c }).collect()
}

/// Whether a property is named like a field, not like a key that came from outside.
pub fn is_identifier(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    // Private fields of JavaScript.
    let name = name.strip_prefix('#').unwrap_or(name);
    name.len() <= 64 && !name.is_empty() && name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_are_told_in_a_few_hundred_bytes() {
        for name in ["x", "$$", "a/b.", "\u{e9}-1"] {
            let long = name.repeat(1 << 20);
            for told in [class(&long), script(&long), thread(&long)] {
                assert!(told.len() <= LONGEST, "{}", told.len());
            }
            assert_eq!(cut(&cut(&long)), cut(&long));
            assert_eq!(cut(name), name);
        }
    }

    #[test]
    fn identifiers_are_taken_apart_into_words() {
        for (edge, word) in [
            ("static App.STATE_LISTENERS", "listeners"),
            ("context app.js:stateListeners", "listeners"),
            (".listenersByCountry", "country"),
            ("captured busy", "busy"),
            ("threadLocals[static App.inUse]", "use"),
            ("entries", "entries"),
        ] {
            assert_eq!(last_word(identifier(edge)), word, "{edge}");
        }
    }

    #[test]
    fn fields_of_traits_are_told_without_their_class() {
        for (raw, told) in [
            ("org$apache$pekko$actor$StashSupport$$theStash", "theStash"),
            ("org$shop$dungeon$Dispatch$$_mailboxDoNotCallMeDirectly", "_mailboxDoNotCallMeDirectly"),
            ("$$delegate_0", "$$delegate_0"),
            ("this$0", "this$0"),
            ("a$$", "a$$"),
            ("cache", "cache"),
        ] {
            assert_eq!(field(raw), told);
        }
    }

    #[test]
    fn properties_lose_what_was_drawn_and_nothing_else() {
        for (name, told) in [
            ("jQuery40008644034406010829", "jQuery*"),
            ("__reactContainer$ascnvizp68l", "__reactContainer$*"),
            ("val$listener1", "val$listener1"),
            ("__typename", "__typename"),
            ("__app$listeners", "__app$listeners"),
            ("by2024", "by2024"),
        ] {
            assert_eq!(property(name), told);
        }
        assert_eq!(numberless("com.shop.Proxy0012$B7"), "com.shop.Proxy*$B*");
        assert!(shape("resize1837_18").eq(shape("resize5_200")) && !shape("resize1").eq(shape("move1")));
    }

    #[test]
    fn simple_names_have_no_package() {
        assert_eq!(simple("com.shop.RouteCache$Entry"), "RouteCache$Entry");
        assert_eq!(simple("byte[]"), "byte[]");
    }
}
