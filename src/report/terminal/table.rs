//! Tables: numbers to the right, names as wide as the rest leaves room for.

use tabled::builder::Builder;
use tabled::settings::{Alignment, Padding, Style as Borders, object::Columns};

use super::{BOLD, Page};
use crate::report::section::Section;
use crate::report::text::{clean, shorten};

/// Columns are spared for names up to this width: an owner path says nothing in less.
const READABLE: usize = 36;
/// Names are not cut below this, even where the table then is wider than the terminal.
const NARROWEST: usize = 16;

pub(super) fn draw(page: &mut Page, section: &Section) {
    page.line("");
    page.line(&format!("{BOLD}{}{BOLD:#}", section.title));
    let shown = fitting(section, page.width - 2);
    let names = room_for_names(section, &shown, page.width - 2);
    let mut builder = Builder::default();
    builder.push_record(shown.iter().map(|column| section.head[*column]));
    for row in &section.rows {
        builder.push_record(shown.iter().map(|column| match column {
            0 => shorten(&clean(&row[0]), names),
            column => clean(&row[*column]),
        }));
    }
    let mut table = builder.build();
    table.with(Borders::empty()).with(Padding::new(0, 2, 0, 0));
    let numbers = shown.iter().position(|column| !section.words.contains(column));
    if let Some(first) = numbers {
        table.modify(Columns::new(first..), Alignment::right());
    }
    for line in table.to_string().lines() {
        page.line(&format!("  {line}"));
    }
}

/// The columns that are shown: where there is no room for all, those that can be spared go.
fn fitting(section: &Section, width: usize) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..section.head.len()).collect();
    for spared in &section.spared {
        if others(section, &shown) + READABLE.min(widest(section, 0)) <= width {
            break;
        }
        shown.retain(|column| column != spared);
    }
    shown
}

fn room_for_names(section: &Section, shown: &[usize], width: usize) -> usize {
    width.saturating_sub(others(section, shown)).max(NARROWEST)
}

/// Characters that all columns but the first take, the gaps included.
fn others(section: &Section, shown: &[usize]) -> usize {
    2 + shown.iter().filter(|column| **column > 0).map(|column| widest(section, *column) + 2).sum::<usize>()
}

fn widest(section: &Section, column: usize) -> usize {
    let cells = section.rows.iter().map(|row| row[column].chars().count());
    cells.chain([section.head[column].chars().count()]).max().unwrap_or(0)
}
