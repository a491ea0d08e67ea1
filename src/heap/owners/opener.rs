//! How a row is opened into the rows below.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use rustc_hash::{FxHashMap, FxHashSet};

use super::anchors::Places;
use super::descent::Work;
use super::edges::Words;
use super::found::Found;
use super::group::Group;
use super::learned::{ByLine, Learned};
use super::line::{Line, StepWords};
use super::routes::Route;
use crate::heap::cores::spread;
use crate::heap::dominators::{self, Place};
use crate::heap::fold::{Count, Folding, Role};
use crate::heap::graph::{ClassId, ClassRows, Graph, Naming};
use crate::heap::{Bound, Dominators, Kind, Marks, Node, Step, naming};

/// An object with more properties of one class is used as a dictionary, unless all of its row have the same.
const MOST_PROPERTIES: u64 = 40;
/// More are no names that somebody wrote, even so.
const MOST_NAMES: u64 = 400;
/// Fewer properties that are named by data do not make a dictionary of an object.
const LEAST_KEYS: u64 = 8;
/// Wrappers around wrappers that are looked into for a bound.
const MOST_WRAPPERS: usize = 4;
/// So many members of a row are opened before the others may be, on all cores: from these the names are learned.
const STRETCH: usize = 1 << 13;
/// So many of the others are opened in one go.
const PART: usize = 4 * STRETCH;

/// So many times members are opened again because what was learned was not true of all.
const MOST_SURPRISES: usize = 3;

/// So many members before its turn a member is fetched.
const AHEAD: usize = 12;

/// Last words of fields for what a pool has lent, and for what it can lend.
const LENT: [&str; 9] = ["busy", "used", "use", "borrowed", "leased", "taken", "active", "lent", "acquired"];
const FREE: [&str; 6] = ["idle", "free", "available", "unused", "spare", "ready"];

/// Opens rows.
pub(super) struct Opener<'a> {
    pub(super) graph: &'a Graph,
    pub(super) dominators: &'a Dominators,
    pub(super) tree: dominators::Places<'a>,
    pub(super) class_rows: ClassRows<'a>,
    pub(super) naming: &'a dyn Naming,
    pub(super) folding: &'a Folding,
    pub(super) places: &'a Places,
    /// Rows that retain less are left out.
    pub(super) least: u64,
    /// Down to which depth members of rows are opened as soon as they are found; 0: only when a row is opened.
    pub(super) ahead: usize,
    /// Whether other rows are opened at the same time.
    pub(super) in_company: bool,
    /// All who will be asked for, and who stands above them: of what stands at the top only these are opened. `None`:
    /// anybody.
    pub(super) asked: Option<Arc<FxHashSet<Node>>>,
    pub(super) words: Words,
    classes: Arc<[ClassWord]>,
    /// The names of crowds, as words.
    crowds: Arc<FxHashMap<(Node, ClassId), Vec<u32>>>,
    pub(super) learned: FxHashMap<(ClassId, ClassId), Learned>,
    /// By class without a role, once one was asked: whether its objects tell a number of entries.
    tells: Vec<Option<bool>>,
    /// Counts what was learned: by it routes are known to be out of date.
    pub(super) state: u32,
    /// Whether the dump is asked for the names of what is being opened, whatever was learned.
    pub(super) checks: bool,
    /// Room that is used again for each object.
    pub(super) routed: Vec<(Object, u64, Route)>,
    pub(super) work: Work<'a>,
    pub(super) named: Vec<(Object, u32)>,
    pub(super) own: Vec<Object>,
    pub(super) sought: Vec<(Node, usize)>,
    pub(super) read: Vec<Option<u32>>,
}

/// What is asked of a class for each of its objects.
#[derive(Debug, Clone, Copy)]
struct ClassWord {
    /// Its normalized name, as a word.
    word: u32,
    special: Option<Special>,
}

/// Classes of the runtimes whose references without a name mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Special {
    Dict,
    Tuple,
    Function,
    /// A string of JavaScript,
    Text,
    /// and an object without a class of its own.
    Object,
}

impl Special {
    fn of(class: &str) -> Option<Self> {
        Some(match class {
            "builtins.dict" => Self::Dict,
            "builtins.tuple" => Self::Tuple,
            _ if class.split(' ').next() == Some("builtins.function") => Self::Function,
            "(string)" => Self::Text,
            "Object" => Self::Object,
            _ => return None,
        })
    }
}

/// An object, with what is asked first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    pub(super) place: Place,
    pub(super) class: ClassId,
}

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
        let classes = graph.classes().iter().map(|class| ClassWord {
            word: words.number(&naming::class(&class.name)),
            special: Special::of(&class.name),
        });
        let classes = classes.collect();
        let mut numbers = |edges: &Vec<String>| edges.iter().map(|edge| words.number(edge)).collect();
        let crowds = places.crowds.named.iter().map(|(crowd, edges)| (*crowd, numbers(edges)));
        let crowds = Arc::new(crowds.collect());
        let tells = vec![None; graph.classes().len()];
        Self {
            graph,
            dominators,
            tree: dominators.places(),
            class_rows: graph.class_rows(),
            naming,
            folding,
            places,
            least,
            ahead: 0,
            in_company: false,
            asked: None,
            words,
            classes,
            crowds,
            learned: FxHashMap::default(),
            tells,
            state: 0,
            checks: false,
            routed: Vec::new(),
            work: Vec::new(),
            named: Vec::new(),
            own: Vec::new(),
            sought: Vec::new(),
            read: Vec::new(),
        }
    }

    /// Another one that knows the same words and has learned this.
    fn fork(&self, learned: FxHashMap<(ClassId, ClassId), Learned>) -> Self {
        let (words, classes, tells) = (self.words.clone(), Arc::clone(&self.classes), self.tells.clone());
        let (crowds, asked) = (Arc::clone(&self.crowds), self.asked.clone());
        let (routed, work, named) = (Vec::new(), Vec::new(), Vec::new());
        let (own, sought, read) = (Vec::new(), Vec::new(), Vec::new());
        Self { words, classes, crowds, asked, tells, learned, routed, work, named, own, sought, read, ..*self }
    }

    /// The rows below a row, those that are too small left out; completes the row's own figures.
    pub(super) fn open(&mut self, group: &mut Group, index: usize) -> Vec<Group> {
        self.open_members(group);
        let found = std::mem::take(&mut group.found);
        group.add(&found);
        let mut below = found.into_rows();
        if group.depth() > 0 {
            self.name_shared(&mut below);
            self.fold_dictionaries(group, &mut below);
            if group.marks.kind.is_none() && self.is_pool(&below) {
                group.marks.kind = Some(Kind::Pool);
            }
        }
        let rows = below.into_iter().filter_map(|(words, found)| self.row(words, found, index, group));
        rows.collect()
    }

    /// Opens the members of several rows at the same time, before it is the turn of the rows. None profits from what
    /// is learned in another, so that what is found is the same however many cores there are.
    pub(super) fn open_together(&mut self, groups: Vec<&mut Group>) {
        let known = self.words.len();
        let learned = self.learned.clone();
        let groups: Vec<Mutex<&mut Group>> = groups.into_iter().map(Mutex::new).collect();
        let told = spread(
            &groups,
            || Self { in_company: true, ..self.fork(learned.clone()) },
            |opener, group| {
                if let Ok(mut group) = group.lock() {
                    opener.open_members(&mut group);
                }
                (opener.words.forget(known), std::mem::replace(&mut opener.learned, learned.clone()))
            },
        );
        for (group, (words, learned)) in groups.into_iter().zip(told) {
            let Ok(group) = group.into_inner() else { continue };
            let word = self.adopt(known, &words);
            let found = std::mem::take(&mut group.found);
            group.found.extend(found, &word);
            self.learn_all(learned, &word);
        }
    }

    /// Takes in the words that another has after the first so many; from its numbers to ours.
    fn adopt(&mut self, known: usize, words: &[Arc<str>]) -> impl Fn(u32) -> u32 + use<> {
        let words: Vec<u32> = words.iter().map(|word| self.words.number(word)).collect();
        move |word| (word as usize).checked_sub(known).map_or(word, |new| words[new])
    }

    /// Finds what the members of a row hold that were not opened yet.
    fn open_members(&mut self, group: &mut Group) {
        let mut members = std::mem::take(&mut group.found.top_mut().closed);
        if self.is_counted_in_the_dump(&members) {
            // The dump is read from front to back then, and not a page here and a page there.
            members.sort_by_cached_key(|member| self.tree.node(*member));
        }
        let opened = match members[..] {
            [Place::ROOT] => self.open_top(&group.line),
            _ => self.open_all(&members, &group.line, ByLine::default(), Self::open_member),
        };
        group.found.extend(opened, |word| word);
    }

    /// Opens objects one after the other, or many on all cores: in parts, so that what is found is the same
    /// however many cores there are.
    pub(super) fn open_all(
        &mut self,
        members: &[Place],
        line: &Line,
        learned: ByLine,
        open: impl Fn(&mut Self, Object, &mut Found) + Sync,
    ) -> Found {
        let once = |opener: &mut Self, members: &[Place], learned: ByLine| {
            let mut found = Found::of(line.clone());
            found.learned = learned;
            for (place, member) in members.iter().enumerate() {
                if let Some(soon) = members.get(place + AHEAD) {
                    opener.tree.expect(*soon);
                }
                if let Some(soon) = members.get(place + AHEAD / 2) {
                    opener.expect_classes(*soon);
                }
                open(opener, opener.object(*member), &mut found);
            }
            found
        };
        let all = |opener: &mut Self, members: &[Place], learned: ByLine| {
            opener.surely(learned, |opener, learned| once(opener, members, learned))
        };
        // What is learned from the first stretch is known in the others.
        let (first, others) = members.split_at(members.len().min(STRETCH));
        let mut found = all(self, first, learned);
        if others.is_empty() {
            return found;
        }
        let parts: Vec<&[Place]> = others.chunks(PART).collect();
        let known = self.words.len();
        let here = &found.learned;
        let learned = self.learned.clone();
        let opened = spread(
            &parts,
            || self.fork(learned.clone()),
            |opener, members| {
                let found = all(opener, members, here.clone());
                opener.learned.clone_from(&learned);
                (found, opener.words.forget(known))
            },
        );
        for (more, words) in opened {
            found.extend(more, self.adopt(known, &words));
        }
        found
    }

    /// Opens again what was opened by names that turned out not to be those of all.
    pub(super) fn surely(&mut self, learned: ByLine, open: impl Fn(&mut Self, ByLine) -> Found) -> Found {
        let mut found = open(self, learned);
        for _ in 0..MOST_SURPRISES {
            if !found.surprised {
                break;
            }
            let learned = std::mem::take(&mut found.learned);
            found = open(self, learned);
        }
        found
    }

    /// Whether each object of a row is looked up in the dump for its number of entries.
    fn is_counted_in_the_dump(&mut self, members: &[Place]) -> bool {
        let role = members.first().map(|first| self.role(self.object(*first)));
        role.is_some_and(|role| self.is_counted(role))
    }

    /// Whether objects of a role are looked up in the dump for their number of entries.
    pub(super) fn is_counted(&self, role: Role) -> bool {
        let Role::Container(rule) = role else { return false };
        matches!(self.folding.rule(rule).count, Count::Field(_) | Count::Told)
    }

    fn row(&mut self, words: StepWords, mut found: Found, index: usize, above: &Group) -> Option<Group> {
        if found.top().retained < self.least {
            return None;
        }
        let step = Step { edge: self.words.text(words.0).to_owned(), class: self.words.text(words.1).to_owned() };
        let first_members = std::mem::take(&mut found.top_mut().first);
        let mut row = above.below(index, words, step, found);
        // A namespace is no container, though a dict.
        let first = first_members.first().map(|first| self.object(*first));
        let first = first.filter(|first| !self.is_anchor(*first));
        row.entries = first.is_some_and(|first| matches!(self.role(first), Role::Container(_))).then_some(0);
        row.marks = self.marks(&first_members);
        Some(row)
    }

    #[inline]
    pub(super) fn object(&self, place: Place) -> Object {
        Object { place, class: self.class_rows.get(self.tree.node(place)) }
    }

    /// Says that the classes of the object at a place and of the first one below it are asked for soon.
    #[inline]
    fn expect_classes(&self, place: Place) {
        self.class_rows.expect(self.tree.node(place));
        if !self.tree.is_leaf(place) {
            self.class_rows.expect(self.tree.node(Place(place.0 + 1)));
        }
    }

    pub(super) fn node(&self, object: Object) -> Node {
        self.tree.node(object.place)
    }

    /// The normalized class name of an object, as a word.
    pub(super) fn class(&self, object: Object) -> u32 {
        self.classes[object.class.0 as usize].word
    }

    pub(super) fn special(&self, object: Object) -> Option<Special> {
        self.classes[object.class.0 as usize].special
    }

    /// Whether nothing stands below an object.
    #[inline]
    pub(super) fn is_leaf(&self, place: Place) -> bool {
        self.tree.is_leaf(place)
            && (self.places.is_ordinary(place) || !self.places.adopted.contains_key(&self.tree.node(place)))
    }

    pub(super) fn is_anchor(&self, object: Object) -> bool {
        !self.places.is_ordinary(object.place) && self.places.anchors.contains_key(&self.node(object))
    }

    /// What a node retains at its place in the owner tree, in bytes.
    #[inline]
    pub(super) fn retained(&self, place: Place) -> u64 {
        let retained = self.tree.retained(place);
        if self.places.is_ordinary(place) {
            return retained;
        }
        retained.saturating_add_signed(self.places.gain(self.tree.node(place)))
    }

    /// Tells what the object dominates and what stands below it in the owner tree, too; the object's own bytes.
    #[inline]
    pub(super) fn children(&mut self, place: Place, mut tell: impl FnMut(&mut Self, Object)) -> u64 {
        let (tree, places, classes) = (self.tree, self.places, self.class_rows);
        let mut own = tree.retained(place);
        let is_top = place == Place::ROOT || (!places.is_ordinary(place) && places.is_top(tree.node(place)));
        for child in tree.children(place) {
            own = own.saturating_sub(tree.retained(child));
            let node = tree.node(child);
            if places.is_ordinary(child) || !places.moved(node) {
                let class = classes.get(node);
                if !is_top || places.host(class).is_none() {
                    tell(self, Object { place: child, class });
                }
            }
        }
        if !places.is_ordinary(place) {
            let adopted = places.adopted.get(&tree.node(place)).into_iter().flatten();
            for child in adopted.filter_map(|node| self.dominators.place(*node)) {
                tell(self, self.object(child));
            }
        }
        own
    }

    /// The word for what no reference of its dominator leads to.
    pub(super) fn alias(&mut self, above: Node, child: Object) -> u32 {
        let crowd = self.crowds.get(&(above, child.class));
        let crowd = match crowd.filter(|_| !self.places.crowds.apart.contains(&self.node(child))).map(Vec::as_slice) {
            Some([crowd]) => *crowd,
            Some(crowd) => {
                let part = self.places.crowds.parts.get(&self.node(child));
                crowd.get(part.copied().unwrap_or(0)).copied().unwrap_or(Words::NONE)
            }
            None => Words::NONE,
        };
        if crowd != Words::NONE {
            return crowd;
        }
        self.places.aliases.get(&self.node(child)).map_or(Words::NONE, |alias| self.words.number(alias))
    }

    /// What the objects of a row, which are of one class but for its number, have in common.
    fn marks(&self, members: &[Place]) -> Marks {
        let kind = members.first().and_then(|first| self.folding.kind(self.object(*first).class));
        let mut bounds = members.iter().map(|member| self.bound(self.tree.node(*member)));
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
    pub(super) fn role(&mut self, object: Object) -> Role {
        match self.folding.role(object.class) {
            Role::Plain => {
                let (naming, node) = (self.naming, self.node(object));
                let known = &mut self.tells[object.class.0 as usize];
                let tells = *known.get_or_insert_with(|| naming.entries(node).is_some());
                if tells { self.folding.told() } else { Role::Plain }
            }
            role => role,
        }
    }

    /// Whether something may bound the objects of a class.
    pub(super) fn may_be_bounded(&self, class: ClassId) -> bool {
        !self.folding.limits(class).is_empty() || matches!(self.folding.role(class), Role::Container(_))
    }

    /// Whether the rows below are what a pool has: a container for what is lent, and one for what is free.
    fn is_pool(&self, below: &BTreeMap<StepWords, Found>) -> bool {
        let container = |(_, found): &(&StepWords, &Found)| {
            let first = found.top().first.first().map(|first| self.object(*first).class);
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

    /// Properties beyond count are entries: the object is used as a dictionary.
    fn fold_dictionaries(&self, group: &mut Group, below: &mut BTreeMap<StepWords, Found>) {
        let mut properties: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
        let is_property = |edge: u32| !self.naming.declares_fields() && self.words.text(edge).starts_with('.');
        for ((edge, class), found) in below.iter().filter(|((edge, _), _)| is_property(*edge)) {
            debug_assert!(*edge > Words::ENTRIES);
            let (names, members) = properties.entry(*class).or_default();
            (*names, *members) = (*names + 1, members.saturating_add(found.top().members));
        }
        let objects = group.count().max(1);
        let all = || below.keys().map(|(edge, _)| *edge).filter(|edge| is_property(*edge)).collect::<BTreeSet<_>>();
        let is_dictionary = objects == 1 && all().len() as u64 > MOST_NAMES;
        properties.retain(|_, (names, members)| {
            let many = *members > MOST_PROPERTIES.saturating_mul(objects);
            let differ = objects == 1 || members.saturating_mul(2) < names.saturating_mul(objects);
            is_dictionary || *names > MOST_NAMES || (*names > MOST_PROPERTIES && many && differ)
        });
        if group.step().class.is_empty() {
            return;
        }
        if !properties.is_empty() {
            for ((edge, class), found) in std::mem::take(below) {
                let entry = properties.contains_key(&class) && is_property(edge);
                let row = below.entry((if entry { Words::ENTRIES } else { edge }, class)).or_default();
                row.extend(found, |word| word);
            }
        }
        let number = |word: u32| {
            let rows = below.iter().filter(|((edge, _), _)| *edge == word);
            rows.fold(0, |sum: u64, (_, found)| sum.saturating_add(found.top().members))
        };
        // It may hold the one without the other: a key that others know, a value that is a number.
        let entries = number(Words::ENTRIES).max(number(Words::KEYS));
        let keys = entries > MOST_PROPERTIES && entries > LEAST_KEYS.saturating_mul(objects);
        if !properties.is_empty() || (group.entries.is_none() && keys) {
            group.entries = group.entries.or(Some(0)).map(|known| known.saturating_add(entries));
        }
    }
}
