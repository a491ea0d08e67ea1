//! Graphs of tests as text: one chain of references a line, sizes in brackets, `root` for the GC roots.
//!
//! ```text
//! root -> a(10) -> b(5)
//! a -> c(7) -> a
//! ```

use std::collections::BTreeMap;

use super::{Graph, GraphBuilder, Node, RootKind};
use crate::units::Bytes;

/// The graph of a text, and the node of each name. A node's class is its name without trailing digits.
pub(crate) fn parse(text: &str) -> (Graph, BTreeMap<String, Node>) {
    let mut builder = GraphBuilder::default();
    let mut nodes = BTreeMap::from([("root".to_owned(), Node::ROOT)]);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let chain: Vec<Node> = line.split("->").map(|word| node(&mut builder, &mut nodes, word.trim())).collect();
        for pair in chain.windows(2) {
            match pair[0] {
                Node::ROOT => builder.root(pair[1], RootKind::Other, ""),
                from => builder.edge(from, pair[1]),
            }
        }
    }
    (builder.finish().unwrap(), nodes)
}

fn node(builder: &mut GraphBuilder, nodes: &mut BTreeMap<String, Node>, word: &str) -> Node {
    let (name, size) = word.split_once('(').map_or((word, None), |(name, size)| (name, Some(size)));
    let size = size.map(|size| Bytes(size.trim_end_matches(')').parse().unwrap()));
    if let Some(known) = nodes.get(name) {
        if let Some(size) = size {
            builder.resize(*known, size);
        }
        return *known;
    }
    let class = builder.class(name.trim_end_matches(|c: char| c.is_ascii_digit()));
    let node = builder.node(class, size.unwrap_or_default());
    nodes.insert(name.to_owned(), node);
    node
}

#[test]
fn text_becomes_a_graph() {
    let (graph, nodes) = parse("root -> a(10) -> b(5)\na -> c(7) -> a");
    assert_eq!(graph.len(), 4);
    assert_eq!(graph.references(nodes["a"]).collect::<Vec<_>>(), [nodes["b"], nodes["c"]]);
    assert_eq!(graph.references(nodes["b"]).count(), 0);
    assert_eq!(graph.shallow(nodes["c"]), Bytes(7));
    assert_eq!(graph.roots().len(), 1);
}

#[test]
fn references_told_out_of_order_or_into_the_void_are_sorted_out() {
    let mut builder = GraphBuilder::default();
    let class = builder.class("x");
    let [a, b, c] = [1, 2, 3].map(|size| builder.node(class, Bytes(size)));
    for (from, to) in [(c, a), (a, b), (a, Node(99)), (c, b), (b, c), (Node(77), a)] {
        builder.edge(from, to);
    }
    let graph = builder.finish().unwrap();
    assert_eq!(graph.references(a).collect::<Vec<_>>(), [b]);
    assert_eq!(graph.references(b).collect::<Vec<_>>(), [c]);
    assert_eq!(graph.references(c).collect::<Vec<_>>(), [a, b]);
}
