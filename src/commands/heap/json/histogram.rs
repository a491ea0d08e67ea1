//! `heap histogram` as JSON.

use serde::Serialize;

use super::print;
use super::summary::ClassShape;
use crate::commands::heap::histogram::{Args, Rows, View};
use crate::heap::ClassChange;

#[derive(Serialize)]
struct HistogramShape<'a> {
    file: String,
    classes: Vec<ClassShape>,
    caveats: &'a [String],
}

#[derive(Serialize)]
struct ChangesShape<'a> {
    files: Vec<String>,
    classes: Vec<ChangeShape>,
    caveats: &'a [String],
}

#[derive(Serialize)]
struct ChangeShape {
    before: ClassShape,
    after: ClassShape,
    objects_change: i64,
    shallow_bytes_change: i64,
    retained_bytes_change: i64,
}

/// All classes, or what changed of them.
pub(in crate::commands::heap) fn histogram(args: &Args, view: &View) -> serde_json::Result<String> {
    let mut files: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
    let (most, caveats) = (args.most.or_all(), view.caveats.as_slice());
    match &view.rows {
        Rows::One(rows) => print(HistogramShape {
            file: files.swap_remove(0),
            classes: rows.iter().take(most).map(ClassShape::of).collect(),
            caveats,
        }),
        Rows::Two(rows) => {
            print(ChangesShape { files, classes: rows.iter().take(most).map(change).collect(), caveats })
        }
    }
}

fn change(row: &ClassChange) -> ChangeShape {
    ChangeShape {
        before: ClassShape::of(&row.before),
        after: ClassShape::of(&row.after),
        objects_change: row.objects(),
        shallow_bytes_change: row.shallow().0,
        retained_bytes_change: row.retained().0,
    }
}
