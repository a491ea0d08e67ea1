//! Classes: names, hierarchy, where the references are in an instance, and how large it is.
//!
//! HPROF does not say how large objects are. The sizes here follow the layout rules that Eclipse MAT
//! applies (`HprofParserHandlerImpl`): header of a pointer and a class reference, fields of each class
//! of the hierarchy rounded up to the size of a reference, the whole to the object alignment. Compact
//! object headers (JEP 450, JEP 519), which MAT 1.17 does not know, make the header one word: they are
//! told by arrays that end before they could with any other header. GraalVM native-image, which MAT takes for
//! HotSpot, has the class reference alone for a header, and lays fields out as it likes: its writer
//! (`HeapDumpWriter.java` of SubstrateVM) says in each class how large an instance is.

use std::collections::HashMap;
use std::ops::Range;

use super::outline::Strings;
use super::record::{ClassDump, OBJECT, width};
use crate::heap::{HeapError, naming};

/// The class of references to what has a finalizer: the collector follows them once, to run it.
pub(super) const FINAL: &str = "java.lang.ref.FinalReference";

/// All classes that the file tells of.
#[derive(Debug, Default)]
pub(super) struct Classes {
    /// Class and the string of its name; sorted once complete.
    loads: Vec<(u64, u64)>,
    pub(super) rows: Vec<ClassRow>,
    pub(super) statics: Vec<Static>,
    pub(super) fields: Vec<Field>,
    /// Identifier and row, sorted once complete; the first declaration counts.
    by_id: Vec<(u64, u32)>,
}

/// A class as declared.
#[derive(Debug, Clone)]
pub(super) struct ClassRow {
    pub(super) id: u64,
    pub(super) superclass: u64,
    pub(super) loader: u64,
    /// Bytes of an instance, as the dump has it.
    pub(super) instance_size: u32,
    pub(super) name: Box<str>,
    pub(super) statics: Range<u32>,
    pub(super) fields: Range<u32>,
    /// The row of the superclass, once complete.
    pub(super) parent: Option<u32>,
}

/// A static field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Static {
    pub(super) name: u64,
    pub(super) kind: u8,
    pub(super) value: u64,
    /// Whether a class of the same name in another package has a field of this name, once complete.
    pub(super) ambiguous: bool,
}

/// A field that instances have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: u64,
    pub(super) kind: u8,
}

/// How the heap of the dumped process was laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heap {
    pub(super) pointer: u64,
    pub(super) reference: u64,
    pub(super) alignment: u64,
    pub(super) header: Header,
}

/// What stands in front of the fields of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    /// A word and a class reference.
    Plain,
    /// A word, of which the class reference is part.
    Compact,
    /// A class reference: the heap of a native-image.
    Image,
}

/// So many classes whose names differ in their numbers only were generated; somebody may have written less.
const MANY_ALIKE: usize = 32;
/// No hierarchy that a compiler made is deeper; a deeper one would make the tables explode.
const DEEPEST: usize = 1000;

impl Classes {
    pub(super) fn load(&mut self, class: u64, name: u64) {
        self.loads.push((class, name));
    }

    pub(super) fn declare<const W: usize>(&mut self, data: &[u8], dump: ClassDump<W>) {
        let (statics, fields) = (self.statics.len() as u32, self.fields.len() as u32);
        self.statics.extend(dump.statics(data).map(|(name, kind, value)| Static {
            name,
            kind,
            value,
            ambiguous: false,
        }));
        self.fields.extend(dump.fields(data).map(|(name, kind)| Field { name, kind }));
        self.rows.push(ClassRow {
            id: dump.id,
            superclass: dump.superclass,
            loader: dump.loader,
            instance_size: dump.instance_size,
            name: Box::default(),
            statics: statics..self.statics.len() as u32,
            fields: fields..self.fields.len() as u32,
            parent: None,
        });
    }

    /// Names the classes and links them with their superclasses.
    pub(super) fn complete(&mut self, file: &[u8], strings: &Strings) -> Result<(), HeapError> {
        self.by_id = self.rows.iter().enumerate().map(|(row, class)| (class.id, row as u32)).collect();
        self.by_id.sort_unstable();
        self.by_id.dedup_by_key(|(id, _)| *id);
        self.loads.sort_unstable();
        // Many classes may claim one very long name: all names together stay below the size of the file.
        let mut budget = file.len();
        for row in 0..self.rows.len() {
            let class = &self.rows[row];
            let load = self.loads.binary_search_by_key(&class.id, |(class, _)| *class).ok();
            let name = load.and_then(|load| strings.get(file, self.loads[load].1));
            let name = name.filter(|name| name.len() <= budget);
            budget -= name.map_or(0, <[u8]>::len);
            let name = name.map_or_else(|| "<unnamed class>".into(), readable);
            let parent = self.row(class.superclass);
            (self.rows[row].name, self.rows[row].parent) = (name, parent);
        }
        self.loads = Vec::new();
        let mut names = self.rows.iter().map(|class| naming::class(&class.name)).collect::<Vec<_>>();
        self.name_alike(&mut names);
        self.mark_ambiguous(&names);
        match (0..self.rows.len() as u32).find(|row| self.chain(*row).count() > DEEPEST) {
            Some(row) => Err(HeapError::Malformed {
                offset: 0,
                what: format!(
                    "class `{}` has more than `{DEEPEST}` superclasses, or is one of its own: take the dump again",
                    self.rows[row as usize].name
                ),
            }),
            None => Ok(()),
        }
    }

    /// Gives classes one name that are many and differ in their numbers only: a program generated them.
    fn name_alike(&mut self, names: &mut [String]) {
        let has_number = |class: &ClassRow| class.name.contains(|c: char| c.is_ascii_digit());
        let mut alike: HashMap<String, Vec<usize>> = HashMap::new();
        for row in (0..names.len()).filter(|row| has_number(&self.rows[*row])) {
            alike.entry(naming::numberless(&names[row])).or_default().push(row);
        }
        for (shape, rows) in alike.into_iter().filter(|(_, rows)| rows.len() >= MANY_ALIKE) {
            for row in rows {
                self.rows[row].name = shape.as_str().into();
                names[row].clone_from(&shape);
            }
        }
    }

    /// Finds the static fields that would be called as one of another class if classes were called without package.
    fn mark_ambiguous(&mut self, names: &[String]) {
        let rows = self.rows.iter().zip(names);
        let fields = rows.flat_map(|(class, name)| class.statics.clone().map(move |at| (at as usize, name)));
        let fields = fields.filter(|(at, _)| self.statics[*at].kind == OBJECT);
        let told = fields.map(|(at, name)| (naming::simple(name), self.statics[at].name, name, at));
        let mut told: Vec<_> = told.collect();
        told.sort_unstable();
        for same in told.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let ambiguous = same.first().map(|field| field.2) != same.last().map(|field| field.2);
            same.iter().for_each(|(.., at)| self.statics[*at].ambiguous = ambiguous);
        }
    }

    /// The row of a class.
    pub(super) fn row(&self, id: u64) -> Option<u32> {
        self.by_id.binary_search_by_key(&id, |(id, _)| *id).ok().map(|row| self.by_id[row].1)
    }

    /// The row of the class of this name that was declared first.
    pub(super) fn named(&self, name: &str) -> Option<u32> {
        self.rows.iter().position(|class| *class.name == *name).map(|row| row as u32)
    }

    /// A class and its superclasses, nearest first; one more than allowed if there are too many.
    pub(super) fn chain(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(row), |row| self.rows[*row as usize].parent).take(DEEPEST + 1)
    }

    pub(super) fn fields_of(&self, row: u32) -> &[Field] {
        let range = &self.rows[row as usize].fields;
        &self.fields[range.start as usize..range.end as usize]
    }

    pub(super) fn statics_of(&self, row: u32) -> &[Static] {
        let range = &self.rows[row as usize].statics;
        &self.statics[range.start as usize..range.end as usize]
    }

    /// Bytes of an instance of each class.
    pub(super) fn instance_sizes(&self, heap: Heap) -> Vec<u64> {
        let rows = 0..self.rows.len() as u32;
        let own = |row| self.fields_of(row).iter().map(|field| heap.size(field.kind)).sum::<u64>();
        let own: Vec<u64> = rows.clone().map(own).collect();
        let header = heap.object_header();
        rows.map(|row| {
            let told = u64::from(self.rows[row as usize].instance_size);
            if heap.header == Header::Image && told > 0 {
                return told.next_multiple_of(heap.alignment);
            }
            let mut lineage: Vec<u32> = self.chain(row).collect();
            // The last is `java.lang.Object`, whose fields (it has none) are not counted.
            lineage.pop();
            let add = |size: u64, row: &u32| (size + own[*row as usize]).next_multiple_of(heap.reference);
            lineage.iter().rev().fold(header, add).next_multiple_of(heap.alignment)
        })
        .collect()
    }

    /// Bytes of a class object: its static fields, as MAT has it.
    pub(super) fn class_size(&self, row: u32, heap: Heap) -> u64 {
        let statics = self.statics_of(row).iter().map(|field| heap.size(field.kind)).sum::<u64>();
        statics.next_multiple_of(heap.alignment)
    }

    /// Whether the dump is of a GraalVM native-image: there a class has the address of its object, which is told as
    /// any other object is, and one.
    pub(super) fn are_of_image(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|class| class.id % 8 == 1)
    }

    /// Classes that do not keep their referent alive.
    pub(super) fn weak(&self) -> Vec<bool> {
        self.extending(&["java.lang.ref.WeakReference", "java.lang.ref.PhantomReference", FINAL])
    }

    /// Which classes are one of these, or extend one.
    pub(super) fn extending(&self, names: &[&str]) -> Vec<bool> {
        let wanted: Vec<u32> = names.iter().filter_map(|name| self.named(name)).collect();
        let rows = 0..self.rows.len() as u32;
        rows.map(|row| !wanted.is_empty() && self.chain(row).any(|row| wanted.contains(&row))).collect()
    }
}

impl Heap {
    /// Bytes of a value.
    pub(super) fn size(self, kind: u8) -> u64 {
        if kind == OBJECT { self.reference } else { width::<8>(kind).map_or(0, |width| width as u64) }
    }

    /// Bytes of an array of references.
    pub(super) fn object_array(self, length: u32) -> u64 {
        self.array(length, self.reference)
    }

    /// Bytes of an array of a primitive type.
    pub(super) fn primitive_array(self, kind: u8, length: u32) -> u64 {
        self.array(length, self.size(kind))
    }

    /// Bytes in front of the fields of an object.
    pub(super) fn object_header(self) -> u64 {
        match self.header {
            Header::Plain => self.pointer + self.reference,
            Header::Compact => self.pointer,
            Header::Image => self.reference,
        }
    }

    fn array(self, length: u32, element: u64) -> u64 {
        let header = self.object_header() + 4;
        // Elements stand at multiples of their size; all other heaps are counted as MAT does.
        let header = match self.header {
            Header::Plain => header.next_multiple_of(self.reference),
            Header::Compact => header.next_multiple_of(element.max(4)),
            // With references of eight bytes the hash code stands before the length.
            Header::Image => 2 * self.reference,
        };
        (header + u64::from(length) * element).next_multiple_of(self.alignment)
    }
}

/// `[Ljava/util/Map;` as `java.util.Map[]`; what follows a `/0x` or `+0x` stays as it is.
pub(super) fn readable(raw: &[u8]) -> Box<str> {
    let text = String::from_utf8_lossy(raw);
    let element = text.trim_start_matches('[');
    let rank = text.len() - element.len();
    let element = match element {
        "Z" if rank > 0 => "boolean",
        "B" if rank > 0 => "byte",
        "C" if rank > 0 => "char",
        "S" if rank > 0 => "short",
        "I" if rank > 0 => "int",
        "J" if rank > 0 => "long",
        "F" if rank > 0 => "float",
        "D" if rank > 0 => "double",
        class if rank > 0 => class.strip_prefix('L').and_then(|class| class.strip_suffix(';')).unwrap_or(class),
        class => class,
    };
    let (package, hidden) = element.split_once("/0x").map_or((element, None), |(name, rest)| (name, Some(rest)));
    let mut name = package.replace('/', ".");
    if let Some(hidden) = hidden {
        name.push_str("/0x");
        name.push_str(hidden);
    }
    name.push_str(&"[]".repeat(rank));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_read_as_in_source() {
        for (raw, expected) in [
            ("java/util/HashMap$Node", "java.util.HashMap$Node"),
            ("[[I", "int[][]"),
            ("[Ljava/lang/String;", "java.lang.String[]"),
            ("I", "I"),
            ("app/Main$$Lambda/0x00007f1a", "app.Main$$Lambda/0x00007f1a"),
            ("byte[]", "byte[]"),
        ] {
            assert_eq!(*readable(raw.as_bytes()), *expected);
        }
    }

    #[test]
    fn classes_that_are_many_and_differ_in_their_numbers_have_one_name() {
        let names = |stem: &str, many: usize| -> Vec<String> { (0..many).map(|n| format!("{stem}{n:04}")).collect() };
        let generated = names("com.shop.Proxy", MANY_ALIKE);
        let written = names("com.shop.V", MANY_ALIKE - 1);
        let row = |name: &String| ClassRow {
            id: 0,
            superclass: 0,
            loader: 0,
            instance_size: 0,
            name: name.as_str().into(),
            statics: 0..0,
            fields: 0..0,
            parent: None,
        };
        let mut classes = Classes { rows: generated.iter().chain(&written).map(row).collect(), ..Classes::default() };
        let mut names: Vec<String> = generated.into_iter().chain(written.iter().cloned()).collect();
        classes.name_alike(&mut names);
        let told: Vec<&str> = classes.rows.iter().map(|class| &*class.name).collect();
        assert!(told[..MANY_ALIKE].iter().all(|name| *name == "com.shop.Proxy*"), "{told:?}");
        assert_eq!(told[MANY_ALIKE..], written);
        assert_eq!(names, told);
    }
}
