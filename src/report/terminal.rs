//! The report for people at a terminal. Colors are always in it; who prints it strips them where they do not belong.

mod finding;
mod table;

use anstyle::{AnsiColor, Style};

use super::Report;
use super::policy;
use super::section;
use super::text::{clean, wrap};
use crate::compare::Reference;
use crate::verdict::Outcome;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// Renders a report for a terminal of so many columns.
pub fn render(report: &Report<'_>, width: usize) -> String {
    let mut page = Page { width: width.clamp(60, 160), text: String::new() };
    head(&mut page, report);
    if let Some(told) = policy::told(report) {
        page.line("");
        page.line(&format!("{BOLD}policy changed{BOLD:#}"));
        page.hang(Style::new(), "  ", 2, &told.both);
        for (sign, rule) in &told.lines {
            page.hang(Style::new(), &format!("  {sign} "), 4, rule);
        }
        told.more.iter().for_each(|line| page.hang(Style::new(), "  ", 2, line));
    }
    for finding in &report.verdict.findings {
        finding::tell(&mut page, report, finding);
    }
    for section in section::sections(report) {
        table::draw(&mut page, &section);
    }
    list(&mut page, "waivers", &report.verdict.waiver_notes);
    list(&mut page, "not seen", &section::unseen(report));
    page.line("");
    for line in section::footer(report) {
        page.hang(FAINT, "", 2, &line);
    }
    page.text
}

/// The text so far, and how wide it may be.
struct Page {
    width: usize,
    text: String,
}

impl Page {
    /// A line as it is, but for what a workflow log would obey at its start.
    fn line(&mut self, line: &str) {
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        self.text.push_str(indent);
        if trimmed.starts_with("::") {
            self.text.push('·');
        }
        self.text.push_str(trimmed.trim_end());
        self.text.push('\n');
    }

    /// A paragraph after a lead (`    owner    `): wrapped, further lines indented by `indent`.
    fn hang(&mut self, style: Style, lead: &str, indent: usize, text: &str) {
        let lines = wrap(&clean(text), self.width.saturating_sub(indent.max(lead.chars().count())));
        for (i, line) in lines.iter().enumerate() {
            let lead = if i == 0 { lead.to_owned() } else { " ".repeat(indent) };
            match style.is_plain() {
                true => self.line(&format!("{lead}{line}")),
                false => self.line(&format!("{style}{lead}{line}{style:#}")),
            }
        }
    }
}

fn head(page: &mut Page, report: &Report<'_>) {
    let name = report.verdict.outcome.name();
    let style = badge(report.verdict.outcome);
    let indent = name.len() + 3;
    for (i, line) in wrap(&clean(&report.verdict.headline), page.width - indent).iter().enumerate() {
        match i {
            0 => page.line(&format!("{style} {name} {style:#} {BOLD}{line}{BOLD:#}")),
            _ => page.line(&format!("{}{BOLD}{line}{BOLD:#}", " ".repeat(indent))),
        }
    }
    page.hang(FAINT, "", 2, &compared(&report.comparison.reference));
    if let Reference::Incomparable(differences) = &report.comparison.reference {
        for difference in differences {
            let (fact, old, new) = (&difference.fact, &difference.baseline, &difference.candidate);
            page.hang(Style::new(), "  ", 4, &format!("{fact}: `{old}` in the baseline, `{new}` here"));
        }
    }
}

fn compared(reference: &Reference) -> String {
    match reference {
        Reference::Baseline { runs: 1 } => "compared with a baseline of one run".to_owned(),
        Reference::Baseline { runs } => format!("compared with a baseline of {runs} runs"),
        Reference::NoBaseline => "there is no baseline; the run is judged by itself".to_owned(),
        Reference::Incomparable(_) => "not compared with the baseline, which differs:".to_owned(),
    }
}

fn badge(outcome: Outcome) -> Style {
    let color = match outcome {
        Outcome::Pass => AnsiColor::Green,
        Outcome::Regressed | Outcome::Error => AnsiColor::Red,
        Outcome::Warn | Outcome::Waived | Outcome::Inconclusive => AnsiColor::Yellow,
        Outcome::NoBaseline | Outcome::Incomparable => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(AnsiColor::Black.into())).bg_color(Some(color.into()))
}

fn list(page: &mut Page, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.line("");
    page.line(&format!("{BOLD}{title}{BOLD:#}"));
    for line in lines {
        page.hang(Style::new(), "  ", 4, line);
    }
}
