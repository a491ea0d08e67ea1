//! What nodes and references of a snapshot are called, read off the file when asked.

use std::borrow::Cow;

use super::layout::{EdgeKind, Layout, NodeKind};
use super::modules::{Export, Modules};
use super::nodes::Row;
use super::strings::{SHARED, Strings, TARGET};
use super::{Numbering, edges, nodes};
use crate::heap::graph::{Label, Naming, Reference, WeakEntry};
use crate::heap::naming::Folders;
use crate::heap::{Mapping, Node};

/// What the edge from a cell to what is in it is called.
const VALUE: &str = "value";

/// What a timer has of what it calls, and a bound function of what it binds.
const CALLED: &str = "_onTimeout";
const BOUND: &str = "bound_function";

/// Vectors and hash tables of Chrome.
const TABLES: [&str; 4] =
    ["blink::BasicHeapVector", "blink::BasicHeapHash", "blink::HeapVectorBacking", "blink::HeapHashTableBacking"];

/// The names of one snapshot.
#[derive(Debug)]
pub struct Names {
    pub(super) file: Mapping,
    pub(super) layout: Layout,
    pub(super) strings: Strings,
    pub(super) numbering: Numbering,
    pub(super) kinds: Vec<NodeKind>,
    pub(super) nodes: nodes::Places,
    pub(super) edges: edges::Places,
    /// A function (its `shared` part) that was made in each outermost context: names the script. Ascending.
    pub(super) makers: Vec<(u32, u32)>,
    /// Contexts of scripts, ascending.
    pub(super) outermost: Vec<u32>,
    /// Global objects, where the root tells of none: from V8 14.6 on it tells of native contexts, or of neither.
    pub(super) globals: Vec<u32>,
    /// Generators and async functions in the middle of their work, and the roots of what runs.
    pub(super) passing: Vec<u32>,
    /// What waits until an object is gone.
    pub(super) weak_cells: Vec<u32>,
    /// Entries of weak maps.
    pub(super) weak_entries: Vec<WeakEntry>,
    /// What Node calls back later, ascending.
    pub(super) timers: Vec<u32>,
    /// What stands between the root and all roots but the global objects; in Chrome even these. And the table of ES
    /// modules of Node.
    pub(super) registries: Vec<u32>,
    /// Objects that may be CommonJS modules, ascending.
    pub(super) modules: Vec<u32>,
    pub(super) exports: Modules,
    /// Where the program's own scripts lie.
    pub(super) folders: Folders,
    /// What stands for nothing, ascending.
    pub(super) holes: Vec<u32>,
    pub(super) caveat: Option<String>,
}

impl Names {
    /// The node of a row of the file's `nodes`, counted from 0.
    pub fn node(&self, ordinal: u32) -> Node {
        self.numbering.node(ordinal)
    }

    /// The id that the snapshot gives a node; it means something within one process only.
    pub fn id(&self, node: Node) -> Option<u64> {
        self.row(self.numbering.ordinal(node)).map(|row| row.id)
    }

    /// What was cut and therefore left out, one sentence each.
    pub fn caveats(&self) -> impl Iterator<Item = &str> {
        self.caveat.as_deref().into_iter()
    }

    pub(super) fn row(&self, ordinal: u32) -> Option<Row> {
        self.nodes.row(&self.file, &self.layout, ordinal)
    }

    pub(super) fn text(&self, index: u32) -> Cow<'_, str> {
        self.strings.get(&self.file, index)
    }

    pub(super) fn each(&self, ordinal: u32, tell: impl FnMut(edges::Edge)) {
        self.edges.each(&self.file, &self.layout, self.nodes.edges(ordinal), tell);
    }

    /// The target of the first edge that fits.
    pub(super) fn first(&self, ordinal: u32, fits: impl Fn(&edges::Edge) -> bool) -> Option<u32> {
        let mut found = None;
        self.each(ordinal, |edge| {
            if found.is_none() && fits(&edge) {
                found = Some(edge.to);
            }
        });
        found
    }

    /// The first target whose edge has a name that fits.
    pub(super) fn target(&self, ordinal: u32, fits: impl Fn(&str) -> bool) -> Option<u32> {
        self.first(ordinal, |edge| !edge.kind.numbered() && fits(&self.text(edge.name)))
    }

    /// The script in which a context's variables are declared: a function made there knows.
    fn script(&self, context: u32) -> Option<Cow<'_, str>> {
        let place = self.makers.binary_search_by_key(&context, |(context, _)| *context).ok()?;
        let (_, shared) = self.makers[place];
        Some(self.text(self.script_of_function(shared)?))
    }

    /// The names of all scripts that are known.
    pub(super) fn scripts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let scripts = self.outermost.iter().filter_map(|context| self.script(*context));
        let modules = self.modules.iter().filter_map(|module| self.module(*module));
        scripts.chain(modules).chain(self.exports.scripts.iter().map(|name| self.text(*name)))
    }

    /// The file of a CommonJS module: `Module.filename`.
    fn module(&self, module: u32) -> Option<Cow<'_, str>> {
        let name = self.row(self.target(module, |name| name == "filename")?)?;
        (name.kind == NodeKind::Text)
            .then(|| self.text(name.name))
            .filter(|name| name.starts_with(['/', '\\']) || name.contains(':'))
    }

    /// The script of the function that a timer calls, and its name.
    fn callback(&self, timer: u32) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
        let called = self.target(timer, |name| name == CALLED)?;
        let function = self.internal(called, |name| name == BOUND).unwrap_or(called);
        let script = self.script_of_function(self.internal(function, |name| name == SHARED)?)?;
        let name = self.row(function).filter(|row| row.kind == NodeKind::Closure)?.name;
        Some((self.text(script), self.text(name)))
    }

    /// Whether an object of the program around V8 is a table; all others refer by numbers to what they have, too.
    fn is_table(&self, ordinal: u32) -> bool {
        let name = self.row(ordinal).map(|row| self.text(row.name));
        name.is_some_and(|name| TABLES.iter().any(|table| name.starts_with(table)))
    }

    /// What is exported by a node, which is a cell then.
    fn export(&self, ordinal: u32) -> Option<Export> {
        let is_cell = matches!(self.kinds.get(ordinal as usize), Some(NodeKind::Hidden | NodeKind::Native));
        is_cell.then(|| self.exports.export(ordinal)).flatten()
    }
}

impl Naming for Names {
    fn references_to(
        &self,
        from: Node,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'_>),
    ) {
        let ordinal = self.numbering.ordinal(from);
        let unnamed = match self.kinds.get(ordinal as usize) {
            Some(NodeKind::Synthetic) => true,
            Some(NodeKind::Native) => !self.is_table(ordinal),
            _ => false,
        };
        let export = self.export(ordinal);
        self.each(ordinal, |edge| {
            let to = self.numbering.node(edge.to);
            if edge.kind == EdgeKind::Weak || !wanted(to) {
                return;
            }
            let reference = match edge.kind {
                EdgeKind::Element if unnamed => Reference::Internal(Cow::Borrowed("")),
                EdgeKind::Element => Reference::Element(edge.name),
                EdgeKind::Hidden | EdgeKind::Other | EdgeKind::Weak => Reference::Internal(Cow::Borrowed("")),
                EdgeKind::Context => Reference::Variable(self.text(edge.name)),
                EdgeKind::Property | EdgeKind::Shortcut => Reference::Field(self.text(edge.name)),
                EdgeKind::Internal => match (export, self.text(edge.name)) {
                    (Some(export), name) if name == VALUE => Reference::Variable(self.text(export.name)),
                    (_, name) => Reference::Internal(name),
                },
            };
            tell(to, reference);
        });
    }

    fn label(&self, node: Node) -> Option<Label<'_>> {
        let ordinal = self.numbering.ordinal(node);
        let relative = |name| self.folders.relative(name);
        if self.outermost.binary_search(&ordinal).is_ok() {
            return self.script(ordinal).map(relative).map(Label::Script);
        }
        if let Some(export) = self.export(ordinal) {
            return Some(Label::Script(relative(self.text(export.script))));
        }
        if self.timers.binary_search(&ordinal).is_ok() {
            let (script, function) = self.callback(ordinal)?;
            return Some(Label::Timer(relative(script), function));
        }
        self.modules.binary_search(&ordinal).ok()?;
        self.module(ordinal).map(relative).map(Label::Module)
    }

    fn globals(&self) -> Vec<Node> {
        self.globals.iter().map(|ordinal| self.numbering.node(*ordinal)).collect()
    }

    fn passing(&self) -> Vec<Node> {
        self.passing.iter().chain(&self.weak_cells).map(|ordinal| self.numbering.node(*ordinal)).collect()
    }

    fn cleanups(&self) -> Vec<(Node, Option<Node>)> {
        let names = self.strings.known(TARGET);
        let is_target = |edge: &edges::Edge| edge.kind == EdgeKind::Weak && names.contains(&edge.name);
        let target = |cell| self.first(cell, is_target).map(|target| self.numbering.node(target));
        self.weak_cells.iter().map(|cell| (self.numbering.node(*cell), target(*cell))).collect()
    }

    fn weak_entries(&self) -> &[WeakEntry] {
        &self.weak_entries
    }

    fn registries(&self) -> Vec<Node> {
        self.registries.iter().map(|ordinal| self.numbering.node(*ordinal)).collect()
    }

    fn elements_are_objects(&self) -> bool {
        false
    }

    fn elements(&self, array: Node) -> u64 {
        let ordinal = self.numbering.ordinal(array);
        if self.kinds.get(ordinal as usize) == Some(&NodeKind::Synthetic) {
            return 0;
        }
        self.edges.elements(ordinal)
    }

    fn entries(&self, node: Node) -> Option<u64> {
        let ordinal = self.numbering.ordinal(node);
        let is_object = self.kinds.get(ordinal as usize) == Some(&NodeKind::Object);
        is_object.then(|| self.filed(self.hash_table(ordinal)?)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::v8::tables::tests::names;

    #[test]
    fn cells_wait_for_the_objects_to_which_they_refer_weakly() {
        let names = names(&[
            ("synthetic", "", 0, &[("property", "registry", 1), ("property", "request", 4)]),
            ("object", "FinalizationRegistry", 56, &[("internal", "2", 2), ("internal", "4", 3)]),
            (
                "hidden",
                "system / WeakCell",
                72,
                &[("weak", "unregister_token", 1), ("weak", "target", 4), ("internal", "1", 5), ("internal", "2", 3)],
            ),
            ("hidden", "system / WeakCell", 72, &[("internal", "1", 5)]),
            ("object", "Request", 16, &[]),
            ("object", "Object", 16, &[]),
            ("object", "system / WeakCell", 16, &[("weak", "target", 4)]),
        ]);
        let [cell, gone, request] = [2, 3, 4].map(|ordinal| names.node(ordinal));
        assert_eq!(names.cleanups(), [(cell, Some(request)), (gone, None)]);
        assert_eq!(names.passing(), [cell, gone]);
    }

    #[test]
    fn timers_are_called_by_the_script_and_the_name_of_what_they_call() {
        let names = names(&[
            ("synthetic", "", 0, &[("property", "first", 1), ("property", "second", 5)]),
            ("object", "Timeout", 120, &[("property", "_onTimeout", 2)]),
            ("closure", "refresh", 64, &[("internal", "shared", 3)]),
            ("hidden", "system / SharedFunctionInfo", 64, &[("internal", "script", 4)]),
            ("hidden", "src/ticker.mjs", 64, &[]),
            ("object", "Timeout", 120, &[("property", "_onTimeout", 6)]),
            ("closure", "resolve", 64, &[("internal", "shared", 7)]),
            ("hidden", "system / SharedFunctionInfo", 64, &[]),
        ]);
        let label = |ordinal| names.label(names.node(ordinal)).map(|label| format!("{label:?}"));
        assert_eq!(label(1).as_deref(), Some("Timer(\"src/ticker.mjs\", \"refresh\")"));
        assert_eq!(label(5), None, "what V8 itself gives to call");
    }
}
