//! Which owners are shown.

use globset::{Glob, GlobMatcher};

use crate::heap::{Owner, OwnerPath};
use crate::units::Bytes;

/// What of the result is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// Steps of a path that are shown.
    #[arg(long, value_name = "STEPS", default_value_t = 4)]
    depth: usize,
    /// Show owners whose printed path this glob fits: `static *Cache*`, `**clients**`.
    #[arg(long = "match", value_name = "GLOB", value_parser = glob)]
    pattern: Option<GlobMatcher>,
    /// Rows that are shown of each list; children of an owner count on their own.
    #[arg(long, value_name = "N", default_value_t = 12)]
    top: usize,
}

/// An owner with its place.
pub(super) struct Row<'a> {
    /// The whole path.
    pub(super) path: OwnerPath,
    /// Steps above it that are shown.
    pub(super) indent: usize,
    /// The owner.
    pub(super) owner: &'a Owner,
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    Glob::new(text).map(|glob| glob.compile_matcher()).map_err(|error| format!("{error}; write it as `**cache**`"))
}

impl Selection {
    /// The first of a list.
    pub(super) fn top(&self) -> usize {
        self.top
    }

    /// Whether a path is to be shown.
    pub(super) fn fits(&self, path: &OwnerPath) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(path.to_string()))
    }

    /// The rows of a tree in the order of a tree view. With a pattern, the topmost owners that fit, and
    /// what they hold.
    pub(super) fn rows<'a>(&self, owners: &'a [Owner], total: Bytes) -> Vec<Row<'a>> {
        // Without a question, what is not even a hundredth only hides the rest.
        let least = if self.pattern.is_some() { Bytes(0) } else { Bytes(total.0 / 100) };
        let mut rows = Vec::new();
        let mut work: Vec<(OwnerPath, usize, bool, &'a Owner)> = Vec::new();
        let first = |owners: &'a [Owner], within: bool| {
            let most = if within { self.top } else { usize::MAX };
            let fitting: Vec<_> = owners.iter().filter(|owner| owner.retained >= least).take(most).collect();
            fitting.into_iter().rev()
        };
        let extend = |path: &OwnerPath, owner: &Owner| {
            let mut path = path.clone();
            path.0.push(owner.step.clone());
            path
        };
        let none = OwnerPath::default();
        let within = self.pattern.is_none();
        work.extend(first(owners, within).map(|owner| (extend(&none, owner), 0, within, owner)));
        while let Some((path, indent, within, owner)) = work.pop() {
            let shown = within || self.fits(&path);
            let below = if shown { indent + 1 } else { 0 };
            if below < self.depth {
                work.extend(first(&owner.children, shown).map(|child| (extend(&path, child), below, shown, child)));
            }
            if shown {
                rows.push(Row { path, indent, owner });
            }
        }
        rows
    }
}
