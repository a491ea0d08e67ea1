//! What changed between dumps.

use anstyle::Style;

use crate::commands::heap::diff::{Args, View};
use crate::commands::heap::reading;
use crate::heap::{self, OwnerGrowth, OwnerTrend};
use crate::report::clean;
use crate::units::{ByteDelta, Bytes};

use super::table::{Row, Table};
use super::{BOLD, FAINT, GROWTH, SHRINKAGE, added, count, faint, more, notes, paragraph, title};

/// Rows where nothing else is asked.
const SCREEN: usize = 15;
/// Terminals with fewer columns are narrow.
const NARROW: usize = 100;
/// Sizes in more dumps than this are not told one by one.
const MOST_DUMPS: usize = 5;
/// Growth below this, in bytes, needs no advice.
const WORTH_ADVICE: i64 = 16 * 1024;

/// Renders a comparison for a terminal of so many columns.
pub(in crate::commands::heap) fn diff(args: &Args, view: &View, width: usize) -> String {
    let caveats: Vec<&[String]> = view.summaries.iter().map(|summary| summary.caveats.as_slice()).collect();
    let mut text = dumps(args, view) + &notes(&reading::caveats(&caveats), width);
    if view.trends.is_empty() {
        return text + &nothing(view);
    }
    let shown = view.largest(args.most.or(SCREEN));
    if view.summaries.len() == 2 {
        text.push('\n');
        text += &two(&shown, width);
    } else {
        text += &series(&shown, view.summaries.len(), width);
    }
    text += &more(shown.len(), view.trends.len(), "owners");
    text += &sum(view, &shown, width);
    text + &advice(&shown, width)
}

fn nothing(view: &View) -> String {
    let between = if view.summaries.len() > 2 { " from the first dump to the last" } else { "" };
    match view.others {
        0 => format!("\nno owner grew or shrank by more than {}{between}\n", heap::LEAST_GROWTH),
        others => format!("\nnone of the owners that grew or shrank fits `--match`; without it there are {others}\n"),
    }
}

fn dumps(args: &Args, view: &View) -> String {
    let mut table = Table::new(["dump", "bytes", "objects", "change", "file"]);
    let mut before: Option<Bytes> = None;
    for (i, (file, summary)) in args.files.iter().zip(&view.summaries).enumerate() {
        let change = before.map(|before| summary.total.since(before).to_string()).unwrap_or_default();
        before = Some(summary.total);
        let numbers = vec![(i + 1).to_string(), summary.total.to_string(), count(summary.objects), change];
        table.push(Row::cut(numbers, &file.display().to_string()));
    }
    table.render(usize::MAX)
}

fn two(shown: &[&OwnerTrend], width: usize) -> String {
    // A path needs the room more than a size that follows from the two beside it.
    let narrow = width < NARROW;
    let header = ["growth", "before", "after", "entries", "each", "owner"].map(str::to_owned).into_iter();
    let mut table = Table::of(header.filter(|name| !narrow || name != "before").collect());
    for trend in shown {
        let growth = &trend.growth;
        let mut numbers = vec![growth.delta.to_string()];
        numbers.extend((!narrow).then(|| growth.retained_before.to_string()));
        numbers.extend([growth.retained_after.to_string(), entries(growth), each(growth)]);
        let text = format!("{} {}", growth.change.name(), growth.path);
        table.push(Row::wrapped(numbers, &text).styled(style(growth.delta)));
    }
    table.render(width)
}

/// Three dumps or more: what grew every time, and what did not.
fn series(shown: &[&OwnerTrend], dumps: usize, width: usize) -> String {
    let retained = |trend: &&&OwnerTrend| trend.is_retention();
    let leaks: Vec<&OwnerTrend> = shown.iter().filter(retained).copied().collect();
    let others: Vec<&OwnerTrend> = shown.iter().filter(|trend| !retained(trend)).copied().collect();
    let mut text = String::new();
    for (name, trends) in [
        ("retention: grew in every interval", leaks),
        ("changed, but not so: a cache that fills, a step, or shrinkage", others),
    ] {
        if trends.is_empty() {
            continue;
        }
        text += &title(name);
        let mut header = vec!["growth".to_owned()];
        let told = dumps <= MOST_DUMPS;
        header.extend((1..=dumps).filter(|_| told).map(|dump| format!("in {dump}")));
        header.extend(["entries", "each", "owner"].map(str::to_owned));
        let mut table = Table::of(header);
        for trend in trends {
            let mut numbers = vec![trend.growth.delta.to_string()];
            numbers.extend(trend.retained.iter().filter(|_| told).map(Bytes::to_string));
            numbers.extend([entries(&trend.growth), each(&trend.growth)]);
            let steps: Vec<String> = trend.intervals.iter().map(ByteDelta::to_string).collect();
            let steps = if told { String::new() } else { format!(" ({})", steps.join(", ")) };
            let path = format!("{}{steps}", trend.growth.path);
            table.push(Row::wrapped(numbers, &path).styled(style(trend.growth.delta)));
        }
        text += &table.render(width);
    }
    text
}

/// Rows never overlap, so what they come to can be held against the whole.
fn sum(view: &View, shown: &[&OwnerTrend], width: usize) -> String {
    let [first, .., last] = view.summaries.as_slice() else { return String::new() };
    let rows: i64 = shown.iter().map(|trend| trend.growth.delta.0).fold(0, i64::saturating_add);
    let (rows, whole) = (ByteDelta(rows), last.total.since(first.total));
    format!("\n{}", faint(&format!("these rows: {rows} of {whole} in all"), width))
}

fn advice(shown: &[&OwnerTrend], width: usize) -> String {
    let mut text = String::new();
    for trend in shown.iter().filter(|trend| trend.growth.delta.0 >= WORTH_ADVICE) {
        let Some((name, advice)) = trend.growth.pattern else { continue };
        text.push('\n');
        for line in paragraph(&clean(&trend.growth.path.to_string()), 2, width).lines() {
            text += &format!("{BOLD}{line}{BOLD:#}\n");
        }
        let told = paragraph(&format!("looks like: {name}. {advice}"), 0, width.saturating_sub(2));
        told.lines().for_each(|line| text += &format!("{FAINT}  {line}{FAINT:#}\n"));
    }
    text
}

fn style(delta: ByteDelta) -> Style {
    if delta.0 > 0 { GROWTH } else { SHRINKAGE }
}

fn entries(growth: &OwnerGrowth) -> String {
    growth.added().map(added).unwrap_or_default()
}

fn each(growth: &OwnerGrowth) -> String {
    growth.bytes_per_entry.map(|bytes| bytes.to_string()).unwrap_or_default()
}
