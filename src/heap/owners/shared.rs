//! What nobody holds alone: large objects to which their dominator has no reference of its own.
//!
//! A map that a module's variable and a listener both refer to is dominated by what is above both, often
//! the virtual root. It belongs below the variable all the same: that is where a developer looks. For the
//! same reason a static field or a variable of a script claims what it refers to from any other holder.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::HashMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::anchors::{Anchor, Places};
use super::edges::{ENTRIES, Holder, thread_local, wording};
use super::lasting::{self, Floating};
use super::weak::Filed;
use crate::heap::fold::{Folding, Inside, Role};
use crate::heap::graph::{ClassId, Graph, Naming, Reference, RootKind};
use crate::heap::naming as names;
use crate::heap::{Dominators, Node};

/// Holders that are looked at for one shared object, anchors apart,
const MOST_HOLDERS: usize = 1024;
/// and of each class among the others: structures that all of their members know have but a few holders besides.
const MOST_OF_A_CLASS: u32 = 16;
/// Properties whose names differ in their numbers only: more are no names that somebody wrote.
const MOST_ALIKE: usize = 16;
/// What Python keeps attributes in.
const DICT: &str = "builtins.dict";
/// How collections of Python are called that file something by objects for as long as these live.
const WEAK: &str = "weakref.Weak";
/// Objects between an anchor and its reference: a namespace, a cell.
const MOST_STEPS: usize = 4;
/// Steps from an internal of a container up to that, if most are links of one bucket.
const MOST_LINKS: usize = 16;

/// A holder with more references is asked once whether it has a name for anything: the table of a map has none.
const MANY: u64 = 256;
/// References that are looked at for names, in all; beyond that, what large holders share has none.
const MOST_ASKED: u64 = 100_000_000;

/// Gives each shared object a place below an anchor, or at least a name.
pub(super) fn settle(
    places: &mut Places,
    graph: &Graph,
    dominators: &Dominators,
    naming: &dyn Naming,
    folding: &Folding,
    (passing, mut filed): (&[Node], Filed),
    least: u64,
) {
    let mut weak: Vec<bool> = graph.classes().iter().map(|class| class.name.starts_with(WEAK)).collect();
    if !weak.contains(&true) {
        weak.clear();
    }
    let (large, counted) = (RefCell::default(), RefCell::default());
    let view = View { places, graph, dominators, naming, folding, large, asked: Cell::new(0), counted, weak };
    let passes: FxHashSet<Node> = passing.iter().copied().collect();
    let is_small = |node: Node| dominators.retained(node).0 < least;
    let mut shared = Vec::new();
    for (node, holders) in dominators.holders() {
        let mut holders = view.without_weak(holders);
        let tables = filed.tables.remove(&node);
        if let Some(tables) = &tables {
            holders.retain(|holder| !filed.keys.contains(holder));
            holders.extend(tables);
        }
        let above = dominators.immediate(node).filter(|above| *above != Node::ROOT);
        let referred = above.is_some_and(|above| holders.contains(&above) && !passes.contains(&above));
        let settled = referred && above.is_some_and(|above| places.anchors.contains_key(&above));
        if !settled && !places.anchors.contains_key(&node) {
            let home = view.home(node, referred, &holders, is_small(node));
            let settled = home.as_ref().and_then(Home::settled);
            let container = if settled.is_none() { view.container(node, &holders) } else { None };
            let container = container.or(tables.and_then(|tables| only(&tables, &holders)));
            shared.push((Floating { node, holders, settled, container }, home, referred));
        }
    }
    for (node, holders) in filed.tables {
        let container = only(&holders, &holders);
        shared.push((Floating { node, holders, settled: None, container }, None, false));
    }
    // A thread is a place of its own, whoever counts the threads.
    let threads = graph.roots().iter().filter(|root| root.kind == RootKind::Thread).map(|root| root.node);
    let threads: FxHashSet<Node> = threads.collect();
    let floats = |(floating, _, referred): &&(Floating, _, bool)| !referred && !threads.contains(&floating.node);
    let floating: Vec<&Floating> = shared.iter().filter(floats).map(|(floating, _, _)| floating).collect();
    let adopters = lasting::adopters(places, dominators, passing, &floating);
    let adopters: FxHashMap<Node, Node> = adopters.into_iter().collect();
    for (Floating { node, holders, .. }, home, _) in &mut shared {
        if let Some(adopter) = adopters.get(node) {
            let known = home.take();
            let name = if is_small(*node) { None } else { view.name(*node, *adopter, holders, known) };
            *home = Some(Home::Inside { adopter: *adopter, name });
        }
    }
    for (Floating { node, .. }, home, _) in shared {
        match home {
            Some(Home::Below { anchor, edge, .. } | Home::Local { anchor, edge, .. }) => {
                places.invite(anchor, edge, node);
            }
            Some(Home::Inside { adopter, name }) => {
                places.adopt(adopter, node);
                places.aliases.extend(name.map(|name| (node, name)));
            }
            Some(Home::Field(alias) | Home::Named(alias)) => {
                places.aliases.insert(node, alias);
            }
            None => {}
        }
    }
}

/// The one table, if nothing else holds.
fn only(tables: &[Node], holders: &[Node]) -> Option<Node> {
    tables.first().copied().filter(|_| holders.len() == 1)
}

/// Where a shared object belongs; the least is the best.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    /// Below a class, script, module or the global object. Of modules that have it by one name, the one around its class
    /// is no guest.
    Below { rank: u8, far: Reverse<usize>, row: String, edge: String, anchor: Node },
    /// Below an object of one of these, which may have a name of its own for it.
    Inside { adopter: Node, name: Option<String> },
    /// A field of an object that has one of these names itself.
    Field(String),
    /// Below a thread: it is only passing by.
    Local { row: String, edge: String, anchor: Node },
    /// A field of any object.
    Named(String),
}

impl Home {
    /// The class, script, module or global object below which it stands.
    fn settled(&self) -> Option<Node> {
        match self {
            Self::Below { anchor, .. } => Some(*anchor),
            _ => None,
        }
    }
}

struct View<'a> {
    places: &'a Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    naming: &'a dyn Naming,
    folding: &'a Folding,
    /// Holders with many references, and whether they have names for them.
    large: RefCell<FxHashMap<Node, bool>>,
    /// References of these that were looked at.
    asked: Cell<u64>,
    /// What many properties of an object are called but for their numbers.
    counted: RefCell<FxHashMap<Node, Vec<String>>>,
    /// Classes of collections with weak keys; none if there are none.
    weak: Vec<bool>,
}

impl View<'_> {
    /// The holders, but for collections with weak keys, if there are others: these have what they are asked for.
    fn without_weak(&self, holders: Vec<Node>) -> Vec<Node> {
        if self.weak.is_empty() {
            return holders;
        }
        let is_weak = |node: Node| self.weak[self.graph.class(node).0 as usize];
        let files = |node: &Node| is_weak(*node) || self.dominators.immediate(*node).is_some_and(is_weak);
        let (weak, others): (Vec<Node>, Vec<Node>) = holders.into_iter().partition(files);
        if others.is_empty() { weak } else { others }
    }

    fn home(&self, node: Node, referred: bool, holders: &[Node], is_small: bool) -> Option<Home> {
        let anchored = holders.iter().filter_map(|holder| self.below(node, *holder)).min();
        if referred {
            return anchored.filter(|home| matches!(home, Home::Below { rank: 0, .. }));
        }
        // What is small counts between others, and has no name of its own.
        if is_small || matches!(anchored, Some(Home::Below { .. })) {
            return anchored.filter(|home| home.settled().is_some());
        }
        anchored.into_iter().chain(self.named(node, holders)).min()
    }

    /// The one container of whose internals it is one.
    fn container(&self, node: Node, holders: &[Node]) -> Option<Node> {
        let class = self.graph.class(node);
        let mut containers = holders.iter().filter(|holder| self.is_inside(**holder, class, true));
        containers.next().copied().filter(|_| containers.next().is_none())
    }

    /// The container whose internal an object is.
    fn around(&self, internal: Node) -> Option<Node> {
        let class = self.graph.class(internal);
        let mut others = 0;
        let near = |node: &Node| {
            others += usize::from(self.graph.class(*node) != class);
            others <= MOST_STEPS
        };
        let mut above = self.dominators.all_above(internal).take(MOST_LINKS).take_while(near);
        above.find(|node| self.is_inside(*node, class, false))
    }

    /// Whether objects of a class are internals of a container, to which it refers itself or through others.
    fn is_inside(&self, container: Node, class: ClassId, directly: bool) -> bool {
        match self.folding.role(self.graph.class(container)) {
            Role::Container(rule) => self.folding.inside(rule, class, directly) != Inside::No,
            _ => false,
        }
    }

    /// What the dominator of an object calls it: `Registry.listeners`.
    fn field(&self, node: Node) -> Option<String> {
        let above = self.dominators.immediate(node).filter(|above| *above != Node::ROOT)?;
        let field = self.edge(above, node, &Holder::Object).filter(|edge| edge.starts_with('.'))?;
        Some(self.of_class(above, &field))
    }

    /// A field of an object, told with the class of that.
    fn of_class(&self, mut holder: Node, field: &str) -> String {
        if self.graph.class_name(holder) == DICT && self.naming.names_things(holder) {
            let above = self.dominators.immediate(holder);
            holder = above.filter(|above| *above != Node::ROOT).unwrap_or(holder);
        }
        format!("{}{field}", names::simple(&names::class(self.graph.class_name(holder))))
    }

    /// The best name that an object has for it.
    fn named(&self, node: Node, holders: &[Node]) -> Option<Home> {
        let mut others: FxHashMap<ClassId, u32> = FxHashMap::default();
        let (first, rest) = holders.split_at(holders.len().min(MOST_HOLDERS));
        let rest = rest.iter().filter(|holder| {
            let of_class = others.entry(self.graph.class(**holder)).or_default();
            *of_class += 1;
            *of_class <= MOST_OF_A_CLASS
        });
        first.iter().chain(rest).filter_map(|holder| self.alias(node, *holder)).min()
    }

    /// What it is called below an object that may not refer to it; a name that is its home is the best one.
    fn name(&self, node: Node, adopter: Node, holders: &[Node], home: Option<Home>) -> Option<String> {
        if holders.contains(&adopter) {
            return None;
        }
        let is_name = |home: &Home| matches!(home, Home::Field(_) | Home::Named(_));
        match home.filter(is_name).or_else(|| self.named(node, holders))? {
            Home::Field(alias) | Home::Named(alias) => Some(alias),
            _ => None,
        }
    }

    fn below(&self, node: Node, holder: Node) -> Option<Home> {
        let anchor = self.anchor(holder)?;
        let (rank, row, wording_of) = match self.places.anchors.get(&anchor)? {
            Anchor::Top => return None,
            Anchor::Spread(Holder::Global) => (2, String::new(), Holder::Global),
            Anchor::Spread(holder) => (0, String::new(), holder.clone()),
            lasting @ Anchor::Row(row) if lasting.lasts() => (1, row.clone(), Holder::Object),
            Anchor::Row(row) => {
                let edge = match self.folding.role(self.graph.class(holder)) {
                    Role::Keyed => thread_local(self.naming, holder),
                    _ => self.edge(holder, node, &Holder::Object)?,
                };
                return Some(Home::Local { row: row.clone(), edge, anchor });
            }
        };
        let edge = self.edge(holder, node, &wording_of)?;
        let far = Reverse(in_common(row.strip_prefix("module ").unwrap_or(""), self.graph.class_name(node)));
        Some(Home::Below { rank, far, row, edge, anchor })
    }

    /// The anchor whose namespace the holder is, if it is one.
    fn anchor(&self, mut holder: Node) -> Option<Node> {
        for _ in 0..MOST_STEPS {
            if self.places.anchors.contains_key(&holder) {
                return Some(holder);
            }
            let role = self.folding.role(self.graph.class(holder));
            let vanishing = matches!(role, Role::Clear | Role::Passing | Role::Keyed);
            if !vanishing && self.graph.class_name(holder) != DICT {
                return None;
            }
            holder = self.dominators.immediate(holder)?;
        }
        None
    }

    fn alias(&self, node: Node, holder: Node) -> Option<Home> {
        let edge = self.edge(holder, node, &Holder::Object)?;
        if let Some(container) = self.around(holder).and_then(|container| self.field(container)) {
            return Some(Home::Named(format!("{container}.{ENTRIES}")));
        }
        if !edge.starts_with('.') {
            return Some(Home::Named(edge));
        }
        if self.is_counted(holder, &edge[1..]) {
            let field = self.field(holder).map(|field| format!("{field}.{ENTRIES}"));
            return Some(Home::Named(field.unwrap_or_else(|| ENTRIES.to_owned())));
        }
        let global = self.naming.global(holder).map(|global| wording(&Holder::Object, &global));
        Some(match global {
            Some(global) => Home::Field(format!("{global}{edge}")),
            None => Home::Named(self.of_class(holder, &edge)),
        })
    }

    /// Whether a property is one of many that only differ in their numbers.
    fn is_counted(&self, holder: Node, property: &str) -> bool {
        if !property.contains(|c: char| c.is_ascii_digit()) {
            return false;
        }
        let mut counted = self.counted.borrow_mut();
        let shapes = counted.entry(holder).or_insert_with(|| {
            let mut shapes: HashMap<String, usize> = HashMap::new();
            self.naming.references(holder, &mut |_, reference| {
                if let Reference::Field(other) = &reference {
                    *shapes.entry(names::shape(other).collect()).or_default() += 1;
                }
            });
            shapes.into_iter().filter(|(_, number)| *number > MOST_ALIKE).map(|(shape, _)| shape).collect()
        });
        shapes.iter().any(|shape| names::shape(property).eq(shape.chars()))
    }

    /// The edge, if source code names it.
    fn edge(&self, from: Node, to: Node, holder: &Holder) -> Option<String> {
        let large = self.large.borrow().get(&from).copied();
        if large.is_some_and(|names| !names || self.asked.get() > MOST_ASKED) {
            return None;
        }
        let (mut edge, mut asked) = (None, 0);
        let mut wanted = |target| {
            asked += 1;
            target == to
        };
        self.naming.references_to(from, &mut wanted, &mut |_, reference| {
            if edge.is_none() && is_name(&reference) {
                let name = wording(holder, &reference).into_owned();
                edge = Some(name).filter(|edge| edge != ENTRIES);
            }
        });
        if asked > MANY {
            self.asked.set(self.asked.get() + asked);
            self.large.borrow_mut().entry(from).or_insert_with(|| {
                let mut names = false;
                self.naming.references(from, &mut |_, reference| names |= is_name(&reference));
                names
            });
        }
        edge
    }
}

/// How many parts a module and a class have in common.
fn in_common(module: &str, class: &str) -> usize {
    module.split('.').zip(class.split('.')).take_while(|(one, other)| one == other).count()
}

/// Whether source code may name the reference.
fn is_name(reference: &Reference<'_>) -> bool {
    !matches!(reference, Reference::Internal(_) | Reference::Element(_))
}
