//! Merged paths from roots to objects.

use crate::commands::heap::path::Args;
use crate::heap::{PathRow, Paths};
use crate::units::Bytes;

use super::table::{Row, Table};
use super::{BOLD, MARK, count, faint, notes};

/// Rows where nothing else is asked.
const SCREEN: usize = 30;
/// Steps deeper than this are not indented further.
const DEEPEST: usize = 12;

/// Renders the paths for a terminal of so many columns.
pub(in crate::commands::heap) fn path(args: &Args, paths: &Paths, caveats: &[String], width: usize) -> String {
    let reached = paths.targets - paths.unreached;
    let top = |paths: &Paths| paths.rows.iter().filter(|row| row.above.is_none()).map(|row| row.retained).sum();
    let all: Bytes = top(paths);
    let (objects, plural) = (count(paths.targets), if paths.targets == 1 { "" } else { "s" });
    if reached == 0 {
        let told = format!(
            "{BOLD}{objects} object{plural}, unreachable{BOLD:#}: no root leads there, and nobody keeps them\n"
        );
        return told + &notes(caveats, width);
    }
    let mut text =
        format!("{BOLD}{objects} object{plural}, {all} retained{BOLD:#}; shortest paths from roots, merged\n");
    if paths.unreached > 0 {
        let unreached = count(paths.unreached);
        text += &faint(&format!("{unreached} of them are held by no root that the dump names"), width);
    }
    let worth = |row: &&PathRow| {
        args.all || row.retained.0 * 100 >= all.0 && row.retained.0 > 0 || row.targets * 100 >= reached
    };
    let rows: Vec<&PathRow> = paths.rows.iter().filter(worth).collect();
    let most = if args.all { args.most.or_all() } else { args.most.or(SCREEN) };
    let mut table = Table::new(["retained", "objects", "path"]);
    for row in rows.iter().take(most) {
        let numbers = vec![row.retained.to_string(), count(row.targets)];
        let told = Row::cut(numbers, &told(row)).indented(row.depth.min(DEEPEST));
        table.push(if row.here > 0 { told.styled(MARK) } else { told });
    }
    text.push('\n');
    text += &table.render(width);
    let hidden = paths.rows.len() - rows.len().min(most);
    if hidden > 0 {
        text += &faint(&format!("… {} more steps; `--all` shows them", count(hidden as u64)), width);
    }
    text + &notes(caveats, width)
}

fn told(row: &PathRow) -> String {
    let mut text = match &row.root {
        Some(root) if root.name.is_empty() => format!("root ({}) {}", root.kind, row.class),
        Some(root) => format!("root ({}) {} {}", root.kind, root.name, row.class),
        None if row.edge.is_empty() => format!("└ {}", row.class),
        None => format!("└ {}: {}", row.edge, row.class),
    };
    if row.objects > 1 {
        text += &format!(" ×{}", count(row.objects));
    }
    if row.links > 0 {
        text += " (a chain)";
    }
    if row.here > 0 {
        text += " ◀";
    }
    text
}
