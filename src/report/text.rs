//! Names from a heap, a policy or a service, made harmless: they may come from somebody's pull request.

/// Characters that do not stand still: they steer the terminal, or turn the direction of the text around them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// Without harmful characters, and without `##[command]`, which a workflow log obeys anywhere in a line.
pub fn clean(text: &str) -> String {
    let clean: String = text.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect();
    clean.replace("##[", "## [")
}

/// At most `width` characters: what does not fit is cut from the middle, for both ends of an owner path matter.
pub fn shorten(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let keep = width.saturating_sub(1);
    let head: String = text.chars().take(keep / 2).collect();
    let tail: String = text.chars().skip(length - (keep - keep / 2)).collect();
    format!("{head}…{tail}")
}

/// Lines of at most `width` characters, broken between words; a longer word is broken anywhere.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut room = width;
    for word in text.split(' ') {
        let mut rest: Vec<char> = word.chars().collect();
        let on_new_line = room == width;
        if !on_new_line && rest.len() < room {
            room -= 1;
            last(&mut lines).push(' ');
        } else if !on_new_line {
            lines.push(String::new());
            room = width;
        }
        while rest.len() > room {
            let tail = rest.split_off(room);
            last(&mut lines).extend(rest);
            lines.push(String::new());
            (rest, room) = (tail, width);
        }
        room -= rest.len();
        last(&mut lines).extend(rest);
    }
    lines
}

fn last(lines: &mut Vec<String>) -> &mut String {
    if lines.is_empty() {
        lines.push(String::new());
    }
    let end = lines.len() - 1;
    &mut lines[end]
}

/// For Markdown: no markup, no link, no mention, no workflow command, no table cell boundary.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in clean(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            ':' => escaped.push_str("&#58;"),
            // Mentions and references are found after entities are resolved: only a neighbour stops them.
            '@' | '#' => {
                escaped.push(c);
                escaped.push('\u{200b}');
            }
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '!' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    // The other form of a link that needs no markup.
    loosen(&escaped.replace("www.", "www\u{200b}."))
}

/// `GH-12` refers as `#12` does.
fn loosen(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mut before = out.chars().rev();
        let refers = c == '-'
            && rest.peek().is_some_and(char::is_ascii_digit)
            && before.next().is_some_and(|c| c.eq_ignore_ascii_case(&'h'))
            && before.next().is_some_and(|c| c.eq_ignore_ascii_case(&'g'))
            && !before.next().is_some_and(char::is_alphanumeric);
        if refers {
            out.push('\u{200b}');
        }
        out.push(c);
    }
    out
}

/// As [`escape`]; what stands between backticks is shown as code. A name that brings a backtick of its own swaps
/// what is code and what is not, and does no more.
pub(super) fn with_code(text: &str) -> String {
    let text = clean(text);
    let mut out = String::new();
    for (i, part) in text.split('`').enumerate() {
        match (i % 2, part) {
            (_, "") => {}
            (0, part) => out.push_str(&escape(part)),
            (_, part) => {
                out.push_str("<code>");
                out.push_str(&escape(part));
                out.push_str("</code>");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_cannot_reach_the_terminal_or_the_page() {
        assert_eq!(clean("a\u{1b}[31mb\nc\u{202e}##[error]"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}## [error]");
        assert_eq!(escape("<img> ::error"), "&lt;img&gt; &#58;&#58;error");
        assert_eq!(escape("a|b`c @all #1"), "a\\|b\\`c @\u{200b}all #\u{200b}1");
        assert_eq!(escape("http://evil www.evil"), "http&#58;//evil www\u{200b}.evil");
        assert_eq!(escape("GH-1 gh-2 gh-pages high-2"), "GH\u{200b}-1 gh\u{200b}-2 gh-pages high-2");
    }

    #[test]
    fn values_in_backticks_become_code() {
        assert_eq!(with_code("`live.floor` keeps"), "<code>live.floor</code> keeps");
        assert_eq!(with_code("a `<b>` `c"), "a <code>&lt;b&gt;</code> <code>c</code>");
    }

    #[test]
    fn long_paths_keep_both_ends() {
        assert_eq!(shorten("abcdefghij", 5), "ab…ij");
        assert_eq!(shorten("abc", 5), "abc");
    }

    #[test]
    fn lines_break_between_words_and_within_long_ones() {
        assert_eq!(wrap("to be or not", 6), ["to be", "or not"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    proptest! {
        #[test]
        fn wrapping_keeps_every_character_and_the_width(text in "[a-z→ ]{0,60}", width in 1..20usize) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
