//! The report for people at a terminal. Colors are always in it; who prints it strips them where they do not belong.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use tabled::builder::Builder;
use tabled::settings::{Alignment, Padding, Style as Borders, object::Columns};

use super::Report;
use super::section::{self, Section};
use super::text::{clean, shorten};
use crate::compare::Reference;
use crate::verdict::{Finding, Outcome, Standing};

/// Renders a report for a terminal of so many columns.
pub fn render(report: &Report<'_>, width: usize) -> String {
    let width = width.clamp(60, 200);
    let mut out = String::new();
    head(&mut out, report);
    for finding in &report.verdict.findings {
        tell(&mut out, finding);
    }
    for section in section::sections(report) {
        table(&mut out, &section, width);
    }
    list(&mut out, "waivers", &report.verdict.waiver_notes);
    list(&mut out, "not seen", &section::unseen(report));
    out.push('\n');
    let faint = Style::new().dimmed();
    for line in section::footer(report) {
        let _ = writeln!(out, "{faint}{}{faint:#}", clean(&line));
    }
    out
}

fn head(out: &mut String, report: &Report<'_>) {
    let style = style(report.verdict.outcome);
    let name = report.verdict.outcome.name();
    let _ = writeln!(out, "{style} {name} {style:#} {}", clean(&report.verdict.headline));
    let compared = match &report.comparison.reference {
        Reference::Baseline { runs } => format!("compared with a baseline of {runs} runs"),
        Reference::NoBaseline => "there is no baseline; the run is judged by itself".to_owned(),
        Reference::Incomparable(_) => "not compared with the baseline, which differs:".to_owned(),
    };
    let faint = Style::new().dimmed();
    let _ = writeln!(out, "{faint}{compared}{faint:#}");
    if let Reference::Incomparable(differences) = &report.comparison.reference {
        for difference in differences {
            let line =
                format!("{}: {} in the baseline, {} here", difference.fact, difference.baseline, difference.candidate);
            let _ = writeln!(out, "  {}", clean(&line));
        }
    }
}

fn style(outcome: Outcome) -> Style {
    let color = match outcome {
        Outcome::Pass => AnsiColor::Green,
        Outcome::Regressed | Outcome::Error => AnsiColor::Red,
        Outcome::Warn | Outcome::Waived | Outcome::Inconclusive => AnsiColor::Yellow,
        Outcome::NoBaseline | Outcome::Incomparable => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(AnsiColor::Black.into())).bg_color(Some(color.into()))
}

fn tell(out: &mut String, finding: &Finding) {
    let (color, word) = match (&finding.standing, finding.level) {
        (Standing::Fires, crate::policy::Level::Block) => (AnsiColor::Red, "✗"),
        (Standing::Fires, _) => (AnsiColor::Yellow, "!"),
        (Standing::Unsure, _) => (AnsiColor::Yellow, "?"),
        (Standing::Waived(_), _) => (AnsiColor::Green, "~"),
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    let _ = writeln!(out, "\n{style}{word} {}{style:#}: {}", finding.code, clean(&finding.message));
    if let Some(limit) = &finding.limit {
        let interval =
            finding.interval.map(|(low, high)| format!(", 99 % interval {low} to {high}")).unwrap_or_default();
        let noise = finding.noise.map(|noise| format!(", noise {noise}")).unwrap_or_default();
        let _ = writeln!(out, "    measured {}, allowed {limit}{interval}{noise}", finding.measured);
    }
    if let Some(shape) = finding.shape {
        let _ = writeln!(out, "    shape    {shape}");
    }
    if let Some(owner) = &finding.subject.owner {
        let _ = writeln!(out, "    owner    {}", clean(&owner.to_string()));
    }
    if let Some(place) = finding.place.as_ref().filter(|place| place.line > 0) {
        let _ = writeln!(out, "    rule     {}", clean(&format!("{place}  {}", place.text)));
    }
    if let Standing::Waived(why) = &finding.standing {
        let _ = writeln!(out, "    waived   {}", clean(why));
    }
    for advice in &finding.advice {
        let _ = writeln!(out, "    look at  {}", clean(advice));
    }
}

fn table(out: &mut String, section: &Section, width: usize) {
    let bold = Style::new().bold();
    let _ = writeln!(out, "\n{bold}{}{bold:#}", section.title);
    // The first column takes what the others leave.
    let columns = section.head.len();
    let widest = |column: usize| {
        let cells = section.rows.iter().map(|row| row[column].chars().count());
        cells.chain([section.head[column].len()]).max().unwrap_or(0)
    };
    let others: usize = (1..columns).map(widest).sum::<usize>() + 2 * columns;
    let first = width.saturating_sub(others).max(24);
    let mut builder = Builder::default();
    builder.push_record(section.head.iter().copied());
    for row in &section.rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let cell = clean(cell);
            if column == 0 { shorten(&cell, first) } else { cell }
        });
        builder.push_record(cells);
    }
    let mut table = builder.build();
    table.with(Borders::blank()).with(Padding::new(0, 1, 0, 0));
    let numbers = if section.head.get(1) == Some(&"curve") { 2 } else { 1 };
    table.modify(Columns::new(numbers..), Alignment::right());
    for line in table.to_string().lines() {
        let _ = writeln!(out, "  {}", line.trim_end());
    }
}

fn list(out: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let bold = Style::new().bold();
    let _ = writeln!(out, "\n{bold}{title}{bold:#}");
    for line in lines {
        let _ = writeln!(out, "  {}", clean(line));
    }
}
