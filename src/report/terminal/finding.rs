//! One finding: its message, then what is known about it.

use anstyle::{AnsiColor, Style};

use super::{BOLD, Page, Report};
use crate::policy::Level;
use crate::report::detail::details;
use crate::report::text::{clean, wrap};
use crate::verdict::{Finding, Standing};

/// Column at which the text of a detail starts.
const TEXT: usize = 15;

pub(super) fn tell(page: &mut Page, report: &Report<'_>, finding: &Finding) {
    let (color, sign, word) = mark(finding);
    let style = Style::new().bold().fg_color(Some(color.into()));
    page.line("");
    page.line(&format!("{style}{sign} {}{style:#} {word}", finding.code));
    // The headline has told it where it is the worst one.
    if !report.verdict.headline.starts_with(&finding.message) {
        for line in wrap(&clean(&finding.message), page.width - 4) {
            page.line(&format!("    {BOLD}{line}{BOLD:#}"));
        }
    }
    for (what, text) in details(report, finding) {
        let lead = format!("    {what:<width$}", width = TEXT - 4);
        match what {
            "owner" => owner(page, &lead, &text),
            _ => page.hang(Style::new(), &lead, TEXT, &text),
        }
    }
}

/// One step a line: the path is what the reader goes to look at.
fn owner(page: &mut Page, lead: &str, path: &str) {
    for (i, step) in path.split(" → ").enumerate() {
        match i {
            0 => page.hang(Style::new(), lead, TEXT + 2, step),
            _ => page.hang(Style::new(), &format!("{}→ ", " ".repeat(TEXT)), TEXT + 2, step),
        }
    }
}

fn mark(finding: &Finding) -> (AnsiColor, &'static str, &'static str) {
    match (&finding.standing, finding.level) {
        (Standing::Fires, Level::Block) => (AnsiColor::Red, "✗", "blocks"),
        (Standing::Fires, _) => (AnsiColor::Yellow, "!", "warns"),
        (Standing::Unsure, _) => (AnsiColor::Yellow, "?", "is not sure"),
        (Standing::Waived(_), _) => (AnsiColor::Green, "~", "is waived"),
    }
}
