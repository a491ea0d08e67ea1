//! HPROF binary heap dumps, as HotSpot, native-image and Android write them, and Eclipse MAT of what OpenJ9 dumps.
//!
//! Two passes over the mapped file. The first notes where things are ([`outline`]), the second
//! resolves references into the graph on all cores ([`link`]); names are read off the file later,
//! when somebody asks ([`Names`]). Format: `hprof_b_spec.h` of the JDK demo agent, and
//! `heapDumper.cpp` of HotSpot, which differs from it.
//!
//! Roots, sizes and references are those of Eclipse MAT, so retained sizes agree to the byte under
//! [`Referents::Mat`]: locals of a known thread are held by that thread, an object refers to its class,
//! a class to its superclass, loader and statics, and boot classes are roots if no class is said to be.

mod bytes;
mod class;
mod contents;
mod elements;
mod ids;
mod layout;
mod link;
mod locate;
mod names;
mod outline;
mod record;
mod redact;
mod roots;

pub use names::Names;
pub(in crate::heap) use outline::written;
pub(in crate::heap) use redact::redact;

use class::{Classes, Header, Heap};
use elements::Elements;
use layout::{Layouts, ReferentNames};
use link::{Columns, Source, Tally};
use locate::Locator;
use outline::Outline;
use roots::Roots;

use super::graph::edges::MOST_NODES;
use super::graph::sizes::word_of;
use super::graph::{Class, ClassId, Memory, Node, RootKind};
use super::{Graph, HeapError, Mapping};
use crate::units::Bytes;

/// How to read a dump.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Which reference objects keep what they refer to alive.
    pub referents: Referents,
    /// Memory there is, in bytes; an analysis that would need more of it keeps half of its tables on disk.
    /// `None`: as much as it needs.
    pub memory: Option<Bytes>,
}

/// Which reference objects keep what they refer to alive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Referents {
    /// As in the collector, short of memory pressure: strong and soft references do; weak and phantom
    /// references do not, and neither do the entries of weak maps whose key is gone. What nothing but its finalizer
    /// keeps is held by nobody, until that has run.
    #[default]
    NotWeak,
    /// As in Eclipse MAT: all do, and all that a native-image starts with are roots, as its dump says.
    Mat,
}

/// A dump that was read.
#[derive(Debug)]
pub struct Dump {
    /// Its objects.
    pub graph: Graph,
    /// What they are called.
    pub names: Names,
    /// What was cut, guessed or left out, one sentence each.
    pub caveats: Vec<String>,
}

/// Bytes of memory that an object takes at the peak of an analysis.
const NEED: u64 = 32;

/// Whether a file starts as HPROF does.
pub fn recognizes(content: &[u8]) -> bool {
    content.starts_with(b"JAVA PROFILE 1.0.")
}

/// Reads a dump. Time grows with the file, memory with its objects and references: about 16 bytes an object.
pub fn read(file: Mapping, options: &Options) -> Result<Dump, HeapError> {
    match outline::header(&file)? {
        (4, start) => read_wide::<4>(file, start, options),
        (_, start) => read_wide::<8>(file, start, options),
    }
}

fn read_wide<const W: usize>(file: Mapping, start: usize, options: &Options) -> Result<Dump, HeapError> {
    let outline = outline::outline::<W>(&file, start)?;
    let Outline {
        ids, mut classes, strings, roots, chunks, index, orderly, compressed, compact, union, objects, ..
    } = outline;
    let mut caveats = outline.caveats;
    classes.complete(&file, &strings)?;
    let ids = ids.finish();
    let room: usize = chunks.iter().map(|chunk| chunk.references).sum();
    if u64::from(ids.len()) >= MOST_NODES {
        return Err(HeapError::TooLarge { objects });
    }
    let image = classes.are_of_image();
    let header = match (image, compact) {
        (true, _) => Header::Image,
        (_, true) => Header::Compact,
        _ => Header::Plain,
    };
    let heap = Heap::of::<W>(compressed, header, if objects > 1000 { union } else { 0 });
    let all = options.referents == Referents::Mat;
    let roots = Roots::resolve(&roots, &ids, &classes, image && !all);
    let referents = ReferentNames::find(&classes, &strings, &file);
    let node_of = |id| ids.rank(id).map_or(0, |rank| rank + 1);
    let linked = |row: &class::ClassRow| Some(node_of(row.id)).filter(|node| !roots.holds(*node)).unwrap_or(0);
    let linked: Vec<u32> = classes.rows.iter().map(linked).collect();
    let layouts = Layouts::new::<W>(&classes, &referents, heap, options, &linked, file.len())?;
    let table = Table::new(&classes, &linked);
    // Classes and threads with locals are told apart.
    let locals: usize = roots.locals.values().map(|locals| locals.len() + 1).sum();
    let apart = classes.statics.len() + 4 * classes.rows.len() + locals;
    let nodes = ids.len() as usize + 1;
    let short = options.memory.is_some_and(|memory| nodes as u64 * NEED > memory.0);
    let memory = if short { Memory::Spilled } else { Memory::Held };
    let mut columns = Columns::new(nodes, table.classes.len(), room + apart, !orderly, memory);
    let mut own = Tally::default();
    for (row, class) in classes.rows.iter().enumerate() {
        let size = classes.class_size(row as u32, heap);
        columns.rows().0.describe(node_of(class.id), table.class_class, word_of(size), size, &mut own);
    }
    let source = Source {
        file: &file,
        ids: &ids,
        classes: &classes,
        layouts: &layouts,
        heap,
        primitives: table.primitives,
        unknown: table.unknown,
        apart: &roots.holders(),
    };
    let mut tallies = link::link::<W>(&source, &mut columns, &chunks, orderly);
    let ranges = chunks.into_iter().map(|chunk| chunk.range).collect();
    let locator = Locator::new(index, columns.take_offsets(), ranges, &ids);
    let weak = if all { Vec::new() } else { classes.weak() };
    let mut names = Names::new(W, file, ids, classes, strings, locator, weak, referents);
    let arrays = tallies.iter_mut().flat_map(|tally| std::mem::take(&mut tally.elements)).collect();
    names.hold(roots.locals, Elements::of(arrays));
    names.tell_apart(&mut columns, &linked, table.class_node, &mut own);
    tallies.push(own);
    caveats.extend(remarks(&tallies));
    let mut finalizable: Vec<Node> =
        tallies.iter().flat_map(|tally| &tally.finalizable).map(|node| Node(*node)).collect();
    finalizable.sort_unstable();
    let (class_of, sizes, edges) = columns.finish(&mut tallies).ok_or(HeapError::TooLarge { objects })?;
    let late = vec![(RootKind::Image, roots.image), (RootKind::Finalizer, finalizable)];
    let roots = names.named(roots.rows);
    let graph = Graph { classes: table.classes, class_of, sizes, edges, roots, late, memory };
    Ok(Dump { graph, names, caveats })
}

/// The class table of the graph: that of the virtual root, the classes of the dump, then what it should have told of.
struct Table {
    classes: Vec<Class>,
    primitives: [(u32, u32); 12],
    unknown: u32,
    class_class: u32,
    /// The node of `java.lang.Class` if it is no root.
    class_node: u32,
}

impl Table {
    fn new(classes: &Classes, linked: &[u32]) -> Self {
        let rows = classes.rows.iter();
        let mut table = vec![Class { name: "".into(), superclass: None }];
        table.extend(
            rows.map(|row| Class { name: row.name.clone(), superclass: row.parent.map(|row| ClassId(row + 1)) }),
        );
        let mut row = |name: &str| {
            classes.named(name).map_or_else(
                || {
                    table.push(Class { name: name.into(), superclass: None });
                    (table.len() as u32 - 1, 0)
                },
                |row| (row + 1, linked[row as usize]),
            )
        };
        let (unknown, _) = row("<unknown class>");
        let mut primitives = [(unknown, 0); 12];
        let names = ["boolean[]", "char[]", "float[]", "double[]", "byte[]", "short[]", "int[]", "long[]"];
        for (kind, name) in (4..).zip(names) {
            primitives[kind] = row(name);
        }
        let (class_class, class_node) = row("java.lang.Class");
        Self { classes: table, primitives, unknown, class_class, class_node }
    }
}

fn remarks(tallies: &[Tally]) -> impl Iterator<Item = String> {
    let sum = |count: fn(&Tally) -> u64| tallies.iter().map(count).sum::<u64>();
    // The class objects of an archive (CDS) whose classes were never loaded are in no HotSpot dump, and an
    // array of the archive refers to some hundred of them; more than that is worth a word.
    let expected = sum(|tally| tally.references) / 1000;
    let dangling = sum(|tally| tally.dangling);
    let counts = [
        (
            if dangling > expected { dangling } else { 0 },
            "references lead to objects that are not in the dump; they were left out",
        ),
        (sum(|tally| tally.classless), "objects are of classes that are not in the dump; their size is a guess"),
        (sum(|tally| tally.twice), "objects are told twice; the first account counts"),
    ];
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"))
}

impl Heap {
    /// The layout of the heap, from the width of identifiers, what would overlap, and the bits that occur in addresses.
    fn of<const W: usize>(compressed: bool, header: Header, union: u64) -> Self {
        let reference = if compressed { 4 } else { W as u64 };
        let alignment = if union == 0 { 8 } else { 1 << union.trailing_zeros().clamp(3, 8) };
        Self { pointer: W as u64, reference, alignment, header }
    }
}

#[cfg(test)]
mod tests;
