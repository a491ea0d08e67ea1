//! How classes are folded, as data: which are containers, what of them is inside, what is not worth a step.

mod android;
mod jdk;
mod kind;
mod libraries;
mod older;
mod rule;
mod script;

use rule::{Container, Patterns};
pub(super) use rule::{Count, Inside, fits};

pub(super) use kind::Limit;

use super::Kind;
use super::graph::{Class, ClassId, Graph};

/// What a class means for owner paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A step of its own.
    Plain,
    /// Its internals vanish, its content is `entries`; the index of its rule.
    Container(usize),
    /// It vanishes; what it holds belongs to its holder, under its own names.
    Clear,
    /// It vanishes, and what it holds takes its name: a cell around a value.
    Passing,
    /// As `Passing`, but the name is what it is filed under: an entry of a map of thread-locals.
    Keyed,
}

/// The rules; the first that matches a class, or else the nearest of its superclasses, applies.
const TABLES: [&[Container]; 4] = [jdk::RULES, android::RULES, libraries::RULES, script::RULES];

/// What a container itself refers to of these is no entry of it: locks, counters, queues of the collector.
const FITTINGS: [&str; 5] = [
    "java.util.concurrent.locks.*",
    "java.util.concurrent.atomic.Atomic*",
    "java.util.concurrent.atomic.*Adder",
    "java.lang.ref.ReferenceQueue",
    "java.lang.Object",
];

const VANISHING: &[(&str, Role)] = &[
    ("java.lang.ThreadLocal$ThreadLocalMap", Role::Clear),
    ("java.lang.ThreadLocal$ThreadLocalMap$Entry[]", Role::Clear),
    ("java.lang.ThreadLocal$ThreadLocalMap$Entry", Role::Keyed),
    ("system / Context", Role::Clear),
    ("system / PropertyCell", Role::Passing),
    ("system / Cell", Role::Passing),
    ("system / HeapNumber", Role::Passing),
    ("(array)", Role::Clear),
    ("(object properties)", Role::Clear),
    ("(object elements)", Role::Clear),
    // What Chrome has between its objects.
    ("blink::BasicHeapVector", Role::Clear),
    ("blink::BasicHeapHashMap", Role::Clear),
    ("blink::BasicHeapHashSet", Role::Clear),
    ("blink::HeapVectorBacking", Role::Clear),
    ("blink::HeapHashTableBacking", Role::Clear),
    ("blink::DisallowNewWrapper", Role::Clear),
    ("blink::RegisteredEventListener", Role::Clear),
    ("EventListener", Role::Clear),
    ("V8EventListener", Role::Clear),
    ("builtins.cell", Role::Passing),
    // What contexts keep the values of their variables in.
    ("builtins.hamt", Role::Clear),
    ("builtins.hamt_bitmap_node", Role::Clear),
    ("builtins.hamt_array_node", Role::Clear),
    ("builtins.hamt_collision_node", Role::Clear),
];

/// The roles of all classes of a graph.
#[derive(Debug)]
pub(super) struct Folding {
    roles: Vec<Role>,
    /// The rules, that of arrays last.
    rules: Vec<&'static Container>,
    /// What the rules that some class matches mean for each class.
    used: Vec<Option<Meaning>>,
    fittings: Vec<bool>,
    kinds: Vec<Option<Kind>>,
    limits: Vec<&'static [Limit]>,
}

/// What a rule means for the classes of a graph.
#[derive(Debug)]
struct Meaning {
    inside: Vec<Inside>,
    /// Which classes are counted as entries.
    links: Vec<bool>,
    levels: u8,
}

impl Folding {
    pub(super) fn of(graph: &Graph) -> Self {
        let filed = graph.classes().iter().any(|class| &*class.name == rule::TABLE);
        let told = if filed { &rule::FILED } else { &rule::TOLD };
        let is_older = graph.classes().iter().any(|class| older::SIGNS.contains(&&*class.name));
        let first = if is_older { older::RULES } else { &[] };
        let tables = [first].into_iter().chain(TABLES).flatten();
        let rules: Vec<&Container> = tables.chain([told, &rule::ARRAYS]).collect();
        let roles = roles(graph, &rules);
        let index = Index::of(graph);
        let mut is_used = vec![false; rules.len()];
        is_used[rules.len() - 2] = true;
        for role in &roles {
            if let Role::Container(rule) = role {
                is_used[*rule] = true;
            }
        }
        let meaning = |(rule, used): (&&Container, bool)| used.then(|| index.meaning(rule));
        let used = rules.iter().zip(is_used).map(meaning).collect();
        let fittings = index.fitting(FITTINGS.into_iter());
        let kinds = inherited(graph, kind::kind);
        let limits = inherited(graph, kind::limits).into_iter().zip(graph.classes());
        let limits = limits.map(|(limits, class)| limits.filter(|_| !kind::is_plain(&class.name)).unwrap_or(&[]));
        Self { roles, rules, used, fittings, kinds, limits: limits.collect() }
    }

    /// What a class is for.
    pub(super) fn kind(&self, class: ClassId) -> Option<Kind> {
        self.kinds.get(class.0 as usize).copied().flatten()
    }

    /// What may bound an object of a class.
    pub(super) fn limits(&self, class: ClassId) -> &'static [Limit] {
        self.limits.get(class.0 as usize).copied().unwrap_or(&[])
    }

    pub(super) fn role(&self, class: ClassId) -> Role {
        self.roles.get(class.0 as usize).copied().unwrap_or(Role::Plain)
    }

    /// The rule of an index.
    pub(super) fn rule(&self, index: usize) -> &'static Container {
        self.rules.get(index).copied().unwrap_or(&rule::ARRAYS)
    }

    /// The role of a class without a rule whose objects tell a number of entries.
    pub(super) fn told(&self) -> Role {
        Role::Container(self.rules.len() - 2)
    }

    /// How a class is inside a container of this rule that refers to it itself, or through its internals.
    pub(super) fn inside(&self, rule: usize, class: ClassId, directly: bool) -> Inside {
        let place = class.0 as usize;
        let known = self.meaning(rule).and_then(|meaning| meaning.inside.get(place).copied());
        match known.unwrap_or(Inside::No) {
            Inside::Directly if !directly => Inside::No,
            Inside::No if directly && self.fittings.get(place) == Some(&true) && !self.rule(rule).count.is_direct() => {
                Inside::Wholly
            }
            known => known,
        }
    }

    /// How many levels of containers are folded into one of this rule.
    pub(super) fn levels(&self, rule: usize) -> u8 {
        self.meaning(rule).map_or(0, |meaning| meaning.levels)
    }

    /// Whether an object of a class stands for an entry of a container of this rule.
    pub(super) fn links(&self, rule: usize, class: ClassId) -> bool {
        self.meaning(rule).and_then(|meaning| meaning.links.get(class.0 as usize)).copied().unwrap_or(false)
    }

    fn meaning(&self, rule: usize) -> Option<&Meaning> {
        self.used.get(rule).and_then(Option::as_ref)
    }
}

fn roles(graph: &Graph, rules: &[&'static Container]) -> Vec<Role> {
    let containers = rules[..rules.len() - 1].iter().enumerate();
    let containers = containers.map(|(rule, known)| (known.class, Role::Container(rule)));
    let patterns: Patterns<Role> = VANISHING.iter().copied().chain(containers).collect();
    let array = |class: usize| match graph.classes()[class].name.strip_suffix("[]") {
        Some(element) if !PRIMITIVES.contains(&element) => Role::Container(rules.len() - 1),
        _ => Role::Plain,
    };
    let inherited = inherited(graph, |class| patterns.find(class)).into_iter().enumerate();
    inherited.map(|(class, role)| role.unwrap_or_else(|| array(class))).collect()
}

/// For each class what is known of it, or else of the nearest class that it extends.
fn inherited<T: Copy>(graph: &Graph, of: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    let known = |class: &Class| of(&class.name).or_else(|| of(original(&class.name)?));
    let own: Vec<Option<T>> = graph.classes().iter().map(known).collect();
    let nearest = |class: usize| {
        let mut ancestor = Some(class);
        // A dump may claim that classes extend each other in a ring.
        for _ in 0..64 {
            let class = ancestor?;
            if let Some(known) = own.get(class)? {
                return Some(*known);
            }
            ancestor = graph.classes()[class].superclass.map(|class| class.0 as usize);
        }
        None
    };
    (0..own.len()).map(nearest).collect()
}

/// How the packages of libraries start.
const PACKAGES: [&str; 11] =
    ["akka.", "clojure.", "com.", "gnu.", "io.", "it.", "kotlin.", "kotlinx.", "org.", "reactor.", "scala."];

/// The name of a class of a library before somebody put that into a package of his own:
/// `io.netty.util.Timer` of `io.grpc.netty.shaded.io.netty.util.Timer`.
fn original(class: &str) -> Option<&str> {
    let behind = |(dot, _): (usize, &str)| &class[dot + 1..];
    let starts = |name: &&str| PACKAGES.iter().any(|package| name.starts_with(package));
    class.rmatch_indices('.').map(behind).find(starts)
}

const PRIMITIVES: [&str; 8] = ["byte", "char", "short", "int", "long", "float", "double", "boolean"];

/// The classes of a graph by name; those of a library by their original name, too.
struct Index<'a> {
    sorted: Vec<(&'a str, usize)>,
    classes: usize,
}

impl<'a> Index<'a> {
    fn of(graph: &'a Graph) -> Self {
        let names = |(class, known): (usize, &'a Class)| {
            [Some(&*known.name), original(&known.name)].into_iter().flatten().map(move |name| (name, class))
        };
        let mut sorted: Vec<(&str, usize)> = graph.classes().iter().enumerate().flat_map(names).collect();
        sorted.sort_unstable();
        Self { sorted, classes: graph.classes().len() }
    }

    fn meaning(&self, rule: &Container) -> Meaning {
        let mut inside = vec![Inside::No; self.classes];
        for (name, how) in rule.internals() {
            for class in self.all(&name) {
                // A class that is inside in two ways is so in the stronger one.
                inside[class] =
                    if inside[class] == Inside::Anywhere && how != Inside::Wholly { Inside::Anywhere } else { how };
            }
        }
        let links = match rule.count {
            Count::Links(links) | Count::Filled(links) => self.fitting(links.split('|')),
            _ => Vec::new(),
        };
        Meaning { inside, links, levels: rule.levels() }
    }

    fn fitting<'b>(&self, names: impl Iterator<Item = &'b str>) -> Vec<bool> {
        let mut fitting = vec![false; self.classes];
        names.for_each(|name| self.all(name).for_each(|class| fitting[class] = true));
        fitting
    }

    /// All classes that fit a name.
    fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = usize> + 'b {
        let start = name.split('*').next().unwrap_or("");
        let first = self.sorted.partition_point(|(class, _)| *class < start);
        let near = self.sorted[first..].iter().take_while(move |(class, _)| class.starts_with(start));
        near.filter(move |(class, _)| fits(name, class)).map(|(_, class)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::GraphBuilder;

    #[test]
    fn a_library_that_was_put_into_another_package_is_known() {
        for (class, known) in [
            ("io.grpc.netty.shaded.io.netty.util.Recycler$LocalPool", Some("io.netty.util.Recycler$LocalPool")),
            ("hidden.com.google.common.cache.LocalCache", Some("com.google.common.cache.LocalCache")),
            ("com.shop.Cache", None),
            ("com.shop.organ.Cache", None),
        ] {
            assert_eq!(original(class), known);
        }
        let fold = |map: &str, node: &str| {
            let mut builder = GraphBuilder::default();
            let [map, node] = [map, node].map(|name| builder.class(name));
            let folding = Folding::of(&builder.finish().unwrap());
            match folding.role(map) {
                Role::Container(rule) => folding.inside(rule, node, true),
                _ => Inside::No,
            }
        };
        let map = "com.google.common.collect.LinkedListMultimap";
        let node = format!("{map}$Node");
        assert_eq!(fold(map, &node), Inside::Anywhere);
        assert_eq!(fold(&format!("my.hidden.{map}"), &format!("my.hidden.{node}")), Inside::Anywhere);
        assert_eq!(fold(&format!("my.hidden.{map}"), "my.hidden.Node"), Inside::No);
    }

    #[test]
    fn every_library_is_known_by_the_start_of_its_package() {
        for rule in libraries::RULES.iter().filter(|rule| !rule.class.starts_with("java.")) {
            assert!(PACKAGES.iter().any(|package| rule.class.starts_with(package)), "{}", rule.class);
        }
    }

    #[test]
    fn every_rule_stands_once_and_counts_what_is_inside() {
        let rules = || TABLES.into_iter().flatten();
        for rule in rules() {
            assert!(rules().filter(|other| other.class == rule.class).count() == 1, "{}", rule.class);
        }
        for rule in rules().chain(older::RULES) {
            if let Count::Links(link) | Count::Filled(link) = rule.count {
                for link in link.split('|').map(|link| link.replace('*', "")) {
                    assert!(rule.internals().any(|(name, _)| fits(&name, &link)), "{} counts no internals", rule.class);
                }
            }
            if rule.count == Count::Slots {
                assert!(rule.internals().any(|(name, _)| name.ends_with("[]")), "{} has no array", rule.class);
            }
            if rule.count == Count::Wrapped {
                assert!(rule.levels() > 0, "{} wraps nothing", rule.class);
            }
        }
    }
}
