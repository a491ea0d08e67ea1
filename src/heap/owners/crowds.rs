//! Many small objects that nobody holds alone: products that stand in a catalog and in every order.
//!
//! Each is too small to look for its holders, but together they are a row at the top, or below the class
//! that has all their holders. The row is told with the holders: what a few internals of each large
//! structure with a name refer to shows who shares them. Where that is one structure alone, they stand below it: the
//! links of a list in the middle of which a thread is stand below the field that has the list. Where there are several,
//! who refers to a sample of the objects tells better which of them have most. Who has no place itself is
//! told as a holder where nobody with a place is one, and so is who holds them through the members of another crowd.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::anchors::{Anchor, Places};
use super::edges::{ENTRIES, Holder, wording};
use super::sharers::Sharers;
use crate::heap::fold::{Folding, Role};
use crate::heap::graph::{ClassId, Graph, Naming, Reference};
use crate::heap::naming as names;
use crate::heap::owner::{MORE, SHARED};
use crate::heap::{Dominators, Node};

/// So many internals of a structure are asked what they refer to.
pub(super) const SAMPLE: usize = 64;
/// A structure that retains this part of what a crowd must counts before those that retain less.
const STRUCTURE: u64 = 16;
/// Among fewer no object is too large to be one of them.
const CROWDED: u64 = 16;
/// Holders that are told.
const MOST_TOLD: usize = 4;
/// One counts if it has at least this part of the references of the best.
pub(super) const PART: usize = 4;
/// Objects that everybody shares tell nothing.
const COMMON: [&str; 3] = ["java.lang.", "(", "system / "];
/// Of these each class or module has crowds of its own,
const PLAIN: &str = "builtins.";
/// and several together of these alone, told for what two or more structures are known to share.
const DATA: [&str; 6] =
    ["builtins.dict", "builtins.list", "builtins.tuple", "builtins.set", "builtins.bytes", "builtins.bytearray"];

/// How structures start that hold what somebody else files: those of Node's own modules, as its timers do, and variables
/// of calls.
const BESIDE: [&str; 4] = ["context node:", "module node:", CALLS[0], CALLS[1]];
const CALLS: [&str; 2] = ["frame ", "task "];

/// Where crowds belong.
#[derive(Debug, Default)]
pub(super) struct Crowds {
    /// Who shares the objects of a class that have this dominator: of each part of the crowd. Empty where nobody is known.
    pub(super) named: FxHashMap<(Node, ClassId), Vec<String>>,
    /// Objects that retain more than all others of their crowd together, and belong to none.
    pub(super) apart: FxHashSet<Node>,
    /// Objects that belong to another part than the first.
    pub(super) parts: FxHashMap<Node, usize>,
    /// What alone holds the objects of a class that stand at the top.
    pub(super) hosts: FxHashMap<ClassId, Node>,
    /// Those of the hosts that stand there themselves, with who names them, and how.
    pub(super) guests: Vec<(Node, String, Node)>,
}

/// The class of a crowd and, where each dominator has one of its own, that one.
pub(super) type Crowd = (ClassId, Option<Node>);

/// Whether objects of a crowd may have nothing in common but their class.
pub(super) fn is_mixed(crowd: Crowd) -> bool {
    crowd.1 == Some(Node::ROOT)
}

/// An object that a class, script or module names, with the whole name; or another one with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Structure {
    pub(super) label: String,
    edge: String,
    anchor: Option<Node>,
    node: Node,
}

impl Structure {
    /// Whether its name is that of a class, script or module and what is in it.
    pub(super) fn lasts(&self) -> bool {
        self.anchor.is_some() || (self.label.contains(' ') && !is_call(&self.label))
    }
}

/// References of structures to objects of one class, by the name of the structure, with the structure if there is but
/// one of that name.
pub(super) type Tally<'a> = BTreeMap<&'a str, (usize, Option<&'a Structure>)>;

/// Finds the crowds and their holders.
pub(super) fn crowds(
    places: &Places,
    graph: &Graph,
    dominators: &Dominators,
    naming: &dyn Naming,
    folding: &Folding,
    passing: &[Node],
    least: u64,
) -> Crowds {
    let plain: Vec<bool> = graph.classes().iter().map(|class| class.name.starts_with(PLAIN)).collect();
    let (found, apart) = found(places, graph, dominators, naming, &plain, least);
    if found.is_empty() {
        return Crowds::default();
    }
    // Some of a class may have another dominator than the others: they are one crowd all the same.
    let mut crowded = vec![false; graph.classes().len()];
    found.iter().for_each(|(_, class)| crowded[class.0 as usize] = true);
    let passing: FxHashSet<Node> = passing.iter().copied().collect();
    let crowd = |(above, class): (Node, ClassId)| (class, Some(above).filter(|_| plain[class.0 as usize]));
    let crowd_of = |target: Node, class: ClassId| {
        let above = Some(target).filter(|_| crowded[class.0 as usize]).and_then(|target| dominators.immediate(target));
        let member = (above?, class);
        (found.contains(&member) && !apart.contains(&target)).then(|| crowd(member))
    };
    let structures = structures(places, dominators, naming).into_iter();
    let (large, small): (Vec<Structure>, Vec<Structure>) = structures
        .filter(|structure| !passing.contains(&structure.node))
        .partition(|structure| dominators.retained(structure.node).0 >= least / STRUCTURE);
    let floating = floating(places, graph, dominators, folding);
    let named = large.iter().chain(&small).map(|structure| (structure.node, structure));
    let mut sharers = Sharers::new(places, graph, dominators, &passing, named.collect());
    let sampled = sharers.sampled(&crowd_of);
    let holding = FxHashSet::default();
    let mut census = Census { places, graph, dominators, naming, passing: &passing, crowd_of: &crowd_of, holding };
    // What is small itself may have a large crowd all the same, such as a list all of whose links a thread holds, too.
    let mut tallies = census.tallies(small.iter(), false);
    tallies.extend(census.tallies(large.iter(), false));
    // What stands nowhere may have one as well, and the members of one crowd another one.
    for through in [false, true] {
        if !found.iter().map(|member| crowd(*member)).all(|crowd| is_mixed(crowd) || tallies.contains_key(&crowd)) {
            let anchored = if through { [large.as_slice(), &small] } else { Default::default() };
            let structures = anchored.into_iter().flatten().chain(&floating);
            for (crowd, tally) in census.tallies(structures, through) {
                tallies.entry(crowd).or_insert(tally);
            }
        }
    }
    tallies.values_mut().for_each(keep_best);
    let at_top: FxHashSet<Crowd> =
        found.iter().filter(|(above, _)| places.is_top(*above)).map(|member| crowd(*member)).collect();
    let knows_parts = dominators.found().next().is_some();
    let mut split = BTreeMap::new();
    for (crowd, mut sample) in sampled {
        if is_mixed(crowd) {
            let parts = if knows_parts { sample.parts(true) } else { Vec::new() };
            if !parts.is_empty() {
                split.insert(crowd, std::iter::once(Tally::new()).chain(parts).collect());
            }
            continue;
        }
        // What has one place keeps it unless another one has nearly all, and one alone among those who pass by is no place
        // for what was without.
        let another = |known: &Tally<'_>| sample.main().is_some_and(|main| !known.contains_key(main));
        let has_host = |known: &Tally<'_>| known.len() == 1 && at_top.contains(&crowd) && !another(known);
        let Some(known) = tallies.get_mut(&crowd).filter(|known| !has_host(known)) else { continue };
        let is_other = known.len() == 1 && another(known);
        let parts = sample.parts(false);
        keep_best(&mut sample.tally);
        if knows_parts && parts.len() > 1 {
            tallies.remove(&crowd);
            split.insert(crowd, parts);
        } else if sample.tally.len() > 1 || is_other {
            *known = sample.tally;
        }
    }
    let parts = sharers.parts(&split, &crowd_of);
    let (mut hosts, mut guests) = (FxHashMap::default(), BTreeSet::new());
    for ((class, _), tally) in tallies.iter().filter(|(crowd, _)| crowd.1.is_none() && at_top.contains(crowd)) {
        if let [(_, Some(host))] = tally.values().collect::<Vec<_>>()[..] {
            hosts.insert(*class, host.node);
            let is_free = places.is_at_top(dominators, host.node) && !places.moved(host.node);
            guests.extend(host.anchor.filter(|_| is_free).map(|anchor| (anchor, host.edge.clone(), host.node)));
        }
    }
    let split =
        split.into_iter().map(|(crowd, parts)| (crowd, parts.into_iter().map(|part| told(best(part))).collect()));
    let told = tallies.into_iter().map(|(crowd, tally)| (crowd, vec![told(best(tally))])).chain(split);
    let told: BTreeMap<Crowd, Vec<String>> = told.collect();
    let is_told = |(above, class): &(Node, ClassId)| !places.is_top(*above) || !hosts.contains_key(class);
    let named = found.iter().copied().filter(is_told);
    let named = named.filter_map(|member| Some((member, told.get(&crowd(member))?.clone()))).collect();
    Crowds { named, apart, parts, hosts, guests: guests.into_iter().collect() }
}

fn is_call(row: &str) -> bool {
    CALLS.iter().any(|start| row.starts_with(start))
}

/// Leaves out who has few, and beside the program's own structures those of the runtime and of calls.
fn keep_best(tally: &mut Tally<'_>) {
    let most = tally.values().map(|(number, _)| *number).max().unwrap_or(0);
    tally.retain(|_, (number, _)| *number * PART >= most);
    let is_own = |label: &&str| !BESIDE.iter().any(|start| label.starts_with(start));
    if tally.keys().any(is_own) {
        tally.retain(|label, _| is_own(label));
    }
}

/// Whether everybody has objects of a class, or it tells nothing of them.
pub(super) fn is_common(class: &str) -> bool {
    COMMON.iter().any(|start| class.starts_with(start)) || class.ends_with(']')
}

/// Dominators and classes of objects to which their dominator does not refer, and that are many and large together; and
/// those of the objects that are larger than all others of the kind.
fn found(
    places: &Places,
    graph: &Graph,
    dominators: &Dominators,
    naming: &dyn Naming,
    plain: &[bool],
    least: u64,
) -> (FxHashSet<(Node, ClassId)>, FxHashSet<Node>) {
    let common: Vec<bool> = graph.classes().iter().map(|class| is_common(&class.name)).collect();
    let roots: FxHashSet<Node> = graph.roots().iter().map(|root| root.node).collect();
    let (mut found, mut apart) = (FxHashSet::default(), FxHashSet::default());
    let (tree, classes) = (dominators.places(), graph.class_rows());
    let anchored = places.anchors.keys().flat_map(|anchor| spaces(*anchor, dominators, naming));
    for above in std::iter::once(Node::ROOT).chain(anchored) {
        if above != Node::ROOT && dominators.retained(above).0 < least {
            continue;
        }
        let mut sums: FxHashMap<ClassId, Sum> = FxHashMap::default();
        let mut known = FxHashSet::default();
        if above != Node::ROOT {
            naming.targets(above, &mut |target| {
                known.insert(target);
            });
        }
        for place in dominators.place(above).into_iter().flat_map(|place| tree.children(place)) {
            let child = tree.node(place);
            let class = classes.get(child);
            let is_plain = plain[class.0 as usize] && above == Node::ROOT;
            let tells_nothing = common[class.0 as usize] || (is_plain && !DATA.contains(&graph.class_name(child)));
            if tells_nothing || known.contains(&child) || roots.contains(&child) || places.moved(child) {
                continue;
            }
            let sum = sums.entry(class).or_default();
            sum.bytes = sum.bytes.saturating_add(tree.retained(place));
            sum.number += 1;
            sum.largest = sum.largest.max((tree.retained(place), child));
        }
        for (class, sum) in sums {
            let (bytes, largest) = sum.largest;
            let is_apart = bytes > sum.bytes / 2 && sum.number >= CROWDED;
            let (rest, others) = if is_apart { (sum.bytes - bytes, sum.number - 1) } else { (sum.bytes, sum.number) };
            if others > 1 && rest >= least {
                found.insert((above, class));
                apart.extend(Some(largest).filter(|_| is_apart));
            }
        }
    }
    (found, apart)
}

/// Objects of one class with one dominator.
#[derive(Debug, Default)]
struct Sum {
    bytes: u64,
    number: u64,
    largest: (u64, Node),
}

/// An anchor, and the dict in which a module of Python has its variables.
fn spaces(anchor: Node, dominators: &Dominators, naming: &dyn Naming) -> Vec<Node> {
    let mut spaces = vec![anchor];
    let mut wanted = |target| naming.names_things(target) && dominators.immediate(target) == Some(anchor);
    naming.references_to(anchor, &mut wanted, &mut |target, reference| {
        if matches!(reference, Reference::Internal(_)) {
            spaces.push(target);
        }
    });
    spaces
}

/// Objects that a class, script, module or call names, if they stand below it or nowhere.
fn structures(places: &Places, dominators: &Dominators, naming: &dyn Naming) -> BTreeSet<Structure> {
    let mut structures = BTreeSet::new();
    for (anchor, kind) in &places.anchors {
        let (row, holder) = match kind {
            Anchor::Spread(holder) => ("", holder),
            Anchor::Row(row) if kind.lasts() || is_call(row) => (row.as_str(), &Holder::Object),
            Anchor::Row(_) | Anchor::Top => continue,
        };
        let lasting = Some(*anchor).filter(|_| kind.lasts());
        let mut add = |edge: &str, node: Node| {
            let (label, edge) = (format!("{row}{edge}"), edge.to_owned());
            structures.insert(Structure { label, edge, anchor: lasting, node });
        };
        for (edge, guest) in places.guests.get(anchor).into_iter().flatten() {
            add(edge, *guest);
        }
        for space in spaces(*anchor, dominators, naming) {
            naming.references(space, &mut |target, reference| {
                let edge = wording(holder, &reference);
                let above = dominators.immediate(target).filter(|_| !places.moved(target));
                let stands_here = above.is_some_and(|above| above == space || above == *anchor || places.is_top(above));
                if stands_here && !edge.is_empty() && edge != ENTRIES {
                    add(&edge, target);
                }
            });
        }
    }
    structures
}

/// Objects that stand below none of these, but have a name.
fn floating(places: &Places, graph: &Graph, dominators: &Dominators, folding: &Folding) -> Vec<Structure> {
    let stands = |node: Node| !places.is_at_top(dominators, node) || places.moved(node);
    let floating = places.aliases.iter().filter(|(node, _)| !stands(**node));
    let structure = |(node, alias): (&Node, &String)| {
        let class = names::class(graph.class_name(*node));
        // Containers are called alike everywhere.
        let is_container = matches!(folding.role(graph.class(*node)), Role::Container(_));
        let is_told = is_container || alias.contains(' ');
        let label = if is_told { alias.clone() } else { names::simple(&class).to_owned() };
        Structure { label, edge: String::new(), anchor: None, node: *node }
    };
    floating.map(structure).collect()
}

/// Counts which structures refer to the members of crowds.
struct Census<'a> {
    places: &'a Places,
    graph: &'a Graph,
    dominators: &'a Dominators,
    naming: &'a dyn Naming,
    passing: &'a FxHashSet<Node>,
    crowd_of: &'a dyn Fn(Node, ClassId) -> Option<Crowd>,
    /// Those of which it was seen that they do.
    holding: FxHashSet<Node>,
}

impl Census<'_> {
    /// Of each crowd the structures that refer to it; `through` the members of others, too, once it was asked without.
    fn tallies<'a>(
        &mut self,
        structures: impl Iterator<Item = &'a Structure>,
        through: bool,
    ) -> BTreeMap<Crowd, Tally<'a>> {
        let mut tallies: BTreeMap<Crowd, Tally<'a>> = BTreeMap::new();
        // Many names may lead to one node.
        let mut structures: Vec<&Structure> =
            structures.filter(|structure| !through || self.holding.contains(&structure.node)).collect();
        structures.sort_by_key(|structure| structure.node);
        for alike in structures.chunk_by(|one, other| one.node == other.node) {
            let node = alike[0].node;
            let numbers = self.references(node, through);
            if !numbers.is_empty() {
                self.holding.insert(node);
            }
            for (crowd, number) in numbers.into_iter().filter(|(crowd, _)| !is_mixed(*crowd)) {
                let is_own = crowd.0 == self.graph.class(node);
                for structure in alike.iter().copied().filter(|structure| !is_own || structure.anchor.is_some()) {
                    let known = tallies.entry(crowd).or_default().entry(&structure.label);
                    known
                        .and_modify(|known| *known = (SAMPLE.min(known.0 + number), None))
                        .or_insert_with(|| (number, Some(structure).filter(|structure| structure.lasts())));
                }
            }
        }
        tallies
    }

    /// To how many members of each crowd a structure refers, no more than a sample, as far as a few of its internals show;
    /// not what passes by.
    fn references(&self, structure: Node, through: bool) -> FxHashMap<Crowd, usize> {
        let (mut numbers, mut known): (FxHashMap<Crowd, usize>, FxHashSet<Node>) = Default::default();
        let mut work = vec![structure];
        let mut next = 0;
        while let Some(node) = work.get(next).copied().filter(|_| next < SAMPLE) {
            next += 1;
            if self.passing.contains(&node) {
                continue;
            }
            self.naming.targets(node, &mut |target| {
                let crowd = (self.crowd_of)(target, self.graph.class(target));
                if let Some(crowd) = crowd.filter(|_| known.insert(target)) {
                    // One array may refer to all of them.
                    let number = numbers.entry(crowd).or_default();
                    *number = SAMPLE.min(*number + 1);
                    if through && work.len() < SAMPLE {
                        work.push(target);
                    }
                }
            });
            let adopted = self.places.adopted.get(&node).into_iter().flatten().copied();
            work.extend(self.dominators.children(node).chain(adopted).take(SAMPLE.saturating_sub(work.len())));
        }
        numbers
    }
}

/// The best holders.
fn best(mut holders: Tally<'_>) -> Vec<&str> {
    keep_best(&mut holders);
    holders.into_keys().collect()
}

/// The holders as text, in the order of their names: which of them has more differs from dump to dump.
pub(super) fn told(mut names: Vec<&str>) -> String {
    if names.is_empty() {
        return String::new();
    }
    if names.len() > MOST_TOLD {
        names.truncate(MOST_TOLD);
        names.push(MORE);
    }
    format!("{SHARED}{})", names.join(", "))
}
