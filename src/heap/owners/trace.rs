//! Where a single object stands: its owner path.
//!
//! Rows of the owner tree are opened as far as somebody asks for an object below them, by the same hand
//! as in the tree, so the path of an object is a path of the tree (which may leave it out as too small).
//! What was found is kept: a million strings of one map cost one way to that map.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::group::Group;
use super::opener::Opener;
use super::{Owners, path};
use crate::heap::{Node, OwnerPath};

/// A path, as a number: equal paths have equal numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::heap) struct PathId(usize);

/// Finds paths and remembers them.
pub(in crate::heap) struct Trace<'a> {
    owners: &'a Owners<'a>,
    opener: Opener<'a>,
    rows: Vec<Group>,
    opened: Vec<bool>,
    /// The row of each object of all rows so far, and of what vanished in one.
    row_of: FxHashMap<Node, usize>,
}

const TOP: usize = 0;

impl<'a> Trace<'a> {
    pub(super) fn of(owners: &'a Owners<'a>) -> Self {
        let (opener, row_of) = (owners.opener(1), FxHashMap::default());
        Self { owners, opener, rows: vec![Group::top()], opened: vec![false], row_of }
    }

    /// A trace that is asked for these alone and remembers nobody else.
    pub(super) fn towards(owners: &'a Owners<'a>, nodes: &[Node]) -> Self {
        let mut asked = FxHashSet::default();
        for node in nodes {
            let mut above = Some(*node);
            while let Some(holder) = above.filter(|holder| asked.insert(*holder)) {
                above = owners.places.above(owners.graph, owners.dominators, holder);
            }
        }
        let mut trace = Self::of(owners);
        trace.opener.asked = Some(Arc::new(asked));
        trace
    }

    /// The path of a reachable object. What vanishes in a row, such as the table of a map, has the path of
    /// the row; what stands at the top without a row of its own, such as a class, has the empty path.
    pub(in crate::heap) fn find(&mut self, node: Node) -> PathId {
        self.open(TOP);
        loop {
            let mut vanished = Vec::new();
            let mut above = Some(node);
            let mut row = TOP;
            while let Some(holder) = above.filter(|holder| *holder != Node::ROOT) {
                if let Some(known) = self.row_of.get(&holder) {
                    row = *known;
                    break;
                }
                vanished.push(holder);
                above = self.owners.places.above(self.owners.graph, self.owners.dominators, holder);
            }
            // The object is one of the row, or it vanished there, or it stands in a row below.
            if vanished.is_empty() || self.opened[row] || self.rows[row].depth() >= self.owners.limits.depth {
                self.row_of.extend(vanished.into_iter().map(|node| (node, row)));
                return PathId(row);
            }
            self.open(row);
        }
    }

    /// The path of a number.
    pub(in crate::heap) fn path(&self, id: PathId) -> OwnerPath {
        path(&self.rows, id.0)
    }

    fn open(&mut self, row: usize) {
        if std::mem::replace(&mut self.opened[row], true) {
            return;
        }
        for below in self.opener.open(&mut self.rows[row], row) {
            let index = self.rows.len();
            let places = self.owners.dominators.places();
            let members = below.members().iter().map(|member| places.node(*member));
            match &self.opener.asked {
                Some(asked) => {
                    self.row_of.extend(members.filter(|node| asked.contains(node)).map(|node| (node, index)))
                }
                None => self.row_of.extend(members.map(|node| (node, index))),
            }
            self.rows.push(below);
            self.opened.push(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::heap::{Limits, Options, Owner, OwnerPath, Snapshot};
    use crate::units::Bytes;

    /// Every object of every row of the tree has the path of the row.
    fn assert_agrees(snapshot: &Snapshot, least_rows: usize) {
        let holders = snapshot.owners();
        let tree = holders.owners.tree();
        let mut trace = holders.owners.trace();
        let mut work: Vec<(OwnerPath, &Owner)> = tree.iter().map(|owner| (OwnerPath::default(), owner)).collect();
        let mut rows = 0;
        while let Some((mut path, owner)) = work.pop() {
            path.0.push(owner.step.clone());
            let members = holders.members(&|told| *told == path);
            assert!(!members.is_empty(), "{path}");
            for member in members {
                let id = trace.find(member);
                assert_eq!(trace.path(id).to_string(), path.to_string());
            }
            rows += 1;
            work.extend(owner.children.iter().map(|child| (path.clone(), child)));
        }
        assert!(rows >= least_rows, "{rows}");
    }

    #[test]
    fn an_object_has_the_path_of_its_row_in_the_tree() {
        let sketch = "root || loader | jdk.internal.loader.ClassLoaders$AppClassLoader 50
            loader | .classes | c | java.lang.Class 100
            label | c | class com.shop.RouteCache
            c | static com.shop.RouteCache.CACHE | map | java.util.HashMap 48
            map | .table | table | java.util.HashMap$Node[] 80
            table | [0] | n1 | java.util.HashMap$Node 32
            n1 | .value | v1 | com.shop.Quote 40
            v1 | .text | t | java.lang.String 24
            root | thread http-worker-1 | t1 | java.lang.Thread 100
            t1 | .threadLocals | m1 | java.lang.ThreadLocal$ThreadLocalMap 24
            m1 | .table | a1 | java.lang.ThreadLocal$ThreadLocalMap$Entry[] 80
            a1 | [7] | e1 | java.lang.ThreadLocal$ThreadLocalMap$Entry 32
            key | e1 | static com.shop.RouteCache.LOCAL
            e1 | .value | h1 | java.util.HashMap 48
            root | module app | m | builtins.module 72
            m || ns | builtins.dict 200
            ns | .HEAD | l0 | app.Link 10
            l0 | .next | l1 | app.Link 10
            l1 | .next | l2 | app.Link 10
            ns | .SHARED | s | app.State 10
            v1 | .state | s";
        let snapshot = Snapshot::of_sketch(sketch);
        assert_agrees(&snapshot, 8);
    }

    #[test]
    fn objects_of_a_real_dump_have_the_paths_of_its_tree() {
        let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/heap/tiny.hprof.gz");
        let limits = Limits { least: Bytes(8 << 10), share: 0.0, ..Limits::default() };
        let snapshot = Snapshot::open(&tiny, &Options { limits, ..Options::default() }).unwrap();
        assert_agrees(&snapshot, 30);
    }
}
