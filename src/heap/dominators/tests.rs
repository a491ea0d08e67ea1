use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::heap::graph::text::parse;
use crate::heap::{GraphBuilder, RootKind};

fn dominators(text: &str) -> impl Fn(&str) -> (String, u64) {
    let (mut graph, nodes) = parse(text);
    let tree = Dominators::of(&mut graph, EdgeUse::Consume, Orphans::Drop);
    move |name| {
        let above = tree.immediate(nodes[name]);
        let above = nodes.iter().find(|(_, node)| Some(**node) == above).map_or("-", |(name, _)| name);
        (above.to_owned(), tree.retained(nodes[name]).0)
    }
}

#[test]
fn a_diamond_is_held_by_its_top() {
    let of = dominators("root -> a(1) -> b(2) -> d(8)\na -> c(4) -> d -> e(16)");
    assert_eq!(of("d"), ("a".into(), 24));
    assert_eq!(of("e"), ("d".into(), 16));
    assert_eq!(of("b"), ("a".into(), 2));
    assert_eq!(of("root"), ("-".into(), 31));
}

#[test]
fn a_root_is_held_by_the_virtual_root_alone() {
    let of = dominators("root -> a(1) -> b(2) -> c(4)\nroot -> b");
    assert_eq!(of("b"), ("root".into(), 6));
    assert_eq!(of("a"), ("root".into(), 1));
}

#[test]
fn what_no_root_reaches_is_counted_and_left_out() {
    let (mut graph, nodes) = parse("root -> a(1)\nx(2) -> y(4) -> a\nring1(8) -> ring2(16) -> ring1");
    let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
    assert_eq!((tree.reached(), tree.unreachable()), (1, (4, Bytes(30))));
    assert!(!tree.reachable(nodes["x"]));
    assert_eq!(tree.retained(nodes["x"]), Bytes(0));
}

#[test]
fn what_waits_for_its_finalizer_hangs_below_the_root_unless_somebody_else_holds_it() {
    let (mut graph, nodes) = parse("root -> a(1) -> b(2)\nx(4) -> y(8) -> a\nz(16) -> y\nlost(32) -> z");
    graph.late = vec![(RootKind::Finalizer, vec![nodes["b"], nodes["x"], nodes["z"]])];
    let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
    let above = |name: &str| tree.immediate(nodes[name]);
    assert_eq!(above("b"), Some(nodes["a"]));
    assert_eq!([above("x"), above("y"), above("z")], [Some(Node::ROOT); 3]);
    assert_eq!((tree.retained(Node::ROOT), tree.unreachable()), (Bytes(31), (1, Bytes(32))));
    let waiting = graph.roots().iter().filter(|root| root.kind == RootKind::Finalizer).map(|root| root.node);
    assert_eq!(waiting.collect::<BTreeSet<_>>(), BTreeSet::from([nodes["x"], nodes["z"]]));
}

#[test]
fn of_two_that_wait_for_their_finalizers_the_holder_is_told_whatever_their_order() {
    for text in
        ["root -> a(1)\nzip(4) -> inflater(8) -> page(16)", "root -> a(1)\ninflater(8) -> page(16)\nzip(4) -> inflater"]
    {
        let (mut graph, nodes) = parse(text);
        let mut waiting = vec![nodes["zip"], nodes["inflater"]];
        waiting.sort_unstable();
        graph.late = vec![(RootKind::Finalizer, waiting)];
        let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
        assert_eq!(tree.immediate(nodes["inflater"]), Some(nodes["zip"]));
        assert_eq!(tree.retained(nodes["zip"]), Bytes(28));
        assert_eq!(graph.roots().iter().filter(|root| root.kind == RootKind::Finalizer).count(), 1);
    }
}

#[test]
fn what_only_a_ring_holds_is_no_top_of_its_own() {
    let (mut graph, nodes) = parse("root -> a(1)\nleaf(2) -> end(4)\nring1(8) -> ring2(16) -> ring1\nring2 -> leaf");
    let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Adopt);
    assert_eq!(tree.immediate(nodes["leaf"]), Some(nodes["ring2"]));
    assert_eq!(tree.children(Node::ROOT).count(), 2);
}

#[test]
fn adopted_orphans_hang_below_those_that_nobody_holds() {
    let (mut graph, nodes) = parse("root -> a(1)\nx(2) -> y(4) -> z(32) -> z\nring1(8) -> ring2(16) -> ring1");
    let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Adopt);
    assert_eq!(tree.unreachable().0, 0);
    let below: Vec<_> = tree.children(Node::ROOT).collect();
    assert_eq!(below, [nodes["a"], nodes["x"], nodes["ring1"]]);
    assert_eq!(tree.retained(nodes["x"]), Bytes(38));
    assert_eq!(tree.retained(nodes["ring1"]), Bytes(24));
}

#[test]
fn a_list_of_a_million_links_is_no_deeper_than_a_heap() {
    let mut builder = GraphBuilder::default();
    let class = builder.class("Link");
    let links = 1_000_000;
    for link in 1..=links {
        builder.node(class, Bytes(24));
        // A second reference, to the next but one and back, keeps every link on the path of the walk.
        builder.edge(Node(link), Node(link + 1));
        builder.edge(Node(link), Node(link / 2 + 1));
    }
    builder.root(Node(1), RootKind::Other, "");
    let mut graph = builder.finish().unwrap();
    let tree = Dominators::of(&mut graph, EdgeUse::Consume, Orphans::Drop);
    assert_eq!(tree.immediate(Node(links)), Some(Node(links - 1)));
    assert_eq!(tree.retained(Node(1)), Bytes(24 * u64::from(links)));
}

#[test]
fn an_empty_graph_has_a_tree() {
    let mut graph = GraphBuilder::default().finish().unwrap();
    let tree = Dominators::of(&mut graph, EdgeUse::Consume, Orphans::Adopt);
    assert_eq!((tree.reached(), tree.retained(Node::ROOT)), (0, Bytes(0)));
    assert_eq!(tree.children(Node::ROOT).count(), 0);
}

/// Nodes that are reached when one of them is taken away.
fn reached_without(graph: &Graph, gone: Node) -> BTreeSet<Node> {
    let mut seen = BTreeSet::new();
    let mut work: Vec<_> = graph.roots().iter().map(|root| root.node).collect();
    while let Some(node) = work.pop() {
        if node != gone && seen.insert(node) {
            work.extend(graph.references(node));
        }
    }
    seen
}

proptest! {
    #[test]
    fn retained_is_what_taking_the_node_away_frees(
        nodes in 1_u32..40,
        edges in prop::collection::vec((1_u32..40, 1_u32..40), 0..120),
        roots in prop::collection::vec(1_u32..40, 1..4),
    ) {
        let mut builder = GraphBuilder::default();
        let class = builder.class("x");
        for node in 1..=nodes {
            builder.node(class, Bytes(u64::from(node) * 8));
        }
        for (from, to) in &edges {
            builder.edge(Node(*from), Node(*to));
        }
        for root in &roots {
            builder.root(Node(*root), RootKind::Other, "");
        }
        let mut graph = builder.finish().unwrap();
        let tree = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
        let all = reached_without(&graph, Node::ROOT);
        for node in graph.objects() {
            prop_assert_eq!(tree.reachable(node), all.contains(&node));
            let left = reached_without(&graph, node);
            let freed: u64 = all.difference(&left).map(|node| graph.shallow(*node).0).sum();
            prop_assert_eq!(tree.retained(node), Bytes(freed));
        }
        let below: u64 = std::iter::once(Node::ROOT)
            .chain(graph.objects())
            .map(|node| tree.children(node).inspect(|child| assert_eq!(tree.immediate(*child), Some(node))).count() as u64)
            .sum();
        prop_assert_eq!(below, tree.reached());
    }
}
