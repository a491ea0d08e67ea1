//! What the dump calls things: read off the file when asked, and off the tables of classes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rustc_hash::FxHashMap;

use super::bytes::id_at;
use super::class::{Classes, Field, Static};
use super::elements::Elements;
use super::ids::IdMap;
use super::layout::{ReferentNames, WEAK_ENTRIES};
use super::link::{Columns, Tally};
use super::locate::Locator;
use super::outline::Strings;
use super::record::{OBJECT, Object, Shape, width};
use crate::heap::graph::{Label, Naming, Node, Reference, Root, RootKind};
use crate::heap::{Mapping, naming};

/// Names of references, classes and threads of one dump.
#[derive(Debug)]
pub struct Names {
    pub(super) id_width: usize,
    pub(super) file: Mapping,
    pub(super) ids: IdMap,
    pub(super) classes: Classes,
    /// Rows of the classes by node.
    class_rows: FxHashMap<u32, u32>,
    strings: Strings,
    /// Where the names of fields are: they are asked for all the time.
    field_names: FxHashMap<u64, Range<usize>>,
    pub(super) locator: Locator,
    elements: Elements,
    /// By class: whether instances do not keep their referent; empty if all do.
    weak: Vec<bool>,
    referents: ReferentNames,
    locals: BTreeMap<u32, Vec<u32>>,
    /// What static fields hold: node, class, position among its statics; by node.
    statics: Vec<(u32, u32, u32)>,
}

const THREAD: &str = "java.lang.Thread";
const THREAD_LOCAL_ENTRY: &str = "java.lang.ThreadLocal$ThreadLocalMap$Entry";
/// Where a virtual thread has what it runs,
const CONTINUATION: &str = "cont";
/// in which fields of the JDK's own classes the task is,
const TASKS: [&str; 5] = ["target", "val$task", "callable", "task", "fn"];
/// and in how many of these it may be.
const MOST_WRAPPED: usize = 8;
/// Longer names of threads are cut: a name is for reading.
const LONGEST: usize = 200;

impl Names {
    #[expect(clippy::too_many_arguments, reason = "the parts come from both passes and meet only here")]
    pub(super) fn new(
        id_width: usize,
        file: Mapping,
        ids: IdMap,
        classes: Classes,
        strings: Strings,
        locator: Locator,
        weak: Vec<bool>,
        referents: ReferentNames,
    ) -> Self {
        let mut statics = Vec::new();
        for row in 0..classes.rows.len() as u32 {
            for (position, field) in classes.statics_of(row).iter().enumerate() {
                if let Some(rank) = ids.rank(field.value).filter(|_| field.kind == OBJECT && field.value != 0) {
                    statics.push((rank + 1, row, position as u32));
                }
            }
        }
        statics.sort_unstable();
        let rows = classes.rows.iter().filter_map(|class| Some((ids.rank(class.id)? + 1, classes.row(class.id)?)));
        let class_rows = rows.collect();
        let fields =
            classes.fields.iter().map(|field| field.name).chain(classes.statics.iter().map(|field| field.name));
        let field_names = fields.filter_map(|name| Some((name, strings.range(name)?))).collect();
        let (locals, elements) = (BTreeMap::new(), Elements::default());
        Self {
            id_width,
            file,
            ids,
            classes,
            class_rows,
            strings,
            field_names,
            locator,
            elements,
            weak,
            referents,
            locals,
            statics,
        }
    }

    /// Takes in what the second pass found: locals of threads, elements of arrays.
    pub(super) fn hold(&mut self, locals: BTreeMap<u32, Vec<u32>>, elements: Elements) {
        self.locals = locals;
        self.elements = elements;
    }

    /// Tells the references of classes and of threads with locals, which are no part of any chunk.
    pub(super) fn tell_apart(&self, columns: &mut Columns, linked: &[u32], class_node: u32, tally: &mut Tally) {
        let mut references = Vec::new();
        for (row, class) in self.classes.rows.iter().enumerate() {
            // A class that is told twice has its references once.
            if let Some(rank) = self.ids.rank(class.id).filter(|_| self.classes.row(class.id) == Some(row as u32)) {
                references.clear();
                references.extend(Some(class_node).filter(|node| *node != 0));
                self.targets(Node(rank + 1), &mut |to| references.push(to.0));
                columns.append(rank + 1, &references, tally);
            }
        }
        for node in self.locals.keys() {
            references.clear();
            self.targets(Node(*node), &mut |to| references.push(to.0));
            let class = self.object(Node(*node)).and_then(|object| self.class_of(object));
            references.extend(class.map(|row| linked[row as usize]).filter(|node| *node != 0));
            columns.append(*node, &references, tally);
        }
    }

    /// Names the roots that have a name.
    pub(super) fn named(&self, mut roots: Vec<Root>) -> Vec<Root> {
        for root in roots.iter_mut().filter(|root| root.kind == RootKind::Thread) {
            let name = self.object(root.node).and_then(|object| self.thread_name(object));
            root.name = name.unwrap_or_default().into();
        }
        roots
    }

    /// The object at an address: for comparing with other tools, which show addresses.
    pub fn at_address(&self, address: u64) -> Option<Node> {
        self.node(address)
    }

    pub(super) fn node(&self, id: u64) -> Option<Node> {
        self.ids.rank(id).filter(|_| id != 0).map(|rank| Node(rank + 1))
    }

    fn object(&self, node: Node) -> Option<Object> {
        match self.id_width {
            4 => self.locator.find::<4>(&self.file, &self.ids, node),
            _ => self.locator.find::<8>(&self.file, &self.ids, node),
        }
    }

    fn class_of(&self, object: Object) -> Option<u32> {
        match object.shape {
            Shape::Instance { class, .. } | Shape::Objects { class, .. } => self.classes.row(class),
            Shape::Primitives { .. } => None,
        }
    }

    fn id_at(&self, at: usize) -> Option<u64> {
        if self.id_width == 4 { id_at::<4>(&self.file, at) } else { id_at::<8>(&self.file, at) }
    }

    pub(super) fn text(&self, id: u64) -> Cow<'_, str> {
        let known = self.field_names.get(&id).and_then(|range| self.file.get(range.clone()));
        let name = known.or_else(|| self.strings.get(&self.file, id));
        name.map_or(Cow::Borrowed("?"), String::from_utf8_lossy)
    }

    fn class_references<'a>(
        &'a self,
        row: u32,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'a>),
    ) {
        for field in self.classes.statics_of(row).iter().filter(|field| field.kind == OBJECT) {
            if let Some(node) = self.node(field.value).filter(|node| wanted(*node)) {
                tell(node, self.static_field(row, field));
            }
        }
        let class = &self.classes.rows[row as usize];
        for (id, name) in [(class.superclass, "superclass"), (class.loader, "class loader")] {
            if let Some(node) = self.node(id).filter(|node| wanted(*node)) {
                tell(node, Reference::Internal(Cow::Borrowed(name)));
            }
        }
    }

    fn static_field<'a>(&'a self, row: u32, field: &Static) -> Reference<'a> {
        let class = Cow::Borrowed(&*self.classes.rows[row as usize].name);
        Reference::Static { class, field: self.text(field.name), ambiguous: field.ambiguous }
    }

    /// The fields of an instance with their offsets in the file: declaring class, field, offset.
    fn fields(&self, object: Object) -> impl Iterator<Item = (u32, Field, usize)> + '_ {
        let (row, length) = match object.shape {
            Shape::Instance { class, length } => (self.classes.row(class), length as usize),
            _ => (None, 0),
        };
        let wide = self.id_width == 8;
        let lineage = row.into_iter().flat_map(|row| self.classes.chain(row));
        let fields = lineage.flat_map(|row| self.classes.fields_of(row).iter().map(move |field| (row, *field)));
        fields.scan(object.body, move |at, (row, field)| {
            let start = *at;
            let bytes = if wide { width::<8>(field.kind) } else { width::<4>(field.kind) };
            *at += bytes.unwrap_or(0);
            (*at <= object.body + length).then_some((row, field, start))
        })
    }

    fn field(&self, object: Object, name: &str) -> Option<(Field, usize)> {
        let named = |(_, field, at): (u32, Field, usize)| (self.text(field.name) == name).then_some((field, at));
        self.fields(object).find_map(named)
    }

    /// Whether a reference object has lost its referent.
    fn is_cleared(&self, object: Object) -> bool {
        self.fields(object)
            .any(|(row, field, at)| self.is_referent(row, field) && self.id_at(at).is_none_or(|id| id == 0))
    }

    /// Whether a field, of the class in this row, is that of the referent.
    fn is_referent(&self, row: u32, field: Field) -> bool {
        self.referents.declarer == Some(row) && self.referents.is_referent(field.name)
    }

    fn referred(&self, object: Object, name: &str) -> Option<Object> {
        let (_, at) = self.field(object, name).filter(|(field, _)| field.kind == OBJECT)?;
        self.object(self.node(self.id_at(at)?)?)
    }

    /// A whole number in a field, or the length of an array.
    fn whole(&self, object: Object, name: &str) -> Option<i64> {
        if let (Shape::Objects { length, .. } | Shape::Primitives { length, .. }, "length") = (object.shape, name) {
            return Some(i64::from(length));
        }
        let (field, at) = self.field(object, name)?;
        let bytes = |width: usize| self.file.get(at..at + width);
        Some(match field.kind {
            4 | 8 => i64::from(bytes(1)?[0] as i8),
            9 => i64::from(i16::from_be_bytes(bytes(2)?.try_into().ok()?)),
            10 => i64::from(i32::from_be_bytes(bytes(4)?.try_into().ok()?)),
            11 => i64::from_be_bytes(bytes(8)?.try_into().ok()?),
            _ => return None,
        })
    }

    /// The name of a thread, or of the task of a virtual one.
    fn thread_name(&self, thread: Object) -> Option<String> {
        self.own_name(thread).or_else(|| self.task_name(thread))
    }

    /// A virtual thread without a name goes by the class of what it runs.
    fn task_name(&self, thread: Object) -> Option<String> {
        let class = |object: Object| Some(&*self.classes.rows[self.class_of(object)? as usize].name);
        let mut task = self.referred(thread, CONTINUATION)?;
        for _ in 0..MOST_WRAPPED {
            let next = TASKS.iter().find_map(|field| self.referred(task, field));
            let Some(next) = next.filter(|_| class(task).is_some_and(|class| class.starts_with("java."))) else {
                break;
            };
            task = next;
        }
        Some(format!("virtual {}", naming::simple(&naming::class(class(task)?))))
    }

    /// The name that a thread was given: a `String`, or before Java 9 an array of characters.
    fn own_name(&self, thread: Object) -> Option<String> {
        let name = self.referred(thread, "name")?;
        let (array, coder) = match name.shape {
            Shape::Primitives { .. } => (name, 0),
            _ => {
                let coder = self.field(name, "coder").and_then(|(_, at)| self.file.get(at).copied());
                (self.referred(name, "value")?, coder.unwrap_or(0))
            }
        };
        let Shape::Primitives { kind, length } = array.shape else { return None };
        let length = length as usize;
        let bytes = |width: usize| self.file.get(array.body..array.body + length.min(LONGEST) * width);
        let text: String = match (kind, coder) {
            (5, _) => utf16(bytes(2)?, u16::from_be_bytes),
            // The bytes of a wide string are in the order of the machine, and all that run Java now are little-endian.
            (8, 1) => utf16(bytes(1)?, u16::from_le_bytes),
            (8, _) => bytes(1)?.iter().map(|byte| char::from(*byte)).collect(),
            _ => return None,
        };
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        (!text.is_empty()).then_some(text)
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

impl Naming for Names {
    fn declares_fields(&self) -> bool {
        true
    }

    fn references_to(
        &self,
        from: Node,
        wanted: &mut dyn FnMut(Node) -> bool,
        tell: &mut dyn FnMut(Node, Reference<'_>),
    ) {
        if let Some(row) = self.class_rows.get(&from.0) {
            return self.class_references(*row, wanted, tell);
        }
        let Some(object) = self.object(from) else { return };
        let class = self.class_of(object).filter(|row| self.weak.get(*row as usize).copied().unwrap_or(false));
        let lost = class.and_then(|row| self.referents.value(row)).filter(|_| self.is_cleared(object));
        for (row, field, at) in self.fields(object).filter(|(_, field, _)| field.kind == OBJECT) {
            let skipped = class.is_some() && self.is_referent(row, field) || lost == Some(field.name);
            let node = self.id_at(at).and_then(|id| self.node(id)).filter(|_| !skipped);
            if let Some(node) = node.filter(|node| wanted(*node)) {
                tell(node, Reference::Field(as_written(self.text(field.name))));
            }
        }
        if let Shape::Objects { length, .. } = object.shape {
            for element in 0..length {
                let id = self.id_at(object.body + element as usize * self.id_width);
                if let Some(node) = id.and_then(|id| self.node(id)).filter(|node| wanted(*node)) {
                    tell(node, Reference::Element(element));
                }
            }
        }
        for local in self.locals.get(&from.0).into_iter().flatten().map(|local| Node(*local)) {
            if wanted(local) {
                tell(local, Reference::Local);
            }
        }
    }

    fn elements(&self, array: Node) -> u64 {
        self.elements.get(array).into()
    }

    fn label(&self, node: Node) -> Option<Label<'_>> {
        if let Some(row) = self.class_rows.get(&node.0) {
            return Some(Label::Class(Cow::Borrowed(&self.classes.rows[*row as usize].name)));
        }
        let object = self.object(node)?;
        let Shape::Instance { class, .. } = object.shape else { return None };
        let row = self.classes.row(class)?;
        let thread = self.classes.chain(row).any(|row| *self.classes.rows[row as usize].name == *THREAD);
        if !thread {
            return None;
        }
        self.thread_name(object).map(|name| Label::Thread(Cow::Owned(name)))
    }

    fn global(&self, object: Node) -> Option<Reference<'_>> {
        let holder = self.statics.partition_point(|(node, ..)| *node < object.0);
        let (_, row, position) = self.statics.get(holder).filter(|(node, ..)| *node == object.0)?;
        let field = self.classes.statics_of(*row).get(*position as usize)?;
        Some(self.static_field(*row, field))
    }

    /// The list that each class loader has of its classes.
    fn registries(&self) -> Vec<Node> {
        let loaders: BTreeSet<u64> = self.classes.rows.iter().map(|class| class.loader).collect();
        let list = |loader: u64| {
            let loader = self.object(self.node(loader)?)?;
            let list = self.referred(loader, "classes")?;
            let (_, at) = self.field(list, "elementData")?;
            self.node(self.id_at(at)?)
        };
        loaders.into_iter().filter_map(list).collect()
    }

    fn number(&self, object: Node, path: &str) -> Option<u64> {
        let mut object = self.object(object)?;
        let (fields, last) = path.rsplit_once('.').map_or((None, path), |(fields, last)| (Some(fields), last));
        for field in fields.into_iter().flat_map(|fields| fields.split('.')) {
            object = self.referred(object, field)?;
        }
        let number = last.split('|').find_map(|name| self.whole(object, name))?;
        u64::try_from(number).ok()
    }

    fn key(&self, entry: Node) -> Option<Reference<'_>> {
        let object = self.object(entry)?;
        let row = self.class_of(object)?;
        if *self.classes.rows[row as usize].name != *THREAD_LOCAL_ENTRY {
            return None;
        }
        let (_, at) = self.field(object, "referent")?;
        let local = self.node(self.id_at(at)?)?;
        if let Some(holder) = self.global(local) {
            return Some(holder);
        }
        let row = self.class_of(self.object(local)?)?;
        Some(Reference::Internal(Cow::Borrowed(&self.classes.rows[row as usize].name)))
    }
}

/// The name of a field without what a compiler put before it.
fn as_written(name: Cow<'_, str>) -> Cow<'_, str> {
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(naming::field(name)),
        Cow::Owned(name) => Cow::Owned(naming::field(&name).to_owned()),
    }
}

impl ReferentNames {
    /// The fields of `java.lang.ref.Reference`; native-image has a second name for it.
    pub(super) fn find(classes: &Classes, strings: &Strings, file: &[u8]) -> Self {
        let declarer = classes.named("java.lang.ref.Reference");
        let fields = declarer.map_or(&[][..], |row| classes.fields_of(row));
        let referent = |name: u64| matches!(strings.get(file, name), Some(b"referent" | b"rawReferent"));
        let names = fields.iter().map(|field| field.name).filter(|name| referent(*name)).collect();
        let values = WEAK_ENTRIES.into_iter().filter_map(|(class, value)| {
            let row = classes.named(class)?;
            let is_value = |name: &u64| strings.get(file, *name) == Some(value.as_bytes());
            Some((row, classes.fields_of(row).iter().map(|field| field.name).find(is_value)?))
        });
        Self { declarer, names, values: values.collect() }
    }
}
