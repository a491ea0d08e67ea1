//! What a dump keeps for nothing.

use crate::heap::{Holder, Waste};
use crate::report::clean;
use crate::units::Bytes;

use super::table::{Row, Table};
use super::{count, faint, percent, share, title};

/// Renders waste; no text of a string is in it.
pub(super) fn waste(waste: &Waste, total: Bytes, top: usize, width: usize) -> String {
    let mut text = strings(waste, total, top, width);
    text += &collections(waste, top, width);
    text += &numbers(waste, top, width);
    text += &arrays(waste, top, width);
    if !waste.untold.is_empty() {
        text.push('\n');
    }
    for untold in &waste.untold {
        text += &faint(&format!("not told: {untold}"), width);
    }
    text
}

fn strings(waste: &Waste, total: Bytes, top: usize, width: usize) -> String {
    let Some(strings) = &waste.strings else { return String::new() };
    let (lost, texts) = (strings.lost, count(strings.texts));
    let part = share(lost, total);
    let mut text = title(&format!("waste: duplicate strings, {lost} ({part})"));
    let different = count(strings.different);
    text += &faint(&format!("{texts} strings, {different} different ones"), width);
    let mut table = Table::new(["lost", "copies", "length", "most of them in"]);
    for group in strings.groups.iter().take(top) {
        let numbers = vec![group.lost.to_string(), count(group.copies), count(group.length)];
        table.push(Row::cut(numbers, &holder(group.holder.as_ref())));
    }
    if table.is_empty() { text } else { text + &table.render(width) }
}

fn collections(waste: &Waste, top: usize, width: usize) -> String {
    if waste.collections.is_empty() {
        return String::new();
    }
    let lost: Bytes = waste.collections.iter().map(|row| row.lost()).sum();
    let mut table = Table::new(["lost", "all", "empty", "sparse", "class, and where most of it is"]);
    for row in waste.collections.iter().take(top) {
        let numbers = vec![row.lost().to_string(), count(row.count), count(row.empty), count(row.sparse)];
        table.push(Row::cut(numbers, &format!("{}{}", row.class, within(row.holder.as_ref()))));
    }
    title(&format!("waste: empty collections, and those less than a quarter full, {lost}")) + &table.render(width)
}

fn numbers(waste: &Waste, top: usize, width: usize) -> String {
    if waste.numbers.is_empty() {
        return String::new();
    }
    let lost: Bytes = waste.numbers.iter().map(|row| row.lost()).sum();
    let mut table = Table::new(["bytes", "plain", "count", "class, and where most of it is"]);
    for row in waste.numbers.iter().take(top) {
        let numbers = vec![row.bytes.to_string(), row.plain.to_string(), count(row.count)];
        table.push(Row::cut(numbers, &format!("{}{}", row.class, within(row.holder.as_ref()))));
    }
    title(&format!("waste: numbers in boxes, {lost} more than plain ones")) + &table.render(width)
}

fn arrays(waste: &Waste, top: usize, width: usize) -> String {
    if waste.arrays.is_empty() {
        return String::new();
    }
    let lost: Bytes = waste.arrays.iter().map(|row| row.lost()).sum();
    let mut table = Table::new(["lost", "zero", "copies", "sparse", "class, and where most of it is"]);
    for row in waste.arrays.iter().take(top) {
        let numbers = vec![row.lost().to_string(), count(row.zero), count(row.copies), count(row.sparse)];
        table.push(Row::cut(numbers, &format!("{}{}", row.class, within(row.holder.as_ref()))));
    }
    title(&format!("waste: arrays of zeros, equal to another, or hardly filled, {lost}")) + &table.render(width)
}

fn holder(holder: Option<&Holder>) -> String {
    holder.map(|holder| format!("{} ({})", clean(&holder.path.to_string()), percent(holder.share))).unwrap_or_default()
}

fn within(found: Option<&Holder>) -> String {
    if found.is_some() { format!(", in {}", holder(found)) } else { String::new() }
}
