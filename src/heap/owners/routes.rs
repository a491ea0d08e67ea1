//! Shortcuts: where what objects of one class hold goes, once it is known what it is called.
//!
//! Of the millions of objects of a row nearly all hold the same classes by the same names. A route is what
//! `Opener::place` would decide for them again and again.

use super::descent::{Mode, OBJECT, Work};
use super::edges::Words;
use super::found::Found;
use super::opener::{Object, Opener};
use crate::heap::fold::Role;
use crate::heap::graph::ClassId;

/// Routes that are known at a time.
const ROUTES: usize = 256;

/// Where objects of one class go that objects of another hold. Their class means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// Into the row of this index.
    Row(usize),
    /// Into the row of what holds them; `counts` if they are its objects.
    Absorbed { counts: bool },
}

/// A row, the class of its objects, and class and magnitude of what these hold.
type From = (usize, ClassId, ClassId, u8);

/// The routes that were asked for last, for the rows of one [`Found`].
#[derive(Debug, Default)]
pub(super) struct Routes {
    known: Vec<Option<(From, Route)>>,
    /// The state of the names when the routes were noted.
    state: u32,
}

impl Routes {
    #[inline]
    fn get(&self, from: From) -> Option<Route> {
        let known = self.known.get(Self::slot(from))?.as_ref();
        known.filter(|(known, _)| *known == from).map(|(_, route)| *route)
    }

    fn note(&mut self, from: From, route: Route) {
        self.known.resize(ROUTES, None);
        self.known[Self::slot(from)] = Some((from, route));
    }

    fn slot((row, holder, child, magnitude): From) -> usize {
        let classes = holder.0.wrapping_mul(37) ^ child.0.wrapping_add(u32::from(magnitude) << 4);
        (row.wrapping_mul(89) ^ classes as usize) % ROUTES
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
    /// Takes all that an object of a row holds by the routes that are known; the object's own bytes. `None`, and
    /// nothing done, if there is none for something.
    pub(super) fn route_all(
        &mut self,
        holder: Object,
        row: usize,
        found: &mut Found,
        work: &mut Work<'a>,
    ) -> Option<u64> {
        if self.checks || !self.places.is_ordinary(holder.place) {
            return None;
        }
        found.routes.renew(self.state);
        let mut routed = std::mem::take(&mut self.routed);
        routed.clear();
        let (tree, places, classes) = (self.tree, self.places, self.class_rows);
        let mut own = tree.retained(holder.place);
        let all = tree.children(holder.place).all(|place| {
            let child = Object { place, class: classes.get(tree.node(place)) };
            let from = (row, holder.class, child.class, self.magnitude(child));
            let route = found.routes.get(from).or_else(|| self.find_route(from, holder, child, found));
            let retained = tree.retained(place);
            own = own.saturating_sub(retained);
            let route = route.filter(|_| places.is_ordinary(place));
            routed.extend(route.map(|route| (child, retained, route)));
            route.is_some()
        });
        if all {
            for (child, retained, route) in &routed {
                match *route {
                    Route::Row(below) => self.add_plain(*child, *retained, below, found, work),
                    Route::Absorbed { counts } => {
                        found.row(row).links += u64::from(counts);
                        work.push((*child, Mode::Names(&OBJECT), row));
                    }
                }
            }
        }
        self.routed = routed;
        all.then_some(own)
    }

    /// The route for objects of a class that others hold by a name that is known.
    fn find_route(&mut self, from: From, holder: Object, child: Object, found: &mut Found) -> Option<Route> {
        let row = from.0;
        let edge = self.recall(holder, child, row, found).filter(|word| *word != Words::NONE)?;
        if self.role(child) != Role::Plain {
            return None;
        }
        let words = (edge, self.class(child));
        let route = if found.line(row).absorbs(words) {
            Route::Absorbed { counts: found.line(row).class() == Some(words.1) }
        } else {
            Route::Row(found.below(row, words))
        };
        found.routes.note(from, route);
        Some(route)
    }
}
