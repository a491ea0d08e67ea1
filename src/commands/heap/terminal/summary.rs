//! The summary of a dump: what is in it, what stands out, where to look next.

use crate::commands::heap::reading;
use crate::commands::heap::selection::Tree;
use crate::commands::heap::summary::{Args, View};
use crate::heap::{Roots, Suspect};
use crate::report::clean;
use crate::units::Bytes;

use super::table::{Row, Table};
use super::{BOLD, FAINT, MARK, count, faint, head, notes, paragraph, percent, share, title};

/// Rows of each list where nothing else is asked.
const SCREEN: usize = 6;

/// Renders a summary for a terminal of so many columns.
pub(in crate::commands::heap) fn summary(args: &Args, view: &View, width: usize) -> String {
    let top = args.most.or(SCREEN);
    let mut text = head(&view.summary, width);
    text += &roots(&view.roots, width);
    text += &suspects(&view.suspects, width);
    text += &owners(view, top, width);
    text += &largest(view, top, width);
    text += &classes(view, top, width);
    if let Some(waste) = &view.waste {
        text += &super::waste::waste(waste, view.summary.total, top, width);
    }
    text += &notes(&view.summary.caveats, width);
    let file = args.file.display();
    let waste = if view.waste.is_some() { "" } else { "`--waste` tells duplicate strings and empty collections; " };
    text.push('\n');
    text + &faint(&format!("{waste}`plimsoll heap owners {file}` and `heap path` look further"), width)
}

fn roots(Roots { kinds, shared }: &Roots, width: usize) -> String {
    let mut told: Vec<String> =
        kinds.iter().map(|row| format!("{} {} ({})", count(row.roots), row.kind, row.retained)).collect();
    told.extend((shared.0 > 0).then(|| format!("held by several roots: {shared}")));
    paragraph(&format!("roots: {}", told.join(" · ")), 7, width)
}

fn suspects(suspects: &[Suspect], width: usize) -> String {
    if suspects.is_empty() {
        return String::new();
    }
    let mut text = title("suspects: where a tenth of the heap or more accumulates");
    for suspect in suspects {
        let (share, retained) = (percent(suspect.share), suspect.retained);
        let lead = format!("{share:>7}  {retained:>8}  ");
        let path = paragraph(&clean(&suspect.path.to_string()), 19, width.saturating_sub(19));
        let mut lines = path.lines();
        text += &format!("{MARK}{lead}{MARK:#}{BOLD}{}{BOLD:#}\n", lines.next().unwrap_or_default());
        lines.for_each(|line| text += &format!("{BOLD}{line}{BOLD:#}\n"));
        text += &told(suspect, width);
    }
    text
}

fn told(suspect: &Suspect, width: usize) -> String {
    let mut facts = Vec::new();
    if suspect.count > 1 {
        facts.push(format!("{} of them", count(suspect.count)));
    }
    facts.extend(suspect.entries.map(|entries| format!("{} entries", count(entries))));
    if let Some((class, number, bytes)) = &suspect.held {
        facts.push(format!("mostly {} {} ({bytes})", count(*number), clean(class)));
    }
    let mut text = format!("{:19}{}", "", facts.join(", "));
    if let Some((name, advice)) = suspect.pattern {
        text += &format!("{}if it grows: {name}. {advice}", if facts.is_empty() { "" } else { "; " });
    }
    let lines = paragraph(text.trim_start(), 0, width.saturating_sub(19));
    lines.lines().map(|line| format!("{FAINT}{:19}{line}{FAINT:#}\n", "")).collect()
}

fn owners(view: &View, top: usize, width: usize) -> String {
    let total = view.summary.total;
    let tree = Tree { depth: 1, pattern: None, top, least: Bytes(0) };
    let mut table = Table::new(["retained", "share", "count", "entries", "owner"]);
    for row in tree.rows(&view.summary.owners) {
        let owner = row.owner;
        let entries = owner.entries.map(count).unwrap_or_default();
        let numbers = vec![owner.retained.to_string(), share(owner.retained, total), count(owner.count), entries];
        table.push(Row::cut(numbers, &row.path.to_string()));
    }
    title("largest owners") + &table.render(width)
}

fn largest(view: &View, top: usize, width: usize) -> String {
    let mut table = Table::new(["retained", "shallow", "id", "object"]);
    for object in view.largest.iter().take(top) {
        let id = object.id.map(|id| reading::object(view.summary.format, id)).unwrap_or_default();
        let numbers = vec![object.retained.to_string(), object.shallow.to_string(), id];
        let path = object.path.to_string();
        let class = if path.ends_with(&object.class) { String::new() } else { format!(" ({})", object.class) };
        table.push(Row::cut(numbers, &format!("{path}{class}")));
    }
    title("largest single objects (no other object holds them alone)") + &table.render(width)
}

fn classes(view: &View, top: usize, width: usize) -> String {
    let mut table = Table::new(["shallow", "retained", "objects", "class"]);
    for row in view.summary.classes.iter().take(top) {
        table.push(Row::cut(vec![row.shallow.to_string(), row.retained.to_string(), count(row.objects)], &row.class));
    }
    title("largest classes") + &table.render(width)
}
