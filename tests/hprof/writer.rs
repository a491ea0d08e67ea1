//! Writes HPROF dumps for tests, right ones and wrong ones.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use plimsoll::heap::hprof::{self, Dump, Options, Referents};
use plimsoll::heap::{Dominators, EdgeUse, HeapError, Label, Mapping, Naming, Node, Orphans, Reference};

pub const OBJECT: u8 = 2;
pub const INT: u8 = 10;

/// A dump in the making: identifiers of `width` bytes, all heap records in one segment until [`Writer::segment`].
pub struct Writer {
    width: usize,
    pub out: Vec<u8>,
    pub heap: Vec<u8>,
    /// What the next classes say of how large their instances are, in bytes.
    pub instance: u32,
    names: u64,
}

impl Writer {
    pub fn new(width: usize) -> Self {
        let mut out = b"JAVA PROFILE 1.0.2\0".to_vec();
        out.extend((width as u32).to_be_bytes());
        out.extend(0_u64.to_be_bytes());
        Self { width, out, heap: Vec::new(), instance: 0, names: 1 }
    }

    pub fn id(&self, id: u64) -> Vec<u8> {
        id.to_be_bytes()[8 - self.width..].to_vec()
    }

    pub fn top(&mut self, tag: u8, body: &[u8]) {
        self.out.push(tag);
        self.out.extend([0; 4]);
        self.out.extend((body.len() as u32).to_be_bytes());
        self.out.extend(body);
    }

    pub fn name(&mut self, text: &str) -> u64 {
        let name = self.names;
        self.names += 1;
        let body = [&self.id(name), text.as_bytes()].concat();
        self.top(0x01, &body);
        name
    }

    /// A class with object statics and fields of any type.
    pub fn class(&mut self, id: u64, superclass: u64, name: &str, statics: &[(&str, u64)], fields: &[(&str, u8)]) {
        let string = self.name(name);
        let load = [&[0; 4][..], &self.id(id), &[0; 4], &self.id(string)].concat();
        self.top(0x02, &load);
        let mut body = [&[0x20][..], &self.id(id), &[0; 4], &self.id(superclass)].concat();
        body.extend(vec![0; 5 * self.width]);
        body.extend(self.instance.to_be_bytes());
        body.extend([0; 2]);
        body.extend((statics.len() as u16).to_be_bytes());
        for (name, value) in statics {
            let name = self.name(name);
            body.extend([&self.id(name)[..], &[OBJECT], &self.id(*value)].concat());
        }
        body.extend((fields.len() as u16).to_be_bytes());
        for (name, kind) in fields {
            let name = self.name(name);
            body.extend([&self.id(name)[..], &[*kind]].concat());
        }
        self.heap.extend(body);
    }

    /// An instance whose fields are all references.
    pub fn instance(&mut self, id: u64, class: u64, values: &[u64]) {
        let data: Vec<u8> = values.iter().flat_map(|value| self.id(*value)).collect();
        let length = (data.len() as u32).to_be_bytes();
        self.heap.extend([&[0x21][..], &self.id(id), &[0; 4], &self.id(class), &length, &data].concat());
    }

    pub fn objects(&mut self, id: u64, class: u64, elements: &[u64]) {
        let data: Vec<u8> = elements.iter().flat_map(|value| self.id(*value)).collect();
        let length = (elements.len() as u32).to_be_bytes();
        self.heap.extend([&[0x22][..], &self.id(id), &[0; 4], &length, &self.id(class), &data].concat());
    }

    /// An array of bytes.
    pub fn bytes(&mut self, id: u64, content: &[u8]) {
        let length = (content.len() as u32).to_be_bytes();
        self.heap.extend([&[0x23][..], &self.id(id), &[0; 4], &length, &[8], content].concat());
    }

    /// A root with whatever follows its identifier.
    pub fn root(&mut self, tag: u8, id: u64, rest: &[u8]) {
        self.heap.extend([&[tag][..], &self.id(id), rest].concat());
    }

    /// Writes what the heap has so far.
    pub fn segment(&mut self, tag: u8) {
        let heap = std::mem::take(&mut self.heap);
        self.top(tag, &heap);
    }

    pub fn finish(mut self) -> Vec<u8> {
        if !self.heap.is_empty() {
            self.segment(0x1c);
        }
        self.top(0x2c, &[]);
        self.out
    }
}

/// A dump that was read, with questions by address.
pub struct Read {
    pub dump: Dump,
    pub tree: Dominators,
}

pub fn open(path: &Path, referents: Referents, orphans: Orphans) -> Result<Read, HeapError> {
    let mut dump = hprof::read(Mapping::open(path)?, &Options { referents, ..Options::default() })?;
    let tree = Dominators::of(&mut dump.graph, EdgeUse::Keep, orphans);
    Ok(Read { dump, tree })
}

pub fn read_with(content: &[u8], referents: Referents, orphans: Orphans) -> Result<Read, HeapError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    open(file.path(), referents, orphans)
}

pub fn read(content: &[u8]) -> Result<Read, HeapError> {
    read_with(content, Referents::NotWeak, Orphans::Drop)
}

impl Read {
    pub fn node(&self, address: u64) -> Node {
        self.dump.names.at_address(address).unwrap()
    }

    pub fn retained(&self, address: u64) -> u64 {
        self.tree.retained(self.node(address)).0
    }

    pub fn shallow(&self, address: u64) -> u64 {
        self.dump.graph.shallow(self.node(address)).0
    }

    pub fn holder(&self, address: u64) -> Option<Node> {
        self.tree.immediate(self.node(address))
    }

    /// References of an object by name, as text.
    pub fn references(&self, address: u64) -> BTreeMap<String, Node> {
        let mut all = BTreeMap::new();
        self.dump.names.references(self.node(address), &mut |to, reference| {
            all.insert(text(&reference), to);
        });
        all
    }

    pub fn label(&self, address: u64) -> Option<String> {
        self.dump.names.label(self.node(address)).map(|label| match label {
            Label::Class(name) | Label::Thread(name) => name.into_owned(),
            other => panic!("{other:?}"),
        })
    }

    pub fn key(&self, address: u64) -> Option<String> {
        self.dump.names.key(self.node(address)).map(|reference| text(&reference))
    }

    /// Asks everything of everybody: hostile dumps must survive it.
    pub fn interrogate(&self) -> u64 {
        let mut answers = 0;
        for node in std::iter::once(Node::ROOT).chain(self.dump.graph.objects()) {
            self.dump.names.references(node, &mut |_, _| answers += 1);
            answers += u64::from(self.dump.names.label(node).is_some());
            answers += u64::from(self.dump.names.key(node).is_some());
            answers += self.tree.retained(node).0.min(1) + self.dump.graph.references(node).count() as u64;
        }
        answers
    }
}

fn text(reference: &Reference<'_>) -> String {
    match reference {
        Reference::Static { class, field, .. } => format!("static {class}.{field}"),
        Reference::Field(name) | Reference::Variable(name) | Reference::Internal(name) => name.to_string(),
        Reference::Element(index) => format!("[{index}]"),
        Reference::Local => "local".to_owned(),
    }
}
