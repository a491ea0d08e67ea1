//! Dumps for people.

use tabled::builder::Builder;
use tabled::settings::object::Columns;
use tabled::settings::{Alignment, Padding, Style};

use super::selection::{Row, Selection};
use crate::heap::{self, Format, HeapSummary, OwnerGrowth};
use crate::units::{ByteDelta, Bytes};

/// Growth below this, in bytes, needs no advice.
const WORTH_ADVICE: i64 = 16 * 1024;

/// Totals, owners, classes.
pub(super) fn summary(summary: &HeapSummary, selection: &Selection) -> String {
    let mut classes = Builder::new();
    classes.push_record(["shallow", "retained", "objects", "class"]);
    for row in summary.classes.iter().take(selection.top()) {
        classes.push_record([row.shallow.to_string(), row.retained.to_string(), count(row.objects), row.class.clone()]);
    }
    let owners = owner_table(
        summary,
        &selection.rows(&summary.owners, summary.total).into_iter().filter(|row| row.indent < 2).collect::<Vec<_>>(),
    );
    format!("{}\n{owners}\n\nlargest classes\n{}\n{}", head(summary), table(classes, 3), caveats(summary))
}

/// The owner tree.
pub(super) fn owners(summary: &HeapSummary, selection: &Selection) -> String {
    let rows = selection.rows(&summary.owners, summary.total);
    if rows.is_empty() {
        return format!("{}\nno owner fits: leave out `--match` to see all of them\n", head(summary));
    }
    format!("{}\n{}\n{}", head(summary), owner_table(summary, &rows), caveats(summary))
}

/// What grew.
pub(super) fn diff(summaries: &[HeapSummary], selection: &Selection) -> String {
    let [first, .., last] = summaries else { return String::new() };
    let trends = heap::trend(summaries);
    let shown: Vec<_> =
        trends.iter().filter(|trend| selection.fits(&trend.growth.path)).take(selection.top()).collect();
    let total =
        format!("{} to {}: {} to {} ({})", 1, summaries.len(), first.total, last.total, last.total.since(first.total));
    if shown.is_empty() {
        return format!("dumps {total}\nno owner grew or shrank by more than {}\n", heap::LEAST_GROWTH);
    }
    let mut builder = Builder::new();
    let mut header = vec!["growth", "retained", "entries", "each", "owner"];
    if summaries.len() > 2 {
        header.insert(1, "in each interval");
    }
    builder.push_record(header);
    for trend in &shown {
        let growth = &trend.growth;
        let mut record = vec![growth.delta.to_string(), growth.retained_after.to_string(), added(growth), each(growth)];
        if summaries.len() > 2 {
            let steps: Vec<String> = trend.intervals.iter().map(ByteDelta::to_string).collect();
            let every = if trend.every_interval { "every: " } else { "" };
            record.insert(1, format!("{every}{}", steps.join(", ")));
        }
        record.push(format!("{} {}", growth.change.name(), growth.path));
        builder.push_record(record);
    }
    let numbers = if summaries.len() > 2 { 5 } else { 4 };
    let mut text = format!("dumps {total}\n{}\n", table(builder, numbers));
    for trend in shown.iter().filter(|trend| trend.growth.delta.0 >= WORTH_ADVICE) {
        if let Some((name, advice)) = trend.growth.pattern {
            text.push_str(&format!("\n{}\n  looks like: {name}\n  {advice}\n", trend.growth.path));
        }
    }
    text
}

/// What a format is called.
pub(super) fn name(format: Format) -> &'static str {
    match format {
        Format::Hprof => "HPROF",
        Format::V8 => "V8 heap snapshot",
        Format::Python => "Python graph",
    }
}

fn head(summary: &HeapSummary) -> String {
    let format = name(summary.format);
    let (lost, bytes) = summary.unreachable;
    let unreachable = if lost > 0 { format!("; unreachable: {} objects, {bytes}", count(lost)) } else { String::new() };
    format!(
        "{format}: {} in {} objects, {} references, {} roots{unreachable}\n",
        summary.total,
        count(summary.objects),
        count(summary.references),
        count(summary.roots)
    )
}

fn caveats(summary: &HeapSummary) -> String {
    summary.caveats.iter().map(|caveat| format!("note: {caveat}\n")).collect()
}

fn owner_table(summary: &HeapSummary, rows: &[Row<'_>]) -> String {
    let mut builder = Builder::new();
    builder.push_record(["retained", "share", "count", "entries", "owner"]);
    for row in rows {
        let owner = row.owner;
        // A matched owner is told with its whole path, what it holds by its step.
        let name = if row.indent == 0 { row.path.to_string() } else { owner.step.to_string() };
        builder.push_record([
            owner.retained.to_string(),
            share(owner.retained, summary.total),
            count(owner.count),
            owner.entries.map(count).unwrap_or_default(),
            format!("{}{name}", "  ".repeat(row.indent)),
        ]);
    }
    table(builder, 4)
}

fn table(builder: Builder, numbers: usize) -> String {
    let mut table = builder.build();
    table.with(Style::blank()).with(Padding::new(0, 1, 0, 0));
    table.modify(Columns::new(..numbers), Alignment::right());
    table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn share(part: Bytes, whole: Bytes) -> String {
    format!("{:.1} %", 100.0 * part.as_f64() / whole.as_f64().max(1.0))
}

fn added(growth: &OwnerGrowth) -> String {
    growth
        .added()
        .map(|added| format!("{}{}", if added < 0 { "−" } else { "+" }, count(added.unsigned_abs())))
        .unwrap_or_default()
}

fn each(growth: &OwnerGrowth) -> String {
    growth.bytes_per_entry.map(|bytes| bytes.to_string()).unwrap_or_default()
}

/// `4120` is `4,120`.
pub(super) fn count(count: u64) -> String {
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
