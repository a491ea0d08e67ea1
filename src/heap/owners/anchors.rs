//! Where paths start: classes, modules, scripts, threads, the global object.
//!
//! A class is dominated by its loader and a module by a cache of modules, but nobody thinks of them so.
//! They stand at the top of the owner tree, and what they retain is taken out of the rows above them.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cleanups;
use super::crowds::{self, Crowds};
use super::edges::Holder;
use super::shared;
use super::weak::Filed;
use crate::heap::Kind;
use crate::heap::dominators::{self, Place};
use crate::heap::fold::Folding;
use crate::heap::graph::{ClassId, Graph, Label, Naming, Root, RootKind};
use crate::heap::naming;
use crate::heap::{Dominators, Node};

/// Classes whose objects may be anchors though no root names them.
pub(super) const CLASSES: [&str; 6] =
    ["java.lang.Class", "Module", "system / Context", "system / Cell", "builtins.dict", GC_ROOTS];
/// What V8 holds all roots with but the global objects.
const GC_ROOTS: &str = "(GC roots)";
/// What a cleaner has of an object that it cleans up behind: of the JDK, and of Python.
const CLEANERS: [&str; 2] = ["jdk.internal.ref.CleanerImpl$PhantomCleanableRef", "weakref.finalize._Info"];
/// What Node files its ES modules in: a map that dominates what several of them hold.
const LOADER: &str = "LoadCache";
/// What it has of each.
const LOADED: [&str; 4] = ["ModuleJob", "ModuleJobSync", "ModuleWrap", "system / SourceTextModule"];
/// What Node files its timers in.
const TIMERS: &str = "TimersList";
/// A class of which there are so many with the same name belongs to whoever keeps its loaders.
const LEAST_COPIES: usize = 3;
/// Steps up from a global object to what keeps it.
const MOST_ABOVE: usize = 64;
/// Steps up the dominator tree in all; beyond that, rows above an anchor stay too large.
const MOST_STEPS: u64 = 50_000_000;

/// What an anchor becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Anchor {
    /// A row of its own: `module app`, `thread http-*`.
    Row(String),
    /// No row: what it holds stands at the top under a full name.
    Spread(Holder),
    /// No row: it is a root of roots, as the virtual one is, or a registry of classes that have their own rows.
    Top,
}

impl Anchor {
    /// Whether it is a class, script, module or the global object, and not a thread or a frame.
    pub(super) fn lasts(&self) -> bool {
        match self {
            Self::Row(row) => row.starts_with("module "),
            Self::Spread(_) => true,
            Self::Top => false,
        }
    }
}

/// Where nodes stand in the owner tree, as far as not where the dominator tree has them.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) anchors: BTreeMap<Node, Anchor>,
    /// What stands below an anchor that does not dominate it, with the edge.
    pub(super) guests: BTreeMap<Node, Vec<(String, Node)>>,
    /// What stands below an object that does not dominate it, but would without the threads; and crowds.
    pub(super) adopted: FxHashMap<Node, Vec<Node>>,
    /// Names for nodes to which their dominator has no reference.
    pub(super) aliases: FxHashMap<Node, String>,
    /// Places and names for all objects of a class to which their dominator has no reference.
    pub(super) crowds: Crowds,
    /// Bytes to add to what a node retains.
    gain: FxHashMap<Node, i64>,
    /// What the guests and what was adopted stand below.
    pub(super) guest: FxHashMap<Node, Node>,
    /// The places of all nodes of the tables above: most are in none, and that is the first question.
    sieve: Sieve,
}

/// Places, and a bit for each of many hashes: most others are told by that.
#[derive(Debug, Default)]
struct Sieve {
    bits: Vec<u64>,
    known: FxHashSet<u32>,
}

impl Sieve {
    fn of(known: FxHashSet<u32>) -> Self {
        let mut bits = vec![0; (known.len() / 4 + 64).next_power_of_two()];
        for place in &known {
            let (word, bit) = Self::spot(&bits, Place(*place));
            bits[word] |= bit;
        }
        Self { bits, known }
    }

    fn spot(bits: &[u64], place: Place) -> (usize, u64) {
        let hash = u64::from(place.0).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        (hash as usize >> 6 & (bits.len() - 1), 1 << (hash & 63))
    }

    #[inline]
    fn holds(&self, place: Place) -> bool {
        let (word, bit) = Self::spot(&self.bits, place);
        self.bits[word] & bit != 0 && self.known.contains(&place.0)
    }
}

impl Places {
    pub(super) fn of(
        graph: &Graph,
        dominators: &Dominators,
        naming: &dyn Naming,
        folding: &Folding,
        asked: &dominators::Shared,
        least: u64,
    ) -> Self {
        let mut places =
            Self { anchors: anchors(graph, dominators, naming, folding, &asked.registries), ..Self::default() };
        let filed = Filed::of(&places, graph, dominators, naming, folding);
        let keys = asked.wide_keys.iter().filter(|key| filed.keys.contains(key));
        let passing: Vec<Node> = asked.passing.iter().chain(keys).copied().chain(places.timers()).collect();
        let passing = passing.as_slice();
        shared::settle(&mut places, graph, dominators, naming, folding, (passing, filed), least);
        places.keep_modules(graph, dominators, naming, &asked.registries);
        cleanups::settle(&mut places, graph, dominators, &naming.cleanups());
        places.crowds = crowds::crowds(&places, graph, dominators, naming, folding, passing, least);
        for (anchor, edge, host) in std::mem::take(&mut places.crowds.guests) {
            if !places.moved(host) {
                places.invite(anchor, edge, host);
            }
        }
        if !places.crowds.hosts.is_empty() {
            let crowds = places.tops().flat_map(|top| dominators.children(top)).filter(|node| !places.moved(*node));
            let crowds = crowds.filter_map(|node| Some((places.host(graph.class(node))?, node)));
            for (host, node) in crowds.collect::<Vec<_>>() {
                places.adopted.entry(host).or_default().push(node);
            }
        }
        places.balance(graph, dominators);
        let known = places.anchors.keys().chain(places.guests.keys()).chain(places.aliases.keys());
        let known = known.chain(places.adopted.keys());
        let known = known.chain(places.gain.keys()).chain(places.guest.keys());
        places.sieve = Sieve::of(known.filter_map(|node| dominators.place(*node)).map(|place| place.0).collect());
        places
    }

    /// Whether the owner tree treats the node at a place as any other; if not, one of the tables has it.
    #[inline]
    pub(super) fn is_ordinary(&self, place: Place) -> bool {
        !self.sieve.holds(place)
    }

    /// What the table of a loader refers to is the loader's, and so are modules that others need; what several of these
    /// hold is not.
    fn keep_modules(&mut self, graph: &Graph, dominators: &Dominators, naming: &dyn Naming, registries: &[Node]) {
        for table in registries {
            let keeper = dominators.immediate(*table).filter(|keeper| graph.class_name(*keeper) == LOADER);
            let Some(keeper) = keeper.filter(|_| self.is_top(*table)) else { continue };
            let mut filed = FxHashSet::default();
            naming.targets(*table, &mut |target| {
                filed.insert(target);
            });
            for module in dominators.children(*table).filter(|node| !self.moved(*node)).collect::<Vec<_>>() {
                if filed.contains(&module) || LOADED.contains(&graph.class_name(module)) {
                    self.adopt(keeper, module);
                }
            }
        }
    }

    /// What Node calls back later and nobody else keeps.
    fn timers(&self) -> impl Iterator<Item = Node> {
        let is_timer = |anchor: &Anchor| matches!(anchor, Anchor::Row(row) if row.starts_with(naming::TIMER));
        self.anchors.iter().filter(move |(_, anchor)| is_timer(anchor)).map(|(node, _)| *node)
    }

    /// Whether a node stands elsewhere than below its dominator.
    pub(super) fn moved(&self, node: Node) -> bool {
        self.anchors.contains_key(&node) || self.guest.contains_key(&node)
    }

    /// Whether what a node dominates stands at the top unless it has a place elsewhere.
    pub(super) fn is_top(&self, node: Node) -> bool {
        node == Node::ROOT || self.anchors.get(&node) == Some(&Anchor::Top)
    }

    /// Whether a node stands at the top unless it has a place elsewhere.
    pub(super) fn is_at_top(&self, dominators: &Dominators, node: Node) -> bool {
        dominators.immediate(node).is_some_and(|above| self.is_top(above))
    }

    fn tops(&self) -> impl Iterator<Item = Node> {
        let tops = self.anchors.iter().filter(|(_, anchor)| **anchor == Anchor::Top).map(|(node, _)| *node);
        std::iter::once(Node::ROOT).chain(tops)
    }

    /// Bytes to add to what a node retains by the dominator tree.
    pub(super) fn gain(&self, node: Node) -> i64 {
        self.gain.get(&node).copied().unwrap_or(0)
    }

    /// What a node stands below: its dominator, or who has taken it in; `None` for anchors.
    pub(super) fn above(&self, graph: &Graph, dominators: &Dominators, node: Node) -> Option<Node> {
        match self.guest.get(&node) {
            Some(host) => Some(*host),
            None if self.anchors.contains_key(&node) => None,
            None => match dominators.immediate(node)? {
                above if self.is_top(above) => Some(self.host(graph.class(node)).unwrap_or(above)),
                above => Some(above),
            },
        }
    }

    /// What alone holds the objects of a class that stand at the top, and that are not moved otherwise.
    pub(super) fn host(&self, class: ClassId) -> Option<Node> {
        self.crowds.hosts.get(&class).copied()
    }

    pub(super) fn invite(&mut self, anchor: Node, edge: String, guest: Node) {
        self.guest.insert(guest, anchor);
        self.guests.entry(anchor).or_default().push((edge, guest));
    }

    pub(super) fn adopt(&mut self, adopter: Node, node: Node) {
        self.guest.insert(node, adopter);
        self.adopted.entry(adopter).or_default().push(node);
    }

    /// Adds to what a node retains.
    fn add(&mut self, node: Node, bytes: i64) {
        let gain = self.gain.entry(node).or_default();
        *gain = gain.saturating_add(bytes);
    }

    /// Takes what was moved out of the rows above its old place, and adds it to those above the new one.
    fn balance(&mut self, graph: &Graph, dominators: &Dominators) {
        let moved: Vec<Node> = self.anchors.keys().chain(self.guest.keys()).copied().collect();
        let mut steps = 0;
        for node in moved {
            let bytes = i64::try_from(dominators.retained(node).0).unwrap_or(i64::MAX);
            let mut above = dominators.immediate(node);
            while let Some(holder) = above.filter(|holder| *holder != Node::ROOT && steps < MOST_STEPS) {
                self.add(holder, -bytes);
                above = if self.moved(holder) { None } else { dominators.immediate(holder) };
                steps += 1;
            }
        }
        let own = |guest: Node| dominators.retained(guest).0.saturating_add_signed(self.gain(guest));
        let sum = |one: u64, other: u64| one.saturating_add(other);
        let taken = self.adopted.iter().map(|(host, nodes)| (*host, nodes.iter().map(|node| own(*node)).fold(0, sum)));
        let guests = self.guests.iter();
        let guests = guests.map(|(host, nodes)| (*host, nodes.iter().map(|(_, node)| own(*node)).fold(0, sum)));
        let brought: Vec<(Node, u64)> = taken.chain(guests).collect();
        for (host, bytes) in brought {
            let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
            let mut above = Some(host);
            while let Some(holder) = above.filter(|holder| *holder != Node::ROOT && steps < MOST_STEPS) {
                self.add(holder, bytes);
                above = self.above(graph, dominators, holder);
                steps += 1;
            }
        }
    }
}

/// What holds in passing: calls, and what cleans up behind an object that others hold.
pub(super) fn passing(graph: &Graph, naming: &dyn Naming) -> Vec<Node> {
    let mut passing = naming.passing();
    if let Some(cleaner) = graph.classes().iter().position(|class| CLEANERS.contains(&&*class.name)) {
        let classes = graph.class_rows();
        passing.extend(graph.objects().filter(|node| classes.get(*node).0 as usize == cleaner));
    }
    passing
}

fn anchors(
    graph: &Graph,
    dominators: &Dominators,
    naming: &dyn Naming,
    folding: &Folding,
    registries: &[Node],
) -> BTreeMap<Node, Anchor> {
    let mut anchors = BTreeMap::new();
    for root in graph.roots() {
        if let Some(anchor) = of_root(root) {
            anchors.entry(root.node).or_insert(anchor);
        }
    }
    for node in naming.globals().into_iter().filter(|node| dominators.reachable(*node)) {
        anchors.entry(node).or_insert(Anchor::Spread(Holder::Global));
    }
    let mut copies: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    let wanted: Vec<bool> = graph.classes().iter().map(|class| CLASSES.contains(&&*class.name)).collect();
    let classes = graph.class_rows();
    for node in graph.objects().filter(|node| wanted[classes.get(*node).0 as usize]) {
        if anchors.contains_key(&node) || !dominators.reachable(node) {
            continue;
        }
        if graph.class_name(node) == GC_ROOTS && dominators.immediate(node) == Some(Node::ROOT) {
            anchors.insert(node, Anchor::Top);
            continue;
        }
        let label = naming.label(node);
        if let Some(Label::Class(name)) = &label {
            copies.entry(naming::class(name)).or_default().push(node);
        }
        if let Some(anchor) = label.and_then(of_label) {
            anchors.insert(node, anchor);
        }
    }
    settle_timers(&mut anchors, graph, dominators, naming);
    copies.retain(|_, classes| classes.len() >= LEAST_COPIES);
    settle_copies(&mut anchors, graph, dominators, folding, &copies.into_values().flatten().collect());
    settle_realms(&mut anchors, dominators);
    for registry in registries.iter().filter(|node| dominators.reachable(**node)) {
        let classes = dominators.children(*registry).filter(|node| CLASSES[0] == graph.class_name(*node));
        let (at_home, copies): (Vec<Node>, Vec<Node>) = classes.partition(|class| anchors.contains_key(class));
        let keeper = dominators.immediate(*registry).filter(|keeper| graph.class_name(*keeper) == LOADER);
        if at_home.len() > copies.len() || keeper.is_some() {
            anchors.insert(*registry, Anchor::Top);
        }
    }
    anchors
}

/// Classes that were defined again and again are told where their loaders are kept: that is where they pile up.
fn settle_copies(
    anchors: &mut BTreeMap<Node, Anchor>,
    graph: &Graph,
    dominators: &Dominators,
    folding: &Folding,
    copies: &FxHashSet<Node>,
) {
    let mut steps = 0;
    for copy in copies {
        let (mut has_loader, mut is_kept) = (false, false);
        for holder in dominators.all_above(*copy) {
            let is_loader = folding.kind(graph.class(holder)) == Some(Kind::Loader);
            // What keeps the loader, or the class without it; what is between the two is the loader's own.
            is_kept = !copies.contains(&holder) && !is_loader;
            steps += 1;
            if steps >= MOST_STEPS || (is_kept && (has_loader || anchors.contains_key(&holder))) {
                break;
            }
            has_loader |= is_loader;
        }
        if is_kept {
            anchors.remove(copy);
        }
    }
}

/// Timers that nobody keeps but Node's own lists are told by what they call.
fn settle_timers(anchors: &mut BTreeMap<Node, Anchor>, graph: &Graph, dominators: &Dominators, naming: &dyn Naming) {
    let Some(lists) = graph.classes().iter().position(|class| &*class.name == TIMERS) else { return };
    let classes = graph.class_rows();
    let lists = graph.objects().filter(|node| classes.get(*node).0 as usize == lists && dominators.reachable(*node));
    for timer in lists.flat_map(|list| dominators.children(list)) {
        if let Some(label @ Label::Timer(..)) = naming.label(timer) {
            anchors.extend(of_label(label).map(|anchor| (timer, anchor)));
        }
    }
}

/// The global object of a frame that was removed is told where the page keeps it.
fn settle_realms(anchors: &mut BTreeMap<Node, Anchor>, dominators: &Dominators) {
    let globals = anchors.iter().filter(|(_, anchor)| **anchor == Anchor::Spread(Holder::Global));
    for global in globals.map(|(node, _)| *node).collect::<Vec<_>>() {
        let mut above = dominators.all_above(global).take(MOST_ABOVE);
        if above.any(|node| anchors.get(&node).is_some_and(Anchor::lasts)) {
            anchors.remove(&global);
        }
    }
}

pub(super) fn of_root(root: &Root) -> Option<Anchor> {
    match root.kind {
        RootKind::Module => Some(Anchor::Row(format!("module {}", naming::cut(&root.name)))),
        RootKind::Thread if !root.name.is_empty() => {
            Some(Anchor::Row(format!("thread {}", naming::thread(&root.name))))
        }
        RootKind::Frame | RootKind::Task if !root.name.is_empty() => {
            Some(Anchor::Row(format!("{} {}", root.kind, naming::cut(&root.name))))
        }
        RootKind::Global => Some(Anchor::Spread(Holder::Global)),
        _ => None,
    }
}

fn of_label(label: Label<'_>) -> Option<Anchor> {
    match label {
        Label::Class(name) => Some(Anchor::Spread(Holder::Class(naming::simple(&naming::class(&name)).to_owned()))),
        Label::Thread(name) => Some(Anchor::Row(format!("thread {}", naming::thread(&name)))),
        Label::Timer(script, function) => Some(Anchor::Row(naming::timer(&script, &function))),
        Label::Module(name) => Some(Anchor::Row(format!("module {}", naming::script(&name)))),
        Label::Script(name) => Some(Anchor::Spread(Holder::Script(naming::script(&name)))),
        Label::Function(_) => None,
    }
}
