//! A dump that was read, with its dominators: everything that can be asked of it is asked here.

use std::path::Path;

use super::classes::histogram;
use super::contents::Contents;
use super::cores::both;
use super::graph::{Graph, Node};
use super::owners::{self, Limits, Owners};
use super::summarize::format;
use super::{
    ClassRow, Dominators, EdgeUse, Format, HeapError, HeapSummary, LargeObject, Mapping, Options, Orphans, OwnerPath,
    Paths, Roots, Waste, hprof, largest, path, python, v8, waste,
};

/// Classes in a summary.
const MOST_CLASSES: usize = 200;

/// One dump: objects, who keeps whom alive, and what things are called.
pub struct Snapshot {
    format: Format,
    written: Option<u64>,
    pub(super) graph: Graph,
    pub(super) dominators: Dominators,
    pub(super) contents: Box<dyn Contents>,
    limits: Limits,
    caveats: Vec<String>,
}

impl Snapshot {
    /// Reads a dump: HPROF, V8 heap snapshot or Python graph, any of them also as gzip.
    ///
    /// # Errors
    /// [`HeapError::Read`] if the file cannot be read, [`HeapError::Unknown`] with what it looks like if it
    /// is no dump, [`HeapError::Malformed`] with the place if it was cut or contradicts itself.
    pub fn open(path: &Path, options: &Options) -> Result<Self, HeapError> {
        Self::read(Mapping::open(path)?, path, options)
    }

    /// As [`Self::open`], of content that is at hand; the path is for messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read(file: Mapping, path: &Path, options: &Options) -> Result<Self, HeapError> {
        let cut = file.cut();
        let mut snapshot = Self::parse(file, path, options).map_err(|error| error.of_packed(path, cut))?;
        snapshot.caveats.extend(cut.map(|cut| cut.to_string()));
        Ok(snapshot)
    }

    fn parse(file: Mapping, path: &Path, options: &Options) -> Result<Self, HeapError> {
        let format = format(&file).map_err(|looks| HeapError::Unknown { path: path.to_owned(), looks })?;
        let written = hprof::written(&file);
        let mut caveats = Vec::new();
        let (mut graph, contents): (Graph, Box<dyn Contents>) = match format {
            Format::V8 => {
                let (graph, names) = v8::read(file)?;
                caveats.extend(names.caveats().map(str::to_owned));
                (graph, Box::new(names))
            }
            Format::Python => python::read(file).map(|(graph, names)| (graph, Box::new(names) as Box<dyn Contents>))?,
            Format::Hprof => {
                let dump = hprof::read(file, &hprof::Options { referents: options.referents, memory: options.memory })?;
                caveats.extend(dump.caveats);
                (dump.graph, Box::new(dump.names))
            }
        };
        let orphans = match format {
            // Chrome DevTools hangs what it finds without a root below the root, too.
            Format::V8 => Orphans::Adopt,
            _ if options.keep_unreachable => Orphans::Adopt,
            _ => Orphans::Drop,
        };
        let limits = options.limits;
        let edges = if options.keep_references { EdgeUse::Keep } else { EdgeUse::Consume };
        let shared = owners::shared(&graph, &*contents, limits);
        let dominators = Dominators::with_holders(&mut graph, edges, orphans, &shared);
        if options.keep_unreachable && format != Format::V8 {
            let (count, bytes) = dominators.adopted();
            caveats.extend(
                (count > 0)
                    .then(|| format!("{count} of the objects that are counted ({bytes}) are reached by no root")),
            );
        }
        Ok(Self { format, written, graph, dominators, contents, limits, caveats })
    }

    /// The kind of file.
    pub fn format(&self) -> Format {
        self.format
    }

    /// When the dump was written, in milliseconds since 1970; only HPROF says so.
    pub fn written(&self) -> Option<u64> {
        self.written
    }

    /// What was cut, guessed or left out, one sentence each.
    pub fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// Finds out who holds what; takes about as long as finding the dominators.
    pub fn owners(&self) -> Holders<'_> {
        let Self { graph, dominators, contents, limits, .. } = self;
        // One core alone would find the places of owners.
        let (owners, classes) =
            both(|| Owners::of(graph, dominators, &**contents, *limits), || histogram(graph, dominators, MOST_CLASSES));
        Holders { snapshot: self, owners, classes }
    }

    /// All classes, largest shallow size first. Only reachable objects count.
    pub fn histogram(&self) -> Vec<ClassRow> {
        histogram(&self.graph, &self.dominators, usize::MAX)
    }

    /// GC roots by kind, and what several of them hold together.
    pub fn roots(&self) -> Roots {
        largest::roots(&self.graph, &self.dominators)
    }

    /// The reachable objects whose class, normalized, fits.
    pub fn of_class(&self, fits: &dyn Fn(&str) -> bool) -> Vec<Node> {
        let wanted: Vec<bool> =
            self.graph.classes().iter().map(|class| fits(&super::naming::class(&class.name))).collect();
        let of_class = |node: &Node| wanted[self.graph.class(*node).0 as usize];
        self.graph.objects().filter(of_class).filter(|node| self.dominators.reachable(*node)).collect()
    }

    /// The object of an address (JVM), an id (V8: what DevTools shows behind `@`) or an `id()` (Python),
    /// and whether a root reaches it.
    pub fn find(&self, id: u64) -> Option<(Node, bool)> {
        self.contents.find(id).map(|node| (node, self.dominators.reachable(node)))
    }
}

/// A snapshot, asked by owner.
pub struct Holders<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) owners: Owners<'a>,
    classes: Vec<ClassRow>,
}

impl Holders<'_> {
    /// Totals, owners and classes.
    pub fn summary(&self) -> HeapSummary {
        let Snapshot { format, graph, dominators, caveats, .. } = self.snapshot;
        let owners = self.owners.tree();
        HeapSummary {
            format: *format,
            objects: dominators.reached(),
            references: dominators.references(),
            total: dominators.retained(Node::ROOT),
            unreachable: dominators.unreachable(),
            roots: graph.roots().len() as u64,
            full_names: self.owners.full_names(&owners),
            owners,
            classes: self.classes.clone(),
            caveats: caveats.clone(),
        }
    }

    /// The summary, and the single objects that retain the most; both at the same time.
    pub fn summary_and_largest(&self, most: usize) -> (HeapSummary, Vec<LargeObject>) {
        both(|| self.summary(), || self.largest(most))
    }

    /// The single objects that retain the most, with what holds them.
    pub fn largest(&self, most: usize) -> Vec<LargeObject> {
        largest::largest(self, most)
    }

    /// What is kept twice, empty, or larger than it needs to be. Reads contents off the dump again.
    pub fn waste(&self) -> Waste {
        waste::of(self)
    }

    /// The objects of the topmost owners whose path fits.
    pub fn members(&self, fits: &dyn Fn(&OwnerPath) -> bool) -> Vec<Node> {
        self.owners.members(fits)
    }

    /// The shortest paths from GC roots to these objects, merged; none unless references were kept
    /// ([`Options::keep_references`]).
    pub fn paths(&self, targets: &[Node]) -> Paths {
        path::shortest(self.snapshot, targets)
    }
}

#[cfg(test)]
impl Snapshot {
    /// A graph of tests; see [`super::owners::sketch`].
    pub(in crate::heap) fn of_sketch(text: &str) -> Self {
        let (mut graph, sketch) = super::owners::sketch::Sketch::parse(text);
        let limits = Limits { least: crate::units::Bytes(1), share: 0.0, ..Limits::default() };
        let shared = owners::shared(&graph, &sketch, limits);
        let dominators = Dominators::with_holders(&mut graph, EdgeUse::Keep, Orphans::Drop, &shared);
        Self {
            format: Format::Python,
            written: None,
            graph,
            dominators,
            contents: Box::new(sketch),
            limits,
            caveats: Vec::new(),
        }
    }
}

#[cfg(test)]
impl Contents for super::owners::sketch::Sketch {}
