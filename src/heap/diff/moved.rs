//! Structures that stand elsewhere in another dump.
//!
//! Who nobody holds for good, or who many hold, has another path when something else happens to hold it, too. It is the
//! same structure all the same if there is but one of its kind: one of its class in a field of this name of a holder
//! of this class.

use crate::heap::{Owner, OwnerPath, Step, naming};

/// Class of the holder, field, own class.
#[derive(Debug, PartialEq, Eq)]
struct Kind<'a> {
    holder: &'a str,
    field: &'a str,
    class: &'a str,
}

impl<'a> Kind<'a> {
    /// Of a step and the one above it; `None` if no field names it.
    fn of(above: Option<&'a Step>, step: &'a Step) -> Option<Self> {
        let (holder, field) = match (step.edge.strip_prefix('.'), above) {
            (Some(field), Some(above)) => (naming::simple(&above.class), field),
            // What has no place is told with one that has a name for it: `Catalog.items`.
            _ => step.edge.rsplit_once('.').filter(|(holder, _)| !holder.contains(' '))?,
        };
        let is_whole = !holder.is_empty() && !step.class.is_empty();
        is_whole.then_some(Self { holder, field, class: &step.class })
    }

    /// Of each step that has one, the last one first, with the steps below that.
    fn all(path: &'a OwnerPath) -> impl Iterator<Item = (Self, &'a [Step])> {
        let kind = |index: usize| Self::of(index.checked_sub(1).map(|above| &path.0[above]), &path.0[index]);
        (0..path.0.len()).rev().filter_map(move |index| Some((kind(index)?, &path.0[index + 1..])))
    }
}

fn lasts(path: &OwnerPath) -> bool {
    path.0.first().is_some_and(Step::lasts)
}

/// The only owner of the same kind, if there is one and the two are not where structures of their own stay.
pub(super) fn find<'a>(owners: &'a [Owner], path: &OwnerPath) -> Option<(OwnerPath, &'a Owner)> {
    alone(owners, path).filter(|(found, _)| !(lasts(path) && lasts(found)) || path.0.first() == found.0.first())
}

/// The only owner of the same kind, wherever it stands; of several, the one below the only one of the same kind.
pub(super) fn alone<'a>(owners: &'a [Owner], path: &OwnerPath) -> Option<(OwnerPath, &'a Owner)> {
    Kind::all(path).find_map(|(kind, below)| only(owners, &kind, below))
}

/// What these steps lead to from the only owner of a kind.
fn only<'a>(owners: &'a [Owner], kind: &Kind<'_>, below: &[Step]) -> Option<(OwnerPath, &'a Owner)> {
    // Each owner with the place of the one above it.
    let mut seen: Vec<(Option<usize>, &Owner)> = owners.iter().map(|owner| (None, owner)).collect();
    let (mut next, mut found) = (0, None);
    while let Some((above, owner)) = seen.get(next).copied() {
        let above = above.map(|above| &seen[above].1.step);
        if owner.step.class == kind.class && Kind::of(above, &owner.step).as_ref() == Some(kind) {
            if found.is_some() {
                return None;
            }
            found = Some(next);
        }
        seen.extend(owner.children.iter().map(|child| (Some(next), child)));
        next += 1;
    }
    let up = |place: &usize| seen[*place].0;
    let mut way: Vec<&Owner> = std::iter::successors(found, up).map(|place| seen[place].1).collect();
    way.reverse();
    for step in below {
        way.push(way.last()?.children.iter().find(|owner| owner.step == *step)?);
    }
    Some((OwnerPath(way.iter().map(|owner| owner.step.clone()).collect()), way.last()?))
}
