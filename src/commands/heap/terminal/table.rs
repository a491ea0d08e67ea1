//! Tables that fit the terminal: numbers to the right, the last column takes what is left.

use anstyle::Style;

use super::FAINT;
use crate::report::{clean, shorten, wrap};

/// The last column gets no narrower; the table rather gets wider than the terminal.
const NARROWEST: usize = 24;

/// Rows below a header.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Row>,
}

/// One row.
pub(super) struct Row {
    /// All columns but the last.
    pub(super) numbers: Vec<String>,
    /// Steps by which the text is indented.
    pub(super) indent: usize,
    /// The last column.
    pub(super) text: String,
    /// Whether the text goes on in further lines, rather than losing its middle.
    pub(super) wrapped: bool,
    /// Of the first number.
    pub(super) style: Style,
}

impl Row {
    /// A row whose text is cut if it does not fit.
    pub(super) fn cut(numbers: Vec<String>, text: &str) -> Self {
        Self { numbers, indent: 0, text: clean(text), wrapped: false, style: Style::new() }
    }

    /// A row whose text goes on in further lines.
    pub(super) fn wrapped(numbers: Vec<String>, text: &str) -> Self {
        Self { wrapped: true, ..Self::cut(numbers, text) }
    }

    /// The same, further to the right.
    pub(super) fn indented(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// The same, the first number in color.
    pub(super) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

impl Table {
    pub(super) fn new<const N: usize>(header: [&str; N]) -> Self {
        Self::of(header.map(str::to_owned).to_vec())
    }

    pub(super) fn of(header: Vec<String>) -> Self {
        Self { header, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text, two spaces between columns, lines of at most `width` columns where that can be.
    pub(super) fn render(&self, width: usize) -> String {
        let numbers = self.header.len().saturating_sub(1);
        let length = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..numbers)
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.numbers.get(column));
                cells.map(length).chain([length(&self.header[column])]).max().unwrap_or(0)
            })
            .collect();
        let left: usize = widths.iter().map(|width| width + 2).sum();
        let room = width.saturating_sub(left).max(NARROWEST);
        let mut text = String::new();
        let header = cells(&self.header[..numbers], &widths, Style::new());
        let last = self.header.last().map_or("", String::as_str);
        text += &format!("{FAINT}{}{FAINT:#}\n", format!("{header}{last}").trim_end());
        for row in &self.rows {
            self.line(row, &widths, left, room, &mut text);
        }
        text
    }

    fn line(&self, row: &Row, widths: &[usize], left: usize, room: usize, text: &mut String) {
        let indent = (row.indent * 2).min(room / 2);
        let room = room - indent;
        let parts = if row.wrapped { wrap(&row.text, room) } else { vec![shorten(&row.text, room)] };
        for (i, part) in parts.iter().enumerate() {
            let lead = if i == 0 { cells(&row.numbers, widths, row.style) } else { " ".repeat(left) };
            let line = format!("{lead}{}{part}", " ".repeat(indent));
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
}

fn cells(cells: &[String], widths: &[usize], first: Style) -> String {
    let mut text = String::new();
    for (i, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
        match i {
            0 if !first.is_plain() => text += &format!("{pad}{first}{cell}{first:#}  "),
            _ => text += &format!("{pad}{cell}  "),
        }
    }
    text
}
