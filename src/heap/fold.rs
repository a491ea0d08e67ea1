//! How classes are folded, as data: which are containers, what of them is inside, what is not worth a step.

use super::graph::{ClassId, Graph};

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

/// A class of containers. In patterns `*` at the end stands for anything, and `>` at the start
/// restricts to what the container itself refers to.
#[derive(Debug)]
pub(super) struct Container {
    class: &'static str,
    /// Classes of its internals.
    inside: &'static [&'static str],
    /// How its entries are counted.
    pub(super) count: Count,
}

/// How entries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// One for each internal of this class.
    Links(&'static str),
    /// One for each element of its internal array.
    Slots,
    /// One for each of its own elements.
    Elements,
    /// The dump says.
    Told,
}

macro_rules! containers {
    ($($class:literal [$($inside:literal),*] $count:expr;)*) => {
        &[$(Container { class: $class, inside: &[$($inside),*], count: $count }),*]
    };
}

use Count::{Elements, Links, Slots, Told};

/// The first rule that matches a class, or one of its superclasses, applies.
const CONTAINERS: &[Container] = containers! {
    // JDK
    "java.util.LinkedHashMap" ["java.util.LinkedHashMap$*", "java.util.HashMap$*"] Links("java.util.LinkedHashMap$Entry");
    "java.util.HashMap" ["java.util.HashMap$*"] Links("java.util.HashMap$*Node");
    "java.util.LinkedHashSet" [">java.util.LinkedHashMap", "java.util.LinkedHashMap$*", "java.util.HashMap$*"] Links("java.util.LinkedHashMap$Entry");
    "java.util.HashSet" [">java.util.HashMap", ">java.util.LinkedHashMap", "java.util.HashMap$*", "java.util.LinkedHashMap$*"] Links("java.util.HashMap$*Node");
    "java.util.TreeMap" ["java.util.TreeMap$*"] Links("java.util.TreeMap$Entry");
    "java.util.TreeSet" [">java.util.TreeMap", "java.util.TreeMap$*"] Links("java.util.TreeMap$Entry");
    "java.util.Hashtable" ["java.util.Hashtable$*"] Links("java.util.Hashtable$Entry");
    "java.util.Properties" [">java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "java.util.WeakHashMap" ["java.util.WeakHashMap$*"] Links("java.util.WeakHashMap$Entry");
    "java.util.IdentityHashMap" [">java.lang.Object[]", "java.util.IdentityHashMap$*"] Slots;
    "java.util.EnumMap" [">java.lang.Object[]"] Slots;
    "java.util.concurrent.ConcurrentHashMap" ["java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "java.util.concurrent.ConcurrentSkipListMap" ["java.util.concurrent.ConcurrentSkipListMap$*"] Links("java.util.concurrent.ConcurrentSkipListMap$Node");
    "java.util.ArrayList" [">java.lang.Object[]"] Slots;
    "java.util.Vector" [">java.lang.Object[]"] Slots;
    "java.util.ArrayDeque" [">java.lang.Object[]"] Slots;
    "java.util.PriorityQueue" [">java.lang.Object[]"] Slots;
    "java.util.LinkedList" ["java.util.LinkedList$*"] Links("java.util.LinkedList$Node");
    "java.util.ImmutableCollections$ListN" [">java.lang.Object[]"] Slots;
    "java.util.ImmutableCollections$SetN" [">java.lang.Object[]"] Slots;
    "java.util.ImmutableCollections$MapN" [">java.lang.Object[]"] Slots;
    "java.util.Arrays$ArrayList" [">java.lang.Object[]"] Slots;
    "java.util.concurrent.CopyOnWriteArrayList" [">java.lang.Object[]", ">java.lang.Object"] Slots;
    "java.util.concurrent.CopyOnWriteArraySet" [">java.util.concurrent.CopyOnWriteArrayList", "java.lang.Object[]"] Slots;
    "java.util.concurrent.ConcurrentLinkedQueue" ["java.util.concurrent.ConcurrentLinkedQueue$*"] Links("java.util.concurrent.ConcurrentLinkedQueue$Node");
    "java.util.concurrent.ConcurrentLinkedDeque" ["java.util.concurrent.ConcurrentLinkedDeque$*"] Links("java.util.concurrent.ConcurrentLinkedDeque$Node");
    "java.util.concurrent.LinkedBlockingQueue" ["java.util.concurrent.LinkedBlockingQueue$*", "java.util.concurrent.locks.*"] Links("java.util.concurrent.LinkedBlockingQueue$Node");
    "java.util.concurrent.LinkedBlockingDeque" ["java.util.concurrent.LinkedBlockingDeque$*", "java.util.concurrent.locks.*"] Links("java.util.concurrent.LinkedBlockingDeque$Node");
    "java.util.concurrent.ArrayBlockingQueue" [">java.lang.Object[]", "java.util.concurrent.locks.*"] Slots;
    "java.util.concurrent.PriorityBlockingQueue" [">java.lang.Object[]", "java.util.concurrent.locks.*"] Slots;
    // Guava, Caffeine
    "com.google.common.cache.LocalCache$LocalManualCache" [">com.google.common.cache.LocalCache", "com.google.common.cache.LocalCache$*", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("com.google.common.cache.LocalCache$*Entry");
    "com.google.common.cache.LocalCache" ["com.google.common.cache.LocalCache$*", "java.util.concurrent.atomic.AtomicReferenceArray", "java.lang.Object[]"] Links("com.google.common.cache.LocalCache$*Entry");
    "com.google.common.collect.HashBiMap" ["com.google.common.collect.HashBiMap$*"] Links("com.google.common.collect.HashBiMap$BiEntry");
    "com.google.common.collect.RegularImmutableMap" [">java.lang.Object[]", "com.google.common.collect.ImmutableMapEntry*"] Slots;
    "com.google.common.collect.RegularImmutableList" [">java.lang.Object[]"] Slots;
    "com.github.benmanes.caffeine.cache.BoundedLocalCache" [">java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*", "com.github.benmanes.caffeine.cache.*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    "com.github.benmanes.caffeine.cache.UnboundedLocalCache" [">java.util.concurrent.ConcurrentHashMap", "java.util.concurrent.ConcurrentHashMap$*"] Links("java.util.concurrent.ConcurrentHashMap$*Node");
    // Kotlin, Scala
    "kotlin.collections.ArrayDeque" [">java.lang.Object[]"] Slots;
    "kotlin.collections.builders.ListBuilder" [">java.lang.Object[]"] Slots;
    "kotlin.collections.builders.MapBuilder" [">java.lang.Object[]"] Slots;
    "scala.collection.mutable.HashMap" ["scala.collection.mutable.HashMap$*"] Links("scala.collection.mutable.HashMap$Node");
    "scala.collection.mutable.HashSet" ["scala.collection.mutable.HashSet$*"] Links("scala.collection.mutable.HashSet$Node");
    "scala.collection.mutable.ArrayBuffer" [">java.lang.Object[]"] Slots;
    "scala.collection.mutable.ListBuffer" ["scala.collection.immutable.$colon$colon"] Links("scala.collection.immutable.$colon$colon");
    "scala.collection.concurrent.TrieMap" ["scala.collection.concurrent.*"] Links("scala.collection.concurrent.SNode");
    // V8
    "Map" ["(array)"] Told;
    "Set" ["(array)"] Told;
    "WeakMap" ["(array)"] Told;
    "WeakSet" ["(array)"] Told;
    "Array" ["(array)"] Elements;
    // Python
    "builtins.dict" [] Told;
    "builtins.list" [] Told;
    "builtins.tuple" [] Told;
    "builtins.set" [] Told;
    "builtins.frozenset" [] Told;
    "collections.deque" [] Told;
    "collections.OrderedDict" [] Told;
    "collections.defaultdict" [] Told;
    "collections.Counter" [] Told;
};

/// Arrays of objects, whose class names end so, are containers of their own.
const ARRAYS: Container = Container { class: "*[]", inside: &[], count: Count::Elements };

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
    ("builtins.cell", Role::Passing),
];

/// The roles of all classes of a graph.
#[derive(Debug)]
pub(super) struct Folding {
    roles: Vec<Role>,
    /// For each rule that some class matches: which classes are inside, and which of these only directly.
    inside: Vec<Option<Vec<Inside>>>,
    /// For the same rules: which classes are counted as entries.
    links: Vec<Option<Vec<bool>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    No,
    Directly,
    Anywhere,
}

impl Folding {
    pub(super) fn of(graph: &Graph) -> Self {
        let roles: Vec<Role> = (0..graph.classes().len()).map(|class| role(graph, class)).collect();
        let used = |rule| roles.contains(&Role::Container(rule));
        let inside = (0..=CONTAINERS.len()).map(|index| used(index).then(|| insides(graph, rule(index)))).collect();
        let links = (0..=CONTAINERS.len()).map(|index| used(index).then(|| links(graph, rule(index)))).collect();
        Self { roles, inside, links }
    }

    pub(super) fn role(&self, class: ClassId) -> Role {
        self.roles.get(class.0 as usize).copied().unwrap_or(Role::Plain)
    }

    /// Whether a class is inside a container of this rule; `directly`: the container itself refers to it.
    pub(super) fn inside(&self, rule: usize, class: ClassId, directly: bool) -> bool {
        let known = self.inside.get(rule).and_then(Option::as_ref).and_then(|known| known.get(class.0 as usize));
        match known {
            Some(Inside::Anywhere) => true,
            Some(Inside::Directly) => directly,
            _ => false,
        }
    }

    /// Whether an internal of a container of this rule stands for an entry.
    pub(super) fn links(&self, rule: usize, class: ClassId) -> bool {
        let known = self.links.get(rule).and_then(Option::as_ref);
        known.and_then(|known| known.get(class.0 as usize)).copied().unwrap_or(false)
    }
}

/// The rule of an index.
pub(super) fn rule(index: usize) -> &'static Container {
    CONTAINERS.get(index).unwrap_or(&ARRAYS)
}

/// Whether a class name fits a pattern with at most one `*`.
pub(super) fn fits(pattern: &str, class: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            class.len() >= start.len() + end.len() && class.starts_with(start) && class.ends_with(end)
        }
        None => pattern == class,
    }
}

fn role(graph: &Graph, class: usize) -> Role {
    let mut ancestor = Some(ClassId(class as u32));
    // A dump may claim that classes extend each other in a ring.
    for _ in 0..64 {
        let Some(known) = ancestor.and_then(|class| graph.classes().get(class.0 as usize)) else { break };
        if let Some((_, role)) = VANISHING.iter().find(|(name, _)| *name == &*known.name) {
            return *role;
        }
        if let Some(rule) = CONTAINERS.iter().position(|rule| rule.class == &*known.name) {
            return Role::Container(rule);
        }
        ancestor = known.superclass;
    }
    let name = &graph.classes()[class].name;
    let primitive = ["byte", "char", "short", "int", "long", "float", "double", "boolean"];
    match name.strip_suffix("[]") {
        Some(element) if !primitive.contains(&element) => Role::Container(CONTAINERS.len()),
        _ => Role::Plain,
    }
}

fn insides(graph: &Graph, rule: &Container) -> Vec<Inside> {
    let of = |class: &str| {
        let mut found = Inside::No;
        for pattern in rule.inside {
            match pattern.strip_prefix('>') {
                Some(pattern) if found == Inside::No && fits(pattern, class) => found = Inside::Directly,
                None if fits(pattern, class) => found = Inside::Anywhere,
                _ => {}
            }
        }
        found
    };
    graph.classes().iter().map(|class| of(&class.name)).collect()
}

fn links(graph: &Graph, rule: &Container) -> Vec<bool> {
    let Links(link) = rule.count else { return Vec::new() };
    graph.classes().iter().map(|class| fits(link, &class.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_can_match_and_counts_what_is_inside() {
        for rule in CONTAINERS {
            assert!(CONTAINERS.iter().filter(|other| other.class == rule.class).count() == 1, "{}", rule.class);
            if let Count::Links(link) = rule.count {
                let sample = link.replace('*', "");
                assert!(rule.inside.iter().any(|pattern| fits(pattern, &sample)), "{} counts no internals", rule.class);
            }
            if rule.count == Count::Slots {
                assert!(rule.inside.iter().any(|pattern| pattern.ends_with("[]")), "{} has no array", rule.class);
            }
        }
    }

    #[test]
    fn patterns_stand_for_nested_classes() {
        assert!(fits("java.util.HashMap$*Node", "java.util.HashMap$TreeNode"));
        assert!(fits("java.util.HashMap$*Node", "java.util.HashMap$Node"));
        assert!(!fits("java.util.HashMap$*Node", "java.util.HashMap$Node[]"));
        assert!(!fits("java.util.HashMap", "java.util.HashMap$Node"));
    }
}
