//! What has to be known before the first byte is written: which strings are names, which numbers stay.

use std::collections::HashSet;
use std::ops::Range;

use super::{counters, top, top_records};
use crate::heap::hprof::bytes::id_at;
use crate::heap::hprof::class::Classes;
use crate::heap::hprof::outline::Strings;
use crate::heap::hprof::record::{OBJECT, Object, RawRoot, Record, Shape, record, root, width};
use crate::heap::redact::Keep;

/// Tables of classes and names.
pub(super) struct Survey {
    classes: Classes,
    /// Strings that name a class, field, method, source file or heap.
    names: HashSet<u64>,
    /// By field of `classes`: whether its value stays.
    kept: Vec<bool>,
    /// Arrays whose content stays.
    content: HashSet<u64>,
}

/// Android: the heap that the records to come belong to, with its name.
const HEAP_DUMP_INFO: u8 = 0xfe;

impl Survey {
    pub(super) fn of<const W: usize>(
        file: &[u8],
        start: usize,
        segments: &[Range<usize>],
        (classes, strings): (Classes, Strings),
        roots: &[RawRoot],
        keep: Keep,
    ) -> Self {
        let mut names = HashSet::new();
        for (tag, _, body) in top_records(file, start, segments) {
            let within = &file[..body.end];
            match tag {
                top::LOAD_CLASS => names.extend(id_at::<W>(within, body.start + 8 + W)),
                // Method, signature and source file.
                top::FRAME => names.extend((1..4).filter_map(|id| id_at::<W>(within, body.start + id * W))),
                _ => {}
            }
        }
        names.extend(classes.statics.iter().map(|field| field.name));
        names.extend(classes.fields.iter().map(|field| field.name));
        let mut kept = vec![false; classes.fields.len()];
        for row in &classes.rows {
            for place in row.fields.clone() {
                let field = classes.fields[place as usize];
                let name = strings.get(file, field.name).unwrap_or_default();
                kept[place as usize] = field.kind == OBJECT || counters::kept(&row.name, name);
            }
        }
        let mut survey = Self { classes, names, kept, content: HashSet::new() };
        survey.heaps::<W>(file, segments);
        if keep.thread_names {
            survey.keep_thread_names::<W>(file, segments, &strings, roots);
        }
        survey
    }

    /// Whether a string is a name.
    pub(super) fn names_something(&self, id: u64) -> bool {
        self.names.contains(&id)
    }

    /// Whether the content of an array stays.
    pub(super) fn keeps_content(&self, id: u64) -> bool {
        self.content.contains(&id)
    }

    /// Type of each field of an instance in the order of its data, and whether its value stays.
    pub(super) fn fields(&self, class: u64) -> impl Iterator<Item = (u8, bool)> + '_ {
        let lineage = self.classes.row(class).into_iter().flat_map(|row| self.classes.chain(row));
        let places = lineage.flat_map(|row| self.classes.rows[row as usize].fields.clone());
        places.map(|place| (self.classes.fields[place as usize].kind, self.kept[place as usize]))
    }

    fn heaps<const W: usize>(&mut self, file: &[u8], segments: &[Range<usize>]) {
        let names = &mut self.names;
        each::<W>(file, segments, |found, at| {
            if let (Record::Other, Some(&HEAP_DUMP_INFO)) = (found, file.get(at)) {
                names.extend(id_at::<W>(file, at + 5));
            }
        });
    }

    /// Follows `Thread.name` to the text, in one walk for each step of the way.
    fn keep_thread_names<const W: usize>(
        &mut self,
        file: &[u8],
        segments: &[Range<usize>],
        strings: &Strings,
        roots: &[RawRoot],
    ) {
        let threads = roots.iter().filter(|root| root.tag == root::THREAD_OBJECT).map(|root| root.id).collect();
        let names = self.step::<W>(file, segments, strings, &threads, b"name");
        let texts = self.step::<W>(file, segments, strings, &names, b"value");
        // Before Java 9 the name is an array itself.
        self.content = texts.union(&names).copied().collect();
    }

    /// What a field of some objects refers to.
    fn step<const W: usize>(
        &self,
        file: &[u8],
        segments: &[Range<usize>],
        strings: &Strings,
        from: &HashSet<u64>,
        field: &[u8],
    ) -> HashSet<u64> {
        let mut found = HashSet::new();
        each::<W>(file, segments, |record, _| {
            if let Record::Object(object) = record
                && from.contains(&object.id)
            {
                found.extend(self.reference::<W>(file, strings, object, field).filter(|id| *id != 0));
            }
        });
        found
    }

    fn reference<const W: usize>(&self, file: &[u8], strings: &Strings, object: Object, wanted: &[u8]) -> Option<u64> {
        let Shape::Instance { class, length } = object.shape else { return None };
        let mut at = object.body;
        for row in self.classes.chain(self.classes.row(class)?) {
            for field in self.classes.fields_of(row) {
                if field.kind == OBJECT && strings.get(file, field.name) == Some(wanted) {
                    return id_at::<W>(file, at).filter(|_| at + W <= object.body + length as usize);
                }
                at += width::<W>(field.kind).ok()?;
            }
        }
        None
    }
}

fn each<const W: usize>(file: &[u8], segments: &[Range<usize>], mut tell: impl FnMut(Record, usize)) {
    for segment in segments {
        let mut at = segment.start;
        while let Ok((found, next)) = record::<W>(&file[..segment.end], at) {
            tell(found, at);
            at = next;
        }
    }
}
