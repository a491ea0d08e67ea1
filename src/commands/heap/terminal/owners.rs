//! The owner tree.

use crate::commands::heap::owners::Args;
use crate::heap::{HeapSummary, Limits};

use super::table::{Row, Table};
use super::{count, head, more, notes, share};

/// Rows below one row, and rows in all, where nothing else is asked.
const SCREEN: (usize, usize) = (12, 32);

/// Renders the tree for a terminal of so many columns.
pub(in crate::commands::heap) fn owners(args: &Args, summary: &HeapSummary, width: usize) -> String {
    let rows = args.tree(summary, args.most.or(SCREEN.0)).rows(&summary.owners);
    let mut text = head(summary, width);
    text.push('\n');
    if rows.is_empty() {
        let told = match args.asks() {
            true => "no owner fits: leave out `--match` and `--least` to see the largest of them\n".to_owned(),
            false => {
                format!("no owner retains {} or more: `--least '1 B'` shows smaller ones\n", Limits::default().least)
            }
        };
        return text + &told;
    }
    let shown = rows.len().min(args.most.asked().map_or(SCREEN.1, |_| usize::MAX));
    let mut table = Table::new(["retained", "share", "count", "entries", "owner"]);
    for row in &rows[..shown] {
        let owner = row.owner;
        let entries = owner.entries.map(count).unwrap_or_default();
        let numbers =
            vec![owner.retained.to_string(), share(owner.retained, summary.total), count(owner.count), entries];
        // A matched owner is told with its whole path, what it holds by its step.
        table.push(match row.indent {
            0 => Row::wrapped(numbers, &row.path.to_string()),
            indent => Row::cut(numbers, &owner.step.to_string()).indented(indent),
        });
    }
    text += &table.render(width);
    text += &more(shown, rows.len(), "rows");
    text + &notes(&summary.caveats, width)
}
