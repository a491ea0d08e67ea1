//! Named graphs of tests as text, and owner trees as text.
//!
//! One reference a line: `holder | reference | object | class size`; class and size only the first time.
//! A reference is `.field`, `static Class.field`, `[index]`, `var name`, or nothing; of `root` it is
//! `class`, `thread NAME`, `module NAME` or nothing. `label`, `key`, `entries`, `passing`, `cleanup`, `weak`, `global`
//! and `registry` lines tell the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Limits;
use crate::heap::graph::{Graph, GraphBuilder, Label, Naming, Node, Reference, RootKind, WeakEntry};
use crate::heap::{Dominators, EdgeUse, Orphans, Owner};
use crate::units::Bytes;

/// A graph with the names of its references.
#[derive(Debug, Default)]
pub(crate) struct Sketch {
    nodes: BTreeMap<String, Node>,
    references: BTreeMap<Node, Vec<(Node, String)>>,
    labels: BTreeMap<Node, String>,
    keys: BTreeMap<Node, String>,
    told: BTreeMap<Node, u64>,
    passing: Vec<Node>,
    cleanups: Vec<(Node, Option<Node>)>,
    weak: Vec<WeakEntry>,
    globals: Vec<Node>,
    registries: Vec<Node>,
}

/// The owner tree of a text, all of it.
pub(crate) fn owners(text: &str) -> Vec<Owner> {
    owners_within(text, Limits { least: Bytes(1), share: 0.0, ..Limits::default() })
}

/// As much of it as the limits allow.
pub(crate) fn owners_within(text: &str, limits: Limits) -> Vec<Owner> {
    let (mut graph, sketch) = Sketch::parse(text);
    let shared = super::shared(&graph, &sketch, limits);
    let dominators = Dominators::with_holders(&mut graph, EdgeUse::Consume, Orphans::Drop, &shared);
    super::of(&graph, &dominators, &sketch, limits)
}

/// The rows of an owner tree: step, count, shallow, retained, entries.
pub(crate) fn print(owners: &[Owner]) -> String {
    let mut text = String::new();
    let mut work: Vec<(usize, &Owner)> = owners.iter().rev().map(|owner| (0, owner)).collect();
    while let Some((depth, owner)) = work.pop() {
        let entries = owner.entries.map(|entries| format!(" #{entries}")).unwrap_or_default();
        let Owner { step, count, shallow, retained, .. } = owner;
        text += &format!("{}{step} x{count} {}/{}{entries}\n", "  ".repeat(depth), shallow.0, retained.0);
        work.extend(owner.children.iter().rev().map(|child| (depth + 1, child)));
    }
    text
}

impl Sketch {
    pub(crate) fn parse(text: &str) -> (Graph, Self) {
        let mut builder = GraphBuilder::default();
        let mut sketch = Self::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            match parts[0] {
                "label" => drop(sketch.labels.insert(sketch.nodes[parts[1]], parts[2].to_owned())),
                "key" => drop(sketch.keys.insert(sketch.nodes[parts[1]], parts[2].to_owned())),
                "entries" => drop(sketch.told.insert(sketch.nodes[parts[1]], parts[2].parse().unwrap())),
                "passing" => sketch.passing.push(sketch.nodes[parts[1]]),
                "cleanup" => sketch.cleanups.push((sketch.nodes[parts[1]], sketch.nodes.get(parts[2]).copied())),
                "weak" => {
                    let [key, value, table] = [1, 2, 3].map(|part| sketch.nodes[parts[part]]);
                    sketch.weak.push(WeakEntry { key, value, table });
                }
                "global" => sketch.globals.push(sketch.nodes[parts[1]]),
                "registry" => sketch.registries.push(sketch.nodes[parts[1]]),
                holder => sketch.reference(&mut builder, holder, parts[1], parts[2], parts.get(3)),
            }
        }
        (builder.finish().unwrap(), sketch)
    }

    fn reference(&mut self, builder: &mut GraphBuilder, holder: &str, edge: &str, name: &str, object: Option<&&str>) {
        if let Some((class, size)) = object.and_then(|object| object.rsplit_once(' ')) {
            let class = builder.class(class);
            let node = builder.node(class, Bytes(size.parse().unwrap()));
            self.nodes.insert(name.to_owned(), node);
        }
        let to = self.nodes[name];
        if holder == "root" {
            let (kind, name) = edge.split_once(' ').unwrap_or((edge, ""));
            let kind = match kind {
                "class" => RootKind::Class,
                "thread" => RootKind::Thread,
                "module" => RootKind::Module,
                "frame" => RootKind::Frame,
                "task" => RootKind::Task,
                "global" => RootKind::Global,
                _ => RootKind::Other,
            };
            builder.root(to, kind, name);
        } else {
            let from = self.nodes[holder];
            builder.edge(from, to);
            self.references.entry(from).or_default().push((to, edge.to_owned()));
        }
    }
}

fn reference(text: &str) -> Reference<'_> {
    if let Some((class, field)) = text.strip_prefix("static ").and_then(|rest| rest.rsplit_once('.')) {
        let (class, field) = (Cow::Borrowed(class), Cow::Borrowed(field));
        return Reference::Static { class, field, ambiguous: false };
    }
    if let Some(name) = text.strip_prefix("var ") {
        return Reference::Variable(Cow::Borrowed(name));
    }
    if let Some(index) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return Reference::Element(index.parse().unwrap());
    }
    text.strip_prefix('.')
        .map_or(Reference::Internal(Cow::Borrowed(text)), |field| Reference::Field(Cow::Borrowed(field)))
}

impl Naming for Sketch {
    fn references_to(
        &self,
        from: Node,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'_>),
    ) {
        let references = self.references.get(&from).into_iter().flatten();
        references.filter(|(to, _)| wanted(*to)).for_each(|(to, text)| tell(*to, reference(text)));
    }

    fn names_things(&self, node: Node) -> bool {
        self.references.get(&node).is_some_and(|references| references.iter().any(|(_, text)| text.starts_with('.')))
    }

    fn label(&self, node: Node) -> Option<Label<'_>> {
        let (kind, name) = self.labels.get(&node)?.split_once(' ')?;
        let name = Cow::Borrowed(name);
        Some(match kind {
            "class" => Label::Class(name),
            "script" => Label::Script(name),
            _ => Label::Module(name),
        })
    }

    fn key(&self, entry: Node) -> Option<Reference<'_>> {
        self.keys.get(&entry).map(|key| reference(key))
    }

    fn passing(&self) -> Vec<Node> {
        self.passing.clone()
    }

    fn cleanups(&self) -> Vec<(Node, Option<Node>)> {
        self.cleanups.clone()
    }

    fn weak_entries(&self) -> &[WeakEntry] {
        &self.weak
    }

    fn globals(&self) -> Vec<Node> {
        self.globals.clone()
    }

    fn registries(&self) -> Vec<Node> {
        self.registries.clone()
    }

    fn entries(&self, container: Node) -> Option<u64> {
        self.told.get(&container).copied()
    }
}
