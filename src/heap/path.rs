//! Why objects live: the shortest paths from GC roots to them, merged.
//!
//! One breadth-first walk from all roots finds a shortest path to each object (Eclipse MAT: "merge
//! shortest paths to GC roots"). Paths that go by the same names through the same classes are one. A chain
//! of equal links is one step, however long, and what repeats itself in a few steps goes on in these. References
//! that keep nothing alive are not followed.

use std::collections::{BTreeMap, VecDeque};

use super::graph::{Graph, Label, Reference};
use super::owners::step_name;
use super::{Dominators, Node, RootKind, Snapshot, naming};
use crate::units::Bytes;

/// Paths to some objects, merged into trees with roots on top.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// Steps; one above another comes before it. Of siblings the one to the most bytes comes first.
    pub rows: Vec<PathRow>,
    /// Objects that were asked for.
    pub targets: u64,
    /// Those of them to which no root leads.
    pub unreached: u64,
}

/// One step of one path or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathRow {
    /// The row above, towards the root; `None` for a root.
    pub above: Option<usize>,
    /// Rows above it.
    pub depth: usize,
    /// Why it lives, if it is a root.
    pub root: Option<RootReason>,
    /// How the row above refers to it: `.table`, `static Cache.MAP`, `[]`; empty where the dump says nothing.
    pub edge: String,
    /// Its class, normalized; a class object is told as `class Name`.
    pub class: String,
    /// Objects of this step.
    pub objects: u64,
    /// Objects of it that hold each other by the same name, or by the same few steps again and again.
    pub links: u64,
    /// Objects asked for that are this step.
    pub here: u64,
    /// Objects asked for that are this step or below it.
    pub targets: u64,
    /// What these retain together.
    pub retained: Bytes,
}

/// Why an object is a root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RootReason {
    /// The kind.
    pub kind: RootKind,
    /// The thread or module; empty where there is none.
    pub name: String,
}

const NONE: u32 = u32::MAX;
/// A path repeats itself in no more steps than these,
const MOST_STEPS: usize = 4;
/// and is a chain once it has done so as many times.
const TIMES: usize = 3;

/// The merged paths to the targets, which may be in any order.
pub(super) fn shortest(snapshot: &Snapshot, targets: &[Node]) -> Paths {
    let mut wanted = vec![false; snapshot.graph.len()];
    let mut count = 0;
    for target in targets {
        if let Some(wanted) = wanted.get_mut(target.index()) {
            count += u64::from(!std::mem::replace(wanted, true));
        }
    }
    let parents = parents(&snapshot.graph, &wanted, count);
    let mut merge = Merge { snapshot, below: BTreeMap::new(), wanted: &wanted, rows: Vec::new(), links: Vec::new() };
    let mut first = Vec::new();
    let mut reached = 0;
    let mut known = vec![false; wanted.len()];
    for target in snapshot.graph.objects().filter(|node| wanted[node.index()] && parents[node.index()] != NONE) {
        reached += 1;
        let mut node = target;
        while !std::mem::replace(&mut known[node.index()], true) {
            match Node(parents[node.index()]) {
                Node::ROOT => {
                    first.push(node);
                    break;
                }
                above => {
                    merge.below.entry(above).or_default().push(node);
                    node = above;
                }
            }
        }
    }
    merge.grow(first);
    let retained = topmost(&snapshot.dominators, &wanted);
    Paths { rows: merge.finish(&retained), targets: count, unreached: count - reached }
}

/// The node through which a shortest path comes, by node; the virtual root for roots, `NONE` if there is none.
fn parents(graph: &Graph, wanted: &[bool], mut missing: u64) -> Vec<u32> {
    let mut parents = vec![NONE; graph.len()];
    let mut queue = VecDeque::new();
    let mut reach = |node: Node, from: Node, queue: &mut VecDeque<Node>| {
        if parents[node.index()] == NONE && node != Node::ROOT {
            parents[node.index()] = from.0;
            missing = missing.saturating_sub(u64::from(wanted[node.index()]));
            queue.push_back(node);
        }
        missing > 0
    };
    let mut more = graph.roots().iter().map(|root| reach(root.node, Node::ROOT, &mut queue)).last().unwrap_or(false);
    while let Some(node) = queue.pop_front().filter(|_| more) {
        for target in graph.references(node) {
            more = reach(target, node, &mut queue);
        }
    }
    parents
}

/// What each target retains that no other target dominates; 0 for the others.
fn topmost(dominators: &Dominators, wanted: &[bool]) -> BTreeMap<Node, Bytes> {
    /// What is known of a node: nothing, that a target is above it or it is one, or that none is.
    #[derive(Clone, Copy, PartialEq)]
    enum Above {
        Unknown,
        Target,
        None,
    }
    let mut known = vec![Above::Unknown; wanted.len()];
    known[Node::ROOT.index()] = Above::None;
    let mut retained = BTreeMap::new();
    let mut climbed = Vec::new();
    for target in (0..wanted.len() as u32).map(Node).filter(|node| wanted[node.index()]) {
        let mut above = dominators.immediate(target).unwrap_or(Node::ROOT);
        while known[above.index()] == Above::Unknown && !wanted[above.index()] {
            climbed.push(above);
            above = dominators.immediate(above).unwrap_or(Node::ROOT);
        }
        let found = if wanted[above.index()] { Above::Target } else { known[above.index()] };
        climbed.drain(..).for_each(|node| known[node.index()] = found);
        if found == Above::None {
            retained.insert(target, dominators.retained(target));
        }
    }
    retained
}

struct Merge<'a> {
    snapshot: &'a Snapshot,
    /// What comes next on some path, by node.
    below: BTreeMap<Node, Vec<Node>>,
    wanted: &'a [bool],
    rows: Vec<PathRow>,
    /// The targets of each row.
    links: Vec<Vec<Node>>,
}

/// What makes steps one.
type Key = (Option<RootReason>, String, String);

impl Merge<'_> {
    fn grow(&mut self, mut first: Vec<Node>) {
        let graph = &self.snapshot.graph;
        first.sort_unstable();
        let mut reasons = BTreeMap::new();
        for root in graph.roots() {
            let name = || match root.kind {
                RootKind::Thread => naming::thread(&root.name),
                _ => naming::cut(&root.name).into_owned(),
            };
            reasons.entry(root.node).or_insert_with(|| RootReason { kind: root.kind, name: name() });
        }
        let mut groups: BTreeMap<Key, Vec<Node>> = BTreeMap::new();
        for node in first {
            let key = (reasons.get(&node).cloned(), String::new(), self.class(node));
            groups.entry(key).or_default().push(node);
        }
        let mut below: BTreeMap<(usize, String, String), usize> = BTreeMap::new();
        let mut work: VecDeque<(usize, Vec<Node>)> =
            groups.into_iter().map(|(key, nodes)| (self.row(None, key), nodes)).collect();
        while let Some((index, nodes)) = work.pop_front() {
            for ((edge, class), nodes) in self.step(index, nodes) {
                let next = match self.repeated(index, &edge, &class) {
                    Some(repeated) => {
                        self.rows[repeated].links += nodes.len() as u64;
                        repeated
                    }
                    None => *below
                        .entry((index, edge.clone(), class.clone()))
                        .or_insert_with(|| self.row(Some(index), (None, edge, class))),
                };
                work.push_back((next, nodes));
            }
        }
    }

    /// A new row.
    fn row(&mut self, above: Option<usize>, (root, edge, class): Key) -> usize {
        let depth = above.map_or(0, |above| self.rows[above].depth + 1);
        let (objects, links, here, targets, retained) = (0, 0, 0, 0, Bytes(0));
        self.rows.push(PathRow { above, depth, root, edge, class, objects, links, here, targets, retained });
        self.links.push(Vec::new());
        self.rows.len() - 1
    }

    /// The row that this step below another repeats, if its path goes on as it did several times before.
    fn repeated(&self, above: usize, edge: &str, class: &str) -> Option<usize> {
        let lines = std::iter::successors(Some(above), |row| self.rows[*row].above).take(MOST_STEPS * TIMES);
        let lines: Vec<usize> = lines.collect();
        let step = |row: usize| (self.rows[row].edge.as_str(), self.rows[row].class.as_str());
        let again = |steps: usize| {
            let line = || std::iter::once((edge, class)).chain(lines.iter().map(|row| step(*row)));
            let pairs = line().zip(line().skip(steps)).take(steps * (TIMES - 1));
            lines.len() >= steps * TIMES - 1 && pairs.into_iter().all(|(one, before)| one == before)
        };
        (1..=MOST_STEPS).find(|steps| again(*steps)).map(|steps| lines[steps - 1])
    }

    /// Counts the objects of a row, equal links included, and groups what comes next.
    fn step(&mut self, index: usize, nodes: Vec<Node>) -> BTreeMap<(String, String), Vec<Node>> {
        let mut groups: BTreeMap<(String, String), Vec<Node>> = BTreeMap::new();
        let mut work = nodes;
        while let Some(node) = work.pop() {
            self.rows[index].objects += 1;
            if self.wanted[node.index()] {
                self.links[index].push(node);
            }
            for (next, edge) in self.edges(node) {
                let class = self.class(next);
                let row = &mut self.rows[index];
                if !edge.is_empty() && row.edge == edge && row.class == class {
                    row.links += 1;
                    work.push(next);
                } else {
                    groups.entry((edge, class)).or_default().push(next);
                }
            }
        }
        groups
    }

    /// What comes next on some path, with the name of the reference to it.
    fn edges(&mut self, node: Node) -> Vec<(Node, String)> {
        let Some(mut next) = self.below.remove(&node) else { return Vec::new() };
        next.sort_unstable();
        let mut names: Vec<Option<String>> = vec![None; next.len()];
        self.snapshot.contents.references(node, &mut |target, reference| {
            if let Ok(place) = next.binary_search(&target) {
                let known = &mut names[place];
                if known.as_ref().is_none_or(String::is_empty) {
                    *known = Some(name(&reference));
                }
            }
        });
        next.into_iter().zip(names.into_iter().map(Option::unwrap_or_default)).collect()
    }

    fn class(&self, node: Node) -> String {
        let class = self.snapshot.graph.class_name(node);
        let label = (class == "java.lang.Class").then(|| self.snapshot.contents.label(node)).flatten();
        match label {
            Some(Label::Class(name)) => format!("class {}", naming::class(&name)),
            _ => naming::class(class),
        }
    }

    /// Sums up, from the leaves to the roots, and puts the largest first.
    fn finish(mut self, retained: &BTreeMap<Node, Bytes>) -> Vec<PathRow> {
        for (row, targets) in self.rows.iter_mut().zip(&self.links) {
            row.here = targets.len() as u64;
            row.targets = row.here;
            row.retained = targets.iter().filter_map(|node| retained.get(node)).copied().sum();
        }
        for index in (0..self.rows.len()).rev() {
            let (targets, retained) = (self.rows[index].targets, self.rows[index].retained);
            if let Some(above) = self.rows[index].above {
                self.rows[above].targets += targets;
                self.rows[above].retained += retained;
            }
        }
        sorted(&self.rows)
    }
}

/// Rows in the order of a tree view.
fn sorted(rows: &[PathRow]) -> Vec<PathRow> {
    let mut below: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        below.entry(row.above).or_default().push(index);
    }
    for indices in below.values_mut() {
        // The smallest first, for they are taken from the end.
        let key = |index: &usize| {
            let row = &rows[*index];
            (row.retained, row.targets, std::cmp::Reverse(*index))
        };
        indices.sort_by_key(key);
    }
    let mut told: Vec<PathRow> = Vec::with_capacity(rows.len());
    let mut work: Vec<(usize, Option<usize>)> =
        below.get(&None).into_iter().flatten().map(|index| (*index, None)).collect();
    while let Some((index, above)) = work.pop() {
        let place = told.len();
        told.push(PathRow { above, ..rows[index].clone() });
        work.extend(below.get(&Some(index)).into_iter().flatten().map(|index| (*index, Some(place))));
    }
    told
}

/// A reference as a step's edge; never a name that is data.
fn name(reference: &Reference<'_>) -> String {
    match reference {
        Reference::Element(_) => "[]".to_owned(),
        Reference::Internal(name) if naming::is_identifier(name) => format!("({name})"),
        Reference::Internal(name) if *name == "class loader" => "(class loader)".to_owned(),
        reference => step_name(reference),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str, class: &str) -> Paths {
        let snapshot = Snapshot::of_sketch(text);
        let targets = snapshot.of_class(&|name| name == class);
        snapshot.owners().paths(&targets)
    }

    fn print(paths: &Paths) -> Vec<String> {
        let line = |row: &PathRow| {
            let PathRow { edge, class, objects, links, here, targets, .. } = row;
            let indent = "  ".repeat(row.depth);
            format!("{indent}{edge}: {class} x{objects} links {links}, {here} of {targets}, {}", row.retained.0)
        };
        paths.rows.iter().map(line).collect()
    }

    #[test]
    fn paths_by_the_same_names_are_one_and_the_largest_comes_first() {
        let text = "root | class | a | App 1
            a | static App.MAP | m | Map 10
            m | [0] | e1 | Entry 5
            m | [1] | e2 | Entry 5
            e1 | .value | v1 | Session 100
            e2 | .value | v2 | Session 100
            a | .last | v3 | Session 30
            v1 | .next | v2
            root | thread worker-7 | t | Thread 9
            t | .task | k | Task 7";
        assert_eq!(
            print(&paths(text, "Session")),
            [
                ": App x1 links 0, 0 of 3, 230",
                "  static App.MAP: Map x1 links 0, 0 of 2, 200",
                "    []: Entry x2 links 0, 0 of 2, 200",
                "      .value: Session x2 links 0, 2 of 2, 200",
                "  .last: Session x1 links 0, 1 of 1, 30",
            ]
        );
    }

    #[test]
    fn a_chain_is_one_step_and_what_a_target_holds_counts_once() {
        let mut text = "root | class | n0 | Link 10\n".to_owned();
        for n in 1..50_000 {
            text += &format!("n{} | .next | n{n} | Link 10\n", n - 1);
        }
        let told = paths(&text, "Link");
        assert_eq!(
            print(&told),
            [": Link x1 links 0, 1 of 50000, 500000", "  .next: Link x49999 links 49998, 49999 of 49999, 0"]
        );
    }

    #[test]
    fn what_repeats_itself_three_times_is_a_chain_and_a_short_path_is_told_step_by_step() {
        let chain = |links: u32| {
            let link = |n: u32| format!("f{n} | .stack | u{n} | Apply 3\nu{n} || f{} | Future 5\n", n + 1);
            (0..links).map(link).fold("root | local | f0 | Future 5\n".to_owned(), |text, link| text + &link)
        };
        assert_eq!(paths(&(chain(2) + "f2 | .result | v | Value 7"), "Value").rows.len(), 6);
        assert_eq!(
            print(&paths(&(chain(1000) + "f1000 | .result | v | Value 7"), "Value")),
            [
                ": Future x1 links 0, 0 of 1, 7",
                "  .stack: Apply x1 links 0, 0 of 1, 7",
                "    : Future x1 links 0, 0 of 1, 7",
                "      .stack: Apply x999 links 998, 0 of 1, 7",
                "        : Future x999 links 0, 0 of 1, 7",
                "          .result: Value x1 links 0, 1 of 1, 7",
            ]
        );
    }

    #[test]
    fn an_object_without_a_root_has_no_path() {
        let snapshot = Snapshot::of_sketch("root | class | a | A 1\na | .b | b | B 1");
        let told = shortest(&snapshot, &[Node(2), Node(2), Node(9), Node::ROOT]);
        assert_eq!((told.targets, told.unreached), (2, 1), "{told:?}");
        assert_eq!(told.rows.len(), 2);
    }

    #[test]
    fn every_path_is_as_short_as_a_search_by_hand_finds() {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..60 {
            let count = 2 + random(20);
            // Every node has a class of its own, so no two paths are one.
            let mut text = "root | class | n0 | C0 1\n".to_owned();
            let mut edges = Vec::new();
            for n in 1..count {
                let from = random(n);
                edges.push((from, n));
                text += &format!("n{from} | .f{n} | n{n} | C{n} 1\n");
            }
            for extra in 0..random(40) {
                let (from, to) = (random(count), random(count));
                edges.push((from, to));
                text += &format!("n{from} | .x{extra} | n{to}\n");
            }
            let mut distance = vec![u64::MAX; count as usize];
            distance[0] = 0;
            for _ in 0..count {
                for (from, to) in &edges {
                    distance[*to as usize] = distance[*to as usize].min(distance[*from as usize].saturating_add(1));
                }
            }
            for (n, distance) in distance.iter().enumerate() {
                let told = paths(&text, &format!("C{n}"));
                let end = told.rows.iter().find(|row| row.here == 1).unwrap();
                assert_eq!((end.depth as u64, told.rows.len() as u64), (*distance, distance + 1), "C{n} in\n{text}");
            }
        }
    }
}
