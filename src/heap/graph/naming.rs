//! What a format can say of a reference or an object, beyond its class.

use std::borrow::Cow;

use super::Node;

/// Answers for single nodes. Formats read it off the dump when asked; nothing is kept per reference.
pub trait Naming: Sync {
    /// Tells every reference of a node to one that is wanted with what it is called, in the order of the dump.
    ///
    /// One call costs what the node is long, so ask once per holder, not once per held object. An
    /// immediate dominator need not refer to what it dominates: then no reference leads there.
    fn references_to(
        &self,
        from: Node,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'_>),
    );

    /// Tells every reference of a node with what it is called, in the order of the dump.
    fn references(&self, from: Node, tell: &mut dyn FnMut(Node, Reference<'_>)) {
        self.references_to(from, &mut |_| true, tell);
    }

    /// Tells what a node refers to, in the order of the dump: no name is looked up.
    fn targets(&self, from: Node, tell: &mut dyn FnMut(Node)) {
        let mut wanted = |target| {
            tell(target);
            false
        };
        self.references_to(from, &mut wanted, &mut |_, _| {});
    }

    /// Whether a node is known to name what it refers to: as a dict of attributes does, and one of entries does not.
    fn names_things(&self, _node: Node) -> bool {
        false
    }

    /// Whether what [`Self::names_things`] says is not all, because there are too many names.
    fn leaves_names_out(&self) -> bool {
        false
    }

    /// Objects whose properties are the global variables of the program, if no root says so.
    fn globals(&self) -> Vec<Node> {
        Vec::new()
    }

    /// What holds in passing, as a thread does: calls that wait to go on (generators, coroutines, async functions),
    /// and what stands for the calls that run, if that is no root.
    fn passing(&self) -> Vec<Node> {
        Vec::new()
    }

    /// What is to happen once an object is gone, and the object: the one lives as long as the other, to which it need not
    /// refer, however it is filed. The object is `None` where it is gone.
    fn cleanups(&self) -> Vec<(Node, Option<Node>)> {
        Vec::new()
    }

    /// Entries of collections with weak keys, in which the key refers to the value and the table does not.
    fn weak_entries(&self) -> &[WeakEntry] {
        &[]
    }

    /// Lists by which something holds all of its classes: each dominates what several of these hold.
    fn registries(&self) -> Vec<Node> {
        Vec::new()
    }

    /// What makes this very object recognizable from run to run.
    fn label(&self, _node: Node) -> Option<Label<'_>> {
        None
    }

    /// What a container entry is filed under, where that has a lasting name: for an entry of a map of
    /// thread-locals, the static field that holds the `ThreadLocal`. Never a value from the heap.
    fn key(&self, _entry: Node) -> Option<Reference<'_>> {
        None
    }

    /// The static field that refers to an object; of several, one. `None` where the dump has no table of them.
    fn global(&self, _object: Node) -> Option<Reference<'_>> {
        None
    }

    /// The number in a field of an object, through the fields before it (`map.size`); `length` of an array
    /// is its length, and `|` stands between names of different versions. `None` where the dump does not
    /// tell numbers, or the number is negative; where it tells entries only, these are the `size`.
    fn number(&self, object: Node, path: &str) -> Option<u64> {
        if path == "size" { self.entries(object) } else { None }
    }

    /// Whether the fields of an object are those that its class declares, however many.
    fn declares_fields(&self) -> bool {
        false
    }

    /// How many entries a container holds, where the dump says so better than its references do.
    fn entries(&self, _container: Node) -> Option<u64> {
        None
    }

    /// Whether all elements of an array are objects, so that one without any is empty.
    fn elements_are_objects(&self) -> bool {
        true
    }

    /// How many elements of an array hold something: its entries, if the dump tells these.
    fn elements(&self, array: Node) -> u64 {
        self.entries(array).unwrap_or_else(|| {
            let mut elements = 0;
            self.references(array, &mut |_, held| elements += u64::from(matches!(held, Reference::Element(_))));
            elements
        })
    }
}

/// An entry of a collection with weak keys: the value is kept as long as there are both others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeakEntry {
    /// What it is filed by.
    pub key: Node,
    /// What is filed.
    pub value: Node,
    /// What files it.
    pub table: Node,
}

/// How a holder refers to what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference<'a> {
    /// A static field; the class is the raw name of the one that declares it.
    Static {
        /// Raw name of the class.
        class: Cow<'a, str>,
        /// Name of the field.
        field: Cow<'a, str>,
        /// Whether a class of the same name in another package has a field of this name.
        ambiguous: bool,
    },
    /// A field, property or attribute.
    Field(Cow<'a, str>),
    /// An element of an array or list, by its index.
    Element(u32),
    /// A variable that a closure captured, or a global name of a module.
    Variable(Cow<'a, str>),
    /// A local variable on the stack of a thread.
    Local,
    /// A reference that the runtime keeps and no source code names: class loader, superclass, map.
    Internal(Cow<'a, str>),
}

/// What makes an object recognizable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label<'a> {
    /// The object stands for a class: its raw name.
    Class(Cow<'a, str>),
    /// A thread: its name.
    Thread(Cow<'a, str>),
    /// What is to happen later: the script of the function that is called then, and its name, which may be empty.
    Timer(Cow<'a, str>, Cow<'a, str>),
    /// A module or script: its name or path.
    Module(Cow<'a, str>),
    /// The variables of a script, module or main program that closures captured: the script's name.
    Script(Cow<'a, str>),
    /// A function or closure: its name, and where it stands in the source if known.
    Function(Cow<'a, str>),
}
