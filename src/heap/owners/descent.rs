//! What the members of a row hold: into which row below it goes, or how it vanishes in the row.

use rustc_hash::FxHashMap;

use super::anchors::Anchor;
use super::edges::{Holder, Words};
use super::found::Found;
use super::learned::{ByLine, CHECKED};
use super::line::Line;
use super::opener::{Object, Opener, Special};
use crate::heap::dominators::Place;
use crate::heap::fold::{Count, Inside, Limit, Role};
use crate::heap::{Node, Root, RootKind};

/// How the objects below a node are to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode<'a> {
    /// By the names of the node's references, in the wording of this holder.
    Names(&'a Holder),
    /// As entries of a container.
    Inside(Fold),
    /// All by this word: the node only passes them on.
    Passing(u32),
}

/// How what a container or one of its internals holds is folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fold {
    pub(super) rule: usize,
    /// The rule of the container that is the row; its internals are internals of what it wraps, too.
    outer: usize,
    /// Whether the node is the container itself.
    directly: bool,
    /// How many levels of containers below are folded as well.
    levels: u8,
    /// Whether entries are counted here, and not by what this one is folded into.
    counts: bool,
    /// Whether they are counted by what this one wraps.
    passes: bool,
    /// Whether these are counted as elements of internal arrays.
    slots: bool,
}

pub(super) const OBJECT: Holder = Holder::Object;

/// What is to be opened: an object, how, and the row in which its own bytes count.
pub(super) type Work<'a> = Vec<(Object, Mode<'a>, usize)>;

/// Bytes of an array without room for elements.
const EMPTY: u64 = 32;
/// With more work than this, members of a row wait until the row is opened.
const MOST_WORK: usize = 4096;

impl<'a> Opener<'a> {
    /// What stands at the top: what no object dominates, and what anchors hold.
    pub(super) fn open_top(&mut self, line: &Line) -> Found {
        self.surely(ByLine::default(), |opener, learned| opener.open_top_by(line, learned))
    }

    fn open_top_by(&mut self, line: &Line, learned: ByLine) -> Found {
        let kinds: FxHashMap<Node, String> =
            self.graph.roots().iter().rev().map(|root| (root.node, root_edge(root))).collect();
        let mut children = Vec::new();
        let asked = self.asked.clone();
        let is_asked = |node: Node| asked.as_ref().is_none_or(|asked| asked.contains(&node));
        self.children(Place::ROOT, |opener, child| {
            if is_asked(opener.node(child)) {
                children.push(child.place);
            }
        });
        let mut found = self.open_all(&children, line, learned, |opener, child, found| {
            let edge = match kinds.get(&opener.node(child)) {
                Some(kind) if !kind.is_empty() => opener.words.number(kind),
                _ => opener.alias(Node::ROOT, child),
            };
            let mut work = std::mem::take(&mut opener.work);
            opener.place(child, edge, Found::TOP, found, &mut work);
            opener.descend(work, found);
        });
        let places = self.places;
        for (node, anchor) in places.anchors.iter().filter(|(node, _)| is_asked(**node)) {
            let Some(place) = self.dominators.place(*node) else { continue };
            match anchor {
                Anchor::Row(row) => {
                    let edge = self.words.number(row);
                    let row = found.below(Found::TOP, (edge, Words::NONE));
                    found.row(row).add(place, self.retained(place), || false);
                    found.row(row).closed.push(place);
                }
                Anchor::Spread(holder) => {
                    self.descend(vec![(self.object(place), Mode::Names(holder), Found::TOP)], &mut found);
                }
                Anchor::Top => self.descend(vec![(self.object(place), Mode::Names(&OBJECT), Found::TOP)], &mut found),
            }
        }
        found
    }

    pub(super) fn open_member(&mut self, member: Object, found: &mut Found) {
        if self.holds_nothing(member) {
            return found.top_mut().add_shallow(self.tree.retained(member.place));
        }
        let mode = self.mode(member, true, Found::TOP, found);
        let mut work = std::mem::take(&mut self.work);
        work.push((member, mode, Found::TOP));
        self.descend(work, found);
    }

    /// Whether all that an object retains is its own, and nobody counts what is in it.
    fn holds_nothing(&mut self, object: Object) -> bool {
        self.tree.is_leaf(object.place) && self.places.is_ordinary(object.place) && self.role(object) == Role::Plain
    }

    /// How what an object of a row holds is to be taken.
    fn mode(&mut self, member: Object, counts: bool, row: usize, found: &mut Found) -> Mode<'a> {
        match self.role(member) {
            Role::Container(rule) if !self.is_anchor(member) => {
                let levels = self.folding.levels(rule);
                let passes = self.folding.rule(rule).count == Count::Wrapped;
                let fold = Fold { rule, outer: rule, directly: true, levels, counts, passes, slots: false };
                Mode::Inside(self.count(member, fold, row, found))
            }
            _ => Mode::Names(&OBJECT),
        }
    }

    fn descend(&mut self, mut work: Work<'a>, found: &mut Found) {
        let places = self.places;
        while let Some((holder, mode, row)) = work.pop() {
            found.opened += 1;
            self.checks = found.opened.is_multiple_of(CHECKED);
            if !places.is_ordinary(holder.place) {
                for (edge, guest) in places.guests.get(&self.node(holder)).into_iter().flatten() {
                    let edge = self.words.number(edge);
                    if let Some(guest) = self.dominators.place(*guest) {
                        self.push(edge, self.object(guest), row, found, &mut work);
                    }
                }
            }
            let own = match mode {
                _ if self.is_leaf(holder.place) => self.tree.retained(holder.place),
                Mode::Inside(fold) => self.unfold(holder, fold, row, found, &mut work),
                Mode::Passing(word) => {
                    self.children(holder.place, |opener, child| opener.place(child, word, row, found, &mut work))
                }
                Mode::Names(wording_of) => {
                    let routed = match wording_of {
                        Holder::Object => self.route_all(holder, row, found, &mut work),
                        _ => None,
                    };
                    routed.unwrap_or_else(|| {
                        let mut named = std::mem::take(&mut self.named);
                        let own = self.named(holder, wording_of, row, found, &mut named);
                        for (child, edge) in &named {
                            self.place_named(holder, *child, *edge, row, found, &mut work);
                        }
                        self.named = named;
                        own
                    })
                }
            };
            found.row(row).add_shallow(own);
        }
        self.work = work;
    }

    /// What a container, or one of its internals, holds; its own bytes.
    fn unfold(&mut self, holder: Object, fold: Fold, row: usize, found: &mut Found, work: &mut Work<'a>) -> u64 {
        let mut direct = std::mem::take(&mut self.own);
        let own = self.children(holder.place, |opener, child| {
            if opener.unfold_child(holder, child, fold, row, found, work) {
                direct.push(child);
            }
        });
        if !direct.is_empty() {
            let fields = self.fields(holder, fold, &direct, row, found);
            for (child, edge) in direct.drain(..).zip(fields) {
                self.place(child, edge, row, found, work);
            }
        }
        self.own = direct;
        own
    }

    /// What one of a container's internals, or the container itself, refers to; whether it is a field of the container.
    fn unfold_child(
        &mut self,
        holder: Object,
        child: Object,
        fold: Fold,
        row: usize,
        found: &mut Found,
        work: &mut Work<'a>,
    ) -> bool {
        let class = child.class;
        let inside = match self.folding.inside(fold.rule, class, fold.directly) {
            Inside::No if fold.outer != fold.rule => self.folding.inside(fold.outer, class, false),
            inside => inside,
        };
        let folded = match (inside, self.role(child)) {
            (Inside::Wholly, _) => {
                found.row(row).add_shallow(self.retained(child.place));
                return false;
            }
            (Inside::Directly | Inside::Anywhere, _) => {
                if let [Limit::Evicts] = self.folding.limits(class) {
                    found.row(row).evicts = true;
                }
                self.count_inside(child, fold, row, found);
                Fold { directly: false, ..fold }
            }
            (Inside::No, Role::Container(_)) if self.names_things(child) && (fold.levels > 0 || self.extends(fold)) => {
                work.push((child, Mode::Names(&OBJECT), row));
                return false;
            }
            (Inside::No, Role::Container(rule)) if fold.levels > 0 => {
                self.count(child, self.wrapped(fold, rule), row, found)
            }
            (Inside::No, _) => {
                let count = self.folding.rule(fold.rule).count;
                let named = || self.extends(fold) && self.naming.names_things(self.node(holder));
                if fold.directly && (!count.is_direct() || named()) {
                    return true;
                }
                found.row(row).count_entries(u64::from(fold.counts && count == Count::Held));
                self.place(child, Words::ENTRIES, row, found, work);
                return false;
            }
        };
        work.push((child, Mode::Inside(folded), row));
        false
    }

    /// Whether a dict holds attributes, which have names, and not entries.
    fn names_things(&self, dict: Object) -> bool {
        self.special(dict) == Some(Special::Dict) && self.naming.names_things(self.node(dict))
    }

    /// Whether a container is one of a class that extends the runtime's own, and may have attributes beside its entries.
    fn extends(&self, fold: Fold) -> bool {
        fold.directly && self.folding.told() == Role::Container(fold.rule)
    }

    /// Whether a dict without a name is no container: its references have names, or there are none.
    fn is_namespace(&self, dict: Object) -> bool {
        self.names_things(dict) || self.naming.leaves_names_out() || self.naming.entries(self.node(dict)) == Some(0)
    }

    /// How a container that is folded into another is folded itself.
    fn wrapped(&self, outer: Fold, rule: usize) -> Fold {
        let (own, passes) = (self.folding.levels(rule), self.folding.rule(rule).count == Count::Wrapped);
        let fold = Fold { rule, directly: true, slots: false, ..outer };
        // In a map of lists the lists count.
        match outer.levels - 1 {
            0 => Fold { levels: own, counts: outer.passes, passes: outer.passes && passes, ..fold },
            left => Fold { levels: left.max(own), counts: false, ..fold },
        }
    }

    /// As [`Self::place`], but for what only a named reference tells apart.
    fn place_named(
        &mut self,
        holder: Object,
        child: Object,
        edge: u32,
        row: usize,
        found: &mut Found,
        work: &mut Work<'a>,
    ) {
        if edge != Words::NONE {
            return self.place(child, edge, row, found, work);
        }
        match (self.special(holder), self.special(child)) {
            // The variables of a function, and the attributes of an instance or module.
            (Some(Special::Function), Some(Special::Tuple)) => work.push((child, Mode::Names(&OBJECT), row)),
            (_, Some(Special::Dict)) if self.is_namespace(child) => {
                work.push((child, Mode::Names(&OBJECT), row));
            }
            // The keys of an object that is used as a dictionary.
            (Some(Special::Object), Some(Special::Text)) => self.place(child, Words::KEYS, row, found, work),
            _ => self.place(child, edge, row, found, work),
        }
    }

    /// Puts an object into its row, or lets it vanish into the row above.
    fn place(&mut self, child: Object, edge: u32, row: usize, found: &mut Found, work: &mut Work<'a>) {
        let mode = match self.role(child) {
            Role::Clear => Some(Mode::Names(&OBJECT)),
            Role::Passing => Some(Mode::Passing(edge)),
            Role::Keyed => Some(Mode::Passing(self.key(self.node(child)))),
            _ if found.line(row).absorbs((edge, self.class(child))) => {
                // Where the links of a chain are chained by containers, only the links count.
                let counts = found.line(row).class() == Some(self.class(child));
                found.row(row).links += u64::from(counts);
                Some(self.mode(child, counts, row, found))
            }
            _ => None,
        };
        match mode {
            Some(mode) => work.push((child, mode, row)),
            None => self.push(edge, child, row, found, work),
        }
    }

    /// Makes an object a member of a row below.
    fn push(&mut self, edge: u32, member: Object, above: usize, found: &mut Found, work: &mut Work<'a>) {
        let row = found.below(above, (edge, self.class(member)));
        let role = self.role(member);
        let (retained, ordinary) = (self.retained(member.place), self.places.is_ordinary(member.place));
        if ordinary && role == Role::Plain {
            return self.add_plain(member, retained, row, found, work);
        }
        let opens = self.opens(retained, row, found, work) && !self.is_counted(role);
        found.row(row).add(member.place, retained, || self.may_be_bounded(member.class));
        if opens {
            let mode = self.mode(member, true, row, found);
            work.push((member, mode, row));
        } else {
            found.row(row).closed.push(member.place);
        }
    }

    /// Makes an object a member of a row, if it stands where the dominator tree has it and its class means nothing.
    #[inline]
    pub(super) fn add_plain(&self, member: Object, retained: u64, row: usize, found: &mut Found, work: &mut Work<'a>) {
        let opens = self.opens(retained, row, found, work);
        let here = found.row(row);
        here.add(member.place, retained, || self.may_be_bounded(member.class));
        if self.ahead > 0 && self.tree.is_leaf(member.place) {
            here.add_shallow(retained);
        } else if opens {
            work.push((member, Mode::Names(&OBJECT), row));
        } else {
            here.closed.push(member.place);
        }
    }

    /// Whether a member of a row is opened as soon as it is found, while the memory around it is at hand: if the
    /// row is large enough to be opened anyway. Where other cores open other rows, that may be by this member.
    #[inline]
    fn opens(&self, retained: u64, row: usize, found: &mut Found, work: &Work<'a>) -> bool {
        let known = found.row(row).retained;
        let known = if self.in_company { known.saturating_add(retained) } else { known };
        let large = self.ahead > 0 && known >= self.least && work.len() < MOST_WORK;
        large && found.first_line(row).depth() < self.ahead
    }

    /// Counts what a container itself tells of its entries; the fold with what is left to count.
    fn count(&mut self, container: Object, fold: Fold, row: usize, found: &mut Found) -> Fold {
        let count = self.folding.rule(fold.rule).count;
        let field = match count {
            Count::Field(path) => self.naming.number(self.node(container), path),
            Count::Ahead(first, last, width) if fold.counts => {
                let [first, last] = [first, last].map(|path| self.naming.number(self.node(container), path));
                first.zip(last).map(|(first, last)| first.saturating_sub(last) / width)
            }
            _ => None,
        };
        let told = match count {
            _ if !fold.counts => 0,
            Count::Told => self.naming.entries(self.node(container)).unwrap_or(0),
            Count::Elements => self.naming.elements(self.node(container)),
            Count::Links(_) | Count::Filled(_) => u64::from(self.folding.links(fold.rule, container.class)),
            Count::One => 1,
            Count::Field(_) | Count::Ahead(..) | Count::Held | Count::Slots | Count::Wrapped => field.unwrap_or(0),
        };
        found.row(row).count_entries(told);
        let may_be_empty = || self.naming.elements_are_objects() || self.graph.shallow(self.node(container)).0 <= EMPTY;
        found.row(row).uncounted |= fold.counts && count == Count::Elements && told == 0 && !may_be_empty();
        let is_number = matches!(count, Count::Field(_) | Count::Ahead(..));
        let slots = count == Count::Slots || (is_number && field.is_none());
        Fold { slots: fold.counts && slots, ..fold }
    }

    fn count_inside(&mut self, internal: Object, fold: Fold, row: usize, found: &mut Found) {
        if fold.counts && self.folding.links(fold.rule, internal.class) {
            let filled = match self.folding.rule(fold.rule).count {
                Count::Filled(_) => {
                    let mut holds = false;
                    self.naming.targets(self.node(internal), &mut |target| {
                        let class = self.graph.class(target);
                        holds |= self.folding.inside(fold.rule, class, false) == Inside::No;
                    });
                    holds
                }
                _ => true,
            };
            found.row(row).count_entries(u64::from(filled));
        }
        if fold.slots && self.graph.class_name_of(internal.class).ends_with("[]") {
            let elements = self.naming.elements(self.node(internal));
            found.row(row).count_entries(elements);
        }
    }
}

/// What a root is called that is no anchor.
fn root_edge(root: &Root) -> String {
    match root.kind {
        RootKind::Class | RootKind::Internal | RootKind::Global | RootKind::Other => String::new(),
        kind => kind.to_string(),
    }
}
