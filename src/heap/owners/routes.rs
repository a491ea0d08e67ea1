//! Shortcuts: where what objects of one class hold goes, once it is known what it is called.
//!
//! Of the millions of objects of a row nearly all hold the same classes by the same names. A route is what
//! [`Opener::place`] would decide for them again and again.

use super::descent::{Mode, OBJECT};
use super::edges::Words;
use super::found::Found;
use super::group::Group;
use super::opener::{Object, Opener};
use crate::heap::fold::Role;
use crate::heap::graph::ClassId;

/// Routes that are known at a time.
const ROUTES: usize = 256;

/// Where objects of one class go that objects of another hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Into the row of this index. `plain`: what holds nothing is not opened.
    Row { row: u32, plain: bool },
    /// Into the row that is opened; `counts` if they are its objects.
    Absorbed { counts: bool },
}

/// The routes that were asked for last, for the rows of one [`Found`].
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: Vec<Option<(ClassId, ClassId, Route)>>,
    /// The state of the names when the routes were noted.
    state: u32,
}

impl Routes {
    fn get(&self, holder: ClassId, child: ClassId) -> Option<Route> {
        let known = self.known.get(Self::slot(holder, child))?.as_ref();
        known.filter(|(of, to, _)| *of == holder && *to == child).map(|(.., route)| *route)
    }

    fn note(&mut self, holder: ClassId, child: ClassId, route: Route) {
        self.known.resize(ROUTES, None);
        self.known[Self::slot(holder, child)] = Some((holder, child, route));
    }

    fn slot(holder: ClassId, child: ClassId) -> usize {
        (holder.0.wrapping_mul(37) ^ child.0) as usize % ROUTES
    }

    /// Forgets all routes if the names are not those any more by which they were found.
    fn renew(&mut self, state: u32) {
        if self.state != state {
            self.known.clear();
            self.state = state;
        }
    }
}

impl<'a> Opener<'a> {
    /// Takes all that an object holds by the routes that are known; the object's own bytes. `None`, and nothing
    /// done, if there is none for something.
    pub(super) fn route_all(
        &mut self,
        holder: Object,
        group: &Group,
        found: &mut Found,
        work: &mut Vec<(Object, Mode<'a>)>,
    ) -> Option<u64> {
        found.routes.renew(self.state);
        let mut routed = std::mem::take(&mut self.routed);
        routed.clear();
        let (tree, places, classes) = (self.tree, self.places, self.class_rows);
        let mut own = tree.retained(holder.place);
        let all = tree.children(holder.place).all(|place| {
            let child = Object { place, class: classes.get(tree.node(place)) };
            let known = found.routes.get(holder.class, child.class);
            let route = known.or_else(|| self.find_route(holder.class, child, group, found));
            let retained = tree.retained(place);
            own = own.saturating_sub(retained);
            let route = route.filter(|_| places.is_ordinary(place));
            routed.extend(route.map(|route| (child, retained, route)));
            route.is_some()
        });
        if all {
            for (child, retained, route) in &routed {
                match *route {
                    Route::Row { row, plain } => {
                        let holds = !(plain && tree.is_leaf(child.place));
                        found.push_to(row as usize, child.place, *retained, holds);
                    }
                    Route::Absorbed { counts } => {
                        found.count += u64::from(counts);
                        work.push((*child, Mode::Names(&OBJECT)));
                    }
                }
            }
        }
        self.routed = routed;
        all.then_some(own)
    }

    /// The route for objects of a class that others hold by a name that is known.
    fn find_route(&mut self, holder: ClassId, child: Object, group: &Group, found: &mut Found) -> Option<Route> {
        let edge = self.recall(holder, child.class, group).filter(|word| *word != Words::NONE)?;
        let role = self.role(child);
        let words = (edge, self.class(child));
        let route = match role {
            Role::Clear | Role::Passing | Role::Keyed => return None,
            Role::Container(_) if group.absorbs(words) => return None,
            Role::Plain if group.absorbs(words) => Route::Absorbed { counts: group.class() == Some(words.1) },
            Role::Plain | Role::Container(_) => {
                Route::Row { row: found.index(words) as u32, plain: role == Role::Plain }
            }
        };
        found.routes.note(holder, child.class, route);
        Some(route)
    }
}
