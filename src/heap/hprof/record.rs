//! The records inside a heap dump segment: what starts where and how long it is.

use super::bytes::{id_at, u16_at, u32_at};

/// What is known of a record without looking at its content.
#[derive(Debug, Clone, Copy)]
pub(super) enum Record {
    /// An instance or an array.
    Object(Object),
    /// A class, at the offset of its identifier.
    Class(usize),
    /// A GC root.
    Root(RawRoot),
    /// Nothing that matters here.
    Other,
}

/// An instance or an array.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object {
    pub(super) id: u64,
    pub(super) shape: Shape,
    /// Offset of the field values or elements.
    pub(super) body: usize,
}

/// The kinds of objects.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// `length` bytes of field values.
    Instance { class: u64, length: u32 },
    /// `length` references.
    Objects { class: u64, length: u32 },
    /// `length` elements of a primitive type.
    Primitives { kind: u8, length: u32 },
}

/// A GC root as the dump has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawRoot {
    pub(super) tag: u8,
    pub(super) id: u64,
    /// Serial number of the thread, for the kinds that have one; 0 otherwise.
    pub(super) thread: u32,
    /// Whether it is said to be a JNI global, and the handle is none.
    pub(super) bare: bool,
}

/// Why a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It goes on past the end of the data.
    Cut,
    /// A tag of no known format.
    Tag(u8),
    /// A type of no known format.
    Type(u8),
}

pub(super) mod root {
    pub(in crate::heap::hprof) const JNI_GLOBAL: u8 = 0x01;
    pub(in crate::heap::hprof) const JNI_LOCAL: u8 = 0x02;
    pub(in crate::heap::hprof) const JAVA_FRAME: u8 = 0x03;
    pub(in crate::heap::hprof) const NATIVE_STACK: u8 = 0x04;
    pub(in crate::heap::hprof) const STICKY_CLASS: u8 = 0x05;
    pub(in crate::heap::hprof) const THREAD_BLOCK: u8 = 0x06;
    pub(in crate::heap::hprof) const MONITOR_USED: u8 = 0x07;
    pub(in crate::heap::hprof) const THREAD_OBJECT: u8 = 0x08;
    pub(in crate::heap::hprof) const INTERNED_STRING: u8 = 0x89;
    pub(in crate::heap::hprof) const FINALIZING: u8 = 0x8a;
    pub(in crate::heap::hprof) const DEBUGGER: u8 = 0x8b;
    pub(in crate::heap::hprof) const REFERENCE_CLEANUP: u8 = 0x8c;
    pub(in crate::heap::hprof) const VM_INTERNAL: u8 = 0x8d;
    pub(in crate::heap::hprof) const JNI_MONITOR: u8 = 0x8e;
    pub(in crate::heap::hprof) const UNREACHABLE: u8 = 0x90;
    pub(in crate::heap::hprof) const UNKNOWN: u8 = 0xff;
}

const CLASS_DUMP: u8 = 0x20;
const INSTANCE_DUMP: u8 = 0x21;
const OBJECT_ARRAY_DUMP: u8 = 0x22;
const PRIMITIVE_ARRAY_DUMP: u8 = 0x23;
/// Android: a primitive array whose content was left out.
const PRIMITIVE_ARRAY_NODATA: u8 = 0xc3;
/// Android: the heap (app, zygote, image) that the records to come belong to.
const HEAP_DUMP_INFO: u8 = 0xfe;

/// The type of references to objects.
pub(super) const OBJECT: u8 = 2;

/// Bytes that a value of a type takes in the dump.
pub(super) fn width<const W: usize>(kind: u8) -> Result<usize, Fault> {
    match kind {
        OBJECT => Ok(W),
        4 | 8 => Ok(1),
        5 | 9 => Ok(2),
        6 | 10 => Ok(4),
        7 | 11 => Ok(8),
        other => Err(Fault::Type(other)),
    }
}

/// The record at an offset, and where the next one starts. `data` ends where the segment ends.
pub(super) fn record<const W: usize>(data: &[u8], at: usize) -> Result<(Record, usize), Fault> {
    let tag = *data.get(at).ok_or(Fault::Cut)?;
    let at = at + 1;
    let (record, next) = match tag {
        INSTANCE_DUMP => {
            let (id, class) = (id::<W>(data, at)?, id::<W>(data, at + W + 4)?);
            let length = u32_at(data, at + 2 * W + 4).ok_or(Fault::Cut)?;
            let body = at + 2 * W + 8;
            (Record::Object(Object { id, shape: Shape::Instance { class, length }, body }), body + length as usize)
        }
        OBJECT_ARRAY_DUMP => {
            let (id, class) = (id::<W>(data, at)?, id::<W>(data, at + W + 8)?);
            let length = u32_at(data, at + W + 4).ok_or(Fault::Cut)?;
            let body = at + 2 * W + 8;
            (Record::Object(Object { id, shape: Shape::Objects { class, length }, body }), body + length as usize * W)
        }
        PRIMITIVE_ARRAY_DUMP | PRIMITIVE_ARRAY_NODATA => {
            let id = id::<W>(data, at)?;
            let length = u32_at(data, at + W + 4).ok_or(Fault::Cut)?;
            let kind = *data.get(at + W + 8).ok_or(Fault::Cut)?;
            let content = if tag == PRIMITIVE_ARRAY_DUMP { width::<W>(kind)? } else { 0 };
            let body = at + W + 9;
            (
                Record::Object(Object { id, shape: Shape::Primitives { kind, length }, body }),
                body + length as usize * content,
            )
        }
        CLASS_DUMP => (Record::Class(at), ClassDump::<W>::read(data, at)?.end),
        HEAP_DUMP_INFO => (Record::Other, at + 4 + W),
        tag => {
            let (thread, length) = match tag {
                root::STICKY_CLASS
                | root::MONITOR_USED
                | root::UNKNOWN
                | root::INTERNED_STRING..=root::VM_INTERNAL
                | root::UNREACHABLE => (false, 0),
                root::JNI_GLOBAL => (false, W),
                root::NATIVE_STACK | root::THREAD_BLOCK => (true, 4),
                root::JNI_LOCAL | root::JAVA_FRAME | root::THREAD_OBJECT | root::JNI_MONITOR => (true, 8),
                other => return Err(Fault::Tag(other)),
            };
            let thread = if thread { u32_at(data, at + W).ok_or(Fault::Cut)? } else { 0 };
            let bare = tag == root::JNI_GLOBAL && id::<W>(data, at + W)? == 0;
            (Record::Root(RawRoot { tag, id: id::<W>(data, at)?, thread, bare }), at + W + length)
        }
    };
    if next > data.len() { Err(Fault::Cut) } else { Ok((record, next)) }
}

fn id<const W: usize>(data: &[u8], at: usize) -> Result<u64, Fault> {
    id_at::<W>(data, at).ok_or(Fault::Cut)
}

/// A class: its statics with their values, its fields with their types.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClassDump<const W: usize> {
    pub(super) id: u64,
    pub(super) superclass: u64,
    pub(super) loader: u64,
    /// Bytes of an instance, as far as the writer knows.
    pub(super) instance_size: u32,
    pub(super) statics: usize,
    pub(super) static_count: u16,
    pub(super) fields: usize,
    pub(super) field_count: u16,
    pub(super) end: usize,
}

impl<const W: usize> ClassDump<W> {
    /// Reads the class at the offset of its identifier.
    pub(super) fn read(data: &[u8], at: usize) -> Result<Self, Fault> {
        let pool = at + 7 * W + 8;
        let mut at_entry = pool + 2;
        for _ in 0..u16_at(data, pool).ok_or(Fault::Cut)? {
            at_entry += 3 + width::<W>(*data.get(at_entry + 2).ok_or(Fault::Cut)?)?;
        }
        let static_count = u16_at(data, at_entry).ok_or(Fault::Cut)?;
        let statics = at_entry + 2;
        let mut at_static = statics;
        for _ in 0..static_count {
            at_static += W + 1 + width::<W>(*data.get(at_static + W).ok_or(Fault::Cut)?)?;
        }
        let field_count = u16_at(data, at_static).ok_or(Fault::Cut)?;
        let fields = at_static + 2;
        let end = fields + usize::from(field_count) * (W + 1);
        if end > data.len() {
            return Err(Fault::Cut);
        }
        Ok(Self {
            id: id::<W>(data, at)?,
            superclass: id::<W>(data, at + W + 4)?,
            loader: id::<W>(data, at + 2 * W + 4)?,
            instance_size: u32_at(data, pool - 4).ok_or(Fault::Cut)?,
            statics,
            static_count,
            fields,
            field_count,
            end,
        })
    }

    /// Name, type and value of each static field; of values that are no references only the type counts.
    pub(super) fn statics(self, data: &[u8]) -> impl Iterator<Item = (u64, u8, u64)> {
        let mut at = self.statics;
        (0..self.static_count).map_while(move |_| {
            let (name, kind) = (id_at::<W>(data, at)?, *data.get(at + W)?);
            let value = if kind == OBJECT { id_at::<W>(data, at + W + 1)? } else { 0 };
            at += W + 1 + width::<W>(kind).ok()?;
            Some((name, kind, value))
        })
    }

    /// Name and type of each field that the class itself declares.
    pub(super) fn fields(self, data: &[u8]) -> impl Iterator<Item = (u64, u8)> {
        (0..usize::from(self.field_count)).map_while(move |field| {
            let at = self.fields + field * (W + 1);
            Some((id_at::<W>(data, at)?, *data.get(at + W)?))
        })
    }
}
