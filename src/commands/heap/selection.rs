//! Which rows are shown.

use globset::{Glob, GlobMatcher};

use crate::heap::{Owner, OwnerPath};
use crate::units::Bytes;
pub(super) use crate::verdict::fits as fits_class;
use crate::verdict::owner_matches;

/// How many rows are printed.
#[derive(Debug, clap::Args)]
pub(super) struct Most {
    /// Rows that are shown of each list, in a tree of owners below each row: on a terminal as many as fit a screen, as
    /// JSON all that the command finds.
    #[arg(long, value_name = "N", visible_alias = "limit")]
    top: Option<usize>,
}

impl Most {
    /// What was asked for.
    pub(super) fn asked(&self) -> Option<usize> {
        self.top
    }

    /// The number of rows, where nothing else is said `screen`.
    pub(super) fn or(&self, screen: usize) -> usize {
        self.top.unwrap_or(screen)
    }

    /// The number of rows for a program: all, where nothing else is said.
    pub(super) fn or_all(&self) -> usize {
        self.top.unwrap_or(usize::MAX)
    }
}

/// Reads a pattern of owners or classes. An empty set of characters, as in `byte[]`, stands for itself.
pub(super) fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = Glob::new(text).or_else(|error| Glob::new(&text.replace("[]", "\\[\\]")).map_err(|_| error));
    let cure = "write it as `**cache**`, and `\\[` and `\\{` for the signs themselves";
    glob.map(|glob| glob.compile_matcher()).map_err(|error| format!("{error}; {cure}"))
}

/// Whether a pattern fits an owner path, by the rules of the policy's `match`: the whole path or one of its steps.
pub(super) fn fits(pattern: &GlobMatcher, path: &OwnerPath) -> bool {
    owner_matches(pattern, &path.to_string())
}

/// Rows of an owner tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree<'a> {
    /// Steps below the topmost that are shown, that one included.
    pub(super) depth: usize,
    /// Only owners that fit, and what they hold.
    pub(super) pattern: Option<&'a GlobMatcher>,
    /// Rows below one row.
    pub(super) top: usize,
    /// Rows that retain less are left out.
    pub(super) least: Bytes,
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

impl Tree<'_> {
    /// The rows in the order of a tree view. With a pattern, the topmost owners that fit, and what they hold.
    pub(super) fn rows<'a>(&self, owners: &'a [Owner]) -> Vec<Row<'a>> {
        let mut rows = Vec::new();
        let mut work: Vec<(OwnerPath, usize, bool, &'a Owner)> = Vec::new();
        let first = |owners: &'a [Owner], within: bool| {
            let most = if within { self.top } else { usize::MAX };
            let fitting: Vec<_> = owners.iter().filter(|owner| owner.retained >= self.least).take(most).collect();
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
            let shown = within || self.pattern.is_none_or(|pattern| fits(pattern, &path));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Step;

    #[test]
    fn what_is_printed_fits_itself_whatever_signs_are_in_it() {
        let step = |edge: &str, class: &str| Step { edge: edge.to_owned(), class: class.to_owned() };
        let path = OwnerPath(vec![
            step("", "thread pool-*-thread-*"),
            step("threadLocals[static A.BUF]", "java.util.ArrayList"),
        ]);
        for text in [path.to_string(), path.0[1].to_string()] {
            assert!(fits(&glob(&text).unwrap(), &path), "{text}");
        }
        assert!(fits_class(&glob("byte[]").unwrap(), "byte[]") && !fits_class(&glob("byte[]").unwrap(), "byteb"));
        assert!(fits_class(&glob("byte\\[*").unwrap(), "byte[][]"));
        assert!(fits_class(&glob("**byte[]").unwrap(), "byte[]"));
        assert!(glob("**[cache").unwrap_err().contains("`\\[`"));
    }
}
