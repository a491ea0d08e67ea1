//! Classes of one dump, or of two.

use crate::commands::heap::histogram::{Args, Rows, View};
use crate::heap::{ClassChange, ClassRow};

use super::table::{Row, Table};
use super::{GROWTH, SHRINKAGE, added, count, more, notes};

/// Rows where nothing else is asked.
const SCREEN: usize = 30;

/// Renders a histogram for a terminal of so many columns.
pub(in crate::commands::heap) fn histogram(args: &Args, view: &View, width: usize) -> String {
    let text = match &view.rows {
        Rows::One(rows) => one(args, rows, width),
        Rows::Two(rows) => two(args, rows, width),
    };
    text + &notes(&view.caveats, width)
}

fn one(args: &Args, rows: &[ClassRow], width: usize) -> String {
    if rows.is_empty() {
        let told = match args.asks() {
            true => "no class fits: leave out `--match` to see all of them\n",
            false => "no root reaches any object: `--keep-unreachable` counts the others\n",
        };
        return told.to_owned();
    }
    let most = args.most.or(SCREEN);
    let mut table = Table::new(["shallow", "retained", "objects", "class"]);
    for row in rows.iter().take(most) {
        table.push(Row::cut(vec![row.shallow.to_string(), row.retained.to_string(), count(row.objects)], &row.class));
    }
    table.render(width) + &more(most, rows.len(), "classes")
}

fn two(args: &Args, rows: &[ClassChange], width: usize) -> String {
    if rows.is_empty() {
        return "no class changed, or none fits\n".to_owned();
    }
    let most = args.most.or(SCREEN);
    let mut table = Table::new(["shallow", "retained", "objects", "shallow now", "objects now", "class"]);
    for row in rows.iter().take(most) {
        let numbers = vec![
            row.shallow().to_string(),
            row.retained().to_string(),
            added(row.objects()),
            row.after.shallow.to_string(),
            count(row.after.objects),
        ];
        let style = if row.shallow().0 > 0 { GROWTH } else { SHRINKAGE };
        table.push(Row::cut(numbers, &row.class).styled(style));
    }
    table.render(width) + &more(most, rows.len(), "classes")
}
