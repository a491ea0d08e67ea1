//! Diagnostics as text: code, `file:line:column`, the line with a caret, the cure.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Diagnostic, Diagnostics, Mark};

/// More than anybody reads at once; a file with more mistakes is another kind of file.
const SHOWN: usize = 50;

/// Longer lines are shown from the place of the mistake on.
const WIDEST: usize = 400;

impl Diagnostics {
    /// All mistakes with their lines and carets, and a last line that counts them.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for diagnostic in self.iter().take(SHOWN) {
            text.push_str(&diagnostic.render(&renderer));
            text.push_str("\n\n");
        }
        if self.len() > SHOWN {
            text.push_str(&format!("and {} more\n\n", self.len() - SHOWN));
        }
        let things = if self.len() == 1 { "mistake" } else { "mistakes" };
        text.push_str(&format!("{} {things}; `plimsoll explain CODE` tells more about a code\n", self.len()));
        text
    }
}

impl Diagnostic {
    fn render(&self, renderer: &Renderer) -> String {
        let (line, span) = window(&self.mark);
        let printable = printable(&self.mark.source.text[line.clone()]);
        let (number, column) = self.mark.line_column();
        let message = one_line(&self.message);
        let cure = one_line(&self.cure);
        let name = one_line(&self.mark.source.name);
        let snippet = Snippet::source(printable)
            .path(name.as_str())
            .line_start(number as usize)
            .annotation(AnnotationKind::Primary.span(span));
        let title = Level::ERROR.primary_title(message.as_str()).id(self.code.name());
        let group: Group<'_> = title.element(snippet).element(Level::HELP.message(cure.as_str()));
        let text = renderer.render(&[group]);
        // The snippet counts columns from where it starts, which is not where a long line starts.
        if self.mark.source.line_at(self.mark.span.start).start == line.start {
            text
        } else {
            text.replacen(&format!("{name}:{number}:"), &format!("{name}:{number}:{column} at "), 1)
        }
    }
}

/// What to show of the line with the mark: bytes of the source, and the mark within them.
fn window(mark: &Mark) -> (Range<usize>, Range<usize>) {
    let text = &mark.source.text;
    let line = mark.source.line_at(mark.span.start);
    let start = floor(text, mark.span.start.clamp(line.start, line.end));
    let end = floor(text, mark.span.end.clamp(start, line.end));
    let from = if start - line.start > WIDEST { start } else { line.start };
    let to = floor(text, line.end.min(from + 2 * WIDEST));
    (from..to, start - from..end.min(to).max(start) - from)
}

/// The last character boundary at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The same number of bytes without what would move a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => "\t".to_owned(),
            c if c.is_control() => " ".repeat(c.len_utf8()),
            c => c.to_string(),
        })
        .collect()
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diag::{Code, Source};
    use proptest::prelude::*;

    fn diagnose(text: &str, span: Range<usize>) -> Diagnostics {
        let mark = Mark { source: Arc::new(Source::new("plimsoll.toml", text)), span };
        let mut all = Diagnostics::default();
        all.push(Code::UnknownKey, &mark, "`maxx` is no key here", "did you mean `max`?");
        all
    }

    #[test]
    fn a_mistake_shows_its_line_with_a_caret_and_the_cure() {
        let text = diagnose("[[bound]]\nmaxx = 1\n", 10..14).render(false);
        for part in ["error[unknown-key]: `maxx` is no key here", "plimsoll.toml:2:1", "2 | maxx = 1", "^^^^", "max`?"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(diagnose("a", 0..1).render(true).contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut_and_keeps_its_column() {
        let text = format!("a = \"{}\" x", "y".repeat(100_000));
        let shown = diagnose(&text, 100_007..100_008).render(false);
        assert!(shown.contains("plimsoll.toml:1:100008"), "{shown}");
        assert!(shown.len() < 2_000);
    }

    proptest! {
        #[test]
        fn no_text_and_no_place_stops_the_rendering(text in "\\PC{0,40}|[\\x00-\\x7f]{0,60}", start in 0usize..80, length in 0usize..40) {
            let shown = diagnose(&text, start..start + length).render(true);
            prop_assert!(shown.contains("unknown-key"));
        }
    }
}
