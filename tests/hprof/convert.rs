//! A real dump, rewritten as other writers would have written it: the heap in it stays the same.

use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use plimsoll::heap::hprof::Referents;
use plimsoll::heap::{Label, Naming, Orphans};

use super::variants::fixture;
use super::writer::{Read, read_with};

/// How the other writer writes.
#[derive(Clone, Copy)]
struct Style {
    width: usize,
    version: &'static str,
    /// `HEAP_DUMP`, as before there were segments.
    single: bool,
    /// The length of the only segment is left at zero, and there is no end mark.
    open: bool,
    /// Heaps have names, arrays of primitives no content, interned strings are roots.
    android: bool,
    /// No class is said to be a root.
    classes_are_roots: bool,
    /// Every class is told as an object of `java.lang.Class` as well.
    class_objects: bool,
    /// The field through which references refer.
    referent: &'static str,
}

const HOTSPOT: Style = Style {
    width: 8,
    version: "1.0.2",
    single: false,
    open: false,
    android: false,
    classes_are_roots: true,
    class_objects: false,
    referent: "referent",
};

/// Reads the records of a dump with identifiers of eight bytes, and writes them in another style.
struct Converter {
    style: Style,
    source: Vec<u8>,
    at: usize,
    /// Numbers of strings, which are addresses in the original.
    strings: BTreeMap<u64, u64>,
    /// Superclass and types of the fields of each class.
    layouts: BTreeMap<u64, (u64, Vec<u8>)>,
    classes: Vec<u64>,
    class_class: u64,
    out: Vec<u8>,
}

impl Converter {
    fn take(&mut self, length: usize) -> Vec<u8> {
        self.at += length;
        self.source[self.at - length..self.at].to_vec()
    }

    fn number(&mut self, length: usize) -> u64 {
        self.take(length).iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn put_id(&mut self, id: u64) {
        let bytes = id.to_be_bytes();
        assert!(bytes[..8 - self.style.width].iter().all(|byte| *byte == 0), "{id:#x} is wider than the style");
        self.out.extend(&bytes[8 - self.style.width..]);
    }

    fn id(&mut self) -> u64 {
        let id = self.number(8);
        self.put_id(id);
        id
    }

    fn string(&mut self) {
        let id = self.number(8);
        let next = self.strings.len() as u64 + 1;
        let number = *self.strings.entry(id).or_insert(next);
        self.put_id(number);
    }

    fn copy(&mut self, length: usize) -> u64 {
        let bytes = self.take(length);
        self.out.extend(&bytes);
        bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn value(&mut self, kind: u8) {
        match kind {
            2 => drop(self.id()),
            kind => drop(self.copy(width(kind))),
        }
    }

    fn top(&mut self, tag: u8, body: &[u8], length: usize) {
        self.out.push(tag);
        self.out.extend([0; 4]);
        self.out.extend((length as u32).to_be_bytes());
        self.out.extend(body);
    }

    fn run(mut self) -> Vec<u8> {
        self.out.extend(format!("JAVA PROFILE {}\0", self.style.version).bytes());
        self.at = self.source.iter().position(|byte| *byte == 0).unwrap() + 1;
        assert_eq!(self.number(4), 8);
        self.out.extend((self.style.width as u32).to_be_bytes());
        self.copy(8);
        let mut heap = Vec::new();
        while self.at < self.source.len() {
            let tag = self.number(1) as u8;
            self.take(4);
            let length = self.number(4) as usize;
            let end = self.at + length;
            let outside = std::mem::take(&mut self.out);
            match tag {
                0x01 => {
                    self.string();
                    let text = self.take(length - 8);
                    let text = if text == b"referent" { self.style.referent.as_bytes().to_vec() } else { text };
                    self.out.extend(text);
                }
                0x02 => {
                    self.copy(4);
                    self.id();
                    self.copy(4);
                    self.string();
                }
                0x1c => {
                    while self.at < end {
                        self.heap_record();
                    }
                    heap.append(&mut self.out);
                }
                // Stacks: other tools want them, this reader does not.
                _ => drop(self.take(length)),
            }
            assert_eq!(self.at, end);
            let body = std::mem::replace(&mut self.out, outside);
            if matches!(tag, 0x01 | 0x02) {
                self.top(tag, &body, body.len());
            }
        }
        if self.style.class_objects {
            let outside = std::mem::take(&mut self.out);
            for class in self.classes.clone() {
                self.out.push(0x21);
                self.put_id(class);
                self.out.extend([0; 4]);
                self.put_id(self.class_class);
                self.out.extend([0; 4]);
            }
            heap.append(&mut self.out);
            self.out = outside;
        }
        let length = if self.style.open { 0 } else { heap.len() };
        self.top(if self.style.single { 0x0c } else { 0x1c }, &heap, length);
        if !self.style.open && !self.style.single {
            self.top(0x2c, &[], 0);
        }
        self.out
    }

    fn heap_record(&mut self) {
        let start = self.out.len();
        let tag = self.copy(1) as u8;
        match tag {
            0x20 => self.class(),
            0x21 => {
                let object = self.id();
                self.copy(4);
                let class = self.id();
                let lengths = self.out.len();
                let length = self.number(4) as usize;
                self.out.extend([0; 4]);
                let (end, values) = (self.at + length, self.out.len());
                let mut row = class;
                while let Some((parent, kinds)) = self.layouts.get(&row).cloned() {
                    kinds.iter().for_each(|kind| self.value(*kind));
                    row = parent;
                }
                assert_eq!(self.at, end, "{object:#x}");
                let written = ((self.out.len() - values) as u32).to_be_bytes();
                self.out[lengths..values].copy_from_slice(&written);
            }
            0x22 => {
                self.id();
                self.copy(4);
                let count = self.copy(4);
                self.id();
                for _ in 0..count {
                    self.id();
                }
            }
            0x23 => {
                self.id();
                self.copy(4);
                let count = self.copy(4) as usize;
                let kind = self.copy(1) as u8;
                let content = self.take(count * width(kind));
                if self.style.android {
                    self.out[start] = 0xc3;
                } else {
                    self.out.extend(content);
                }
            }
            root => {
                self.id();
                match root {
                    // The handle is an address outside of the heap; nobody follows it.
                    0x01 => {
                        self.take(8);
                        self.put_id(1);
                    }
                    0x04 | 0x06 => drop(self.copy(4)),
                    0x02 | 0x03 | 0x08 => drop(self.copy(8)),
                    0x05 | 0x07 | 0xff => {}
                    other => panic!("{other:#x}"),
                }
                if root == 0x05 && !self.style.classes_are_roots {
                    self.out.truncate(start);
                }
                if root == 0x05 && self.style.android {
                    // The heap that follows, and a root of another kind.
                    self.out.splice(start..start, [0xfe, 0, 0, 0, 65, 0, 0, 0, 1]);
                }
            }
        }
    }

    fn class(&mut self) {
        let class = self.id();
        self.copy(4);
        let parent = self.id();
        for _ in 0..5 {
            self.id();
        }
        self.copy(4);
        for _ in 0..self.copy(2) {
            self.copy(2);
            let kind = self.copy(1) as u8;
            self.value(kind);
        }
        for _ in 0..self.copy(2) {
            self.string();
            let kind = self.copy(1) as u8;
            self.value(kind);
        }
        let mut kinds = Vec::new();
        for _ in 0..self.copy(2) {
            self.string();
            kinds.push(self.copy(1) as u8);
        }
        self.layouts.insert(class, (parent, kinds));
        self.classes.push(class);
    }
}

fn width(kind: u8) -> usize {
    match kind {
        4 | 8 => 1,
        5 | 9 => 2,
        6 | 10 => 4,
        7 | 11 | 2 => 8,
        other => panic!("{other} is no type"),
    }
}

/// Each object's address with the address of its immediate dominator: sizes aside, all there is to a heap.
fn shape(read: &Read, addresses: &[u64]) -> Vec<(u64, Option<u64>)> {
    let by_node: BTreeMap<_, u64> = addresses.iter().map(|address| (read.node(*address), *address)).collect();
    let holder = |address: &u64| read.holder(*address).and_then(|node| by_node.get(&node).copied());
    addresses.iter().map(|address| (*address, holder(address))).collect()
}

fn original() -> Vec<u8> {
    let mut content = Vec::new();
    MultiGzDecoder::new(std::fs::File::open(fixture("jdk25-serial")).unwrap()).read_to_end(&mut content).unwrap();
    content
}

fn convert(style: Style, class_class: u64) -> Vec<u8> {
    let source = original();
    let (strings, layouts) = (BTreeMap::new(), BTreeMap::new());
    Converter { style, source, at: 0, strings, layouts, classes: Vec::new(), class_class, out: Vec::new() }.run()
}

fn open(content: &[u8]) -> Read {
    read_with(content, Referents::NotWeak, Orphans::Drop).unwrap()
}

/// Addresses of all objects, classes included.
fn addresses(read: &Read) -> Vec<u64> {
    // The heap of the fixture starts at the first of these and is some megabytes long.
    let found = (0xf000_0000_u64..0x1_0000_0000).step_by(8);
    found.filter(|address| read.dump.names.at_address(*address).is_some()).collect()
}

fn class_class(read: &Read) -> u64 {
    let label = |address: &u64| read.dump.names.label(read.node(*address));
    let named = |address: &u64| label(address) == Some(Label::Class("java.lang.Class".into()));
    addresses(read).into_iter().find(named).unwrap()
}

#[test]
fn every_style_of_writing_tells_the_same_heap() {
    let whole = open(&original());
    let addresses = addresses(&whole);
    assert_eq!(addresses.len() + 1, whole.dump.graph.len());
    let expected = shape(&whole, &addresses);
    let class_class = class_class(&whole);
    let styles = [
        ("the same", HOTSPOT),
        ("32 bits", Style { width: 4, ..HOTSPOT }),
        ("one dump without segments", Style { version: "1.0.1", single: true, ..HOTSPOT }),
        ("32 bits without segments", Style { width: 4, version: "1.0.1", single: true, ..HOTSPOT }),
        ("a segment without length", Style { open: true, ..HOTSPOT }),
        ("Android", Style { width: 4, version: "1.0.3", android: true, ..HOTSPOT }),
        ("native-image", Style { referent: "rawReferent", ..HOTSPOT }),
        ("classes as objects", Style { class_objects: true, ..HOTSPOT }),
    ];
    for (name, style) in styles {
        let read = open(&convert(style, class_class));
        assert!(shape(&read, &addresses) == expected, "{name}: an object has another dominator");
        assert_eq!(read.tree.reached(), whole.tree.reached(), "{name}");
        assert_eq!(read.tree.unreachable().0, whole.tree.unreachable().0, "{name}");
        let caveat = if style.open { "the dump has no end mark: its writer may have been stopped" } else { "" };
        assert_eq!(read.dump.caveats.join("\n"), caveat, "{name}");
    }
}

#[test]
fn objects_of_32_bits_are_smaller() {
    let wide = open(&original());
    let narrow = open(&convert(Style { width: 4, ..HOTSPOT }, 0));
    let (mut links, mut arrays) = (0, 0);
    for address in addresses(&wide) {
        match narrow.dump.graph.class_name(narrow.node(address)) {
            // Two words of header; a byte, a long and a reference; a byte and a reference.
            "Shapes$Sub" => {
                assert_eq!(narrow.shallow(address), (8_u64 + 13).next_multiple_of(4) + 8);
                links += 1;
            }
            "long[]" if wide.shallow(address) == 16 + 64 * 8 => {
                assert_eq!(narrow.shallow(address), (12_u64 + 64 * 8).next_multiple_of(8));
                arrays += 1;
            }
            _ => {}
        }
    }
    assert_eq!((links, arrays), (1000, 50));
}

#[test]
fn boot_classes_hold_the_heap_where_no_class_is_said_to() {
    let whole = open(&original());
    let read = open(&convert(Style { classes_are_roots: false, ..HOTSPOT }, 0));
    // All classes of the boot loader count then, not only those that the writer took for roots.
    for address in addresses(&whole).into_iter().filter(|address| whole.tree.reachable(whole.node(*address))) {
        assert!(read.tree.reachable(read.node(address)), "{address:#x} is lost");
    }
}
