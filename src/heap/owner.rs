//! Owners: who holds the memory, by names that last from run to run.

use std::fmt;

use super::naming;
use crate::units::Bytes;

/// One step of an owner path: how the holder refers to what it holds, and what that is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// The reference as a developer writes it: `static RouteCache.CACHE`, `.sessions`,
    /// `thread http-worker-*`, `module app`, `entries`. Empty where the dump names none.
    pub edge: String,
    /// The class of what is held, normalized: `java.util.HashMap`, `Map`, `dict`.
    pub class: String,
}

/// How the edge of a crowd starts: objects that are told with those who share them.
pub(super) const SHARED: &str = "(shared by ";
/// Stands for those that are not told.
pub(super) const MORE: &str = "\u{2026}";

/// How edges start that stay what they are, whoever else holds what they lead to.
const LASTING: [&str; 5] = ["static ", "class ", "context ", "module ", "global."];
/// How edges of scripts and classes start, and what stands behind a folder or package.
const SOURCES: [(&str, char); 3] = [("context ", '/'), ("module ", '/'), ("static ", '.')];
/// How edges start that are there while something runs.
const PASSING: [&str; 2] = ["thread ", "frame "];

impl Step {
    /// Whether it is of a class, script, module or the global object.
    pub(super) fn lasts(&self) -> bool {
        LASTING.iter().any(|start| self.edge.starts_with(start))
    }

    /// Whether it is a thread or a frame.
    pub(super) fn is_passing(&self) -> bool {
        PASSING.iter().any(|start| self.edge.starts_with(start))
    }

    /// Whether two edges are of one script or class, which one of them tells with more folders or its package.
    pub(super) fn is_same_source(one: &str, other: &str) -> bool {
        let is_same = |(kind, separator): (&str, char)| {
            let (one, other) = (one.strip_prefix(kind)?, other.strip_prefix(kind)?);
            let (long, short) = if one.len() > other.len() { (one, other) } else { (other, one) };
            let folder = long.strip_suffix(short)?;
            Some(folder.is_empty() || folder.ends_with(separator))
        };
        SOURCES.into_iter().any(|kind| is_same(kind).unwrap_or(false))
    }

    /// Whether it is what a virtual machine makes of code, with the text of scripts.
    pub(super) fn is_code(&self) -> bool {
        RUNTIME.contains(&self.class.as_str())
    }

    /// Whether the edge tells who shares the objects, which may differ a little from dump to dump.
    pub(super) fn is_crowd(&self) -> bool {
        self.edge.starts_with(SHARED)
    }

    /// Who shares the objects of a crowd, as far as they are told.
    pub(super) fn sharers(&self) -> impl Iterator<Item = &str> {
        let names = self.edge.strip_prefix(SHARED).and_then(|edge| edge.strip_suffix(')'));
        names.into_iter().flat_map(|names| names.split(", ")).filter(|name| *name != MORE)
    }
}

/// The path from a GC root to a data structure, down the dominator tree, container internals folded.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerPath(pub Vec<Step>);

/// What virtual machines make of code that runs: classes of V8, and a field that HotSpot gives to every class.
const RUNTIME: [&str; 2] = ["(compiled code)", "(object shape)"];
const RESOLVED: &str = ".<resolved_references>";

impl OwnerPath {
    /// Whether it is the machine's own, which has more of it as more of the program has run.
    pub(super) fn is_of_runtime(&self) -> bool {
        self.is_of_classes() || self.0.last().is_some_and(Step::is_code)
    }

    /// Whether it is what the machine has of each class.
    pub(super) fn is_of_classes(&self) -> bool {
        self.0.last().is_some_and(|step| step.edge.ends_with(RESOLVED))
    }
}

/// A node of the owner tree: all objects of one path, merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The last step of its path.
    pub step: Step,
    /// How many objects are merged here.
    pub count: u64,
    /// Their own bytes, internals of a container included.
    pub shallow: Bytes,
    /// What would be freed if they went.
    pub retained: Bytes,
    /// For containers: entries in all of them together; `None` where the class is no container.
    pub entries: Option<u64>,
    /// What else the dump shows of them.
    pub marks: Marks,
    /// What they hold, largest retained size first; what is too small to matter is left out.
    pub children: Vec<Owner>,
}

/// What a dump shows of objects beside their size, by which kinds of leaks are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// What their class is for, where that is known.
    pub kind: Option<Kind>,
    /// What bounds all of them together; `None` where one is unbounded, or nothing is known.
    pub bound: Option<Bound>,
}

/// What a class is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It loads classes.
    Loader,
    /// It is to happen later, or holds what is.
    Timer,
    /// Listeners register there.
    Listeners,
    /// Objects are borrowed there.
    Pool,
    /// What is put in is to be taken out.
    Queue,
    /// Bytes or characters.
    Buffer,
    /// It is called, and keeps what it needs for that.
    Function,
    /// Each thread has its own content of it.
    ThreadLocal,
    /// Something waits for what it will be.
    Future,
}

/// What bounds a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So many entries.
    Entries(u64),
    /// A rule that the dump does not tell: an age, a weight, a class of its own.
    Evicts,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Loader,
        Self::Timer,
        Self::Listeners,
        Self::Pool,
        Self::Queue,
        Self::Buffer,
        Self::Function,
        Self::ThreadLocal,
        Self::Future,
    ];

    /// The word in recordings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loader => "loader",
            Self::Timer => "timer",
            Self::Listeners => "listeners",
            Self::Pool => "pool",
            Self::Queue => "queue",
            Self::Buffer => "buffer",
            Self::Function => "function",
            Self::ThreadLocal => "thread-local",
            Self::Future => "future",
        }
    }
}

/// A printed path with the classes of static fields as they are called where no other one has the name.
pub fn without_packages(path: &str) -> String {
    let mut parts = path.split("static ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_at(part.find([':', ' ', ',', ']', ')']).unwrap_or(part.len()));
        let (class, field) = name.split_at(name.rfind('.').unwrap_or(0));
        text += &format!("static {}{field}{rest}", naming::simple(class));
    }
    text
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.edge.is_empty(), self.class.is_empty()) {
            (true, _) => write!(f, "{}", self.class),
            (false, true) => write!(f, "{}", self.edge),
            (false, false) => write!(f, "{}: {}", self.edge, self.class),
        }
    }
}

impl fmt::Display for OwnerPath {
    /// `static RouteCache.CACHE: java.lang.ThreadLocal → entries: java.util.HashMap`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            if i > 0 {
                write!(f, " → ")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_makes_of_code_is_its_own() {
        let is_its_own = |steps: &[(&str, &str)]| {
            let steps = steps.iter().map(|(edge, class)| Step { edge: (*edge).to_owned(), class: (*class).to_owned() });
            OwnerPath(steps.collect()).is_of_runtime()
        };
        assert!(is_its_own(&[("", "(compiled code)")]));
        assert!(!is_its_own(&[("static App.<resolved_references>", "java.lang.Object[]"), ("entries", "shop.Cache")]));
        assert!(is_its_own(&[("context app.js:run", "Function"), ("", "(compiled code)")]));
        assert!(is_its_own(&[("static App.<resolved_references>", "java.lang.Object[]")]));
        assert!(!is_its_own(&[("static App.CODE", "java.util.HashMap")]));
        assert!(!is_its_own(&[]));
    }

    #[test]
    fn packages_are_left_out_of_static_fields_alone() {
        for (path, short) in [
            (
                "static com.shop.Cache$Lru.ALL: java.util.HashMap → .a: X",
                "static Cache$Lru.ALL: java.util.HashMap → .a: X",
            ),
            ("thread a → threadLocals[static com.shop.Ctx.C]: X", "thread a → threadLocals[static Ctx.C]: X"),
            ("(shared by static a.A.X, static b.B.Y): c.C", "(shared by static A.X, static B.Y): c.C"),
            ("static A.B: X", "static A.B: X"),
            ("static ", "static "),
        ] {
            assert_eq!(without_packages(path), short);
        }
    }
}
