//! One row of the owner tree while it is built, and how it is opened into the rows below.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxHashMap;

use super::anchors::{Anchor, Places};
use super::below::Below;
use super::edges::{Holder, Words, wording};
use crate::heap::dominators::{self, Place};
use crate::heap::fold::{Count, Folding, Inside, Limit, Role};
use crate::heap::graph::{ClassId, Graph, Naming, Reference};
use crate::heap::{Bound, Dominators, Kind, Marks, Node, Owner, Step, naming};
use crate::units::Bytes;

/// An object with more properties of one class is used as a dictionary.
const MOST_PROPERTIES: usize = 40;
/// So many objects of a class are asked for their names; the others are alike.
const SAMPLE: u32 = 256;

/// So many objects of a row are asked what bounds them.
const MOST_BOUNDS: usize = 1000;
/// Wrappers around wrappers that are looked into for a bound.
const MOST_WRAPPERS: usize = 4;

/// Last words of fields for what a pool has lent, and for what it can lend.
const LENT: [&str; 9] = ["busy", "used", "use", "borrowed", "leased", "taken", "active", "lent", "acquired"];
const FREE: [&str; 6] = ["idle", "free", "available", "unused", "spare", "ready"];

/// A row: all objects of one path.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) above: usize,
    pub(super) depth: usize,
    pub(super) retained: u64,
    step: Step,
    /// Edge and class of the step, as words.
    words: (u32, u32),
    members: Vec<Place>,
    count: u64,
    shallow: u64,
    entries: Option<u64>,
    marks: Marks,
}

impl Group {
    /// The row above all rows.
    pub(super) fn top() -> Self {
        let step = Step { edge: String::new(), class: String::new() };
        let members = vec![Place::ROOT];
        let marks = Marks::default();
        Self {
            above: 0,
            depth: 0,
            retained: 0,
            step,
            words: (Words::NONE, Words::NONE),
            members,
            count: 1,
            shallow: 0,
            entries: None,
            marks,
        }
    }

    fn add_shallow(&mut self, bytes: u64) {
        self.shallow = self.shallow.saturating_add(bytes);
    }

    fn count_entries(&mut self, more: u64) {
        self.entries = self.entries.map(|entries| entries.saturating_add(more));
    }

    /// What the row is called.
    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    /// Its objects, until it is opened.
    pub(super) fn members(&self) -> &[Place] {
        &self.members
    }

    /// Frees what only opening needs.
    pub(super) fn close(&mut self) {
        self.members = Vec::new();
    }

    pub(super) fn into_owner(self) -> Owner {
        Owner {
            step: self.step,
            count: self.count,
            shallow: Bytes(self.shallow),
            retained: Bytes(self.retained),
            entries: self.entries,
            marks: self.marks,
            children: Vec::new(),
        }
    }
}

/// Opens rows.
pub(super) struct Opener<'a> {
    graph: &'a Graph,
    dominators: &'a Dominators,
    tree: dominators::Places<'a>,
    naming: &'a dyn Naming,
    folding: &'a Folding,
    places: &'a Places,
    least: u64,
    words: Words,
    /// Normalized class name by class, as a word.
    classes: Vec<u32>,
    learned: FxHashMap<(ClassId, ClassId), Learned>,
    /// By class without a role, once one was asked: whether its objects tell a number of entries.
    tells: Vec<Option<bool>>,
    /// Room that is used again for each object.
    work: Vec<(Object, Mode<'a>)>,
    named: Vec<(Object, u32)>,
    own: Vec<Object>,
}

#[derive(Debug, Clone, Copy)]
struct Learned {
    word: u32,
    seen: u32,
    ambiguous: bool,
}

/// How the objects below a node are to be taken.
#[derive(Debug, Clone, Copy)]
enum Mode<'a> {
    /// By the names of the node's references, in the wording of this holder.
    Names(&'a Holder),
    /// As entries of a container.
    Inside(Fold),
    /// All by this word: the node only passes them on.
    Passing(u32),
}

/// How what a container or one of its internals holds is folded.
#[derive(Debug, Clone, Copy)]
struct Fold {
    rule: usize,
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

/// An object, with what is asked first.
#[derive(Debug, Clone, Copy)]
struct Object {
    place: Place,
    node: Node,
    class: ClassId,
}

const OBJECT: Holder = Holder::Object;

impl<'a> Opener<'a> {
    pub(super) fn new(
        graph: &'a Graph,
        dominators: &'a Dominators,
        naming: &'a dyn Naming,
        folding: &'a Folding,
        places: &'a Places,
        least: u64,
    ) -> Self {
        let mut words = Words::new();
        let classes = graph.classes().iter().map(|class| words.number(naming::class(&class.name))).collect();
        let tells = vec![None; graph.classes().len()];
        let tree = dominators.places();
        Self {
            graph,
            dominators,
            tree,
            naming,
            folding,
            places,
            least,
            words,
            classes,
            learned: FxHashMap::default(),
            tells,
            work: Vec::new(),
            named: Vec::new(),
            own: Vec::new(),
        }
    }

    /// The rows below a row, those that are too small left out; completes the row's own figures.
    pub(super) fn open(&mut self, group: &mut Group, index: usize) -> Vec<Group> {
        let mut below = Below::default();
        let mut members = std::mem::take(&mut group.members);
        let top = members == [Place::ROOT];
        if self.is_counted_in_the_dump(&members) {
            // The dump is read from front to back then, and not a page here and a page there.
            members.sort_unstable_by_key(|member| self.tree.node(*member));
        }
        if top {
            self.open_top(group, &mut below);
        } else {
            for member in members {
                self.open_member(self.object(member), group, &mut below);
            }
        }
        let mut below = below.into_rows();
        if !top {
            self.fold_dictionaries(group, &mut below);
            if group.marks.kind.is_none() && self.is_pool(&below) {
                group.marks.kind = Some(Kind::Pool);
            }
        }
        let rows = below.into_iter().filter_map(|(words, members)| self.row(words, members, index, group.depth + 1));
        rows.collect()
    }

    /// Whether each object of a row is looked up in the dump for its number of entries.
    fn is_counted_in_the_dump(&mut self, members: &[Place]) -> bool {
        let role = members.first().map(|first| self.role(self.object(*first)));
        let Some(Role::Container(rule)) = role else { return false };
        matches!(self.folding.rule(rule).count, Count::Field(_) | Count::Elements | Count::Told)
    }

    fn row(&mut self, words: (u32, u32), mut members: Vec<Place>, above: usize, depth: usize) -> Option<Group> {
        let (mut retained, mut shallow) = (0_u64, 0);
        for member in &members {
            retained = retained.saturating_add(self.retained(*member));
        }
        if retained < self.least {
            return None;
        }
        for member in &members {
            shallow = u64::saturating_add(shallow, self.graph.shallow(self.tree.node(*member)).0);
        }
        members.shrink_to_fit();
        let step = Step { edge: self.words.text(words.0).to_owned(), class: self.words.text(words.1).to_owned() };
        let count = members.len() as u64;
        // A namespace is no container, though a dict.
        let first = members.first().map(|first| self.object(*first));
        let first = first.filter(|first| !self.places.anchors.contains_key(&first.node));
        let entries = first.is_some_and(|first| matches!(self.role(first), Role::Container(_))).then_some(0);
        let marks = self.marks(&members);
        Some(Group { above, depth, retained, step, words, members, count, shallow, entries, marks })
    }

    #[inline]
    fn object(&self, place: Place) -> Object {
        Object { place, node: self.tree.node(place), class: self.tree.class(place) }
    }

    /// What a node retains at its place in the owner tree, in bytes.
    #[inline]
    fn retained(&self, place: Place) -> u64 {
        let retained = self.tree.retained(place);
        let node = self.tree.node(place);
        if self.places.is_ordinary(node) { retained } else { retained.saturating_add_signed(self.places.gain(node)) }
    }

    /// What the object dominates and what stands below it in the owner tree, too.
    #[inline]
    fn children(&self, place: Place) -> impl Iterator<Item = Object> + use<'a> {
        let (tree, places) = (self.tree, self.places);
        let object = move |place| Object { place, node: tree.node(place), class: tree.class(place) };
        let stays = move |child: &Object| places.is_ordinary(child.node) || !places.moved(child.node);
        tree.children(place).map(object).filter(stays)
    }

    /// What the objects of a row, which are of one class but for its number, have in common.
    fn marks(&self, members: &[Place]) -> Marks {
        let kind = members.first().and_then(|first| self.folding.kind(self.object(*first).class));
        let mut bounds = members.iter().take(MOST_BOUNDS).map(|member| self.bound(self.object(*member).node));
        let bound = match bounds.next().flatten() {
            Some(first) => bounds.try_fold(first, |all, bound| match (all, bound?) {
                (Bound::Entries(all), Bound::Entries(more)) => Some(Bound::Entries(all.saturating_add(more))),
                _ => Some(Bound::Evicts),
            }),
            None => None,
        };
        Marks { kind, bound }
    }

    /// What the class of an object means, or that its objects tell a number of entries.
    fn role(&mut self, object: Object) -> Role {
        match self.folding.role(object.class) {
            Role::Plain => {
                let known = &mut self.tells[object.class.0 as usize];
                let tells = *known.get_or_insert_with(|| self.naming.entries(object.node).is_some());
                if tells { self.folding.told() } else { Role::Plain }
            }
            role => role,
        }
    }

    /// Whether the rows below are what a pool has: a container for what is lent, and one for what is free.
    fn is_pool(&self, below: &BTreeMap<(u32, u32), Vec<Place>>) -> bool {
        let container = |(_, members): &(&(u32, u32), &Vec<Place>)| {
            let first = members.first().map(|first| self.object(*first).class);
            first.is_some_and(|class| matches!(self.folding.role(class), Role::Container(_)))
        };
        let word = |edge: u32| naming::last_word(naming::identifier(self.words.text(edge)));
        let words: Vec<String> = below.iter().filter(container).map(|((edge, _), _)| word(*edge)).collect();
        let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        has(&LENT) && has(&FREE)
    }

    /// What bounds a container, or what it wraps.
    fn bound(&self, container: Node) -> Option<Bound> {
        let mut container = container;
        for _ in 0..MOST_WRAPPERS {
            let class = self.graph.class(container);
            let number = |path: &str| self.naming.number(container, path);
            if let Some(bound) = self.folding.limits(class).iter().find_map(|limit| limit.bound(number)) {
                return Some(bound);
            }
            let Role::Container(rule) = self.folding.role(class) else { return None };
            if self.folding.rule(rule).count != Count::Wrapped {
                return None;
            }
            let is_container = |child: &Node| matches!(self.folding.role(self.graph.class(*child)), Role::Container(_));
            container = self.dominators.children(container).find(is_container)?;
        }
        None
    }

    fn open_top(&mut self, group: &mut Group, below: &mut Below) {
        let kinds: HashMap<Node, String> =
            self.graph.roots().iter().rev().map(|root| (root.node, root_edge(root))).collect();
        for child in self.children(Place::ROOT) {
            let edge = kinds.get(&child.node).filter(|kind| !kind.is_empty());
            let edge = edge.or_else(|| self.places.crowds.get(&(Node::ROOT, child.class)));
            let edge = edge.or_else(|| self.places.aliases.get(&child.node));
            let edge = self.words.number(edge.cloned().unwrap_or_default());
            let mut work = Vec::new();
            self.place(child, edge, group, below, &mut work);
            self.descend(work, group, below);
        }
        let places = self.places;
        for (node, anchor) in &places.anchors {
            let Some(place) = self.dominators.place(*node) else { continue };
            match anchor {
                Anchor::Row(row) => {
                    let edge = self.words.number(row.clone());
                    below.push((edge, Words::NONE), place);
                }
                Anchor::Spread(holder) => {
                    self.descend(vec![(self.object(place), Mode::Names(holder))], group, below);
                }
            }
        }
    }

    fn open_member(&mut self, member: Object, group: &mut Group, below: &mut Below) {
        let ordinary = self.places.is_ordinary(member.node);
        let mode = match self.role(member) {
            Role::Container(rule) if ordinary || !self.places.anchors.contains_key(&member.node) => {
                let levels = self.folding.levels(rule);
                let passes = self.folding.rule(rule).count == Count::Wrapped;
                let fold = Fold { rule, outer: rule, directly: true, levels, counts: true, passes, slots: false };
                Mode::Inside(self.count(member, fold, group))
            }
            _ if ordinary && self.tree.is_leaf(member.place) => return,
            _ => Mode::Names(&OBJECT),
        };
        self.work.push((member, mode));
        let work = std::mem::take(&mut self.work);
        self.descend(work, group, below);
    }

    fn descend(&mut self, mut work: Vec<(Object, Mode<'a>)>, group: &mut Group, below: &mut Below) {
        let places = self.places;
        while let Some((holder, mode)) = work.pop() {
            if !places.is_ordinary(holder.node) {
                for (edge, guest) in places.guests.get(&holder.node).into_iter().flatten() {
                    let edge = self.words.number(edge.clone());
                    if let Some(place) = self.dominators.place(*guest) {
                        below.push((edge, self.class(self.object(place))), place);
                    }
                }
            }
            match mode {
                Mode::Inside(fold) => self.unfold(holder, fold, group, below, &mut work),
                Mode::Passing(word) => {
                    for child in self.children(holder.place) {
                        self.place(child, word, group, below, &mut work);
                    }
                }
                Mode::Names(_) if self.tree.is_leaf(holder.place) => {}
                Mode::Names(wording_of) => {
                    let named = self.named(holder, wording_of);
                    for (child, edge) in &named {
                        self.place_named(holder, *child, *edge, group, below, &mut work);
                    }
                    self.named = named;
                }
            }
        }
        self.work = work;
    }

    /// What a container, or one of its internals, holds.
    fn unfold(
        &mut self,
        holder: Object,
        fold: Fold,
        group: &mut Group,
        below: &mut Below,
        work: &mut Vec<(Object, Mode<'a>)>,
    ) {
        if self.tree.is_leaf(holder.place) {
            return;
        }
        let count = self.folding.rule(fold.rule).count;
        let mut own = std::mem::take(&mut self.own);
        for child in self.children(holder.place) {
            let class = child.class;
            let inside = match self.folding.inside(fold.rule, class, fold.directly) {
                Inside::No if fold.outer != fold.rule => self.folding.inside(fold.outer, class, false),
                inside => inside,
            };
            let folded = match (inside, self.role(child)) {
                (Inside::Wholly, _) => {
                    group.add_shallow(self.retained(child.place));
                    continue;
                }
                (Inside::Directly | Inside::Anywhere, _) => {
                    if let [Limit::Evicts] = self.folding.limits(class) {
                        group.marks.bound = Some(Bound::Evicts);
                    }
                    self.count_inside(child, fold, group);
                    Some(Fold { directly: false, ..fold })
                }
                (Inside::No, Role::Container(_)) if fold.levels > 0 && self.names_things(child.node) => {
                    group.add_shallow(self.graph.shallow(child.node).0);
                    work.push((child, Mode::Names(&OBJECT)));
                    continue;
                }
                (Inside::No, Role::Container(rule)) if fold.levels > 0 => {
                    Some(self.count(child, self.wrapped(fold, rule), group))
                }
                (Inside::No, _) => None,
            };
            match folded {
                Some(fold) => {
                    group.add_shallow(self.graph.shallow(child.node).0);
                    work.push((child, Mode::Inside(fold)));
                }
                None if fold.directly && !count.is_direct() => own.push(child),
                None => {
                    group.count_entries(u64::from(fold.counts && count == Count::Held));
                    self.place(child, Words::ENTRIES, group, below, work);
                }
            }
        }
        if !own.is_empty() {
            let fields = self.fields(holder, fold, &mut own);
            for (child, edge) in own.drain(..).zip(fields) {
                self.place(child, edge, group, below, work);
            }
        }
        self.own = own;
    }

    /// Words for what a container itself refers to, sorted by node: entries are held by internals, so
    /// these are fields of its class.
    fn fields(&mut self, holder: Object, fold: Fold, own: &mut [Object]) -> Vec<u32> {
        if self.folding.links(fold.rule, holder.class) {
            return vec![Words::ENTRIES; own.len()];
        }
        let recalled: Option<Vec<u32>> = own.iter().map(|child| self.recall(holder.class, child.class)).collect();
        if let Some(words) = recalled {
            return words;
        }
        own.sort_unstable_by_key(|child| child.node);
        let mut fields = vec![Words::ENTRIES; own.len()];
        let words = &mut self.words;
        self.naming.references(holder.node, &mut |target, reference| {
            if let Ok(place) = own.binary_search_by_key(&target, |child| child.node) {
                let word = words.number(wording(&OBJECT, &reference));
                fields[place] = if word == Words::NONE { Words::ENTRIES } else { word };
            }
        });
        for (child, word) in own.iter().zip(&fields) {
            self.learn(holder.class, child.class, *word);
        }
        fields
    }

    /// Whether a dict holds attributes, which have names, and not entries.
    fn names_things(&self, dict: Node) -> bool {
        let mut named = false;
        if self.graph.class_name(dict) == "builtins.dict" {
            let is_name = |reference: &Reference<'_>| matches!(reference, Reference::Field(_));
            self.naming.references(dict, &mut |_, reference| named |= is_name(&reference));
        }
        named
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
        group: &mut Group,
        below: &mut Below,
        work: &mut Vec<(Object, Mode<'a>)>,
    ) {
        if edge != Words::NONE {
            return self.place(child, edge, group, below, work);
        }
        let class = self.graph.class_name(child.node);
        // The attributes of an instance or module, and the variables of a Python function.
        let namespace = class == "builtins.dict"
            || (class == "builtins.tuple" && self.graph.class_name(holder.node) == "builtins.function");
        if namespace {
            group.add_shallow(self.graph.shallow(child.node).0);
            work.push((child, Mode::Names(&OBJECT)));
        } else if class == "(string)" && self.graph.class_name(holder.node) == "Object" {
            // The keys of an object that is used as a dictionary.
            self.place(child, Words::ENTRIES, group, below, work);
        } else {
            self.place(child, edge, group, below, work);
        }
    }

    /// Puts an object into its row, or lets it vanish into the row above.
    fn place(
        &mut self,
        child: Object,
        edge: u32,
        group: &mut Group,
        below: &mut Below,
        work: &mut Vec<(Object, Mode<'a>)>,
    ) {
        let mode = match self.role(child) {
            Role::Clear => Some(Mode::Names(&OBJECT)),
            Role::Passing => Some(Mode::Passing(edge)),
            Role::Keyed => Some(Mode::Passing(self.key(child.node))),
            _ if self.continues(child, edge, group) => {
                group.count += 1;
                Some(Mode::Names(&OBJECT))
            }
            _ => None,
        };
        match mode {
            Some(mode) => {
                group.add_shallow(self.graph.shallow(child.node).0);
                work.push((child, mode));
            }
            None => below.push((edge, self.class(child)), child.place),
        }
    }

    /// Whether the object is the next link of a chain: same class by the same name as the row itself.
    fn continues(&self, child: Object, edge: u32, group: &Group) -> bool {
        edge > Words::ENTRIES && (edge, self.class(child)) == group.words
    }

    fn key(&mut self, entry: Node) -> u32 {
        let key = self.naming.key(entry).map(|reference| wording(&Holder::Object, &reference));
        let key = key.filter(|key| !key.is_empty());
        self.words.number(key.map_or_else(|| "threadLocals".to_owned(), |key| format!("threadLocals[{key}]")))
    }

    fn class(&self, object: Object) -> u32 {
        self.classes[object.class.0 as usize]
    }

    /// Counts what a container itself tells of its entries; the fold with what is left to count.
    fn count(&self, container: Object, fold: Fold, group: &mut Group) -> Fold {
        let count = self.folding.rule(fold.rule).count;
        let field = match count {
            Count::Field(path) => self.naming.number(container.node, path),
            _ => None,
        };
        let told = match count {
            _ if !fold.counts => 0,
            Count::Told => self.naming.entries(container.node).unwrap_or(0),
            Count::Elements => self.elements(container.node),
            Count::Links(_) | Count::Filled(_) => u64::from(self.folding.links(fold.rule, container.class)),
            Count::One => 1,
            Count::Field(_) | Count::Held | Count::Slots | Count::Wrapped => field.unwrap_or(0),
        };
        group.count_entries(told);
        let slots = count == Count::Slots || (matches!(count, Count::Field(_)) && field.is_none());
        Fold { slots: fold.counts && slots, ..fold }
    }

    fn count_inside(&self, internal: Object, fold: Fold, group: &mut Group) {
        if fold.counts && self.folding.links(fold.rule, internal.class) {
            let filled = match self.folding.rule(fold.rule).count {
                Count::Filled(_) => {
                    let mut holds = false;
                    self.naming.references(internal.node, &mut |target, _| {
                        let class = self.graph.class(target);
                        holds |= self.folding.inside(fold.rule, class, false) == Inside::No;
                    });
                    holds
                }
                _ => true,
            };
            group.count_entries(u64::from(filled));
        }
        if fold.slots && self.graph.class_name(internal.node).ends_with("[]") {
            group.count_entries(self.elements(internal.node));
        }
    }

    fn elements(&self, array: Node) -> u64 {
        if let Some(told) = self.naming.entries(array) {
            return told;
        }
        let mut elements = 0;
        self.naming.references(array, &mut |_, reference| {
            elements += u64::from(matches!(reference, Reference::Element(_)));
        });
        elements
    }

    /// What the holder dominates, with the word for the reference to it.
    fn named(&mut self, holder: Object, wording_of: &Holder) -> Vec<(Object, u32)> {
        let mut named = std::mem::take(&mut self.named);
        named.clear();
        let (mut recalled, mut last) = (*wording_of == Holder::Object, None);
        for child in self.children(holder.place) {
            if recalled && last.is_none_or(|(class, _)| class != child.class) {
                let word = self.recall(holder.class, child.class);
                recalled = word.is_some();
                last = word.map(|word| (child.class, word));
            }
            named.push((child, last.map_or(Words::NONE, |(_, word)| word)));
        }
        if recalled || named.is_empty() {
            return named;
        }
        named.sort_unstable_by_key(|(child, _)| child.node);
        let mut found = vec![None; named.len()];
        let words = &mut self.words;
        self.naming.references(holder.node, &mut |target, reference| {
            if let Ok(place) = named.binary_search_by_key(&target, |(child, _)| child.node) {
                let known: &mut Option<u32> = &mut found[place];
                if known.is_none_or(|word| word == Words::NONE) {
                    *known = Some(words.number(wording(wording_of, &reference)));
                }
            }
        });
        for ((child, name), word) in named.iter_mut().zip(found) {
            let crowd = self.places.crowds.get(&(holder.node, child.class));
            *name = match (word, crowd.or_else(|| self.places.aliases.get(&child.node))) {
                (None, Some(alias)) => self.words.number(alias.clone()),
                (word, _) => word.unwrap_or(Words::NONE),
            };
            if *wording_of == Holder::Object {
                self.learn(holder.class, child.class, *name);
            }
        }
        named
    }

    /// The word that objects of this class have always used for one of that class, if it never differed.
    fn recall(&self, holder: ClassId, child: ClassId) -> Option<u32> {
        let learned = self.learned.get(&(holder, child))?;
        (!learned.ambiguous && learned.seen >= SAMPLE).then_some(learned.word)
    }

    fn learn(&mut self, holder: ClassId, child: ClassId, word: u32) {
        let fresh = Learned { word, seen: 0, ambiguous: word == Words::NONE };
        let learned = self.learned.entry((holder, child)).or_insert(fresh);
        learned.seen = learned.seen.saturating_add(1);
        learned.ambiguous |= learned.word != word;
    }

    /// Properties beyond count are entries: the object is used as a dictionary.
    fn fold_dictionaries(&self, group: &mut Group, below: &mut BTreeMap<(u32, u32), Vec<Place>>) {
        let mut properties: BTreeMap<u32, usize> = BTreeMap::new();
        let is_property = |edge: u32| self.words.text(edge).starts_with('.');
        for (edge, class) in below.keys().filter(|(edge, _)| is_property(*edge)) {
            debug_assert!(*edge > Words::ENTRIES);
            *properties.entry(*class).or_default() += 1;
        }
        properties.retain(|_, names| *names > MOST_PROPERTIES);
        if group.step.class.is_empty() {
            return;
        }
        if !properties.is_empty() {
            for ((edge, class), members) in std::mem::take(below) {
                let entry = properties.contains_key(&class) && is_property(edge);
                below.entry((if entry { Words::ENTRIES } else { edge }, class)).or_default().extend(members);
            }
        }
        let entries = below.iter().filter(|((edge, _), _)| *edge == Words::ENTRIES).map(|(_, members)| members.len());
        let entries = entries.max().unwrap_or(0);
        // Few properties that are named by data do not make a dictionary.
        if !properties.is_empty() || (group.entries.is_none() && entries > MOST_PROPERTIES) {
            group.entries = group.entries.or(Some(0)).map(|known| known + entries as u64);
        }
    }
}

/// What a root is called that is no anchor.
fn root_edge(root: &crate::heap::Root) -> String {
    use crate::heap::RootKind;
    match root.kind {
        RootKind::Class | RootKind::Internal | RootKind::Global | RootKind::Other => String::new(),
        kind => kind.to_string(),
    }
}
