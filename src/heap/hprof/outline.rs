//! The first pass: what is in the file and where, without following a single reference.

use std::ops::Range;

use super::bytes::{id_at, u32_at, u64_at};
use super::class::Classes;
use super::ids::IdSet;
use super::record::{ClassDump, Fault, Object, RawRoot, Record, Shape, record, root};
use crate::heap::{HeapError, Mapping};

/// Everything that the second pass needs to know beforehand.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) ids: IdSet,
    pub(super) classes: Classes,
    /// Identifier, offset and length of each string, by identifier.
    pub(super) strings: Strings,
    pub(super) roots: Vec<RawRoot>,
    pub(super) chunks: Vec<Chunk>,
    /// Identifier and offset of every [`STRIDE`]th object, and of the first of each chunk.
    pub(super) index: Vec<(u64, u64)>,
    /// Whether identifiers ascend through the file; then the index finds every object.
    pub(super) ascending: bool,
    /// Whether references take four bytes on the heap although identifiers take eight.
    pub(super) compressed: bool,
    /// All identifiers, or-ed: their alignment.
    pub(super) union: u64,
    pub(super) objects: u64,
    /// Where the file ends before the dump does.
    pub(super) cut: Option<usize>,
    pub(super) caveats: Vec<String>,
}

/// A run of records within one segment: the unit of work of the second pass.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    /// No more references than this come out of it.
    pub(super) references: usize,
}

/// Where the strings are: names of classes and fields, never values from the heap.
#[derive(Debug, Default)]
pub(super) struct Strings(Vec<(u64, u64, u32)>);

const STRIDE: u64 = 64;
const CHUNK: usize = 16 << 20;

const UTF8: u8 = 0x01;
const LOAD_CLASS: u8 = 0x02;
const HEAP_DUMP: u8 = 0x0c;
const HEAP_DUMP_SEGMENT: u8 = 0x1c;
const HEAP_DUMP_END: u8 = 0x2c;

/// Walks all records of the file. `start` is where the header ends.
pub(super) fn outline<const W: usize>(file: &Mapping, start: usize) -> Result<Outline, HeapError> {
    let mut pass = Pass::<W>::new(file);
    let mut at = start;
    while at < file.len() {
        let Some(length) = u32_at(file, at + 5) else {
            pass.cut(at);
            break;
        };
        let (tag, body) = (file[at], at + 9);
        let left = file.len() - body;
        let length = match tag {
            HEAP_DUMP | HEAP_DUMP_SEGMENT => segment_length::<W>(file, tag, body, length as usize),
            _ => length as usize,
        };
        let end = body + length.min(left);
        match tag {
            HEAP_DUMP | HEAP_DUMP_SEGMENT => {
                pass.segmented |= tag == HEAP_DUMP_SEGMENT;
                if !pass.segment(body..end)? || length > left {
                    pass.cut(end.min(file.len()));
                    break;
                }
            }
            _ if length > left => {
                pass.cut(at);
                break;
            }
            UTF8 if length >= W => {
                let id = id_at::<W>(file, body).unwrap_or(0);
                pass.found.strings.0.push((id, (body + W) as u64, (length - W) as u32));
            }
            LOAD_CLASS => {
                if let (Some(class), Some(name)) = (id_at::<W>(file, body + 4), id_at::<W>(file, body + 8 + W)) {
                    pass.found.classes.load(class, name);
                }
            }
            HEAP_DUMP_END => pass.ended = true,
            _ => {}
        }
        at = end;
    }
    let found = pass.finish();
    match found.cut {
        Some(at) if found.objects == 0 => {
            let what = "the file ends before the first object: the dump was cut (process killed, disk full, or still \
                        being written); take it again";
            Err(HeapError::Malformed { offset: at as u64, what: what.to_owned() })
        }
        _ => Ok(found),
    }
}

/// The length of a segment, which 32 bits may have been too few to say.
fn segment_length<const W: usize>(file: &[u8], tag: u8, body: usize, length: usize) -> usize {
    let left = file.len() - body;
    let overflowed = tag == HEAP_DUMP && left > length && (left - length).is_multiple_of(1 << 32);
    // Some writers leave the length of the last segment at zero.
    let open = length == 0 && left > 0 && !top_level(file, body) && record::<W>(file, body).is_ok();
    if overflowed || open { left } else { length }
}

/// Whether a record that stands outside of segments can start here.
fn top_level(file: &[u8], at: usize) -> bool {
    let known = matches!(file.get(at).copied(), Some(0x01..=0x07 | 0x0a..=0x0e | HEAP_DUMP_SEGMENT | HEAP_DUMP_END));
    let length = u32_at(file, at + 5).map(|length| at as u64 + 9 + u64::from(length));
    known && length.is_some_and(|end| end <= file.len() as u64)
}

struct Pass<'a, const W: usize> {
    file: &'a Mapping,
    found: Outline,
    segmented: bool,
    ended: bool,
    last: u64,
    /// From an object array to where it would end if references took eight bytes.
    uncompressed: Range<u64>,
}

impl<'a, const W: usize> Pass<'a, W> {
    fn new(file: &'a Mapping) -> Self {
        let found = Outline {
            ids: IdSet::for_dump(file.len()),
            classes: Classes::default(),
            strings: Strings::default(),
            roots: Vec::new(),
            chunks: Vec::new(),
            index: Vec::new(),
            ascending: true,
            compressed: false,
            union: 0,
            objects: 0,
            cut: None,
            caveats: Vec::new(),
        };
        Self { file, found, segmented: false, ended: false, last: 0, uncompressed: 0..0 }
    }

    /// Walks one segment; false if the file ends in the middle of a record.
    fn segment(&mut self, range: Range<usize>) -> Result<bool, HeapError> {
        let data = &self.file[..range.end];
        let mut at = range.start;
        while at < range.end {
            let chunk = at;
            let (mut references, mut first) = (0, true);
            let mut fault = None;
            while at < range.end && at - chunk < CHUNK {
                let (found, next) = match record::<W>(data, at) {
                    Ok(found) => found,
                    Err(error) => {
                        fault = Some(error);
                        break;
                    }
                };
                match found {
                    Record::Object(object) => {
                        references += self.object(object, at, first);
                        first = false;
                    }
                    Record::Class(body) => self.class(data, body)?,
                    Record::Root(root) if root.tag != root::UNREACHABLE => self.found.roots.push(root),
                    Record::Root(_) | Record::Other => {}
                }
                at = next;
            }
            if at > chunk {
                self.found.chunks.push(Chunk { range: chunk..at, references });
                self.file.forget(chunk..at);
            }
            match fault {
                None => {}
                Some(Fault::Cut) if range.end == self.file.len() => {
                    self.cut(at);
                    return Ok(false);
                }
                Some(fault) => return Err(malformed(at, fault)),
            }
        }
        Ok(true)
    }

    /// Takes an object in; no more references than this come out of it.
    fn object(&mut self, object: Object, at: usize, first: bool) -> usize {
        let found = &mut self.found;
        if first || found.objects.is_multiple_of(STRIDE) {
            found.index.push((object.id, at as u64));
        }
        found.objects += 1;
        found.ids.insert(object.id);
        found.union |= object.id;
        found.ascending &= object.id > self.last;
        self.last = object.id;
        found.compressed |= W == 8 && object.id > self.uncompressed.start && object.id < self.uncompressed.end;
        match object.shape {
            Shape::Instance { length, .. } => length as usize / W + 1,
            Shape::Objects { length, .. } => {
                self.uncompressed = object.id..object.id.saturating_add(16 + u64::from(length) * 8);
                length as usize + 1
            }
            Shape::Primitives { .. } => 1,
        }
    }

    fn class(&mut self, data: &[u8], body: usize) -> Result<(), HeapError> {
        let dump = ClassDump::<W>::read(data, body).map_err(|fault| malformed(body, fault))?;
        self.found.ids.insert(dump.id);
        self.found.classes.declare(data, dump);
        Ok(())
    }

    fn cut(&mut self, at: usize) {
        if !self.ended {
            self.ended = true;
            self.found.cut = Some(at);
            let caveat = format!("the dump is cut at byte {at}: what would follow is not counted");
            self.found.caveats.push(caveat);
        }
    }

    fn finish(mut self) -> Outline {
        if let Some(at) = self.file.cut() {
            self.cut(usize::try_from(at).unwrap_or(usize::MAX));
        }
        if self.segmented && !self.ended {
            self.found.caveats.push("the dump has no end mark: its writer may have been stopped".to_owned());
        }
        self.found.strings.0.sort_unstable();
        self.found.strings.0.dedup_by_key(|(id, ..)| *id);
        self.found
    }
}

fn malformed(at: usize, fault: Fault) -> HeapError {
    let what = match fault {
        Fault::Cut => "a record goes on past the end of its segment: take the dump again".to_owned(),
        Fault::Tag(tag) => {
            format!("`{tag:#04x}` starts no known heap record: take the dump with `jcmd PID GC.heap_dump`")
        }
        Fault::Type(kind) => format!("`{kind}` is no type of a field or element: take the dump again"),
    };
    HeapError::Malformed { offset: at as u64, what }
}

impl Strings {
    /// The bytes of a string.
    pub(super) fn get<'a>(&self, file: &'a [u8], id: u64) -> Option<&'a [u8]> {
        let row = self.0.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
        let (_, start, length) = self.0[row];
        file.get(start as usize..start as usize + length as usize)
    }
}

/// Width of identifiers and the end of the header.
pub(super) fn header(file: &[u8]) -> Result<(u32, usize), HeapError> {
    let malformed = |offset: usize, what: String| HeapError::Malformed { offset: offset as u64, what };
    let name = file.iter().take(32).position(|byte| *byte == 0);
    let name = name.filter(|end| file[..*end].starts_with(b"JAVA PROFILE 1.0."));
    let end = name.ok_or_else(|| malformed(0, "the file does not start with `JAVA PROFILE 1.0`".to_owned()))? + 1;
    let width = u32_at(file, end);
    match (width, u64_at(file, end + 4)) {
        (Some(width @ (4 | 8)), Some(_)) => Ok((width, end + 12)),
        (Some(width), Some(_)) => {
            Err(malformed(end, format!("identifiers of `{width}` bytes: only 4 and 8 are known")))
        }
        _ => Err(malformed(file.len(), "the file ends within its header".to_owned())),
    }
}
