//! The first pass: what is in the file and where, without following a single reference.
//!
//! Segments say how long they are, so they are found first and then read on all cores; what each told is
//! put together in the order of the file.

use std::ops::Range;

use super::bytes::{id_at, u32_at, u64_at};
use super::class::Classes;
use super::ids::IdSet;
use super::record::{ClassDump, Fault, Object, RawRoot, Record, Shape, record, root, width};
use crate::heap::cores::spread;
use crate::heap::graph::prefetch;
use crate::heap::{HeapError, Mapping};

/// Everything that the second pass needs to know beforehand.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) ids: IdSet,
    pub(super) classes: Classes,
    /// Identifier, offset and length of each string, by identifier.
    pub(super) strings: Strings,
    pub(super) roots: Vec<RawRoot>,
    /// Bodies of the segments of the last dump, in the order of the file.
    pub(super) segments: Vec<Range<usize>>,
    /// In the order of the file, or of identifiers if these are orderly.
    pub(super) chunks: Vec<Chunk>,
    /// Identifier and offset of every [`STRIDE`]th object of a chunk, the first included; in the order of the chunks.
    pub(super) index: Vec<(u64, u64)>,
    /// Whether identifiers ascend through the chunks as they are sorted now; then the index finds every object.
    pub(super) orderly: bool,
    /// Whether references take four bytes on the heap although identifiers take eight.
    pub(super) compressed: bool,
    /// Whether the class of an object is in the first word of its header (JDK 24 and later, on demand).
    pub(super) compact: bool,
    /// All identifiers, or-ed: their alignment.
    pub(super) union: u64,
    /// Arrays that say that headers are compact.
    tight: u64,
    pub(super) objects: u64,
    /// Where the file ends before the dump does.
    pub(super) cut: Option<usize>,
    pub(super) caveats: Vec<String>,
}

/// A run of records within one segment whose identifiers ascend: the unit of work of the second pass.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    /// No more references than this come out of it.
    pub(super) references: usize,
    /// Identifiers of its first and last object.
    pub(super) first: u64,
    last: u64,
    /// Its part of the index.
    index: Range<usize>,
}

/// Where the strings are: names of classes and fields, never values from the heap.
#[derive(Debug, Default)]
pub(super) struct Strings(Vec<(u64, u64, u32)>);

const STRIDE: u64 = 32;
/// So many bytes are asked for before their turn.
const AHEAD: usize = 1536;
const CHUNK: usize = 16 << 20;
/// A dump whose identifiers fall more often than once in so many bytes is in no order worth following.
const LEAST_RUN: usize = 1 << 16;

const UTF8: u8 = 0x01;
const LOAD_CLASS: u8 = 0x02;
const HEAP_DUMP: u8 = 0x0c;
const HEAP_DUMP_SEGMENT: u8 = 0x1c;
const HEAP_DUMP_END: u8 = 0x2c;

/// Walks all records of the file. `start` is where the header ends.
pub(super) fn outline<const W: usize>(file: &Mapping, start: usize) -> Result<Outline, HeapError> {
    let mut found = Outline::new(file.len());
    let mut segments: Vec<Range<usize>> = Vec::new();
    let (mut segmented, mut ended, mut cut) = (false, false, None);
    // Whether a dump is whole, after which another may follow.
    let (mut whole, mut earlier) = (false, 0);
    let mut at = start;
    while at < file.len() {
        let Some(length) = u32_at(file, at + 5) else {
            cut = Some(at);
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
                if whole && length > 0 {
                    segments.clear();
                    (segmented, ended, earlier) = (false, false, earlier + 1);
                }
                segmented |= tag == HEAP_DUMP_SEGMENT;
                whole = tag == HEAP_DUMP;
                segments.push(body..end);
                if length > left {
                    cut = Some(end);
                    break;
                }
            }
            _ if length > left => {
                cut = Some(at);
                break;
            }
            UTF8 if length >= W => {
                let id = id_at::<W>(file, body).unwrap_or(0);
                found.strings.0.push((id, (body + W) as u64, (length - W) as u32));
            }
            LOAD_CLASS if length >= 8 + 2 * W => {
                if let (Some(class), Some(name)) = (id_at::<W>(file, body + 4), id_at::<W>(file, body + 8 + W)) {
                    found.classes.load(class, name);
                }
            }
            // Before the first segment it ends nothing.
            HEAP_DUMP_END if !segments.is_empty() => (ended, whole) = (true, true),
            _ => {}
        }
        at = end;
    }
    if earlier > 0 {
        found.caveats.push(format!("the file holds {} dumps: this is the last of them", earlier + 1));
    }
    found.strings.sort();
    let stopped = read_segments::<W>(file, &segments, &mut found)?;
    found.settle();
    found.segments = segments;
    // Every second array is tight in such a heap, none in any other; one alone proves nothing.
    found.compact = found.tight > 8 + found.objects / 1000;
    if ended {
        cut = None;
    } else if stopped.is_some() {
        cut = stopped;
    } else if found.segments.is_empty() {
        cut = cut.or(Some(file.len()));
    }
    found.cut = cut.or(file.cut().filter(|_| !ended).map(|cut| usize::try_from(cut.at).unwrap_or(usize::MAX)));
    match found.cut {
        Some(at) if found.objects == 0 => {
            let what = "the file ends before the first object: the dump was cut (process killed, disk full, or still \
                        being written); take it again";
            return Err(HeapError::Malformed { offset: at as u64, what: what.to_owned() });
        }
        Some(at) => {
            found.caveats.push(format!("the dump is cut at byte {at}: what would follow is not counted"));
        }
        None if segmented && !ended => {
            found.caveats.push("the dump has no end mark: its writer may have been stopped".to_owned());
        }
        None => {}
    }
    Ok(found)
}

/// Reads all segments, several at a time; where the last one stopped in the middle of a record.
fn read_segments<const W: usize>(
    file: &Mapping,
    segments: &[Range<usize>],
    found: &mut Outline,
) -> Result<Option<usize>, HeapError> {
    // Small segments are read in groups.
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut bytes = CHUNK;
    for (place, segment) in segments.iter().enumerate() {
        if bytes >= CHUNK {
            groups.push(place..place);
            bytes = 0;
        }
        bytes += segment.len();
        if let Some(group) = groups.last_mut() {
            group.end = place + 1;
        }
    }
    let read = spread(&groups, || (), |(), group| Group::<W>::read(file, &segments[group.clone()]));
    let mut stopped = None;
    for group in read {
        match group.fault {
            Some((at, Fault::Cut))
                if segments.last().is_some_and(|last| last.end == file.len() && last.contains(&at)) =>
            {
                stopped = Some(at);
            }
            Some((at, fault)) => return Err(malformed(at, fault)),
            None => {}
        }
        found.add(file, group)?;
    }
    Ok(stopped)
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

/// What a group of segments told.
struct Group<'a, const W: usize> {
    file: &'a Mapping,
    ids: IdSet,
    /// Where the declarations of classes are, and the end of their segment.
    classes: Vec<(usize, usize)>,
    roots: Vec<RawRoot>,
    chunks: Vec<Chunk>,
    index: Vec<(u64, u64)>,
    ascending: bool,
    compressed: bool,
    union: u64,
    objects: u64,
    /// Where it could not go on.
    fault: Option<(usize, Fault)>,
    /// From an object array to where it would end if references took eight bytes.
    uncompressed: Range<u64>,
    /// From a primitive array to where it would end if its header took 16 bytes.
    roomy: Range<u64>,
    /// Arrays that would overlap the next object then.
    tight: u64,
}

impl<'a, const W: usize> Group<'a, W> {
    fn read(file: &'a Mapping, segments: &[Range<usize>]) -> Self {
        let mut group = Self {
            file,
            ids: IdSet::for_dump(file.len()),
            classes: Vec::new(),
            roots: Vec::new(),
            chunks: Vec::new(),
            index: Vec::new(),
            ascending: true,
            compressed: false,
            union: 0,
            objects: 0,
            fault: None,
            uncompressed: 0..0,
            roomy: 0..0,
            tight: 0,
        };
        for segment in segments {
            if group.fault.is_none() {
                group.segment(segment.clone());
            }
        }
        group
    }

    fn segment(&mut self, range: Range<usize>) {
        let data = &self.file[..range.end];
        let mut most_chunks = self.chunks.len() + range.len() / LEAST_RUN + 2;
        let mut at = range.start;
        let mut chunk = self.chunk(at);
        while at < range.end {
            // The processor's own looking ahead ends with each page.
            prefetch(data, at + AHEAD);
            let (found, next) = match record::<W>(data, at) {
                Ok(found) => found,
                Err(fault) => {
                    self.fault = Some((at, fault));
                    break;
                }
            };
            match found {
                Record::Object(object) => {
                    let falls = object.id <= chunk.last;
                    if at - chunk.range.start >= CHUNK || (falls && self.chunks.len() < most_chunks) {
                        most_chunks += usize::from(!falls);
                        self.close(chunk, at);
                        chunk = self.chunk(at);
                    } else {
                        self.ascending &= !falls;
                    }
                    self.object(object, at, &mut chunk);
                }
                Record::Class(body) => {
                    self.classes.push((body, range.end));
                }
                Record::Root(root) if root.tag != root::UNREACHABLE => self.roots.push(root),
                Record::Root(_) | Record::Other => {}
            }
            at = next;
        }
        self.close(chunk, at);
    }

    fn chunk(&self, at: usize) -> Chunk {
        Chunk { range: at..at, references: 0, first: 0, last: 0, index: self.index.len()..self.index.len() }
    }

    fn close(&mut self, mut chunk: Chunk, at: usize) {
        chunk.range.end = at;
        chunk.index.end = self.index.len();
        self.file.forget(chunk.range.clone());
        if !chunk.index.is_empty() {
            self.chunks.push(chunk);
        }
    }

    fn object(&mut self, object: Object, at: usize, chunk: &mut Chunk) {
        let first = self.index.len() == chunk.index.start;
        if first || self.objects.is_multiple_of(STRIDE) {
            self.index.push((object.id, at as u64));
        }
        if first {
            chunk.first = object.id;
        }
        chunk.last = chunk.last.max(object.id);
        self.objects += 1;
        self.ids.insert(object.id);
        self.union |= object.id;
        self.compressed |= W == 8 && object.id > self.uncompressed.start && object.id < self.uncompressed.end;
        self.tight += u64::from(W == 8 && object.id > self.roomy.start && object.id < self.roomy.end);
        // No more references than this come out of it: its fields or elements, and its class.
        chunk.references += match object.shape {
            Shape::Instance { length, .. } => length as usize / W + 1,
            Shape::Objects { length, .. } => {
                self.uncompressed = object.id..object.id.saturating_add(16 + u64::from(length) * 8);
                length as usize + 1
            }
            Shape::Primitives { kind, length } => {
                let content = u64::from(length) * width::<W>(kind).unwrap_or(1) as u64;
                self.roomy = object.id..object.id.saturating_add((16 + content).next_multiple_of(8));
                1
            }
        };
    }
}

impl Outline {
    fn new(bytes: usize) -> Self {
        Self {
            ids: IdSet::for_dump(bytes),
            classes: Classes::default(),
            strings: Strings::default(),
            roots: Vec::new(),
            segments: Vec::new(),
            chunks: Vec::new(),
            index: Vec::new(),
            orderly: true,
            compressed: false,
            compact: false,
            tight: 0,
            union: 0,
            objects: 0,
            cut: None,
            caveats: Vec::new(),
        }
    }

    /// Takes in what the next group of the file told.
    fn add<const W: usize>(&mut self, file: &Mapping, group: Group<'_, W>) -> Result<(), HeapError> {
        self.ids.absorb(group.ids);
        for (body, end) in group.classes {
            let data = &file[..end];
            let dump = ClassDump::<W>::read(data, body).map_err(|fault| malformed(body, fault))?;
            self.ids.insert(dump.id);
            self.classes.declare(data, dump);
        }
        self.roots.extend(group.roots);
        let before = self.index.len();
        self.chunks.extend(
            group
                .chunks
                .into_iter()
                .map(|chunk| Chunk { index: chunk.index.start + before..chunk.index.end + before, ..chunk }),
        );
        self.index.extend(group.index);
        self.orderly &= group.ascending;
        self.tight += group.tight;
        self.compressed |= group.compressed;
        self.union |= group.union;
        self.objects += group.objects;
        Ok(())
    }

    /// Sorts the chunks by identifiers, if that makes these ascend through all of them.
    fn settle(&mut self) {
        let overlap = |chunks: &[Chunk]| chunks.windows(2).any(|pair| pair[1].first <= pair[0].last);
        if !self.orderly || !overlap(&self.chunks) {
            return;
        }
        let mut sorted = self.chunks.clone();
        sorted.sort_unstable_by_key(|chunk| chunk.first);
        self.orderly = !overlap(&sorted);
        if self.orderly {
            self.index = sorted.iter().flat_map(|chunk| &self.index[chunk.index.clone()]).copied().collect();
            self.chunks = sorted;
        }
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
    fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.dedup_by_key(|(id, ..)| *id);
    }

    /// Where a string is.
    pub(super) fn range(&self, id: u64) -> Option<Range<usize>> {
        let row = self.0.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
        let (_, start, length) = self.0[row];
        Some(start as usize..start as usize + length as usize)
    }

    /// The bytes of a string.
    pub(super) fn get<'a>(&self, file: &'a [u8], id: u64) -> Option<&'a [u8]> {
        file.get(self.range(id)?)
    }
}

/// When the dump was written, in milliseconds since 1970, if its header says so.
pub(in crate::heap) fn written(file: &[u8]) -> Option<u64> {
    let (_, end) = header(file).ok()?;
    u64_at(file, end - 8).filter(|time| *time > 0)
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
