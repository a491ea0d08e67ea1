//! Dumps for people. Colors are always in it; who prints it strips them where they do not belong.

mod diff;
mod histogram;
mod owners;
mod path;
mod summary;
mod table;
mod waste;

pub(super) use diff::diff;
pub(super) use histogram::histogram;
pub(super) use owners::owners;
pub(super) use path::path;
pub(super) use summary::summary;

use anstyle::{AnsiColor, Style};

use super::reading::name;
use crate::heap::HeapSummary;
use crate::report::{clean, wrap};
use crate::units::Bytes;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GROWTH: Style = AnsiColor::Red.on_default();
const SHRINKAGE: Style = AnsiColor::Green.on_default();
const MARK: Style = AnsiColor::Yellow.on_default().bold();

/// Columns of the terminal; where there is none, as many as a row needs, so that nothing is cut for `grep`.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(usize::MAX, |(width, _)| usize::from(width.0).max(60))
}

/// The first lines of every view of one dump.
fn head(summary: &HeapSummary, width: usize) -> String {
    let (format, total, objects) = (name(summary.format), summary.total, count(summary.objects));
    let references = count(summary.references);
    let mut text = format!("{BOLD}{format}: {total} in {objects} objects{BOLD:#}, {references} references\n");
    let (lost, bytes) = summary.unreachable;
    if lost > 0 {
        text += &faint(&format!("not counted: {bytes} in {} objects that no root reaches", count(lost)), width);
    }
    text
}

/// What was cut, guessed or left out.
fn notes(caveats: &[String], width: usize) -> String {
    caveats.iter().map(|caveat| paragraph(&format!("note: {}", clean(caveat)), 6, width)).collect()
}

/// A title with an empty line in front of it.
fn title(text: &str) -> String {
    format!("\n{BOLD}{text}{BOLD:#}\n")
}

fn faint(text: &str, width: usize) -> String {
    lines(text, 0, width).map(|line| format!("{FAINT}{line}{FAINT:#}\n")).collect()
}

/// Wrapped; further lines are indented.
fn paragraph(text: &str, indent: usize, width: usize) -> String {
    lines(text, indent, width).map(|line| format!("{line}\n")).collect()
}

fn lines(text: &str, indent: usize, width: usize) -> impl Iterator<Item = String> {
    let lines = wrap(text, width.saturating_sub(indent));
    lines.into_iter().enumerate().map(move |(i, line)| if i == 0 { line } else { format!("{:indent$}{line}", "") })
}

fn share(part: Bytes, whole: Bytes) -> String {
    percent(part.as_f64() / whole.as_f64().max(1.0))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// `4120` is `4,120`.
fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `4120` is `+4,120`.
fn added(difference: i64) -> String {
    let sign = if difference < 0 { "−" } else { "+" };
    format!("{sign}{}", count(difference.unsigned_abs()))
}

/// What was not shown, if anything was not.
fn more(shown: usize, all: usize, what: &str) -> String {
    if shown >= all {
        return String::new();
    }
    format!("{FAINT}… {} more {what}; `--top {all}` shows all{FAINT:#}\n", count((all - shown) as u64))
}

#[cfg(test)]
mod tests;
