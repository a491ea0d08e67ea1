//! A dump without its values.
//!
//! Zeroed: the elements of all primitive arrays (and with them all text), primitive fields and static
//! fields, primitive constants. Blanked: strings of the symbol table that name nothing, for the constants
//! of a program's source are among them. Kept: identifiers, references, roots, stack traces, names of
//! classes, fields and methods, and the few counters that tell how full a container is ([`counters`]).

mod counters;
mod output;
mod survey;

use std::io::Write;
use std::ops::Range;

use self::output::Output;
use self::survey::Survey;
use super::bytes::{id_at, u16_at, u32_at};
use super::outline::{Outline, header, outline};
use super::record::{ClassDump, OBJECT, Object, Record, Shape, record, width};
use crate::heap::Mapping;
use crate::heap::redact::{Keep, RedactError};

mod top {
    pub(super) const UTF8: u8 = 0x01;
    pub(super) const LOAD_CLASS: u8 = 0x02;
    pub(super) const FRAME: u8 = 0x04;
    pub(super) const HEAP_DUMP: u8 = 0x0c;
    pub(super) const HEAP_DUMP_SEGMENT: u8 = 0x1c;
    pub(super) const HEAP_DUMP_END: u8 = 0x2c;

    /// Records that hold numbers and names only.
    pub(super) fn harmless(tag: u8) -> bool {
        matches!(tag, LOAD_CLASS..=0x07 | 0x0a | 0x0b | 0x0d | 0x0e | HEAP_DUMP_END)
    }
}

/// Writes the dump without its values; bytes that were overwritten, and what is to be said.
pub(in crate::heap) fn redact(
    file: &Mapping,
    out: &mut dyn Write,
    keep: Keep,
) -> Result<(u64, Vec<String>), RedactError> {
    match header(file)? {
        (4, start) => Redactor::<4>::run(file, start, out, keep),
        (_, start) => Redactor::<8>::run(file, start, out, keep),
    }
}

struct Redactor<'a, const W: usize> {
    file: &'a Mapping,
    survey: Survey,
    out: Output<'a>,
}

impl<'a, const W: usize> Redactor<'a, W> {
    fn run(
        file: &'a Mapping,
        start: usize,
        out: &'a mut dyn Write,
        keep: Keep,
    ) -> Result<(u64, Vec<String>), RedactError> {
        let mut outline = outline::<W>(file, start)?;
        outline.classes.complete(file, &outline.strings)?;
        let caveats = std::mem::take(&mut outline.caveats);
        let Outline { classes, strings, roots, segments, .. } = outline;
        let survey = Survey::of::<W>(file, start, &segments, (classes, strings), &roots, keep);
        let mut redactor = Self { file, survey, out: Output::new(out) };
        redactor.out.copy(&file[..start])?;
        redactor.records(start, &segments)?;
        redactor.out.flush()?;
        Ok((redactor.out.blanked(), caveats))
    }

    /// The records of the file. What follows the last whole one is left out.
    fn records(&mut self, start: usize, segments: &[Range<usize>]) -> Result<(), RedactError> {
        for (tag, head, body) in top_records(self.file, start, segments) {
            self.out.copy(&self.file[head..body.start])?;
            match tag {
                top::HEAP_DUMP | top::HEAP_DUMP_SEGMENT => self.segment(body)?,
                top::UTF8 => {
                    let id = id_at::<W>(self.file, body.start);
                    let text = (body.start + W).min(body.end);
                    self.out.copy(&self.file[body.start..text])?;
                    if id.is_some_and(|id| self.survey.names_something(id)) {
                        self.out.copy(&self.file[text..body.end])?;
                    } else {
                        self.out.fill(b'*', body.end - text)?;
                    }
                }
                tag if top::harmless(tag) => self.out.copy(&self.file[body])?,
                _ => self.out.fill(0, body.len())?,
            }
        }
        Ok(())
    }

    fn segment(&mut self, range: Range<usize>) -> Result<(), RedactError> {
        let data = &self.file[..range.end];
        let mut at = range.start;
        let mut forgotten = at;
        while at < range.end {
            // The outline walked the same records, so none can fail here.
            let Ok((found, next)) = record::<W>(data, at) else { break };
            match found {
                Record::Object(object) => self.object(data, object, at, next)?,
                Record::Class(body) => self.class(data, body, at, next)?,
                Record::Root(_) | Record::Other => self.out.copy(&data[at..next])?,
            }
            at = next;
            if at - forgotten > 16 << 20 {
                self.file.forget(forgotten..at);
                forgotten = at;
            }
        }
        Ok(())
    }

    fn object(&mut self, data: &[u8], object: Object, at: usize, next: usize) -> Result<(), RedactError> {
        self.out.copy(&data[at..object.body])?;
        match object.shape {
            Shape::Objects { .. } => self.out.copy(&data[object.body..next])?,
            Shape::Primitives { .. } if self.survey.keeps_content(object.id) => {
                self.out.copy(&data[object.body..next])?
            }
            Shape::Primitives { .. } => self.out.fill(0, next - object.body)?,
            Shape::Instance { class, .. } => {
                let mut place = object.body;
                for (kind, kept) in self.survey.fields(class) {
                    let end = place + width::<W>(kind).unwrap_or(0);
                    if end > next {
                        break;
                    }
                    if kept {
                        self.out.copy(&data[place..end])?
                    } else {
                        self.out.fill(0, end - place)?
                    }
                    place = end;
                }
                self.out.fill(0, next - place)?;
            }
        }
        Ok(())
    }

    /// A class: constants and static fields of primitive types are zeroed.
    fn class(&mut self, data: &[u8], body: usize, at: usize, next: usize) -> Result<(), RedactError> {
        let Ok(dump) = ClassDump::<W>::read(data, body) else { return Ok(()) };
        let pool = body + 7 * W + 10;
        self.out.copy(&data[at..pool])?;
        self.values::<2>(data, pool, u16_at(data, pool - 2).unwrap_or(0))?;
        self.out.copy(&data[dump.statics - 2..dump.statics])?;
        let end = self.values::<W>(data, dump.statics, dump.static_count)?;
        Ok(self.out.copy(&data[end..next])?)
    }

    /// Entries of `KEY` bytes, a type and a value; where they end.
    fn values<const KEY: usize>(&mut self, data: &[u8], mut at: usize, count: u16) -> Result<usize, RedactError> {
        for _ in 0..count {
            let kind = data.get(at + KEY).copied().unwrap_or(0);
            let value = at + KEY + 1;
            let end = value + width::<W>(kind).unwrap_or(0);
            self.out.copy(&data[at..value])?;
            if kind == OBJECT {
                self.out.copy(&data[value..end])?
            } else {
                self.out.fill(0, end - value)?
            }
            at = end;
        }
        Ok(at)
    }
}

/// Tag, start and body of each record outside of segments, as far as the file has them whole; the body of
/// a segment is what the outline could read of it. Of several dumps in a file the last one is told.
fn top_records<'a>(
    file: &'a [u8],
    start: usize,
    segments: &'a [Range<usize>],
) -> impl Iterator<Item = (u8, usize, Range<usize>)> + 'a {
    let first = segments.first().map_or(usize::MAX, |segment| segment.start);
    let (mut at, mut segments) = (start, segments.iter().peekable());
    let records = std::iter::from_fn(move || {
        let (tag, head, body) = (*file.get(at)?, at, at + 9);
        let length = u32_at(file, at + 5)? as usize;
        let mut end = body + length;
        if is_segment(tag) && body >= first {
            end = segments.next_if(|segment| segment.start == body)?.end;
        }
        if end > file.len() {
            return None;
        }
        at = end;
        Some((tag, head, body..end))
    });
    let earlier = move |tag, body: usize| body < first && (is_segment(tag) || tag == top::HEAP_DUMP_END);
    records.filter(move |(tag, _, body)| !earlier(*tag, body.start))
}

fn is_segment(tag: u8) -> bool {
    matches!(tag, top::HEAP_DUMP | top::HEAP_DUMP_SEGMENT)
}
